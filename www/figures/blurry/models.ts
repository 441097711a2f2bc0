/** The models that are trained beside each other in 10.3, and what is seen of each. */

import type { Json } from "../../contract/controls";
import type { LectureHost } from "../../contract/host";
import type { Estimate } from "../../contract/results";
import type { Engine } from "../../engine/client";
import type { RunConfig } from "../../engine/figure/runs-in-step";
import { PIXELS } from "../../parts/digits";

/** Pictures that are measured, of each kind. */
const MEASURED = 100;

/** One model: what it is called, and in what it differs from the first. */
export interface Variant {
  title: string;
  note: string;
  config: RunConfig;
}

/** The same in all suspects: part one looks at it. */
const first: RunConfig = {};

/** A suspect is questioned by three models that differ in one thing. */
export interface Suspect {
  title: string;
  variants: [Variant, Variant, Variant];
}

/** By the value of the control `suspect`. */
const suspects = {
  likelihood: {
    title: "Suspect 1: the likelihood",
    variants: [
      { title: "Bernoulli", note: "cross-entropy", config: first },
      { title: "Gaussian, σ = 1", note: "squared error", config: { likelihood: "gaussian", sigma: 1 } },
      { title: "Gaussian, σ learnt", note: "", config: { likelihood: "gaussian", learnedSigma: true } },
    ],
  },
  family: {
    title: "Suspect 2: the family of distributions",
    variants: [
      { title: "q a Gaussian, 2 numbers", note: "as above", config: first },
      { title: "q a Gaussian, 20 numbers", note: "diagonal, like the first", config: { latent: 20 } },
      { title: "No q at all, 2 numbers", note: "plain autoencoder", config: { family: "autoencoder" } },
    ],
  },
  bound: {
    title: "Suspect 3: the bound",
    variants: [
      { title: "Evidence lower bound", note: "as above", config: first },
      {
        title: "A tighter bound",
        note: "importance-weighted, 5 draws",
        config: { bound: "importance-weighted", samples: 5 },
      },
      { title: "KL term times 4", note: "a looser one", config: { beta: 4 } },
    ],
  },
} satisfies { [suspect: string]: Suspect };

export function suspectOf(name: Json | undefined): Suspect {
  return suspects[name as keyof typeof suspects] ?? suspects.likelihood;
}

/** Pictures of one model. */
export interface Side {
  /** Means at the codes of the first test digits. */
  rebuilt: Float32Array;
  /** One draw of the pixels at each of these codes, and a Gaussian's standard deviation. */
  drawn: Float32Array;
  sigma: number | null;
  /** Means at codes from `N(0, I)`. */
  fresh: Float32Array;
  /** Edge contrast of each, real digits being 1. */
  contrast: { rebuilt: Estimate; drawn: Estimate; fresh: Estimate };
}

/** Looks at a model; `unit` is the edge contrast of real digits. */
export async function lookAt(
  stage: LectureHost<"lecture-autoencoders">,
  engine: Engine,
  session: number,
  tests: Float32Array,
  unit: number,
  seed: number,
): Promise<Side> {
  const { mu } = await engine.encode(session, tests.subarray(0, MEASURED * PIXELS));
  const rebuilt = await engine.decode(session, mu);
  const { images: drawn, sigma } = await engine.drawImages(session, mu, seed);
  const { images: fresh } = await engine.sample(session, MEASURED, seed);
  const of = (images: Float32Array): Estimate => stage.lecture.edgeContrast(images, unit).contrast;
  return { rebuilt, drawn, sigma, fresh, contrast: { rebuilt: of(rebuilt), drawn: of(drawn), fresh: of(fresh) } };
}
