/** One of the two models: its codes by class, draws between them, and what these decode to. */

import { html, svg } from "../../base/dom";
import { formatCount, formatEstimate, formatFixed } from "../../base/format";
import { mixed, t } from "../../base/language";
import type { Judgement } from "../../contract/engine";
import type { Host } from "../../contract/host";
import type { Estimate } from "../../contract/results";
import { cloud } from "../../parts/curves";
import { PIXELS } from "../../parts/digits";
import { createPixels } from "../../parts/pixels";
import { Plot } from "../../parts/plot";

/** Draws that are shown, of all that are judged. */
const SHOWN = 24;
/** Share of the box's side that is left around it. */
const MARGIN = 0.07;

/** What one model looks like now. */
export interface Look {
  /** Codes of test digits `[n, latent]`, and the box that holds them. */
  codes: Float32Array;
  latent: number;
  low: Float32Array;
  high: Float32Array;
  /** Draws `[m, latent]`, what they decode to, and what the classifier says. */
  z: Float32Array;
  images: Float32Array;
  judgement: Judgement;
  /** The same share of the test digits themselves, rebuilt from their codes. */
  rebuilt: Estimate;
  /** Mean over the last steps of training, nats; null before the first. */
  reconstruction: number | null;
}

export class Side {
  readonly root: HTMLElement;
  #plot: Plot;
  #clouds: ReturnType<typeof cloud>[];
  #box = svg("rect", { class: "holes-box" });
  #draws: SVGCircleElement[];
  #tiles: { root: HTMLButtonElement; pixels: ReturnType<typeof createPixels>; words: HTMLElement }[];
  #reconstruction = html("output");
  #share = html("p", { class: "holes-share" });
  #selected: number | null = null;

  constructor(stage: Host, title: string) {
    const plane = html("div");
    this.#tiles = Array.from({ length: SHOWN }, (_, i) => {
      const pixels = createPixels({ label: "", size: 56 });
      const words = html("span");
      const root = html("button", { type: "button", class: "holes-tile" }, pixels.canvas, words);
      root.addEventListener("pointerenter", () => this.#select(i));
      root.addEventListener("focus", () => this.#select(i));
      return { root, pixels, words };
    });
    this.root = html(
      "section",
      { class: "holes-side" },
      html("h4", { class: "holes-title" }, title, this.#reconstruction),
      plane,
      html(
        "p",
        { class: "holes-sheet-words" },
        t`${SHOWN} of the draws, decoded; below each, the classifier’s digit and its confidence`,
      ),
      html("div", { class: "holes-sheet" }, ...this.#tiles.map((tile) => tile.root)),
      this.#share,
    );
    this.#plot = new Plot(plane, stage, {
      label: t`Codes of test digits: ${title}`,
      x: { domain: [-1, 1], label: "z₁", symbol: true, ticks: 5 },
      y: { domain: [-1, 1], label: "z₂", symbol: true, ticks: 5 },
      aspect: 0.86,
      margin: { left: 40, right: 8 },
    });
    this.#clouds = Array.from({ length: 10 }, (_, label) => cloud(this.#plot, `class-${label} small`));
    this.#plot.marks.append(this.#box);
    this.#draws = this.#tiles.map((_, i) => {
      const circle = svg("circle", { class: "holes-draw" });
      circle.addEventListener("pointerenter", () => this.#select(i));
      return circle;
    });
    this.#plot.overlay.append(...this.#draws);
  }

  /** One class alone, or all. */
  highlight(only: number | null): void {
    for (const [label, { path }] of this.#clouds.entries())
      path.classList.toggle("faint", only !== null && only !== label);
  }

  show(
    { codes, latent, low, high, z, images, judgement, rebuilt, reconstruction }: Look,
    labels: Uint8Array,
    threshold: number,
  ): void {
    this.#reconstruction.textContent = [
      latent > 2 ? t`first two of ${latent} numbers` : "",
      reconstruction === null ? t("untrained") : t`reconstruction ${formatFixed(reconstruction, 1)} nats`,
    ]
      .filter(Boolean)
      .join("; ");
    const range = (axis: 0 | 1): [number, number] => {
      const [from, to] = [low[axis] ?? 0, high[axis] ?? 1];
      const space = MARGIN * Math.max(to - from, 1e-6);
      return [from - space, to + space];
    };
    this.#plot.domains({ x: range(0), y: range(1) });
    const { x, y, unit } = this.#plot;
    this.#clouds.forEach((points, label) => {
      const mine = [...labels.keys()].filter((i) => labels[i] === label);
      points.draw(
        mine.map((i) => codes[latent * i] ?? 0),
        mine.map((i) => codes[latent * i + 1] ?? 0),
      );
    });
    const [left, right, top, bottom] = [x(low[0] ?? 0), x(high[0] ?? 0), y(high[1] ?? 0), y(low[1] ?? 0)];
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top }))
      this.#box.setAttribute(name, String(value));
    this.#tiles.forEach((tile, i) => {
      const confidence = judgement.confidence[i] ?? 0;
      const unsure = confidence < threshold;
      const [z1, z2] = [z[latent * i] ?? 0, z[latent * i + 1] ?? 0];
      tile.pixels.draw(images, i * PIXELS);
      tile.words.replaceChildren(html("b", {}, String(judgement.classes[i] ?? 0)), " ", formatFixed(confidence, 2));
      tile.root.classList.toggle("unsure", unsure);
      tile.pixels.describe(
        t`Decoded from z = (${formatFixed(z1, 2)}, ${formatFixed(z2, 2)}${latent > 2 ? ", …" : ""}); the
          classifier’s digit and its confidence:`,
      );
      const circle = this.#draws[i];
      circle?.classList.toggle("unsure", unsure);
      for (const [name, value] of Object.entries({ cx: x(z1), cy: y(z2), r: 4.5 * unit }))
        circle?.setAttribute(name, String(value));
    });
    const { mean, standardError, n } = judgement.confident;
    this.#share.replaceChildren(
      ...mixed`${html("strong", {}, formatEstimate(mean, standardError))} of ${formatCount(n)} draws reach
        ${formatFixed(threshold, 2)}; of ${formatCount(rebuilt.n)} test digits rebuilt from their codes,
        ${formatEstimate(rebuilt.mean, rebuilt.standardError)}.`,
    );
  }

  /** Marks a draw in the plane and in the sheet. */
  #select(index: number): void {
    if (index === this.#selected) return;
    for (const [i, on] of [
      [this.#selected, false],
      [index, true],
    ] as const) {
      if (i === null) continue;
      this.#draws[i]?.classList.toggle("selected", on);
      this.#tiles[i]?.root.classList.toggle("selected", on);
    }
    const circle = this.#draws[index];
    if (circle) this.#plot.overlay.append(circle);
    this.#selected = index;
  }
}
