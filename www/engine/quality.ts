/** Scores of many images by the shipped classifier, in slices between which the worker answers others. */

import type { ImageSource, QualityReport } from "../contract/engine";
import type { WasmClassifier, WasmQuality, WasmReference, WasmSession } from "./module";
import { breathe, Queue } from "./queue";
import type { Host } from "./session";

/**
 * Images in each half of the real digits (`training::quality::HALF`): those that others are compared with, and the
 * rest.
 */
const HALF = 10_000;
/** Images at a time. Always as many, so that what a model draws does not depend on the machine's speed. */
export const CHUNK = 100;
const REPORT_MS = 300;

/** Images `start` to `start + count` of a source. */
export type Images = (start: number, count: number) => Promise<Float32Array>;

/** What others are compared with. */
export const REFERENCE = { kind: "reference", blur: 0 } as const;

/** What images are made with: the models, the data, and test digits. */
export interface Makers {
  ask<T>(session: number, job: (wasm: WasmSession) => T | Promise<T>): Promise<T>;
  host(): Promise<Host>;
  tests(n: number): Promise<Float32Array>;
}

/** Test digits whose codes make the box that codes are drawn from. */
const BOXED = 1000;

/** How to get a source's images. What a model draws depends on the seed and on the place of the slice. */
export async function imagesOf(source: ImageSource | typeof REFERENCE, { ask, host, tests }: Makers): Promise<Images> {
  if ("session" in source) {
    const { kind, session, seed } = source;
    const streamAt = (start: number): number => (128 * seed + start / CHUNK) >>> 0;
    if (kind === "prior")
      return async (start, count) => (await ask(session, (wasm) => wasm.sample(count, streamAt(start)))).images;
    const digits = await tests(BOXED);
    const { mu } = await ask(session, (wasm) => wasm.encode(digits));
    return async (start, count) => (await ask(session, (wasm) => wasm.sampleBox(mu, count, streamAt(start)))).images;
  }
  const { kind, blur } = source;
  const { engine, data } = await host();
  const needed = kind === "test" ? 0 : 2 * HALF;
  await data.ensure(needed);
  while (engine.trainImages() < needed && !data.report().complete) await data.changed();
  return async (start, count) => engine.realImages(kind, start, count, blur);
}

export class Scorer {
  /** Both are kept: the same real digits are compared with again and again. */
  #gathered: WasmQuality | null = null;
  #reference: WasmReference | null = null;
  #queue = new Queue();

  /** Until `n` images are scored, or `report` answers false; first, once, until the reference is there. */
  score(
    classifier: WasmClassifier,
    images: Images,
    reference: Images,
    n: number,
    report?: (part: QualityReport) => unknown,
  ): Promise<QualityReport> {
    return this.#queue.run(async () => {
      this.#gathered ??= classifier.quality();
      const gathered = this.#gathered;
      const waiting = (): QualityReport => ({ n: 0, reference: gathered.n(), inceptionScore: null, frechet: null });
      if (!(await gather(gathered, reference, HALF, waiting, report))) return waiting();
      this.#reference ??= gathered.reference();
      const compared = this.#reference;
      const run = classifier.quality();
      const part = (): QualityReport => ({ ...run.report(compared), reference: HALF });
      try {
        await gather(run, images, n, part, report);
        return part();
      } finally {
        run.free();
      }
    });
  }
}

/** False when `report` has put an end to it. */
async function gather(
  run: WasmQuality,
  images: Images,
  n: number,
  part: () => QualityReport,
  report?: (part: QualityReport) => unknown,
): Promise<boolean> {
  let reported = performance.now();
  for (let done = run.n(); done < n; done = run.n()) {
    const some = await images(done, Math.min(CHUNK, n - done));
    await breathe();
    await run.add(some);
    if (report && performance.now() - reported >= REPORT_MS) {
      if ((await report(part())) === false) return false;
      reported = performance.now();
    }
    await breathe();
  }
  return true;
}
