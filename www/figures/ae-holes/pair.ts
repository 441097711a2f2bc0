/**
 * Two models trained in step: an autoencoder and a VAE with the same seed, hence the same first weights, images and
 * binarized pixels.
 */

import type { RunConfig, Runs } from "../../engine/figure/runs-in-step";
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

/** `latent`: numbers of a code. */
export function configsOf(seed: number, latent: number): RunConfig[] {
  return FAMILIES.map((family) => ({ ...MODEL, family, seed, latent }));
}

/** Codes of `tests`, draws between them, and what the classifier makes of these. */
export async function lookAt(
  { engine, sessions, train }: Runs,
  family: Family,
  tests: Float32Array,
  { from, n, seed }: Draws,
  threshold: number,
): Promise<Look> {
  const place = FAMILIES.indexOf(family);
  const session = sessions[place] ?? 0;
  const { mu, latent } = await engine.encode(session, tests);
  const box = await engine.sampleBox(session, mu, n, seed);
  const { z, images } = from === "box" ? box : await engine.sample(session, n, seed);
  const judgement = await engine.judge(images, threshold);
  const { confident: rebuilt } = await engine.judge(await engine.decode(session, mu), threshold);
  const reconstruction = train[place]?.reconstruction ?? null;
  return { codes: mu, latent, low: box.low, high: box.high, z, images, judgement, rebuilt, reconstruction };
}
