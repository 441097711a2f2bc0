/** What is seen of 10.4: the map, the scene's words and pictures, and the table of moments. */

import type { CodePairShown } from "wasm/lecture-autoencoders";
import { html } from "../../base/dom";
import { formatCount, formatFixed, formatNumber } from "../../base/format";
import { inLanguage, t } from "../../base/language";
import type { LectureHost } from "../../contract/host";
import type { Estimate } from "../../contract/results";
import { inkTones, PIXELS, paintDigits } from "../../parts/digits";
import { LatentMap } from "../../parts/latent-map";
import { legend } from "../../parts/layout";
import { createPicks, createTile } from "../../parts/picks";
import { percent, type Scene, scenes } from "./scenes";

/** Digits of each kind to press; more can be had by the controls. */
const PICKS = 7;
/** Draws from the prior that are shown. */
export const SHEET = 30;

/** What one moment of the run is like. */
export interface Moment {
  step: number;
  pair: CodePairShown;
  sure: Estimate;
}

/** Five pictures in a row, `[5, 784]`, with their captions. */
export interface Strip {
  images: Float32Array;
  captions: readonly string[];
}

export interface Seen {
  scene: number;
  words: string;
  images: Float32Array;
  /** Places of the test 2s and 3s among `images`, and which of them are chosen. */
  twos: readonly number[];
  threes: readonly number[];
  chosen: readonly [number, number];
  /** Codes of the two, `[2, 2]`. */
  mu: Float32Array;
  sigma: Float32Array;
  /** Codes of test digits, with their classes. */
  codes: Float32Array;
  labels: Uint8Array;
  manifold: { images: Float32Array; columns: number };
  strip: Strip;
  /** Decoded draws from the prior. */
  fresh: Float32Array;
  z: [number, number];
  here: { image: Float32Array; words: string };
  moments: readonly Moment[];
  current: number;
}

export function createView(stage: LectureHost<"lecture">) {
  const map = new LatentMap({
    lecture: stage.lecture,
    signal: stage.signal,
    label: "Map of the latent space",
    axes: ["\\z_1", "\\z_2"],
    reducedMotion: stage.reducedMotion,
    move: ([z1, z2]) => stage.set({ z1, z2 }),
  });
  const title = html("h4", { class: "story-title" });
  const words = html("p", { class: "story-words" });
  const rows = [
    createPicks("The 2", PICKS, (two) => stage.set({ two })),
    createPicks("The 3", PICKS, (three) => stage.set({ three })),
  ] as const;
  const label = html("p", { class: "story-label" });
  const tiles = Array.from({ length: 5 }, () => createTile());
  const strip = html("div", { class: "story-tiles" }, ...tiles.map(({ root }) => root));
  const sheetCanvas = html("canvas", { role: "img", "aria-label": "Decoded draws from the prior" });
  const sheet = html("div", { class: "story-sheet" }, sheetCanvas);
  const here = createTile();
  const hereWords = html("p");
  const body = html("tbody");
  const head = html(
    "tr",
    {},
    ...[t("steps"), t("distance, σ"), t("overlap"), t("KL, nats"), t("sure of draws")].map((name) =>
      html("th", { scope: "col" }, name),
    ),
  );
  const root = html(
    "div",
    { class: "story" },
    html(
      "div",
      {},
      map.root,
      legend([
        { className: "class-2", text: "test 2s; outline: q of the chosen one", block: true },
        { className: "class-3", text: "test 3s (in the end all digits)", block: true },
        { className: "sym-z", text: "z: drag it", block: true },
      ]),
    ),
    html(
      "div",
      { class: "story-scene" },
      title,
      words,
      html("div", {}, rows[0].root, rows[1].root),
      html("div", {}, label, strip, sheet),
      html("div", { class: "story-here" }, here.root, hereWords),
      html("table", { class: "number-table" }, html("thead", {}, head), body),
    ),
  );
  return { root, draw };

  function draw(seen: Seen): void {
    const scene = scenes[seen.scene] as Scene;
    title.replaceChildren(html("span", {}, t`${seen.scene + 1} of ${scenes.length}`), inLanguage(scene.title));
    words.textContent = seen.words;
    rows[0].draw(seen.images, seen.twos, seen.chosen[0], (i) => t`2, number ${i}`);
    rows[1].draw(seen.images, seen.threes, seen.chosen[1], (i) => t`3, number ${i}`);
    // Without a jump of what is below.
    rows[1].root.style.visibility = scene.shows === "one" ? "hidden" : "visible";
    drawMap(seen, scene);
    const prior = scene.shows === "prior";
    strip.hidden = prior;
    sheet.hidden = !prior;
    label.textContent = captionOf(scene.shows);
    if (prior) paintDigits(sheetCanvas, seen.fresh.subarray(0, SHEET * PIXELS), 10, inkTones(stage.root));
    else {
      tiles.forEach(({ pixels, say }, i) => {
        pixels.draw(seen.strip.images, i * PIXELS);
        say(seen.strip.captions[i] ?? "");
      });
    }
    here.pixels.draw(seen.here.image);
    here.say(t("at z"), t`decoded at z: ${seen.here.words}`);
    hereWords.textContent = `z = (${seen.z.map((value) => formatFixed(value, 2)).join(", ")}). ${seen.here.words}`;
    body.replaceChildren(
      ...seen.moments.map(({ step, pair, sure }, moment) =>
        html(
          "tr",
          moment === seen.current ? { "aria-current": "true" } : {},
          ...[
            formatCount(step),
            formatFixed(pair.distance, 2),
            formatFixed(pair.overlap, 3),
            formatNumber(pair.kl[0], 3),
            percent(sure),
          ].map((text) => html("td", {}, text)),
        ),
      ),
    );
  }

  function drawMap({ codes, labels, manifold, mu, sigma, z }: Seen, { shows }: Scene): void {
    map.setManifold(manifold.images, manifold.columns);
    map.setCodes(codes, labels);
    const one = shows === "one";
    map.setPosterior(one ? { mu: [mu[0] ?? 0, mu[1] ?? 0], sigma: [sigma[0] ?? 1, sigma[1] ?? 1] } : null);
    map.setSpread(one ? null : { mu, sigma, labels: Uint8Array.of(2, 3) }, true);
    map.setPoint(z);
  }
}

/** What stands over the strip of decoded digits. */
function captionOf(shows: Scene["shows"]): string {
  switch (shows) {
    case "prior":
      return t("Decoded draws of z from N(0, I):");
    case "two":
      return t(
        "Decoded at the mean of the 2’s cloud, half way, and at the mean of the 3’s; below, what the classifier " +
          "takes it for, and how sure it is:",
      );
    case "one":
      return t("The 2, and what is decoded at its mean and at draws of z from its cloud:");
  }
}
