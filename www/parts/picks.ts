/** Digits in a row to choose one from, and pictures with words below. */

import { button, html } from "../base/dom";
import { inLanguage } from "../base/language";
import { PIXELS } from "./digits";
import { createPixels, type Pixels } from "./pixels";

/** A press on digit `i` of the row calls `pick(i)`. */
export function createPicks(label: string, count: number, pick: (index: number) => void) {
  const digits = Array.from({ length: count }, (_, index) => {
    const picture = createPixels({ label: "", size: 34 });
    picture.canvas.setAttribute("aria-hidden", "true");
    const root = button("", () => pick(index), { class: "digit-pick" });
    root.append(picture.canvas);
    return { root, picture };
  });
  return {
    root: html("div", { class: "digit-picks", role: "group", "aria-label": label }, ...digits.map(({ root }) => root)),
    /** `places`: which of `images` stand in the row. */
    draw(images: Float32Array, places: ArrayLike<number>, chosen: number, name: (index: number) => string): void {
      digits.forEach(({ root, picture }, index) => {
        const place = places[index];
        root.hidden = place === undefined;
        if (place === undefined) return;
        picture.draw(images, place * PIXELS);
        root.setAttribute("aria-pressed", String(index === chosen));
        root.setAttribute("aria-label", name(index));
      });
    },
  };
}

/** One picture and its caption. */
export interface Tile {
  root: HTMLElement;
  pixels: Pixels;
  say(text: string, label?: string): void;
}

export function createTile(className = ""): Tile {
  const pixels = createPixels({ label: "" });
  const words = html("figcaption");
  return {
    root: html("figure", { class: `tile ${className}` }, pixels.canvas, words),
    pixels,
    say(english, label = english) {
      const text = inLanguage(english);
      if (words.textContent !== text) words.textContent = text;
      pixels.describe(label);
    },
  };
}
