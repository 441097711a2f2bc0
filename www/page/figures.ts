/** The figures of the page, in order, and where the reader is among them. */

import { arriveAt } from "./arrival";

/** All figures in the order of the text. */
export function figures(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("elbo-figure")];
}

/** The figure nearest to the middle of the window. */
export function currentFigure(): HTMLElement | undefined {
  const middle = innerHeight / 2;
  const distance = (element: HTMLElement) => {
    const box = element.getBoundingClientRect();
    return box.top > middle ? box.top - middle : Math.max(0, middle - box.bottom);
  };
  return figures().sort((a, b) => distance(a) - distance(b))[0];
}

/** The figure `step` further on; undefined at the ends. */
export function neighbour(from: HTMLElement | undefined, step: 1 | -1): HTMLElement | undefined {
  const all = figures();
  return from === undefined ? all[0] : all[all.indexOf(from) + step];
}

/** Brings a figure into view, focus included, and its name into the address. */
export function goTo(figure: HTMLElement): void {
  arriveAt(figure);
  figure.tabIndex = -1;
  figure.focus({ preventScroll: true });
  if (figure.id !== "") history.replaceState(history.state, "", `#${figure.id}`);
}
