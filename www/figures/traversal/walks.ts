/** What is seen in figure 3.4: digits to pick from, and rows of seven pictures. */

import { button, html } from "../../base/dom";
import { t } from "../../base/language";
import { PIXELS } from "../../parts/digits";
import { createPixels } from "../../parts/pixels";

/** Pictures of a walk, both ends included. */
export const STATIONS = 7;
/** Digits to press; more can be had by the controls. */
const PICKS = 20;
const BETWEEN = ["⅙", "⅓", "½", "⅔", "⅚"];

/** Digits in a row: a press chooses the end whose turn it is. */
export function createPicks(pick: (end: "first" | "second", index: number) => void) {
  let turn: "first" | "second" = "first";
  const digits = Array.from({ length: PICKS }, (_, index) => {
    const picture = createPixels({ label: "", size: 34 });
    picture.canvas.setAttribute("aria-hidden", "true");
    const mark = html("span", { class: "pick-mark", "aria-hidden": "true", hidden: true });
    const root = button("", () => {
      pick(turn, index);
      turn = turn === "first" ? "second" : "first";
    });
    root.className = "pick";
    root.append(picture.canvas, mark);
    return { root, picture, mark };
  });
  return {
    root: html(
      "div",
      { class: "picks", role: "group", "aria-label": "Digits to walk from and to" },
      ...digits.map(({ root }) => root),
    ),
    draw(images: Float32Array, labels: Uint8Array, first: number, second: number): void {
      digits.forEach(({ root, picture, mark }, index) => {
        picture.draw(images, index * PIXELS);
        const ends = [index === first ? "A" : "", index === second ? "B" : ""].join("");
        root.classList.toggle("from", index === first);
        root.classList.toggle("to", index === second);
        mark.hidden = ends === "";
        mark.textContent = ends;
        root.setAttribute(
          "aria-label",
          ends === ""
            ? t`test digit ${index}, a ${labels[index] ?? ""}`
            : t`test digit ${index}, a ${labels[index] ?? ""}, end ${ends} of the walk`,
        );
      });
    },
  };
}

/** One row of pictures under a title. */
export function createWalk(title: string) {
  const note = html("span");
  const pictures = Array.from({ length: STATIONS }, (_, station) =>
    createPixels({ label: t`${title}, station ${station + 1} of ${STATIONS}` }),
  );
  return {
    root: html(
      "figure",
      { class: "walk" },
      html("figcaption", {}, title, note),
      html("div", { class: "stations" }, ...pictures.map(({ canvas }) => canvas)),
    ),
    draw(images: ArrayLike<number>, text: string): void {
      for (const [station, picture] of pictures.entries()) picture.draw(images, station * PIXELS);
      if (note.textContent !== text) note.textContent = text;
    },
  };
}

/** The stations' places along the walk. */
export function stationNames(): HTMLElement {
  return html(
    "div",
    { class: "stations station-names", "aria-hidden": "true" },
    html("span", {}, "A, t = 0"),
    ...BETWEEN.map((name) => html("span", {}, name)),
    html("span", {}, "1, B"),
  );
}
