/** Which two coordinates of the codes are drawn, and at what scale. */

import type { Codes } from "../../contract/engine";

/** The two dimensions that carry most of the KL term, largest first; in a code of one dimension, twice the same. */
export function leading(klPerDimension: number[] | null, latent: number, count: number): number[] {
  const dimensions = Array.from({ length: latent }, (_, j) => j);
  if (latent > 2 && klPerDimension) dimensions.sort((a, b) => (klPerDimension[b] ?? 0) - (klPerDimension[a] ?? 0));
  return dimensions.slice(0, count);
}

/** Pairs to draw; a code of one dimension is spread by class, so that its points do not lie on one another. */
export function pairs(
  { mu, latent }: Codes,
  labels: Uint8Array,
  [first = 0, second]: number[],
  scale: number,
): Float32Array {
  const drawn = new Float32Array(2 * labels.length);
  labels.forEach((label, i) => {
    drawn[2 * i] = mu[i * latent + first] ?? 0;
    // A quarter of the order within the class keeps neighbours apart.
    drawn[2 * i + 1] =
      second === undefined
        ? scale * (0.28 * (Math.min(label, 10) - 4.5) + 0.02 * ((i % 9) - 4))
        : (mu[i * latent + second] ?? 0);
  });
  return drawn;
}

/** A scale at which most codes lie on the map: 1 for a model that has a prior. */
export function scaleOf({ mu }: Pick<Codes, "mu">, hasPrior: boolean): number {
  if (hasPrior || mu.length === 0) return 1;
  const sizes = Float32Array.from(mu, Math.abs).sort();
  return Math.max((sizes[Math.floor(0.97 * sizes.length)] ?? 1) / 2, 1e-3);
}
