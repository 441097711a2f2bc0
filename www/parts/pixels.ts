/**
 * A 28 by 28 image (or any other) on a canvas: crisp, in the colours of the theme, with words for those who do not see
 * it.
 */

import { html } from "../base/dom";
import { inLanguage } from "../base/language";
import { inkTones, paintDigits, SIDE } from "./digits";

export interface PixelsOptions {
  /** What the picture shows, e.g. "decoded digit". */
  label: string;
  /** CSS pixels of a side. */
  size?: number;
  rows?: number;
  columns?: number;
}

export interface Pixels {
  canvas: HTMLCanvasElement;
  /**
   * Shows intensities in [0, 1], row by row; `offset` picks an image out of many. Call again after a change of theme.
   */
  draw(values: ArrayLike<number>, offset?: number): void;
  describe(label: string): void;
}

export function createPixels({ label, size = 84, rows = SIDE, columns = SIDE }: PixelsOptions): Pixels {
  const canvas = html("canvas", { class: "pixels", width: columns, height: rows, role: "img", "aria-label": label });
  canvas.style.width = `${size}px`;
  canvas.style.height = `${(size * rows) / columns}px`;
  return {
    canvas,
    draw(values, offset = 0) {
      // Nowhere yet, there is no theme.
      if (canvas.parentElement === null) return;
      const image = Array.prototype.slice.call(values, offset, offset + rows * columns) as number[];
      paintDigits(canvas, image, 1, inkTones(canvas.parentElement), columns, rows);
    },
    describe(english) {
      const text = inLanguage(english);
      if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
    },
  };
}
