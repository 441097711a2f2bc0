/** How the components of figure 2.3 look: one colour each, and mixtures of them for what several components share. */

import { html } from "../../base/dom";
import { classColour, resolveRgb } from "../../parts/palette";

/** Colours that stay apart for all eyes, in the order in which components take them. */
const LABELS = [0, 1, 4, 9, 2, 5] as const;

/** Most components. */
export const MOST_COMPONENTS = LABELS.length;

/** The class that colours component k (from 0). */
export function componentClass(k: number): string {
  return `class-${LABELS[k % LABELS.length] ?? 0}`;
}

/** Colours each point of a scatter by its responsibilities. */
export function colourPoints(
  group: SVGGElement,
  responsibilities: readonly (readonly number[])[],
  place: HTMLElement,
): void {
  const colours = LABELS.map((label) => resolveRgb(place, classColour(label)));
  responsibilities.forEach((row, n) => {
    const circle = group.children[n];
    if (!(circle instanceof SVGCircleElement)) return;
    const mixed = [0, 1, 2].map((channel) =>
      Math.round(row.reduce((sum, share, k) => sum + share * (colours[k]?.[channel as 0 | 1 | 2] ?? 0), 0)),
    );
    circle.style.fill = `rgb(${mixed.join(" ")})`;
  });
}

/** A table of the components: weights, means, spreads. */
export function componentTable(columns: readonly string[]) {
  const body = html("tbody");
  const head = html(
    "thead",
    {},
    html(
      "tr",
      {},
      html("th", { scope: "col", "aria-label": "component" }, "k"),
      ...columns.map((column) => html("th", { scope: "col" }, column)),
    ),
  );
  const rows: HTMLTableCellElement[][] = [];
  return {
    root: html("table", { class: "number-table" }, head, body),
    show(table: readonly (readonly string[])[]): void {
      if (rows.length !== table.length) {
        rows.length = 0;
        body.replaceChildren(
          ...table.map((_, k) => {
            const cells = columns.map(() => html("td"));
            rows.push(cells);
            return html(
              "tr",
              {},
              html(
                "th",
                { scope: "row" },
                html("span", { class: `swatch ${componentClass(k)}`, "aria-hidden": "true" }),
                String(k + 1),
              ),
              ...cells,
            );
          }),
        );
      }
      for (const [k, texts] of table.entries()) {
        for (const [j, text] of texts.entries()) {
          const cell = rows[k]?.[j];
          if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
        }
      }
    },
  };
}
