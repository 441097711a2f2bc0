/** The Lab's controls, and the engine's configuration that they mean. */

import type { Controls, ControlSpec } from "../../element/definition";
import type { DeviceChoice, SessionConfig } from "../../engine/protocol";

/** Units of the hidden layers, as in the lecture. */
const HIDDEN = 300;

const MODEL = "Model";
const DATA = "Data";
const TRAINING = "Training";
const RUN = "Run";

export const labControls: { [name: string]: ControlSpec } = {
  family: {
    kind: "choice",
    group: MODEL,
    label: "Family",
    default: "vae",
    options: [
      { value: "vae", label: "VAE" },
      { value: "autoencoder", label: "AE" },
      { value: "denoising", label: "Denoising AE" },
    ],
  },
  architecture: { kind: "choice", group: MODEL, label: "Architecture", default: "mlp", options: [{ value: "mlp", label: "Fully connected" }] },
  latent: { kind: "number", group: MODEL, label: "Latent size", min: 1, max: 64, step: 1, default: 2, integer: true, scale: "log" },
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
  beta: { kind: "number", group: TRAINING, label: "Weight of the KL term, beta", symbol: "\\beta", min: 0, max: 20, step: 0.1, default: 1 },
  learningRate: { kind: "number", group: TRAINING, label: "Learning rate", min: 1e-5, max: 0.1, step: 1e-5, default: 1e-3, scale: "log" },
  batchSize: { kind: "number", group: TRAINING, label: "Batch", min: 1, max: 1024, step: 1, default: 128, integer: true, scale: "log" },
  samples: { kind: "number", group: TRAINING, label: "Samples of z", min: 1, max: 32, step: 1, default: 1, integer: true },
  trainImages: { kind: "number", group: DATA, label: "Train images", min: 100, max: 60_000, step: 100, default: 60_000, integer: true },
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
};

/** What the controls ask the engine for. */
export interface Wanted {
  device: DeviceChoice;
  config: SessionConfig;
}

export function wanted(controls: Controls): Wanted {
  const number = (name: string): number => Number(controls[name]);
  return {
    device: controls["device"] as DeviceChoice,
    config: {
      family: controls["family"] as SessionConfig["family"],
      hidden: HIDDEN,
      latent: number("latent"),
      likelihood: controls["likelihood"] as SessionConfig["likelihood"],
      binarization: controls["binarization"] as SessionConfig["binarization"],
      beta: number("beta"),
      samples: number("samples"),
      learningRate: number("learningRate"),
      batchSize: number("batchSize"),
      trainImages: number("trainImages"),
      seed: number("seed"),
    },
  };
}

/** Controls that show a configuration (of a checkpoint). Single precision's tails are cut. */
export function controlsOf({ hidden: _, ...config }: SessionConfig): Controls {
  const short = (value: number): number => Number(value.toPrecision(6));
  return { ...config, beta: short(config.beta), learningRate: short(config.learningRate) };
}

/** Whether two configurations differ in what cannot change in mid-run. */
export function differs(a: Wanted, b: Wanted): boolean {
  const fixed = ({ device, config: { learningRate: _rate, beta: _beta, ...config } }: Wanted): string =>
    JSON.stringify([device, Object.entries(config).sort(([first], [second]) => first.localeCompare(second))]);
  return fixed(a) !== fixed(b);
}
