/**
 * A function of two variables as colour behind a plot: a canvas of the size of the grid, stretched over the plot's
 * area.
 */

import { html, svg } from "../base/dom";
import { type Rgb, ramp, resolveRgb } from "./palette";
import type { Plot } from "./plot";

export interface Heatmap {
  /**
   * Shows `values`, row-major from the smallest y up, between `low` and `high` (given, or the smallest and largest
   * finite value). NaN and minus infinity are left clear.
   */
  draw(values: ArrayLike<number>, columns: number, rows: number, range?: readonly [low: number, high: number]): void;
}

/** Puts a heatmap under the plot's marks. `colours` are CSS values from low to high, read again at each draw. */
export function createHeatmap(plot: Plot, colours: readonly string[] = ["var(--surface)", "var(--accent)"]): Heatmap {
  const canvas = html("canvas", { class: "heatmap", "aria-hidden": "true" });
  const frame = svg("foreignObject", {}, canvas);
  plot.marks.prepend(frame);
  const context = canvas.getContext("2d");
  return {
    draw(values, columns, rows, range) {
      frame.setAttribute("width", String(plot.width));
      frame.setAttribute("height", String(plot.height));
      if (context === null || columns === 0 || rows === 0) return;
      if (canvas.width !== columns) canvas.width = columns;
      if (canvas.height !== rows) canvas.height = rows;
      const [low, high] = range ?? finiteRange(values);
      const scale = high > low ? 255 / (high - low) : 0;
      const stops: Rgb[] = colours.map((colour) => resolveRgb(plot.root, colour));
      const table = ramp(stops);
      const image = context.createImageData(columns, rows);
      for (let j = 0; j < rows; j++) {
        for (let i = 0; i < columns; i++) {
          const value = values[j * columns + i] ?? Number.NaN;
          if (!Number.isFinite(value)) continue;
          const entry = 3 * Math.min(255, Math.max(0, Math.round((value - low) * scale)));
          const pixel = 4 * ((rows - 1 - j) * columns + i);
          image.data[pixel] = table[entry] ?? 0;
          image.data[pixel + 1] = table[entry + 1] ?? 0;
          image.data[pixel + 2] = table[entry + 2] ?? 0;
          image.data[pixel + 3] = 255;
        }
      }
      context.putImageData(image, 0, 0);
    },
  };
}

function finiteRange(values: ArrayLike<number>): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}
