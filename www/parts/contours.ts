/** Level lines of a function that is known on a grid, over a plot: drawn by marching squares between the values. */

import { contours } from "d3-contour";
import { svg } from "../base/dom";
import type { Plot } from "./plot";

export interface Contours {
  /** `values` row-major from the smallest y up, on a grid that spans the plot's area. */
  draw(values: ArrayLike<number>, columns: number, rows: number, levels: readonly number[]): void;
}

/** Puts level lines into the plot; `className` gives the colour. */
export function createContours(plot: Plot, className: string): Contours {
  const path = svg("path", { class: `curve thin ${className}` });
  plot.marks.append(path);
  return {
    draw(values, columns, rows, levels) {
      const parts: string[] = [];
      // D3 takes a value as that of a cell's middle; here it is that of a corner of the area.
      const x = (i: number) => ((i - 0.5) / (columns - 1)) * plot.width;
      const y = (j: number) => plot.height - ((j - 0.5) / (rows - 1)) * plot.height;
      for (const { coordinates } of contours()
        .size([columns, rows])
        .thresholds([...levels])(Array.from(values))) {
        for (const ring of coordinates.flat()) {
          // Rings close along the border of the grid: those pieces are no level lines.
          let pen = "M";
          ring.forEach(([i = 0, j = 0]) => {
            const border = i <= 0 || j <= 0 || i >= columns || j >= rows;
            if (!border) parts.push(`${pen}${x(i).toFixed(1)},${y(j).toFixed(1)}`);
            pen = border ? "M" : "L";
          });
        }
      }
      path.setAttribute("d", parts.join(""));
    },
  };
}
