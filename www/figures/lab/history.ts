/** What has been measured so far, in a bounded number of points: when there are too many, neighbours are averaged. */

import type { Terms } from "../../contract/engine";

/** One point of a curve: means over `n` images around `step`. */
export interface Point {
  step: number;
  elbo: number;
  reconstruction: number;
  kl: number;
  n: number;
}

const MOST_POINTS = 400;

export class Series {
  points: Point[] = [];
  /** Reports gathered in one point. */
  #perPoint = 1;
  #inLast = 0;

  clear(): void {
    this.points = [];
    this.#perPoint = 1;
    this.#inLast = 0;
  }

  add(step: number, { elbo, reconstruction, kl, n }: Terms): void {
    const point: Point = { step, elbo, reconstruction, kl, n };
    const last = this.points.at(-1);
    if (last && this.#inLast < this.#perPoint) {
      this.points[this.points.length - 1] = merge(last, point);
      this.#inLast += 1;
      return;
    }
    this.points.push(point);
    this.#inLast = 1;
    if (this.points.length < MOST_POINTS) return;
    const halved: Point[] = [];
    for (let i = 0; i + 1 < this.points.length; i += 2) {
      const [first, second] = [this.points[i], this.points[i + 1]];
      if (first && second) halved.push(merge(first, second));
    }
    this.points = halved;
    this.#perPoint *= 2;
    this.#inLast = this.#perPoint;
  }
}

/** The curves of one run. */
export class History {
  readonly train = new Series();
  readonly test = new Series();

  /** Both curves by step, in the order of `historyColumns`; null where the one or the other was not measured. */
  rows(): (number | null)[][] {
    const rows = new Map<number, (number | null)[]>();
    [this.train, this.test].forEach(({ points }, which) => {
      for (const { step, elbo, reconstruction, kl, n } of points) {
        const row = rows.get(step) ?? [step, ...Array<null>(8).fill(null)];
        row.splice(1 + 4 * which, 4, elbo, reconstruction, kl, n);
        rows.set(step, row);
      }
    });
    return [...rows.values()].sort(([a], [b]) => (a ?? 0) - (b ?? 0));
  }
}

/** Nats per image, means over `n` images around the step. */
export const historyColumns = [
  "step",
  ...["train", "test"].flatMap((part) => ["elbo", "reconstruction", "kl", "n"].map((term) => `${part}_${term}`)),
];

function merge(a: Point, b: Point): Point {
  const n = a.n + b.n;
  const mean = (x: number, y: number): number => (x * a.n + y * b.n) / n;
  return {
    step: b.step,
    elbo: mean(a.elbo, b.elbo),
    reconstruction: mean(a.reconstruction, b.reconstruction),
    kl: mean(a.kl, b.kl),
    n,
  };
}
