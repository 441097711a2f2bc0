/** Models one below the other: means, draws and new pictures of each. */

import { html } from "../../base/dom";
import { inLanguage, t } from "../../base/language";
import { PIXELS, paintDigits } from "../../parts/digits";

/** Digits in a cell. */
const SHOWN = 5;

/** What stands above the columns. */
export const COLUMNS = [
  "means of p(x | z) at codes of test digits",
  "one draw of x at the same codes",
  "means at new codes, z from N(0, I)",
] as const;

/** One row: a name, and pictures for each column that has some. */
export function createRow() {
  const name = html("h5", { class: "blurry-name" });
  const cells = COLUMNS.map((column) => {
    const canvas = html("canvas", { role: "img" });
    const words = html("span");
    return {
      root: html(
        "figure",
        { class: "blurry-cell" },
        canvas,
        html("figcaption", {}, html("span", { class: "blurry-what" }, `${inLanguage(column)}: `), words),
      ),
      canvas,
      words,
    };
  });
  return {
    root: html("section", { class: "blurry-row" }, name, ...cells.map(({ root }) => root)),
    draw(
      title: string,
      note: string,
      pictures: readonly ({ images: Float32Array; words: string } | null)[],
      tones: Uint8ClampedArray,
    ): void {
      name.replaceChildren(inLanguage(title), html("span", {}, note));
      cells.forEach(({ root, canvas, words }, i) => {
        const picture = pictures[i] ?? null;
        root.hidden = picture === null;
        if (picture === null) return;
        paintDigits(canvas, picture.images.subarray(0, SHOWN * PIXELS), SHOWN, tones);
        canvas.setAttribute("aria-label", `${inLanguage(title)}: ${inLanguage(COLUMNS[i] ?? "")}`);
        words.textContent = t`edges ${picture.words}`;
      });
    },
  };
}

/** The names of the columns, where they stand side by side. */
export function createHead(): HTMLElement {
  return html(
    "div",
    { class: "blurry-row blurry-head", "aria-hidden": "true" },
    html("span"),
    ...COLUMNS.map((column) => html("span", {}, column)),
  );
}
