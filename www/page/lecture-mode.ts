/** Lecture mode: one figure at a time, full screen, large type, arrow keys. The rest of the page is inert meanwhile. */

import { button, html } from "../base/dom";
import { t } from "../base/language";
import { catalogued } from "../element/catalogue";
import { currentFigure, goTo, neighbour } from "./figures";

export interface LectureMode {
  toggle(): void;
  readonly on: boolean;
}

export function setUpLectureMode(opener: HTMLElement): LectureMode {
  let shown: HTMLElement | undefined;
  let stilled: HTMLElement[] = [];
  const place = html("span", { class: "presenter-place", role: "status" });
  const bar = html(
    "div",
    { class: "presenter", role: "toolbar", "aria-label": t("Lecture mode") },
    button(t("Previous"), () => move(-1), { class: "bar-button" }),
    place,
    button(t("Next"), () => move(1), { class: "bar-button" }),
    button(t("Leave"), () => leave(), { class: "bar-button" }),
  );
  bar.hidden = true;
  document.body.append(bar);

  function show(figure: HTMLElement): void {
    shown?.classList.remove("presented");
    for (const element of stilled) element.inert = false;
    shown = figure;
    figure.classList.add("presented");
    stilled = still(figure, bar);
    const entry = catalogued(figure.getAttribute("name") ?? "");
    place.textContent = entry === undefined ? (figure.getAttribute("name") ?? "") : `${entry.number}  ${entry.title}`;
    // Set up even though the page did not scroll to it; a failure shows itself in the figure.
    if ("ready" in figure) void (figure.ready as Promise<void>).catch(() => {});
    figure.tabIndex = -1;
    figure.focus({ preventScroll: true });
  }
  function enter(): void {
    const figure = currentFigure();
    if (figure === undefined) return;
    document.documentElement.classList.add("presenting");
    bar.hidden = false;
    show(figure);
    // Full screen may be refused (an embedding page, a phone): the mode works without.
    void document.documentElement.requestFullscreen?.().catch(() => {});
  }
  function leave(): void {
    const figure = shown;
    if (figure === undefined) return;
    figure.classList.remove("presented");
    for (const element of stilled) element.inert = false;
    stilled = [];
    shown = undefined;
    bar.hidden = true;
    document.documentElement.classList.remove("presenting");
    if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => {});
    goTo(figure);
  }
  function move(step: 1 | -1): void {
    const next = neighbour(shown, step);
    if (next !== undefined) show(next);
  }

  opener.addEventListener("click", enter);
  document.addEventListener("fullscreenchange", () => {
    if (document.fullscreenElement === null && shown !== undefined) leave();
  });
  document.addEventListener("keydown", (event) => {
    if (
      shown === undefined ||
      event.defaultPrevented ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey ||
      document.querySelector("dialog[open]") !== null
    )
      return;
    if (event.key === "Escape") leave();
    else if (usesArrows(event)) return;
    else if (event.key === "ArrowRight" || event.key === "PageDown") move(1);
    else if (event.key === "ArrowLeft" || event.key === "PageUp") move(-1);
    else return;
    event.preventDefault();
  });
  return {
    toggle: () => (shown === undefined ? enter() : leave()),
    get on() {
      return shown !== undefined;
    },
  };
}

/** Sliders, fields and handles inside a figure keep their own arrow keys. */
function usesArrows(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof Element && target.closest("input, select, textarea, [role=slider], [contenteditable]") !== null
  );
}

/** Makes everything but `figure`, the presenter's bar and dialogs inert; returns what was changed. */
function still(figure: HTMLElement, bar: HTMLElement): HTMLElement[] {
  const changed: HTMLElement[] = [];
  for (let element: HTMLElement = figure; element !== document.body; ) {
    const parent = element.parentElement;
    if (parent === null) break;
    for (const sibling of parent.children) {
      if (
        sibling === element ||
        sibling === bar ||
        !(sibling instanceof HTMLElement) ||
        sibling instanceof HTMLDialogElement ||
        sibling.inert
      )
        continue;
      sibling.inert = true;
      changed.push(sibling);
    }
    element = parent;
  }
  return changed;
}
