/**
 * Figure 3.4: a straight walk from one code to another, in seven pictures, by a plain autoencoder and by a variational
 * one. Both are trained here, in the engine, from one seed.
 */

import type { Walk, WalkPictures } from "wasm/lecture-autoencoders";
import { html } from "../base/dom";
import { formatCount, formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, Json, ValuesOf } from "../contract/controls";
import type { Terms } from "../contract/engine";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import type { TestImages } from "../engine/figure/engine-link";
import type { RunConfig, Runs } from "../engine/figure/runs-in-step";
import { createTraining } from "../engine/figure/training-player";
import { PIXELS } from "../parts/digits";
import css from "./traversal/traversal.css";
import { createPicks, createWalk, STATIONS, stationNames } from "./traversal/walks";

type Family = "autoencoder" | "vae";
const FAMILIES: readonly Family[] = ["autoencoder", "vae"];

/** Test digits to choose from. */
const TESTS = 100;
/** The first data file is enough for a short run, whose rate is higher than the Lab's. */
const MODEL = { learningRate: 3e-3, trainImages: 10_000 };
/** Steps between two looks at the pictures while training. */
const CHUNK = 5;

const controls = {
  first: {
    kind: "number",
    label: "test digit A",
    symbol: "A",
    min: 0,
    max: TESTS - 1,
    step: 1,
    default: 6,
    integer: true,
    group: "Walk",
  },
  second: {
    kind: "number",
    label: "test digit B",
    symbol: "B",
    min: 0,
    max: TESTS - 1,
    step: 1,
    default: 0,
    integer: true,
    group: "Walk",
  },
  latent: {
    kind: "number",
    label: "numbers in the code",
    symbol: "\\text{code}",
    min: 2,
    max: 32,
    step: 1,
    default: 10,
    integer: true,
    scale: "log",
    group: "Both models",
  },
  steps: {
    kind: "number",
    label: "training steps to go to",
    symbol: "\\text{steps}",
    min: 50,
    max: 3000,
    step: 50,
    default: 500,
    integer: true,
    group: "Both models",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Both models" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "traversal",
  summary:
    "Train both models for a short run, then press two digits. Each row decodes seven places on the straight " +
    "line between their codes; in the first row, between the pictures themselves.",
  modules: ["lecture-autoencoders"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

/** What one model makes of the walk. */
interface Side {
  walk: Walk;
  pictures: Float32Array;
  seen: WalkPictures;
  train: Terms | null;
}

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const picks = createPicks((end, index) => stage.set({ [end]: index }));
  const rows = {
    pixels: createWalk("Between the pictures"),
    autoencoder: createWalk("Between the codes, plain autoencoder"),
    vae: createWalk("Between the codes, variational autoencoder"),
  };
  const { player, bar, view } = createTraining(stage, {
    label: "training of both models",
    tests: TESTS,
    chunk: CHUNK,
    configs,
    look,
  });
  stage.root.append(
    html("p", { class: "figure-note" }, "Press two digits: from A to B."),
    picks.root,
    rows.pixels.root,
    rows.autoencoder.root,
    rows.vae.root,
    stationNames(),
    player.root,
    bar,
  );

  return view;

  async function look(runs: Runs, { images, labels }: TestImages, controls: ValuesOf<Specs>) {
    const { engine, sessions, step, train } = runs;
    const [first, second] = [controls.first, controls.second];
    const ends = new Float32Array(2 * PIXELS);
    ends.set(images.subarray(first * PIXELS, (first + 1) * PIXELS), 0);
    ends.set(images.subarray(second * PIXELS, (second + 1) * PIXELS), PIXELS);
    const side = async (family: Family): Promise<Side> => {
      const place = FAMILIES.indexOf(family);
      const session = sessions[place] ?? 0;
      const { mu } = await engine.encode(session, ends.slice());
      const half = mu.length / 2;
      const walk = stage.lecture.walkBetween({
        from: [...mu.subarray(0, half)],
        to: [...mu.subarray(half)],
        stations: STATIONS,
      });
      const pictures = await engine.decode(session, new Float32Array(walk.stations));
      const reconstructions = await engine.decode(session, mu);
      const seen = stage.lecture.walkPictures({
        pictures: [...pictures],
        reconstructions: [...reconstructions],
        pixels: PIXELS,
      });
      return { walk, pictures, seen, train: train[place] ?? null };
    };
    const between = stage.lecture.walkBetween({
      from: [...ends.subarray(0, PIXELS)],
      to: [...ends.subarray(PIXELS)],
      stations: STATIONS,
    });
    const sides = { autoencoder: await side("autoencoder"), vae: await side("vae") };
    picks.draw(images, labels, first, second);
    rows.pixels.draw(between.stations, "");
    for (const family of FAMILIES)
      rows[family].draw(sides[family].pictures, step === 0 ? t("not trained yet: press Play") : "");
    return {
      values: {
        step,
        labels: [labels[first] ?? null, labels[second] ?? null],
        autoencoder: numbers(sides.autoencoder),
        vae: numbers(sides.vae),
      },
      readouts: readouts(sides, step),
      checks: checks(sides),
      description: t`A walk from a ${labels[first]} to a ${labels[second]} in ${STATIONS} pictures, after
        ${formatCount(step)} training steps of both models. Distance of the two codes:
        ${formatNumber(sides.autoencoder.walk.distance, 3)} in the plain autoencoder,
        ${formatNumber(sides.vae.walk.distance, 3)} in the variational one.`,
    };
  }
}

function configs({ latent, seed }: ValuesOf<Specs>): RunConfig[] {
  return FAMILIES.map((family) => ({ ...MODEL, family, latent, seed }));
}

function numbers({ walk, seen, train }: Side): { [name: string]: Json } {
  return {
    distance: walk.distance,
    strides: seen.strides,
    longestStride: seen.longestStride,
    ends: { ...seen.ends },
    train: train && { elbo: train.elbo, reconstruction: train.reconstruction, kl: train.kl, n: train.n },
  };
}

function readouts({ autoencoder, vae }: { [family in Family]: Side }, step: number): Readout[] {
  const error = ({ train }: Side): Partial<Readout> & { value: number | string } =>
    train === null ? { value: "not trained" } : { value: train.reconstruction, unit: "nats" };
  return [
    { label: "steps trained", value: formatCount(step) },
    {
      label: "distance of the codes, plain",
      symbol: "|\\z_A - \\z_B|\\text{, plain}",
      value: autoencoder.walk.distance,
    },
    {
      label: "distance of the codes, variational",
      symbol: "|\\z_A - \\z_B|\\text{, variational}",
      value: vae.walk.distance,
    },
    {
      label: "longest stride between pictures, plain",
      value: t`${formatNumber(100 * autoencoder.seen.longestStride, 3)} % of the way`,
    },
    { label: "longest stride, variational", value: t`${formatNumber(100 * vae.seen.longestStride, 3)} % of the way` },
    { label: "reconstruction error while training, plain", ...error(autoencoder) },
    { label: "the same, variational", ...error(vae) },
  ];
}

function checks({ autoencoder, vae }: { [family in Family]: Side }): ShownCheck[] {
  const sides = { leftLabel: "largest difference of a pixel", rightLabel: "none" };
  return [
    { label: "plain: the ends of the walk are the two reconstructions", ...sides, check: autoencoder.seen.ends },
    { label: "variational: the same, from the means $\\mmu$ of the codes", ...sides, check: vae.seen.ends },
  ];
}
