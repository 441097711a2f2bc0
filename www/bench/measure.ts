/**
 * Interleaved rounds: every contender has its turn in every round, so that what else the machine does meets all alike.
 */

import { quantile } from "d3";
import type { Engine } from "../engine/client";
import type { Contender } from "./contenders";
import type { Model, Setting } from "./model";

/** One number of the table: milliseconds, over rounds. */
export interface Result {
  measure: string;
  contender: string;
  median: number;
  low: number;
  high: number;
  rounds: number;
}

export interface Measure {
  name: string;
  setting: Setting;
  run(model: Model, n: number): Promise<unknown>;
}

const MAIN: Setting = { batch: 128, hidden: 300, latent: 20 };
const step = (name: string, setting: Setting): Measure => ({ name, setting, run: (model, n) => model.steps(n) });
const repeated = (once: (model: Model) => Promise<unknown>) => async (model: Model, n: number) => {
  for (let i = 0; i < n; i += 1) await once(model);
};

export const measures: readonly Measure[] = [
  step("step, batch 128", MAIN),
  step("step, batch 32", { ...MAIN, batch: 32 }),
  step("step, batch 512", { ...MAIN, batch: 512 }),
  step("step, 1000 hidden units", { ...MAIN, hidden: 1000 }),
  { name: "encode one image", setting: MAIN, run: repeated((model) => model.encode()) },
  { name: "decode one code", setting: MAIN, run: repeated((model) => model.decode(1)) },
  { name: "decode 20 x 20 codes", setting: MAIN, run: repeated((model) => model.decode(400)) },
];

/** A block of repetitions takes about so long, and at least one. */
const BLOCK_MS = 400;
const MOST = 200;
const WARM_MS = 4000;

/** Times one measure for all contenders; one that fails is left out and said. */
export async function time(
  measure: Measure,
  contenders: readonly Contender[],
  rounds: number,
  said: (text: string) => void,
): Promise<Result[]> {
  const entries: { contender: Contender; model: Model; n: number; times: number[] }[] = [];
  for (const contender of contenders) {
    try {
      const model = await contender.open(measure.setting);
      entries.push({ contender, model, n: await warm(measure, model), times: [] });
    } catch (error) {
      said(`${measure.name}: ${contender.name} failed (${error instanceof Error ? error.message : String(error)}).`);
    }
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const entry of entries) {
      said(`${measure.name}, round ${round + 1} of ${rounds}: ${entry.contender.name}`);
      const began = performance.now();
      await measure.run(entry.model, entry.n);
      entry.times.push((performance.now() - began) / entry.n);
    }
  }
  for (const { model } of entries) await model.close();
  return entries.map(({ contender, times }) => ({
    measure: measure.name,
    contender: contender.name,
    ...spread(times),
    rounds,
  }));
}

/** Runs until the browser has compiled what is hot; the number of repetitions that then take a block's time. */
async function warm(measure: Measure, model: Model): Promise<number> {
  const first = performance.now();
  let n = 1;
  do {
    const began = performance.now();
    await measure.run(model, n);
    n = Math.min(MOST, Math.max(1, Math.round((n * BLOCK_MS) / (performance.now() - began))));
  } while (performance.now() - first < WARM_MS);
  return n;
}

function spread(times: number[]): { median: number; low: number; high: number } {
  const at = (share: number): number => quantile(times, share) ?? Number.NaN;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

/**
 * Multiplications and additions of one step: three products of matrices a layer, but for the first layer's derivative
 * by x.
 */
export function multiplications({ batch, hidden, latent }: Setting): number {
  return batch * hidden * (3 * (2 * 784 + 3 * latent) - 784);
}

/**
 * The most that this engine's SIMD does in a product of matrices, 10^9 multiplications and additions a second: images
 * by 1,000 hidden units.
 */
export async function roofline(engine: Engine): Promise<number> {
  const [images, hidden] = [4096, 1000];
  const { session } = await engine.createSession("cpu", { hidden, latent: 1, trainImages: 10_000 });
  let best = 0;
  for (let round = 0; round < 5; round += 1) {
    const pixels = new Float32Array(images * 784).fill(0.5);
    const began = performance.now();
    await engine.encode(session, pixels);
    best = Math.max(best, (images * 784 * hidden) / (performance.now() - began) / 1e6);
  }
  await engine.closeSession(session);
  return best;
}
