/**
 * Figure 10.2: latent units that the encoder stops using, and two cures, on three models trained here from one seed.
 */

import { html } from "../base/dom";
import { formatCount, formatFixed } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { Activity, Evaluation } from "../contract/engine";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import type { TestImages } from "../engine/figure/engine-link";
import type { RunConfig, Runs } from "../engine/figure/runs-in-step";
import { createTraining } from "../engine/figure/training-player";
import { inkTones, PIXELS, paintDigits } from "../parts/digits";
import css from "./collapse/collapse.css";
import { KlBars } from "./lab/kl-bars";
import labCss from "./lab/lab.css";

/** Steps between two looks while training. */
const CHUNK = 20;
/** Test digits that the numbers are measured on. */
const TESTS = 500;
const SHOWN = 8;
const MODEL = { learningRate: 4e-3, trainImages: 10_000 };

const models = [
  { key: "plain", title: "Nothing done about it" },
  { key: "warmUp", title: "Warm-up of the weight" },
  { key: "freeBits", title: "Free nats for each unit" },
] as const;
type Key = (typeof models)[number]["key"];

const controls = {
  beta: {
    kind: "number",
    label: "weight of the divergence, all three",
    symbol: "\\beta",
    min: 0,
    max: 20,
    step: 0.5,
    default: 10,
    group: "All three",
  },
  latent: {
    kind: "number",
    label: "numbers in the code",
    symbol: "\\text{code}",
    min: 2,
    max: 32,
    step: 1,
    default: 12,
    integer: true,
    group: "All three",
  },
  steps: {
    kind: "number",
    label: "training steps to go to",
    symbol: "\\text{steps}",
    min: 50,
    max: 3000,
    step: 50,
    default: 600,
    integer: true,
    group: "All three",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "All three" },
  warmUp: {
    kind: "number",
    label: "steps of the warm-up",
    min: 50,
    max: 3000,
    step: 50,
    default: 600,
    integer: true,
    group: "Cures",
  },
  freeBits: {
    kind: "number",
    label: "free divergence of a unit",
    unit: "nats",
    min: 0.05,
    max: 2,
    step: 0.05,
    default: 0.5,
    group: "Cures",
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "collapse",
  summary:
    "Three variational autoencoders with one seed: as asked for, with a weight of the divergence that grows from " +
    "0, and with some divergence for free. For each: the divergence of every latent unit, and how many units are " +
    "active.",
  layout: "below",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

interface Measured {
  evaluation: Evaluation;
  activity: Activity;
}

interface Column {
  root: HTMLElement;
  bars: KlBars;
  pictures: HTMLCanvasElement;
  words: HTMLElement;
}

function createColumn(title: string): Column {
  const bars = new KlBars(8);
  const pictures = html("canvas", {
    class: "lab-rebuilt",
    role: "img",
    "aria-label": "Test digits above, their reconstructions below",
  });
  const words = html("p", { class: "collapse-words" });
  const root = html(
    "section",
    { class: "collapse-model" },
    html("h4", { class: "collapse-title" }, title),
    words,
    bars.root,
    pictures,
  );
  return { root, bars, pictures, words };
}

function configs({ beta, latent, seed, warmUp, freeBits }: ValuesOf<Specs>): RunConfig[] {
  const all = { ...MODEL, beta: Number(beta), latent: Number(latent), seed: Number(seed) };
  return [all, { ...all, warmUp: Number(warmUp) }, { ...all, freeBits: Number(freeBits) }];
}

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, labCss);
  adoptSheet(stage.root, css);
  const columns = models.map(({ title }) => createColumn(title));
  const { player, bar, view } = createTraining(stage, {
    label: "training of all three models",
    tests: TESTS,
    chunk: CHUNK,
    configs,
    look,
  });
  stage.root.append(html("div", { class: "collapse-models" }, ...columns.map(({ root }) => root)), player.root, bar);

  return view;

  async function look({ engine, sessions, step }: Runs, { images }: TestImages) {
    const tones = inkTones(stage.root);
    const measured: Measured[] = [];
    for (const [i, session] of sessions.entries()) {
      const evaluation = await engine.evaluate(session, TESTS);
      const { mu, latent } = await engine.encode(session, images.slice());
      const both = new Float32Array(2 * SHOWN * PIXELS);
      both.set(images.subarray(0, SHOWN * PIXELS));
      both.set(await engine.decode(session, mu.slice(0, SHOWN * latent)), SHOWN * PIXELS);
      const one = { evaluation, activity: await engine.activity(session, images.slice()) };
      measured.push(one);
      draw(columns[i], one, both, tones);
    }
    return {
      values: { step, ...Object.fromEntries(models.map(({ key }, i) => [key, numbers(measured[i])])) },
      readouts: models.flatMap(({ key, title }, i) => readouts(key, title, measured[i])),
      checks: measured.map((one, i) => check(models[i]?.title ?? "", one)),
      description: t`After ${formatCount(step)} steps.
        ${models.map(({ title }, i) => `${title}: ${words(measured[i])}`).join(" ")}`,
    };
  }
}

function draw(column: Column | undefined, measured: Measured, pictures: Float32Array, tones: Uint8ClampedArray): void {
  if (!column) return;
  column.bars.show(measured.activity.klPerDimension);
  paintDigits(column.pictures, pictures, SHOWN, tones);
  column.words.textContent = words(measured);
}

function words(measured: Measured | undefined): string {
  if (!measured) return "";
  const { active, variances } = measured.activity;
  const { reconstruction, kl } = measured.evaluation.test;
  return t`${active} of ${variances.length} units active, KL ${formatFixed(kl, 1)} nats, reconstruction
    ${formatFixed(reconstruction, 1)} nats.`;
}

function numbers(measured: Measured | undefined): object {
  if (!measured) return {};
  const { evaluation, activity } = measured;
  return { ...activity, test: { ...evaluation.test } };
}

function readouts(key: Key, title: string, measured: Measured | undefined): Readout[] {
  if (!measured) return [];
  const { test } = measured.evaluation;
  const name = key === "plain" ? "as asked for" : title.toLowerCase();
  return [
    { label: t`active units, ${name}`, value: t`${measured.activity.active} of ${measured.activity.variances.length}` },
    {
      label: t`test evidence lower bound, ${name}`,
      value: test.elbo,
      unit: "nats",
      n: test.n,
      ...(test.standardError === null ? {} : { standardError: test.standardError }),
    },
  ];
}

function check(title: string, { activity }: Measured): ShownCheck {
  return {
    label: t`${title}: the units' divergences add up to the KL term`,
    leftLabel: "closed form of each unit, nats",
    rightLabel: "the model's own, nats",
    check: activity.kl,
  };
}
