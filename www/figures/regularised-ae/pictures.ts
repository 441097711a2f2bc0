/**
 * The pictures of figure 3.3: the digit, what the encoder sees, its code, what comes out; and what the code's units
 * look for.
 */

import type { RegularisedAe } from "wasm/lecture-autoencoders";
import { html } from "../../base/dom";
import { mixed, t } from "../../base/language";
import { createPixels, type Pixels } from "../../parts/pixels";
import { tex } from "../../parts/tex";

const SIDE = 12;
/** Columns of the code's picture. */
const CODE_COLUMNS = 16;
/** Units whose weights are drawn. */
const FILTERS = 24;

export function createPictures(parent: HTMLElement) {
  const small = (label: string) => createPixels({ label, rows: SIDE, columns: SIDE });
  const [input, seen, rebuilt] = [
    small("The digit"),
    small("What the encoder sees of it"),
    small("The reconstruction"),
  ];
  const codeWords = html("figcaption");
  const codeFrame = html("div");
  const filters = Array.from({ length: FILTERS }, (_, unit) => small(t`Weights of unit ${unit + 1}`));
  const sheetWords = html("figcaption");
  let code: Pixels | null = null;
  let size = 0;
  const arrow = () => html("span", { class: "way-arrow", "aria-hidden": "true" }, "→");
  const tile = (picture: HTMLElement, ...words: (Node | string)[]) =>
    html("figure", {}, picture, html("figcaption", {}, ...words));
  parent.append(
    html(
      "div",
      { class: "way" },
      tile(input.canvas, ...mixed`the digit ${tex("\\x")}`),
      arrow(),
      tile(seen.canvas, "what the encoder sees"),
      arrow(),
      html("figure", { class: "code" }, codeFrame, codeWords),
      arrow(),
      tile(rebuilt.canvas, ...mixed`what comes out, ${tex("\\hat{\\x}")}`),
    ),
    html(
      "figure",
      { class: "weights" },
      sheetWords,
      html("div", { class: "filters" }, ...filters.map(({ canvas }) => canvas)),
    ),
  );

  return {
    draw(shown: RegularisedAe): void {
      const { codeSize, activeUnits } = shown.values;
      if (code === null || size !== codeSize) {
        size = codeSize;
        const columns = Math.min(CODE_COLUMNS, Math.ceil(Math.sqrt(codeSize * 1.34)));
        code = createPixels({ label: "The code", columns, rows: Math.ceil(codeSize / columns) });
        codeFrame.replaceChildren(code.canvas);
      }
      input.draw(shown.input);
      seen.draw(shown.seen);
      rebuilt.draw(shown.rebuilt);
      code.draw(shown.units);
      code.describe(t`The code: ${codeSize} units, ${activeUnits} of them above 0.1`);
      codeWords.replaceChildren(...mixed`its code ${tex("\\z")}: ${String(codeSize)} units, full ink at 1`);
      filters.forEach((filter, unit) => {
        filter.canvas.hidden = unit >= shown.filterCount;
        filter.draw(shown.filters, unit * SIDE * SIDE);
      });
      sheetWords.textContent = `${
        shown.filterCount === codeSize
          ? t("What the units look for.")
          : t`What the first
        ${shown.filterCount} units look
        for.`
      } ${t("Their weights: ink where positive, paper where negative, the tone between for 0.")}`;
    },
  };
}
