/** The two models of figure 3.4: one seed, the same layers and data, trained side by side in the engine. */

import type { Stage } from "../../element/definition";
import type { Engine } from "../../engine/client";
import type { SessionConfig, Terms } from "../../engine/protocol";
import { linkEngine } from "../../parts/engine-link";

export type Family = "autoencoder" | "vae";
export const FAMILIES: readonly Family[] = ["autoencoder", "vae"];

/** Images of the first data file: enough for a short run. */
const TRAIN_IMAGES = 10_000;
/** Higher than in the Lab: the run is short. */
const LEARNING_RATE = 3e-3;
/** Test digits to choose from. */
export const TESTS = 100;

export interface Settings {
  latent: number;
  seed: number;
}

interface Pair {
  key: string;
  engine: Engine;
  sessions: { [family in Family]: number };
  step: number;
  train: { [family in Family]: Terms | null };
}

export class Models {
  #connect;
  #pair: Promise<Pair> | null = null;
  #key = "";
  #tests: Promise<{ images: Float32Array; labels: Uint8Array }> | null = null;

  constructor(stage: Stage) {
    this.#connect = linkEngine(stage, () => {
      this.#pair = this.#tests = null;
      stage.message("The engine stopped in mid-run, and both models are lost. They begin again, untrained.");
      stage.refresh();
    });
    stage.signal.addEventListener("abort", () => this.reset());
  }

  /** The models of these settings; new ones, untrained, when the settings have changed. */
  async open(settings: Settings): Promise<Pair> {
    const engine = await this.#connect();
    const key = JSON.stringify(settings);
    if (key !== this.#key) this.reset();
    this.#key = key;
    this.#pair ??= this.#create(engine, key, settings);
    const pair = this.#pair;
    pair.catch(() => (this.#pair = null));
    return pair;
  }

  /** Forgets both models. */
  reset(): void {
    const pair = this.#pair;
    this.#pair = null;
    void pair?.then(({ engine, sessions }) => Promise.all(FAMILIES.map((family) => (engine.dead === null ? engine.closeSession(sessions[family]) : null)))).catch(() => {});
  }

  /** Test digits, always the same ones. */
  async tests(): Promise<{ images: Float32Array; labels: Uint8Array }> {
    const engine = await this.#connect();
    this.#tests ??= engine.testImages("cpu", TESTS);
    this.#tests.catch(() => (this.#tests = null));
    return this.#tests;
  }

  /** `n` steps of both. */
  async train(settings: Settings, n: number): Promise<number> {
    const pair = await this.open(settings);
    for (const family of FAMILIES) {
      const { train } = await pair.engine.step(pair.sessions[family], n);
      pair.train[family] = train ?? pair.train[family];
    }
    pair.step += n;
    return pair.step;
  }

  async #create(engine: Engine, key: string, { latent, seed }: Settings): Promise<Pair> {
    const open = async (family: Family): Promise<number> => {
      const config: SessionConfig = { family, hidden: 300, latent, likelihood: "bernoulli", binarization: "stochastic", beta: 1, samples: 1, learningRate: LEARNING_RATE, batchSize: 128, trainImages: TRAIN_IMAGES, seed };
      return (await engine.createSession("cpu", config)).session;
    };
    const sessions = { autoencoder: await open("autoencoder"), vae: await open("vae") };
    return { key, engine, sessions, step: 0, train: { autoencoder: null, vae: null } };
  }
}
