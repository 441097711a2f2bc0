/**
 * The model of this page in TensorFlow.js 4.22: the same layers, loss and optimiser, and batches that already lie on
 * its device.
 */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgl";
import "@tensorflow/tfjs-backend-webgpu";
import type { Model, Setting } from "./model";

export type Backend = "wasm" | "webgl" | "webgpu" | "cpu";

const PIXELS = 784;
/** Batches that are trained on in turn. */
const BATCHES = 4;

/** Makes a backend the one in use; says what it runs on, or rejects. */
export async function useBackend(name: Backend): Promise<string> {
  setWasmPaths(new URL("./bench/", import.meta.url).href);
  if (tf.getBackend() === name) return name;
  if (!(await tf.setBackend(name).catch(() => false))) throw new Error("It could not be started in this browser.");
  await tf.ready();
  return name === "wasm"
    ? `WebAssembly, ${(await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT")) ? "SIMD" : "no SIMD"}, one thread`
    : name;
}

type Weights = { [name: string]: tf.Variable };

export class TensorFlowModel implements Model {
  #optimizer = tf.train.adam(0.001);
  #next = 0;

  private constructor(
    private readonly backend: Backend,
    private readonly setting: Setting,
    private readonly weights: Weights,
    private readonly batches: tf.Tensor2D[],
  ) {}

  static async open(backend: Backend, setting: Setting, images: Float32Array): Promise<TensorFlowModel> {
    await useBackend(backend);
    const { batch, hidden, latent } = setting;
    const matrix = (rows: number, columns: number): tf.Variable =>
      tf.variable(tf.randomUniform([rows, columns], -1 / Math.sqrt(rows), 1 / Math.sqrt(rows)));
    const bias = (columns: number): tf.Variable => tf.variable(tf.zeros([columns]));
    const weights: Weights = {
      hiddenOfX: matrix(PIXELS, hidden),
      hiddenOfXBias: bias(hidden),
      mu: matrix(hidden, latent),
      muBias: bias(latent),
      logSigma: matrix(hidden, latent),
      logSigmaBias: bias(latent),
      hiddenOfZ: matrix(latent, hidden),
      hiddenOfZBias: bias(hidden),
      logits: matrix(hidden, PIXELS),
      logitsBias: bias(PIXELS),
    };
    const digits = images.length / PIXELS;
    const batches = Array.from({ length: BATCHES }, (_, b) => {
      const pixels = new Float32Array(batch * PIXELS);
      for (let i = 0; i < batch; i += 1) {
        const image = ((b * batch + i) % digits) * PIXELS;
        for (let pixel = 0; pixel < PIXELS; pixel += 1)
          pixels[i * PIXELS + pixel] = (images[image + pixel] ?? 0) > Math.random() ? 1 : 0;
      }
      return tf.tensor2d(pixels, [batch, PIXELS]);
    });
    return new TensorFlowModel(backend, setting, weights, batches);
  }

  async steps(n: number): Promise<number> {
    await useBackend(this.backend);
    let loss: tf.Scalar | null = null;
    for (let step = 0; step < n; step += 1) {
      loss?.dispose();
      const x = this.batches[this.#next % BATCHES] as tf.Tensor2D;
      this.#next += 1;
      loss = this.#optimizer.minimize(() => this.#loss(x), true, Object.values(this.weights));
    }
    const value = (await loss?.data())?.[0] ?? Number.NaN;
    loss?.dispose();
    if (!Number.isFinite(value)) throw new Error(`TensorFlow.js, ${this.backend}: the loss is ${value}.`);
    return value;
  }

  async encode(): Promise<void> {
    await useBackend(this.backend);
    const x = tf.slice(this.batches[0] as tf.Tensor2D, [0, 0], [1, PIXELS]);
    const codes = tf.tidy(() => tf.concat(this.#codes(x), 1));
    await codes.data();
    tf.dispose([x, codes]);
  }

  async decode(n: number): Promise<void> {
    await useBackend(this.backend);
    const images = tf.tidy(() => tf.sigmoid(this.#logits(tf.zeros([n, this.setting.latent]))));
    await images.data();
    images.dispose();
  }

  async close(): Promise<void> {
    await useBackend(this.backend);
    tf.dispose([...Object.values(this.weights), ...this.batches]);
    this.#optimizer.dispose();
  }

  #layer(input: tf.Tensor2D, name: string): tf.Tensor2D {
    return tf.add(
      tf.matMul(input, this.weights[name] as unknown as tf.Tensor2D),
      this.weights[`${name}Bias`] as tf.Variable,
    );
  }

  #codes(x: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
    const hidden = tf.relu(this.#layer(x, "hiddenOfX"));
    return [this.#layer(hidden, "mu"), this.#layer(hidden, "logSigma")];
  }

  #logits(z: tf.Tensor2D): tf.Tensor2D {
    return this.#layer(tf.relu(this.#layer(z, "hiddenOfZ")), "logits");
  }

  /** The negative ELBO of deck 003, mean over the batch, in nats. */
  #loss(x: tf.Tensor2D): tf.Scalar {
    const [mu, logSigma] = this.#codes(x);
    const sigma = tf.exp(logSigma);
    const logits = this.#logits(tf.add(mu, tf.mul(sigma, tf.randomNormal([this.setting.batch, this.setting.latent]))));
    const reconstruction = tf.sum(tf.sub(tf.softplus(logits), tf.mul(x, logits)));
    const kl = tf.sum(tf.sub(tf.mul(0.5, tf.sub(tf.add(tf.square(mu), tf.square(sigma)), 1)), logSigma));
    return tf.div(tf.add(reconstruction, kl), this.setting.batch);
  }
}
