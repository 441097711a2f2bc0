/** A 28 by 28 image (or any other) on a canvas: crisp, in the colours of the theme, with words for those who do not see it. */

import { html } from "./dom";
import { ramp, resolveRgb } from "./palette";

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
  /** Shows intensities in [0, 1], row by row; `offset` picks an image out of many. Call again after a change of theme. */
  draw(values: ArrayLike<number>, offset?: number): void;
  describe(label: string): void;
}

export function createPixels({ label, size = 84, rows = 28, columns = 28 }: PixelsOptions): Pixels {
  const canvas = html("canvas", { class: "pixels", width: columns, height: rows, role: "img", "aria-label": label });
  canvas.style.width = `${size}px`;
  canvas.style.height = `${(size * rows) / columns}px`;
  const context = canvas.getContext("2d");
  const image = context?.createImageData(columns, rows);
  return {
    canvas,
    draw(values, offset = 0) {
      if (context === null || context === undefined || image === undefined) return;
      paint(image.data, values, offset, inkTable(canvas));
      context.putImageData(image, 0, 0);
    },
    describe(text) {
      if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text);
    },
  };
}

function paint(data: Uint8ClampedArray, values: ArrayLike<number>, offset: number, table: Uint8ClampedArray): void {
  for (let i = 0; i < data.length / 4; i++) {
    const value = values[offset + i] ?? 0;
    const entry = 3 * Math.min(255, Math.max(0, Math.round(255 * value)));
    data[4 * i] = table[entry] ?? 0;
    data[4 * i + 1] = table[entry + 1] ?? 0;
    data[4 * i + 2] = table[entry + 2] ?? 0;
    data[4 * i + 3] = 255;
  }
}

const tables = new Map<string, Uint8ClampedArray>();

/** From paper to ink in the theme's colours; looked up once a theme. */
function inkTable(canvas: HTMLElement): Uint8ClampedArray {
  // An element outside the page has no theme yet: its first `update` will draw it again.
  const place = canvas.parentElement ?? document.documentElement;
  const low = resolveRgb(place, "var(--pixel-low, #f3f1ea)");
  const high = resolveRgb(place, "var(--pixel-high, #1e1c19)");
  const key = `${low}|${high}`;
  let table = tables.get(key);
  if (table === undefined) {
    table = ramp([low, high]);
    tables.set(key, table);
  }
  return table;
}
