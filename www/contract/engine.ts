/**
 * What the page may ask of the engine (the worker with burn), as Comlink sees it. Arrays cross as transferred typed
 * arrays; everything else is plain data. Units: nats per image.
 */

import type { Check, Estimate } from "./results";

export type DeviceChoice = "auto" | "webgpu" | "cpu";

/** Which images are trained on: MNIST's, the reader's own, or both. */
export type Source = "mnist" | "own" | "mixed";

/** The reader's own images: IDX files, known by their first bytes, or drawings `[n, 784]` with labels (255: none). */
export type OwnImages = { files: File[] } | { pixels: Uint8Array; labels: Uint8Array };

/** What was found in them. */
export interface OwnReport {
  images: number;
  labelled: number;
  /** Images kept for the test, never trained on. */
  heldOut: number;
  /** Of the pixels; a checkpoint names it. */
  identity: string;
}

/** Configuration of one training run (`training::TrainingConfig`); names and ranges are those of the `lab` figure. */
export interface SessionConfig {
  family: "autoencoder" | "denoising" | "sparse" | "contractive" | "vae";
  architecture: "mlp" | "conv";
  hidden: number;
  latent: number;
  likelihood: "bernoulli" | "gaussian";
  sigma: number;
  learnedSigma: boolean;
  binarization: "none" | "threshold" | "stochastic";
  bound: "elbo" | "importance-weighted";
  beta: number;
  warmUp: number;
  freeBits: number;
  samples: number;
  corruption: "masking" | "gaussian";
  corruptionLevel: number;
  penalty: number;
  learningRate: number;
  batchSize: number;
  trainImages: number;
  /** MNIST unless it is given. */
  source: Source;
  seed: number;
}

/** What of it may change in mid-run. */
export type Adjustable = Pick<SessionConfig, "learningRate" | "beta" | "warmUp" | "freeBits" | "source">;

/** Which device computes, and why. */
export interface DeviceReport {
  kind: "webgpu" | "cpu";
  /** Adapter's own description, or null on the CPU. */
  adapter: string | null;
  /** A sentence a reader understands. */
  reason: string;
  /** One training step on both devices from equal weights, batch and noise; null when there is no GPU to check. */
  selfCheck: {
    loss: number;
    lossOther: number;
    largestGradientDifference: number;
    tolerance: number;
    holds: boolean;
  } | null;
  /** Milliseconds a training step, where measured. */
  timings: { cpu: number | null; webgpu: number | null };
}

/** Means over `n` images, nats per image. */
export interface Terms {
  elbo: number;
  reconstruction: number;
  kl: number;
  n: number;
  standardError: number | null;
}

/** After some steps. */
export interface Progress {
  step: number;
  epoch: number;
  imagesSeen: number;
  /** Null until a second of training has been timed. */
  stepsPerSecond: number | null;
  /** Mean of the terms over the steps since the last report; null when there was none. */
  train: Terms | null;
  playing: boolean;
}

/** What the data set holds now. */
export interface DataReport {
  trainImages: number;
  testImages: number;
  /** Train images that were asked for, as far as the data set has them. */
  wanted: number;
  /** That have come so far, of all files. */
  bytes: number;
  /** Shards that could not be used, and why. */
  problems: { file: string; message: string }[];
  /** Every shard that was asked for has been answered, well or badly. */
  complete: boolean;
}

/** News pushed by the engine to the page. */
export type EngineEvent =
  | { type: "progress"; session: number; progress: Progress }
  | { type: "data"; device: DeviceChoice; data: DataReport }
  /**
   * The session's training stopped by itself; of a loss that exploded, its weights are those of the last good snapshot.
   */
  | { type: "stopped"; session: number; message: string; exploded: boolean; progress: Progress }
  /** Everything needed to go on from here after the worker has died. */
  | { type: "snapshot"; session: number; step: number; bytes: Uint8Array }
  /** A module has trapped or the GPU has failed: nothing the worker holds can be used. */
  | { type: "crashed"; message: string; onGpu: boolean };

/** Codes of images: `mu` and `logSigma` are `[n, latent]`, row-major. */
export interface Codes {
  mu: Float32Array;
  logSigma: Float32Array;
  latent: number;
}

/** Terms on test images. */
export interface Evaluation {
  test: Terms;
  klPerDimension: number[];
  /** 95 % confidence interval of the ELBO, for the choice of images. */
  interval: [number, number];
}

/** Importance-weighted bounds of `log p(x)`, nats: of each image that is done, and over these images. */
export interface EvidenceReport {
  /** Each with the standard error of its own draws of `z`. */
  bounds: Estimate[];
  /** Its standard error is that of the choice of images. */
  mean: Estimate;
  /** Bins of equal width in `log(-bound)`; `edges` ascend. */
  histogram: { edges: number[]; counts: number[]; outside: number };
  /**
   * The bound with fewer draws, from groups of the same ones, and its gain over one draw; errors are those of the
   * choice of images.
   */
  growth: { samples: number; bound: Estimate; gain: Estimate }[];
  /**
   * Where the bound grows least with the number of draws (the lesser side on the left); null before the first image.
   */
  leastGrowth: Check | null;
  /** Draws still to be made. */
  remaining: number;
}

/** The last report, and the images as the model saw them (binarized). */
export interface MeasuredEvidence extends EvidenceReport {
  seen: Float32Array;
}

/** Each image's most probable class and its probability; the share of images for which that reaches a threshold. */
export interface Judgement {
  classes: Uint8Array;
  confidence: Float32Array;
  confident: Estimate;
}

/** A number from all of a source's images; bias and standard error by the jackknife, over tenths of the images. */
export interface Score {
  estimate: Estimate;
  /** By how much so few images make it too large on average. */
  bias: number;
  withoutBias: number;
}

/** Scores of images by the shipped classifier; null before there are any. */
export interface QualityReport {
  /** Images scored. */
  n: number;
  /** Training digits that are here to compare them with. */
  reference: number;
  inceptionScore: Score | null;
  /** The squared Frechet distance of the classifier's features to those of the reference. */
  frechet: Score | null;
}

/**
 * Where images come from: digits that no model made (`training::RealImages`), or a decoder, with codes from the prior
 * or from the box of codes.
 */
export type ImageSource =
  | { kind: "training" | "test" | "memorised" | "blurred" | "oneEach"; blur: number }
  | { kind: "prior" | "box"; session: number; seed: number };

/**
 * Variance of each unit's mean over images, its mean divergence from the prior (nats), how many units vary; the sum of
 * the divergences by closed form against burn's.
 */
export interface Activity {
  variances: number[];
  klPerDimension: number[];
  active: number;
  kl: Check;
}

/** A box that holds some codes, codes `[n, latent]` uniform in it, and what is decoded from them. */
export interface BoxDraws {
  low: Float32Array;
  high: Float32Array;
  z: Float32Array;
  images: Float32Array;
}

/** Draws of pixels, not cut to [0, 1], and the standard deviation of a Gaussian one. */
export interface PixelDraws {
  images: Float32Array;
  sigma: number | null;
}

/** A session as it begins. */
export interface Opened {
  session: number;
  config: SessionConfig;
  progress: Progress;
  device: DeviceReport;
  /** What the reader must know when a restored run was trained on images of the reader's that are not those here. */
  note: string | null;
}

/** What another worker needs to go on where one was let go. */
export interface Asleep {
  devices: { choice: DeviceChoice; report: DeviceReport }[];
  /** `checkpoint`: null for a model that is as its configuration makes it. */
  sessions: { id: number; choice: DeviceChoice; config: SessionConfig; checkpoint: Uint8Array | null }[];
  /** Shipped models, by name. */
  models: { id: number; name: string }[];
  lastId: number;
}

/** The worker's object. A session is one model with its optimiser; calls to one session are queued. */
export interface EngineApi {
  /**
   * Once, first: where news goes; why WebGPU must not be tried (after a crash there); the reader's images of an earlier
   * worker.
   */
  connect(news: MessagePort, avoidWebgpu: string | null, own: OwnImages | null): Promise<void>;
  /** Answers at once while the worker lives. */
  ping(): Promise<void>;
  /** Everything another worker needs to take this one's place; null while something is trained. */
  sleep(): Promise<Asleep | null>;
  /** Takes the place of a worker that was let go; its sessions keep their numbers. After `connect`, before all else. */
  wake(asleep: Asleep): Promise<void>;
  /** Loads the right module, probes and checks the device. Idempotent for each choice. */
  start(choice: DeviceChoice): Promise<DeviceReport>;
  /**
   * Begins to download what `trainImages` needs (0: the test images only); resolves when the first train shard (the
   * test shard) is there, rejects when no shard of the kind can be had.
   */
  loadData(choice: DeviceChoice, trainImages: number): Promise<DataReport>;
  /** The first `n` of MNIST's test images `[n, 784]` in [0, 1] of a fixed random order, and their labels. */
  testImages(choice: DeviceChoice, n: number): Promise<{ images: Float32Array; labels: Uint8Array }>;
  /**
   * Takes the reader's own images in place of those there were (null: none), or says what is wrong with them and
   * changes nothing.
   */
  setOwn(choice: DeviceChoice, own: OwnImages | null): Promise<OwnReport | null>;
  /** The first `n` of the reader's own images, as `testImages`; 255 is no label. */
  ownImages(choice: DeviceChoice, n: number): Promise<{ images: Float32Array; labels: Uint8Array }>;
  /** A new run; what the configuration does not name takes the default of `training::TrainingConfig`. */
  createSession(choice: DeviceChoice, config: Partial<SessionConfig>): Promise<Opened>;
  /** A session of shipped weights (no training state), e.g. `cover`; always on the CPU. */
  openModel(name: string): Promise<number>;
  closeSession(session: number): Promise<void>;
  play(session: number): Promise<void>;
  pause(session: number): Promise<Progress>;
  step(session: number, n: number): Promise<Progress>;
  /** Changes what may change in mid-run. */
  adjust(session: number, changes: Adjustable): Promise<void>;
  /**
   * Test terms over the first `images` of a seeded order (0: all), one sample an image; `report` hears the fraction
   * done and what is known so far; when it answers false, that is the result.
   */
  evaluate(
    session: number,
    images: number,
    report?: (fraction: number, part: Evaluation) => unknown,
  ): Promise<Evaluation>;
  /** Milliseconds that the worker has spent on answers about this session: what pictures cost the training. */
  answering(session: number): Promise<number>;
  encode(session: number, images: Float32Array): Promise<Codes>;
  /** Means `[n, 784]` of `p(x given z)`. */
  decode(session: number, z: Float32Array): Promise<Float32Array>;
  /** Decoded prior samples `[n, 784]` and their codes. */
  sample(session: number, n: number, seed: number): Promise<{ z: Float32Array; images: Float32Array }>;
  /** `z = mu + sigma * epsilon`, `[n, latent]`, for one image's code. */
  samplePosterior(
    session: number,
    mu: Float32Array,
    logSigma: Float32Array,
    n: number,
    seed: number,
  ): Promise<Float32Array>;
  /** `n` codes uniform in the box that holds `codes` `[m, latent]`, decoded. */
  sampleBox(session: number, codes: Float32Array, n: number, seed: number): Promise<BoxDraws>;
  /**
   * Codes `[n, latent]` along the two directions in which they vary most, `[n, 2]`, and the share of the variance along
   * each.
   */
  principalPlane(session: number, codes: Float32Array): Promise<{ pairs: Float32Array; explained: [number, number] }>;
  /** How far the units of a code are in use over images `[n, 784]`. */
  activity(session: number, images: Float32Array): Promise<Activity>;
  /** One draw of `p(x given z)` `[n, 784]` for each code, not its mean; `sigma` of a pixel where that is Gaussian. */
  drawImages(session: number, z: Float32Array, seed: number): Promise<PixelDraws>;
  /**
   * Decoded: `z` but for one of `dimensions` at a time, which goes from `-reach` to `reach`, `[dimensions * stations,
   * 784]`.
   */
  traverse(
    session: number,
    z: Float32Array,
    dimensions: number[],
    reach: number,
    stations: number,
  ): Promise<Float32Array>;
  /** Decoded on the straight way between two codes, `[stations, 784]`. */
  walk(session: number, from: Float32Array, to: Float32Array, stations: number): Promise<Float32Array>;
  /**
   * Importance-weighted bounds of `log p(x)` for images `[n, 784]`, with `samples` draws of `z` each, under the
   * session's model as it is now. `report` hears of progress; when it answers false, the measurement ends with what
   * there is.
   */
  evidence(
    session: number,
    images: Float32Array,
    samples: number,
    seed: number,
    report?: (part: EvidenceReport) => unknown,
  ): Promise<MeasuredEvidence>;
  /** `p(y given x)` `[n, 10]` of the shipped classifier. */
  classify(images: Float32Array): Promise<Float32Array>;
  /** Images moved by at most `epsilon` a pixel against their labels (fast gradient sign on the shipped classifier). */
  perturb(images: Float32Array, labels: Uint8Array, epsilon: number): Promise<Float32Array>;
  /** The first `n` images of a source (at most 100). */
  sourceImages(source: ImageSource, n: number): Promise<Float32Array>;
  /**
   * Scores of `n` images of a source. `report` hears of progress; when it answers false, the measurement ends with what
   * there is.
   */
  quality(source: ImageSource, n: number, report?: (part: QualityReport) => unknown): Promise<QualityReport>;
  /** How sure the shipped classifier is of images. */
  judge(images: Float32Array, threshold: number): Promise<Judgement>;
  /** Derivatives of `z = mu + sigma epsilon` by `mu` and `sigma`: formula against burn's automatic differentiation. */
  compareReparameterization(mu: number, sigma: number, epsilon: number): Promise<{ mu: Check; sigma: Check }>;
  /** Of the rows `expected` of a transposed convolution, the entry that is farthest from burn's. */
  compareTransposedConvolution(
    input: number[][],
    kernel: number[][],
    stride: number,
    expected: number[][],
  ): Promise<Check>;
  /** Makes this worker ready to help another one. */
  enlist(): Promise<void>;
  /** The gradient of a part of the other's batch. */
  assist(task: unknown, numbers: Float32Array): Promise<Float32Array>;
  /** Images of independent uniform pixels. */
  noise(n: number, seed: number): Promise<Float32Array>;
  /** Weights, optimiser, configuration, seed, step. */
  checkpoint(session: number): Promise<Uint8Array>;
  /** The weights as a safetensors file, with PyTorch's names and layouts. */
  exportWeights(session: number): Promise<Uint8Array>;
  /** A session from a checkpoint (goes on), or from weights in a safetensors file (step 0). */
  restore(choice: DeviceChoice, bytes: Uint8Array): Promise<Opened>;
}
