/** The four pictures of an image under a likelihood; the first lets the reader pick a pixel. */

import { html } from "../../base/dom";
import { formatNumber } from "../../base/format";
import { mixed, t } from "../../base/language";
import { createPixels } from "../../parts/pixels";
import { tex } from "../../parts/tex";

const SIDE = 28;

export interface TileData {
  image: number[];
  means: number[];
  sample: number[];
  costShare: number[];
}

export interface Tiles {
  root: HTMLElement;
  draw(data: TileData, largestCost: number): void;
  /** Marks the picked pixel, or none. */
  mark(pixel: number | null): void;
}

/** `pick` is called with the pixel (row by row) that the reader points at or moves to. */
export function createTiles(pick: (pixel: number) => void): Tiles {
  const pictures = {
    image: createPixels({ label: "The image x" }),
    means: createPixels({ label: "The decoder's mean image" }),
    sample: createPixels({ label: "One image drawn from p(x given z)" }),
    costShare: createPixels({ label: "Cost of each pixel" }),
  };
  const cursor = html("span", { class: "tile-cursor", hidden: true });
  const most = html("span");
  let at = 14 * SIDE + 14;
  const { canvas } = pictures.image;
  const move = (pixel: number) => {
    at = Math.min(SIDE * SIDE - 1, Math.max(0, pixel));
    pick(at);
  };
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", t("picture with a pixel to pick"));
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const place = (value: number, start: number, length: number) =>
      Math.min(SIDE - 1, Math.max(0, Math.floor((SIDE * (value - start)) / length)));
    move(place(event.clientY, box.top, box.height) * SIDE + place(event.clientX, box.left, box.width));
  });
  canvas.addEventListener("keydown", (event) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    const step: { [key: string]: [number, number] } = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Enter: [0, 0],
      " ": [0, 0],
    };
    const by = step[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const inside = (value: number) => Math.min(SIDE - 1, Math.max(0, value));
    move(inside(row + by[0]) * SIDE + inside(column + by[1]));
  });
  const tile = (className: string, picture: HTMLElement, ...words: (Node | string)[]) =>
    html(
      "figure",
      { class: `tile ${className}` },
      html("div", { class: "tile-picture" }, picture, className === "tile-pick" ? cursor : null),
      html("figcaption", {}, ...words),
    );
  return {
    root: html(
      "div",
      { class: "tiles" },
      tile("tile-pick", canvas, ...mixed`the image ${tex("\\x")}; pick a pixel`),
      tile("", pictures.means.canvas, "what the decoder expects"),
      tile("", pictures.sample.canvas, ...mixed`drawn from ${tex("\\p_{\\ttheta}(\\x \\given \\z)")}`),
      tile("", pictures.costShare.canvas, ...mixed`cost of each pixel; full ink: ${most}`),
    ),
    draw(data, largestCost) {
      pictures.image.draw(data.image);
      pictures.means.draw(data.means);
      pictures.sample.draw(data.sample);
      pictures.costShare.draw(data.costShare);
      most.textContent = t`${formatNumber(largestCost, 3)} nats`;
      pictures.costShare.describe(t`Cost of each pixel; the dearest costs ${formatNumber(largestCost, 3)} nats`);
    },
    mark(pixel) {
      cursor.hidden = pixel === null;
      const shown = pixel ?? at;
      canvas.setAttribute(
        "aria-label",
        t`The image x. Row ${Math.floor(shown / SIDE) + 1}, column ${(shown % SIDE) + 1}; arrow keys pick another
          pixel`,
      );
      if (pixel === null) return;
      cursor.style.left = `${((pixel % SIDE) / SIDE) * 100}%`;
      cursor.style.top = `${(Math.floor(pixel / SIDE) / SIDE) * 100}%`;
    },
  };
}
