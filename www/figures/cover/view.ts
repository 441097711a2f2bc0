/**
 * What the cover looks like: the pad (x), the latent map (z) and the decoded digit, as the model reads: from left to
 * right.
 */

import { button, html } from "../../base/dom";
import { mixed } from "../../base/language";
import { adoptSheet } from "../../base/sheet";
import type { LectureHost } from "../../contract/host";
import { type ClassLegend, classLegend } from "../../parts/class-legend";
import { inkTones, paintDigits } from "../../parts/digits";
import { LatentMap } from "../../parts/latent-map";
import { Pad } from "../../parts/pad";
import { tex } from "../../parts/tex";
import coverCss from "./cover.css";

export interface CoverEvents {
  drawn(image: Float32Array | null): void;
  moved(z: [number, number]): void;
  samplePosterior(): void;
  samplePrior(): void;
  wander(): void;
  testDigit(): Promise<Float32Array>;
}

export class CoverView {
  readonly map: LatentMap;
  readonly pad: Pad;
  #stage: LectureHost<"lecture">;
  #decoded = html("canvas", { class: "cover-decoded-digit", role: "img", "aria-label": "Decoded digit" });
  #seen = html("canvas", {
    class: "pixels cover-thumb",
    role: "img",
    "aria-label": "The drawing as the encoder sees it, 28 by 28",
  });
  #rebuilt = html("canvas", { class: "pixels cover-thumb", role: "img", "aria-label": "Its reconstruction" });
  #pair: HTMLElement;
  #posterior: HTMLButtonElement;
  #wander: HTMLButtonElement;
  readonly legend: ClassLegend;
  #code = html("p", { class: "cover-code" });

  constructor(stage: LectureHost<"lecture">, events: CoverEvents) {
    this.#stage = stage;
    adoptSheet(stage.root, coverCss);
    this.pad = new Pad({
      lecture: stage.lecture,
      signal: stage.signal,
      label: "Drawing pad",
      invitation: "Draw a digit here",
      changed: (image) => events.drawn(image),
      kept: (drawing) => stage.set({ drawing }),
      failed: (error) => stage.fail(error, true),
      testDigit: () => events.testDigit(),
    });
    this.map = new LatentMap({
      lecture: stage.lecture,
      signal: stage.signal,
      label: "Latent map",
      axes: ["\\z_1", "\\z_2"],
      reducedMotion: stage.reducedMotion,
      move: (z) => events.moved(z),
    });
    this.legend = classLegend(stage, (label) => this.map.highlight(label));
    this.legend.root.hidden = true;
    this.#posterior = button("Sample", () => events.samplePosterior(), {
      class: "button button-small",
      disabled: true,
    });
    this.#posterior.replaceChildren(...mixed`Draw ${tex("\\z \\sim \\q(\\z \\given \\x)")}`);
    const prior = button("Sample", () => events.samplePrior(), { class: "button button-small" });
    prior.replaceChildren(...mixed`Draw ${tex("\\z \\sim \\p(\\z)")}`);
    this.#wander = button("Wander", () => events.wander(), { class: "button button-small", "aria-pressed": "false" });
    this.#pair = html(
      "div",
      { class: "cover-pair", hidden: true },
      html("figure", {}, this.#seen, html("figcaption", {}, "as it is encoded")),
      html("span", { class: "cover-arrow", "aria-hidden": "true" }, "→"),
      html("figure", {}, this.#rebuilt, html("figcaption", {}, ...mixed`rebuilt from ${tex("\\mmu")}`)),
    );
    stage.root.append(
      html(
        "div",
        { class: "cover" },
        html("section", { class: "cover-x" }, heading("\\x", "the image"), this.pad.root, this.#pair),
        html(
          "section",
          { class: "cover-z" },
          heading("\\q_{\\pphi}(\\z \\given \\x)", "where it is encoded"),
          this.map.root,
          this.#code,
          this.legend.root,
        ),
        html(
          "section",
          { class: "cover-out" },
          heading("\\p_{\\ttheta}(\\x \\given \\z)", "what z decodes to"),
          this.#decoded,
          html("div", { class: "cover-tools" }, this.#posterior, prior, this.#wander),
        ),
      ),
    );
  }

  /** The digit decoded from z. */
  decoded(image: Float32Array): void {
    paintDigits(this.#decoded, image, 1, inkTones(this.#stage.root));
  }

  /** The drawing as the encoder sees it, and what becomes of its mean code. */
  pair(image: Float32Array | null, rebuilt: Float32Array | null): void {
    this.#pair.hidden = image === null || rebuilt === null;
    this.#posterior.disabled = image === null;
    if (!image || !rebuilt) return;
    const tones = inkTones(this.#stage.root);
    paintDigits(this.#seen, image, 1, tones);
    paintDigits(this.#rebuilt, rebuilt, 1, tones);
  }

  /** z, and the drawing's mu and sigma, as numbers. */
  numbers(z: string, mu: string | null, sigma: string | null): void {
    const shown: [symbol: string, value: string | null][] = [
      ["\\z", z],
      ["\\mmu", mu],
      ["\\ssigma", sigma],
    ];
    const key = JSON.stringify(shown.map(([, value]) => value !== null));
    if (this.#code.dataset.shown !== key) {
      this.#code.dataset.shown = key;
      this.#code.replaceChildren(
        ...shown.flatMap(([symbol, value]) =>
          value === null ? [] : [html("span", {}, tex(symbol), " = ", html("output", {}))],
        ),
      );
    }
    const values = shown.flatMap(([, value]) => (value === null ? [] : [value]));
    for (const [i, output] of this.#code.querySelectorAll("output").entries()) output.textContent = values[i] ?? "";
  }

  showLegend(): void {
    this.legend.root.hidden = false;
  }

  set wandering(wandering: boolean) {
    this.#wander.setAttribute("aria-pressed", String(wandering));
  }
}

function heading(formula: string, words: string): HTMLElement {
  return html("p", { class: "cover-heading" }, tex(formula), html("span", { class: "cover-words" }, words));
}
