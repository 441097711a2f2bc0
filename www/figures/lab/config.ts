/** The Lab's controls, and the engine's configuration that they mean. */

import { pick } from "../../base/pick";
import type { Controls, ControlTable, ValuesOf } from "../../contract/controls";
import type { Adjustable, SessionConfig } from "../../contract/engine";
import type { Wanted } from "../../engine/figure/training-run";
import { aloneControl } from "../../parts/class-legend";

/** Units of the hidden layers, as in the lecture. */
const HIDDEN = 300;

const MODEL = "Model";
const DATA = "Data";
const TRAINING = "Training";
const RUN = "Run";

function pullsToPrior({ family, bound }: Controls): boolean {
  return family === "vae" && bound === "elbo";
}
const isVae = ({ family }: Controls): boolean => family === "vae";
const isGaussian = ({ likelihood }: Controls): boolean => likelihood === "gaussian";
const isDenoising = ({ family }: Controls): boolean => family === "denoising";

/** How the panels look at a model: no part of it. */
export const viewControls = {
  plane: {
    kind: "choice",
    label: "Which two directions of the codes are drawn",
    options: [
      { value: "principal", label: "Principal components" },
      { value: "leading", label: "Most used dimensions" },
    ],
    default: "principal",
    panel: false,
  },
  spread: { kind: "boolean", label: "Posteriors", default: false, panel: false },
  alone: aloneControl,
  walkFrom: { kind: "picture", label: "First image of the walk", default: "", panel: false },
  walkTo: { kind: "picture", label: "Second image of the walk", default: "", panel: false },
  walkPlace: {
    kind: "number",
    label: "Place on the way, from the first to the second image",
    min: 0,
    max: 1,
    step: 0.01,
    default: 0.5,
    panel: false,
  },
} as const satisfies ControlTable;

/** Where the reader stands in the model. */
const standing = {
  drawing: { kind: "picture", label: "Drawing", default: "", panel: false },
  z: {
    kind: "numbers",
    label: "Where z was moved",
    min: -1000,
    max: 1000,
    minLength: 0,
    maxLength: 64,
    default: [],
    panel: false,
  },
  drawSeed: { kind: "seed", label: "Seed of the draws of z", default: 0, panel: false },
  ...viewControls,
} as const satisfies ControlTable;

export const labControls = {
  family: {
    kind: "choice",
    group: MODEL,
    label: "Family",
    default: "vae",
    options: [
      { value: "vae", label: "VAE" },
      { value: "autoencoder", label: "AE" },
      { value: "denoising", label: "Denoising" },
      { value: "sparse", label: "Sparse" },
      { value: "contractive", label: "Contractive" },
    ],
  },
  architecture: {
    kind: "choice",
    group: MODEL,
    label: "Layers",
    default: "mlp",
    options: [
      { value: "mlp", label: "Dense" },
      { value: "conv", label: "Convolutional" },
    ],
  },
  latent: {
    kind: "number",
    group: MODEL,
    label: "Latent size",
    min: 1,
    max: 64,
    step: 1,
    default: 2,
    integer: true,
    scale: "log",
  },
  likelihood: {
    kind: "choice",
    group: MODEL,
    label: "Likelihood",
    default: "bernoulli",
    options: [
      { value: "bernoulli", label: "Bernoulli" },
      { value: "gaussian", label: "Gaussian" },
    ],
  },
  learnedSigma: {
    kind: "boolean",
    group: MODEL,
    label: "Learn the scale of a pixel",
    default: false,
    when: isGaussian,
  },
  sigma: {
    kind: "number",
    group: MODEL,
    label: "Scale of a pixel",
    min: 0.05,
    max: 2,
    step: 0.01,
    default: 1,
    scale: "log",
    when: (controls) => isGaussian(controls) && controls.learnedSigma !== true,
  },
  bound: {
    kind: "choice",
    group: TRAINING,
    label: "Maximise",
    default: "elbo",
    options: [
      { value: "elbo", label: "ELBO" },
      { value: "importance-weighted", label: "Weighted bound" },
    ],
    when: isVae,
  },
  beta: {
    kind: "number",
    group: TRAINING,
    label: "Weight of the KL term, beta",
    symbol: "\\beta",
    min: 0,
    max: 20,
    step: 0.1,
    default: 1,
    when: pullsToPrior,
  },
  warmUp: {
    kind: "number",
    group: TRAINING,
    label: "Warm-up",
    unit: "steps",
    min: 0,
    max: 20_000,
    step: 100,
    default: 0,
    integer: true,
    when: pullsToPrior,
  },
  freeBits: {
    kind: "number",
    group: TRAINING,
    label: "Free KL",
    unit: "nats",
    min: 0,
    max: 2,
    step: 0.05,
    default: 0,
    when: pullsToPrior,
  },
  samples: {
    kind: "number",
    group: TRAINING,
    label: "Samples of z",
    min: 1,
    max: 32,
    step: 1,
    default: 1,
    integer: true,
    when: isVae,
  },
  corruption: {
    kind: "choice",
    group: TRAINING,
    label: "Corrupt by",
    default: "masking",
    options: [
      { value: "masking", label: "Masking" },
      { value: "gaussian", label: "Gaussian noise" },
    ],
    when: isDenoising,
  },
  corruptionLevel: {
    kind: "number",
    group: TRAINING,
    label: "How much",
    min: 0,
    max: 1,
    step: 0.05,
    default: 0.3,
    when: isDenoising,
  },
  penalty: {
    kind: "number",
    group: TRAINING,
    label: "Weight of the penalty",
    min: 0,
    max: 100,
    step: 0.01,
    default: 0.1,
    when: ({ family }) => family === "sparse" || family === "contractive",
  },
  learningRate: {
    kind: "number",
    group: TRAINING,
    label: "Learning rate",
    min: 1e-5,
    max: 0.1,
    step: 1e-5,
    default: 1e-3,
    scale: "log",
  },
  batchSize: {
    kind: "number",
    group: TRAINING,
    label: "Batch",
    min: 1,
    max: 1024,
    step: 1,
    default: 128,
    integer: true,
    scale: "log",
  },
  source: {
    kind: "choice",
    group: DATA,
    label: "Train on",
    default: "mnist",
    options: [
      { value: "mnist", label: "MNIST" },
      { value: "own", label: "Mine" },
      { value: "mixed", label: "Both" },
    ],
  },
  trainImages: {
    kind: "number",
    group: DATA,
    label: "Train images",
    min: 100,
    max: 60_000,
    step: 100,
    default: 60_000,
    integer: true,
  },
  binarization: {
    kind: "choice",
    group: DATA,
    label: "Binarize",
    default: "stochastic",
    options: [
      { value: "stochastic", label: "At random" },
      { value: "threshold", label: "At ½" },
      { value: "none", label: "No" },
    ],
  },
  device: {
    kind: "choice",
    group: RUN,
    label: "Device",
    default: "auto",
    options: [
      { value: "auto", label: "Auto" },
      { value: "webgpu", label: "WebGPU" },
      { value: "cpu", label: "CPU" },
    ],
  },
  seed: { kind: "seed", group: RUN, label: "Seed", default: 0 },
  ...standing,
} as const satisfies ControlTable;

export type LabValues = ValuesOf<typeof labControls>;

/** Controls that configure a run; its hidden layers are as wide as in the lecture. */
const configured = [
  "family",
  "architecture",
  "latent",
  "likelihood",
  "learnedSigma",
  "sigma",
  "bound",
  "beta",
  "warmUp",
  "freeBits",
  "samples",
  "corruption",
  "corruptionLevel",
  "penalty",
  "learningRate",
  "batchSize",
  "source",
  "trainImages",
  "binarization",
  "seed",
] as const satisfies (keyof SessionConfig)[];

/** What the controls ask the engine for. */
export type LabWanted = Wanted<SessionConfig>;

export function wanted(controls: LabValues): LabWanted {
  const { device } = controls;
  return { device, config: { hidden: HIDDEN, ...pick(controls, configured) } };
}

/** Controls that show a configuration (of a checkpoint). Single precision's tails are cut. */
export function controlsOf({ hidden: _, ...config }: SessionConfig): Controls {
  const short = (value: number): number => Number(value.toPrecision(6));
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, typeof value === "number" ? short(value) : value]),
  );
}

/** What may change in mid-run. */
export function adjustable({ learningRate, beta, warmUp, freeBits, source }: SessionConfig): Adjustable {
  return { learningRate, beta, warmUp, freeBits, source };
}

/** Whether two configurations differ in what cannot change in mid-run. */
export function differs(a: Wanted, b: LabWanted): boolean {
  const free = adjustable(b.config);
  const fixed = ({ device, config }: Wanted): string => {
    const entries = Object.entries(config).filter(([name]) => !(name in free));
    return JSON.stringify([device, entries.sort(([first], [second]) => first.localeCompare(second))]);
  };
  return fixed(a) !== fixed(b);
}
