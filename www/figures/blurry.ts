/**
 * Figure 10.3: many images share a code, and what is decoded is their mean; then three suspects, each by models trained
 * here.
 */

import type { ManyImagesShown, PictureCosts } from "wasm/lecture-autoencoders";
import { html } from "../base/dom";
import { formatCount, formatFixed } from "../base/format";
import { inLanguage, t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { Estimate } from "../contract/results";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import type { TestImages } from "../engine/figure/engine-link";
import type { RunConfig, Runs } from "../engine/figure/runs-in-step";
import { createTraining } from "../engine/figure/training-player";
import { digitAt, inkTones, PIXELS } from "../parts/digits";
import { createPicks, createTile, type Tile } from "../parts/picks";
import picksCss from "../parts/picks.css";
import css from "./blurry/blurry.css";
import { lookAt, type Side, suspectOf } from "./blurry/models";
import { createHead, createRow } from "./blurry/rows";

/** Test digits whose codes are compared. */
const TESTS = 1000;
/** Digits to press; more can be had by the control. */
const PICKS = 14;
/** Steps between two looks while training. */
const CHUNK = 10;
/** Grey stays grey: the mean of the 0s and 1s that a grey level stands for is that level. */
const MODEL: RunConfig = { learningRate: 3e-3, trainImages: 10_000, binarization: "none" };

const controls = {
  digit: {
    kind: "number",
    label: "test digit",
    min: 0,
    max: 99,
    step: 1,
    default: 3,
    integer: true,
    group: "One z, many x",
  },
  near: {
    kind: "number",
    label: "images with nearly the same code",
    min: 4,
    max: 24,
    step: 1,
    default: 16,
    integer: true,
    group: "One z, many x",
  },
  cost: {
    kind: "choice",
    label: "Cost",
    options: [
      { value: "crossEntropy", label: "cross-entropy" },
      { value: "squaredError", label: "squared error" },
    ],
    default: "crossEntropy",
    group: "One z, many x",
  },
  suspect: {
    kind: "choice",
    label: "Suspect",
    options: [
      { value: "likelihood", label: "likelihood" },
      { value: "family", label: "family" },
      { value: "bound", label: "bound" },
    ],
    default: "likelihood",
    group: "Three models",
  },
  steps: {
    kind: "number",
    label: "training steps to go to",
    symbol: "\\text{steps}",
    min: 50,
    max: 2000,
    step: 50,
    default: 400,
    integer: true,
    group: "Three models",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Three models" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "blurry",
  layout: "below",
  summary:
    "Train three models in step. Above: the test digits whose codes lie nearest to that of the chosen one, their " +
    "mean, and what the first model decodes there. Below: what each model makes of the same digits, as the mean " +
    "of p(x | z) and as a draw from it.",
  modules: ["lecture-autoencoders"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

/** What is known of the models as they are now. */
interface Look {
  key: string;
  codes: Float32Array;
  latent: number;
  sides: Side[];
}

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, picksCss);
  adoptSheet(stage.root, css);
  const picks = createPicks("Test digits to choose from", PICKS, (digit) => stage.set({ digit }));
  const costs = html("p", { class: "figure-note blurry-costs" });
  const near = html("div", { class: "blurry-near" });
  const tiles: Tile[] = [];
  const [mean, decoded] = [createTile("best"), createTile()];
  const suspectTitle = html("h4", { class: "blurry-title" });
  const real = createRow();
  const rows = [createRow(), createRow(), createRow()];
  const { player, bar, view } = createTraining(stage, {
    label: "training of all three models",
    tests: TESTS,
    chunk: CHUNK,
    configs,
    look,
  });
  stage.root.append(
    player.root,
    bar,
    html("h4", { class: "blurry-title" }, "One z, many x"),
    picks.root,
    costs,
    html("div", { class: "blurry-many" }, near, html("div", { class: "blurry-two" }, mean.root, decoded.root)),
    suspectTitle,
    html(
      "p",
      { class: "figure-note" },
      "Below each: how strong its edges are (mean squared step between neighbouring pixels; real digits: 1). " +
        "Less is blurred, more is grainy.",
    ),
    html("div", {}, createHead(), real.root, ...rows.map(({ root }) => root)),
  );
  let unit = 0;
  let known: Look | null = null;

  /** The nearest of the test digits, and what pictures cost that stand for them all. */
  async function oneCode(
    controls: ValuesOf<Specs>,
    { codes, latent }: Look,
    images: Float32Array,
    decode: (z: Float32Array) => Promise<Float32Array>,
  ) {
    const digit = controls.digit;
    const places = stage.lecture.nearestCodes(codes, latent, digit, controls.near);
    const picture = await decode(codes.slice(digit * latent, (digit + 1) * latent));
    const many = new Float32Array(places.length * PIXELS);
    for (const [i, place] of places.entries()) many.set(digitAt(images, place), i * PIXELS);
    return { places, many, picture, found: stage.lecture.manyImages(many, picture) };
  }

  return view;

  async function look(runs: Runs, { images, labels }: TestImages, controls: ValuesOf<Specs>) {
    const { engine, sessions, step, train: trained } = runs;
    const seed = controls.seed % 2 ** 32;
    const key = JSON.stringify([sessions, step, configs(controls)]);
    unit ||= stage.lecture.edgeContrast(images, 1).contrast.mean;
    if (known?.key !== key) {
      const { mu: codes, latent } = await engine.encode(sessions[0] ?? 0, images);
      const sides: Side[] = [];
      for (const session of sessions) sides.push(await lookAt(stage, engine, session, images, unit, seed));
      known = { key, codes, latent, sides };
    }
    const { sides } = known;
    const { places, many, picture, found } = await oneCode(controls, known, images, (z) =>
      engine.decode(sessions[0] ?? 0, z),
    );
    const squared = controls.cost === "squaredError";
    const shown = squared ? found.squaredError : found.crossEntropy;

    const { digit } = controls;
    picks.draw(
      images,
      Array.from({ length: PICKS }, (_, i) => i),
      digit,
      (i) => t`test digit ${i}, a ${labels[i] ?? ""}`,
    );
    costs.textContent = t`The ${places.length} test digits whose codes lie nearest to that of test digit ${digit}, a
      ${labels[digit] ?? ""}. Below each: what it would cost as the one picture that stands for all of them
      (${squared ? t("squared error") : t("cross-entropy in nats")}, mean over the ${places.length}).`;
    while (tiles.length < places.length) tiles.push(createTile());
    near.replaceChildren(...tiles.slice(0, places.length).map(({ root }) => root));
    tiles.slice(0, places.length).forEach(({ pixels, say }, i) => {
      pixels.draw(many, i * PIXELS);
      say(
        formatFixed(shown.images[i] ?? 0, 1),
        t`a ${labels[places[i] ?? 0] ?? ""}, cost ${formatFixed(shown.images[i] ?? 0, 1)}`,
      );
    });
    mean.pixels.draw(found.mean);
    mean.say(t`their mean: ${formatFixed(shown.mean, 1)}, the least there is`);
    decoded.pixels.draw(picture);
    decoded.say(
      step === 0
        ? t`decoded at z: ${formatFixed(shown.decoded, 1)} (not trained yet)`
        : t`decoded at z: ${formatFixed(shown.decoded, 1)}`,
    );

    const suspect = suspectOf(controls.suspect);
    suspectTitle.textContent = inLanguage(suspect.title);
    const tones = inkTones(stage.root);
    const contrast = ({ mean, standardError }: Estimate): string =>
      `${formatFixed(mean, 2)} ± ${formatFixed(standardError, 2)}`;
    const binary = stage.lecture.pixelByPixel(images.subarray(0, 100 * PIXELS), seed);
    const ofBinary = stage.lecture.edgeContrast(binary, unit).contrast;
    real.draw(
      "Real digits",
      "a draw: ink where a coin with the grey level says so",
      [
        { images, words: contrast(stage.lecture.edgeContrast(images, unit).contrast) },
        { images: binary, words: contrast(ofBinary) },
      ],
      tones,
    );
    suspect.variants.forEach(({ title, note }, i) => {
      const side = sides[i];
      if (!side) return;
      const sigma = side.sigma === null || note !== "" ? note : `σ = ${formatFixed(side.sigma, 2)}`;
      rows[i]?.draw(
        title,
        sigma,
        (["rebuilt", "drawn", "fresh"] as const).map((kind) => ({
          images: side[kind],
          words: contrast(side.contrast[kind]),
        })),
        tones,
      );
    });
    const numbers = suspect.variants.map(({ title }, i) => ({
      title,
      sigma: sides[i]?.sigma ?? null,
      contrast: { ...sides[i]?.contrast },
      train: trained[i] ?? null,
    }));
    const edges = numbers.map(({ title, contrast: { rebuilt } }) => `${title} ${formatFixed(rebuilt?.mean ?? 0, 2)}`);
    return {
      values: {
        step,
        label: labels[digit] ?? null,
        near: places.length,
        labels: [...places].map((place) => labels[place] ?? null),
        crossEntropy: found.crossEntropy,
        squaredError: found.squaredError,
        drawnFromReal: ofBinary,
        models: numbers,
      },
      readouts: [
        { label: "cost of the mean of the images", value: shown.mean, ...(squared ? {} : { unit: "nats" }) },
        { label: "cost of the decoder’s picture", value: shown.decoded, ...(squared ? {} : { unit: "nats" }) },
        {
          label: "cost of the best single image",
          value: Math.min(...shown.images),
          ...(squared ? {} : { unit: "nats" }),
        },
        ...numbers.flatMap(({ title, contrast: { rebuilt } }) =>
          rebuilt
            ? [
                {
                  label: t`edges of the means, ${title}`,
                  value: rebuilt.mean,
                  standardError: rebuilt.standardError,
                  n: rebuilt.n,
                },
              ]
            : [],
        ),
      ],
      checks: checks(found),
      description: t`${formatCount(step)} training steps. One picture for the ${places.length} nearest digits costs
        ${formatFixed(shown.mean, 1)} if it is their mean, ${formatFixed(shown.decoded, 1)} if it is the
        decoder’s, and at least ${formatFixed(Math.min(...shown.images), 1)} if it is one of them. Edges of the
        means, real digits being 1: ${edges.join("; ")}.`,
    };
  }
}

function configs({ suspect, seed }: ValuesOf<Specs>): RunConfig[] {
  return suspectOf(suspect).variants.map(({ config }) => ({
    ...MODEL,
    ...config,
    seed: Number(seed) % 2 ** 32,
  }));
}

function checks({ crossEntropy, squaredError }: ManyImagesShown): ShownCheck[] {
  const cheapest = (words: string, { cheapest: check }: PictureCosts): ShownCheck => ({
    label: t`${words}: nothing here costs less than the mean`,
    leftLabel: "the least of all costs",
    rightLabel: "cost of the mean",
    check,
  });
  return [
    cheapest("Cross-entropy", crossEntropy),
    cheapest("Squared error", squaredError),
    {
      label: "Cross-entropy of the decoder’s picture $r$ = $\\sum_j H(m_j) + \\KL(m \\,\\|\\, r)$, $m$ the mean",
      leftLabel: "average over the images, nats",
      rightLabel: "entropy + divergence, nats",
      check: crossEntropy.parts,
    },
    {
      label: "Squared error of the decoder’s picture = variance + $|m - r|^2$",
      leftLabel: "average over the images",
      rightLabel: "variance + distance from the mean",
      check: squaredError.parts,
    },
  ];
}
