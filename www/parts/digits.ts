/** Digits on canvases: `[784]` grey levels in `[0, 1]`, 0 paper and 1 ink, in the colours of the theme. */

import { ramp, resolveRgb } from "./palette";

/** Side of a digit, pixels. */
export const SIDE = 28;
/** Pixels of a digit. */
export const PIXELS = SIDE * SIDE;

const tables = new Map<string, Uint8ClampedArray>();

/** Paper to ink, 256 tones. Ask again after a change of theme. */
export function inkTones(element: HTMLElement, ink = "var(--pixel-high)"): Uint8ClampedArray {
  const stops = [resolveRgb(element, "var(--pixel-low)"), resolveRgb(element, ink)];
  const key = stops.join("|");
  let table = tables.get(key);
  if (table === undefined) {
    table = ramp(stops);
    tables.set(key, table);
  }
  return table;
}

/**
 * Paints `images` `[n * 784]` in rows of `columns`; the canvas gets exactly that many pixels, CSS gives it its size.
 * `width`, `height`: of one image, where it is no digit.
 */
export function paintDigits(
  canvas: HTMLCanvasElement,
  images: ArrayLike<number>,
  columns: number,
  tones: Uint8ClampedArray,
  width = SIDE,
  height = SIDE,
): void {
  const count = Math.floor(images.length / (width * height));
  const across = columns * width;
  const down = Math.max(Math.ceil(count / columns), 1) * height;
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  const context = canvas.getContext("2d");
  if (!context) return;
  const picture = context.createImageData(across, down);
  const { data } = picture;
  for (let image = 0; image < count; image += 1) {
    const left = (image % columns) * width;
    const top = Math.floor(image / columns) * height;
    for (let y = 0; y < height; y += 1) {
      let from = (image * height + y) * width;
      let to = 4 * ((top + y) * across + left);
      for (let x = 0; x < width; x += 1, from += 1, to += 4) {
        const tone = 3 * Math.round(255 * Math.min(1, Math.max(0, images[from] ?? 0)));
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
