/**
 * Two runs in step: an autoencoder and a VAE with the same seed, hence the same first weights, images and binarized
 * pixels.
 */

import type { BoxDraws, Progress } from "../../contract/engine";
import type { Engine } from "../../engine/client";
import type { Look } from "./side";

/** The two families, in the order in which they are shown. */
export const FAMILIES = ["autoencoder", "vae"] as const;
export type Family = (typeof FAMILIES)[number];

const MODEL = {
  hidden: 128,
  likelihood: "bernoulli",
  binarization: "stochastic",
  beta: 1,
  samples: 1,
  learningRate: 1e-3,
  batchSize: 128,
  trainImages: 20_000,
} as const;

/** How z is drawn. */
export interface Draws {
  from: "box" | "prior";
  n: number;
  seed: number;
}

export class Pair {
  /** Steps of both. */
  step = 0;
  #engine: Engine;
  #sessions: Record<Family, number>;
  #reconstruction: Record<Family, number | null> = { autoencoder: null, vae: null };

  private constructor(
    engine: Engine,
    sessions: Record<Family, number>,
    readonly seed: number,
    /** Numbers of a code. */
    readonly latent: number,
  ) {
    this.#engine = engine;
    this.#sessions = sessions;
  }

  static async open(engine: Engine, seed: number, latent: number): Promise<Pair> {
    const [autoencoder, vae] = await Promise.all(
      FAMILIES.map(async (family) => (await engine.createSession("cpu", { ...MODEL, family, seed, latent })).session),
    );
    return new Pair(engine, { autoencoder: autoencoder ?? 0, vae: vae ?? 0 }, seed, latent);
  }

  /** `n` steps of each. */
  async advance(n: number): Promise<void> {
    const reports = await Promise.all(FAMILIES.map((family) => this.#engine.step(this.#sessions[family], n)));
    for (const [i, family] of FAMILIES.entries())
      this.#reconstruction[family] = reports[i]?.train?.reconstruction ?? null;
    this.step = (reports[0] as Progress).step;
  }

  /** Codes of `tests`, draws between them, and what the classifier makes of these. */
  async look(family: Family, tests: Float32Array, { from, n, seed }: Draws, threshold: number): Promise<Look> {
    const session = this.#sessions[family];
    const { mu } = await this.#engine.encode(session, tests);
    const box: BoxDraws = await this.#engine.sampleBox(session, mu, n, seed);
    const { z, images } = from === "box" ? box : await this.#engine.sample(session, n, seed);
    const judgement = await this.#engine.judge(images, threshold);
    const { confident: rebuilt } = await this.#engine.judge(await this.#engine.decode(session, mu), threshold);
    return {
      codes: mu,
      latent: this.latent,
      low: box.low,
      high: box.high,
      z,
      images,
      judgement,
      rebuilt,
      reconstruction: this.#reconstruction[family],
    };
  }

  close(): void {
    for (const session of Object.values(this.#sessions)) void this.#engine.closeSession(session).catch(() => {});
  }
}
