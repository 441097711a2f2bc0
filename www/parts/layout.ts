/** Small pieces of a drawing's layout: legends, rows of plots, tidy axis ends. */

import { html } from "../base/dom";
import { tex } from "./tex";

/** One entry of a legend: a colour and words, or a formula. */
export interface LegendEntry {
  className: string;
  text?: string;
  tex?: string;
  /** A square (for an area) instead of a line. */
  block?: boolean;
}

/** What the colours mean, in words. */
export function legend(entries: readonly LegendEntry[]): HTMLUListElement {
  return html(
    "ul",
    { class: "legend" },
    ...entries.map((entry) =>
      html(
        "li",
        {},
        html("span", {
          class: `swatch ${entry.block === true ? "block" : ""} ${entry.className}`,
          "aria-hidden": "true",
        }),
        entry.tex === undefined ? (entry.text ?? "") : tex(entry.tex),
      ),
    ),
  );
}

/** Places things side by side where there is room, one below the other where not. */
export function row(...children: HTMLElement[]): HTMLDivElement {
  return html("div", { class: "row" }, ...children);
}

/**
 * The end of an axis that shows all of `values`: 1, 1.5, 2, 3, 5, 7 times a power of ten, so that it rests while one
 * drags.
 */
export function niceTop(values: readonly number[], least: number): number {
  let top = least;
  for (const value of values) if (Number.isFinite(value) && value * 1.04 > top) top = value * 1.04;
  const power = 10 ** Math.floor(Math.log10(top));
  for (const factor of [1, 1.5, 2, 3, 5, 7]) if (factor * power >= top) return factor * power;
  return 10 * power;
}
