/** A digit as text, for links and attributes: what was drawn is part of a figure's state. */

import { t } from "../base/language";
import { PIXELS } from "./digits";

/** Grey levels but paper. */
const LEVELS = 15;
/** The longest run of paper in one character, `z`. */
const RUN = 35 - LEVELS;

/**
 * `[784]` in 0..1 row by row: `1` to `f` are grey levels, `g` to `z` are 1 to 20 pixels of paper; paper at the end is
 * left out.
 */
export function pictureText(image: ArrayLike<number> | null): string {
  const levels = Array.from(image ?? [], (grey) => Math.round(LEVELS * grey).toString(16)).join("");
  return levels.replace(/0+$/, "").replace(new RegExp(`0{1,${RUN}}`, "g"), (run) => (LEVELS + run.length).toString(36));
}

/** The image of a text; null for an empty one. Throws when it is no such text. */
export function pictureOf(text: string): Float32Array | null {
  if (text === "") return null;
  const pixels = [...text.slice(0, PIXELS)].flatMap((mark) => {
    const value = Number.parseInt(mark, 36);
    return value > LEVELS ? Array<number>(value - LEVELS).fill(0) : [value / LEVELS];
  });
  if (text.length > PIXELS || pixels.length > PIXELS || !/^[1-9a-z]+$/.test(text))
    throw new Error(t("it must be a picture as a link writes it"));
  const image = new Float32Array(PIXELS);
  image.set(pixels);
  return image;
}
