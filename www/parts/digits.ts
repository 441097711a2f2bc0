/** Digits on canvases: `[784]` grey levels in `[0, 1]`, 0 paper and 1 ink, in the colours of the theme. */

import { ramp, resolveRgb } from "./palette";

/** Side of a digit, pixels. */
export const SIDE = 28;
/** Pixels of a digit. */
export const PIXELS = SIDE * SIDE;

/** Paper to ink, 256 tones. Ask again after a change of theme. */
export function inkTones(element: HTMLElement, ink = "var(--pixel-high)"): Uint8ClampedArray {
  return ramp([resolveRgb(element, "var(--pixel-low)"), resolveRgb(element, ink)]);
}

/** Paints `images` `[n * 784]` in rows of `columns`; the canvas gets exactly that many pixels, CSS gives it its size. */
export function paintDigits(canvas: HTMLCanvasElement, images: Float32Array, columns: number, tones: Uint8ClampedArray): void {
  const count = Math.floor(images.length / PIXELS);
  const rows = Math.ceil(count / columns);
  const width = columns * SIDE;
  const height = Math.max(rows, 1) * SIDE;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d");
  if (!context) return;
  const picture = context.createImageData(width, height);
  const { data } = picture;
  for (let digit = 0; digit < count; digit += 1) {
    const left = (digit % columns) * SIDE;
    const top = Math.floor(digit / columns) * SIDE;
    for (let y = 0; y < SIDE; y += 1) {
      let from = digit * PIXELS + y * SIDE;
      let to = 4 * ((top + y) * width + left);
      for (let x = 0; x < SIDE; x += 1, from += 1, to += 4) {
        const tone = 3 * Math.round(255 * (images[from] ?? 0));
        data[to] = tones[tone] ?? 0;
        data[to + 1] = tones[tone + 1] ?? 0;
        data[to + 2] = tones[tone + 2] ?? 0;
        data[to + 3] = 255;
      }
    }
  }
  context.putImageData(picture, 0, 0);
}

/** One digit of `[n * 784]`. */
export function digitAt(images: Float32Array, index: number): Float32Array {
  return images.subarray(index * PIXELS, (index + 1) * PIXELS);
}
