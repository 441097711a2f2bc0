/**
 * The plane of the first two latent dimensions: the prior, q as an ellipse that can be moved and widened, and its
 * samples.
 */

import type { PlacedPosterior } from "wasm/lecture-gradients";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";
import type { Host } from "../../contract/host";
import { curve, points } from "../../parts/curves";
import { createHandle } from "../../parts/handle";
import { Plot } from "../../parts/plot";

const REACH = [-4.5, 4.5] as const;
/** Points that are drawn of all samples. */
const MOST_POINTS = 250;
/** Factors by which the reader may change sigma. */
export const SCALES = [0.1, 5] as const;
/** How far beyond two standard deviations the handle of the width stands, so that it can be told from the mean's. */
const ARM = 0.7;
/** Furthest that the reader may move a mean. */
export const FURTHEST = 4;

export function createPlane(stage: Host, parent: HTMLElement) {
  const plot = new Plot(parent, stage, {
    label: "q and the prior in the latent plane",
    x: { domain: REACH, label: "z₁", ticks: 5 },
    y: { domain: REACH, label: "z₂", ticks: 5 },
    aspect: 1,
    margin: { top: 24 },
  });
  const prior = [curve(plot, "thin dashed sym-p"), curve(plot, "thin dashed sym-p")];
  const samples = points(plot, "sym-z", 1.9);
  const arm = curve(plot, "thin sym-sigma");
  const q = [curve(plot, "sym-q"), curve(plot, "thin sym-q")];
  let encoder = { mu: [0, 0], sigma: [1, 1] };
  let place = { x: 0, y: 0 };
  const within = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const mean = createHandle(plot, {
    label: "mean of q",
    className: "sym-mu",
    axis: "both",
    bounds: { x: [-FURTHEST, FURTHEST], y: [-FURTHEST, FURTHEST] },
    step: { x: 0.1, y: 0.1 },
    onMove: (x, y) =>
      stage.set({
        shift1: within(x - (encoder.mu[0] ?? 0), -FURTHEST, FURTHEST),
        shift2: within(y - (encoder.mu[1] ?? 0), -FURTHEST, FURTHEST),
      }),
    valueText: (x, y) => `${formatFixed(x, 2)}, ${formatFixed(y, 2)}`,
  });
  const width = createHandle(plot, {
    label: "width of q",
    className: "sym-sigma",
    axis: "x",
    shape: "ring",
    bounds: { x: REACH },
    step: { x: 0.05 },
    onMove: (x) => stage.set({ sigmaScale: within((x - ARM - place.x) / (2 * (encoder.sigma[0] ?? 1)), ...SCALES) }),
    valueText: (x) => t`two standard deviations: ${formatFixed(x - ARM - place.x, 2)}`,
  });
  return {
    draw(placed: PlacedPosterior, given: { mu: number[]; sigma: number[] }, z: Float32Array): void {
      encoder = given;
      place = { x: placed.mu[0] ?? 0, y: placed.mu[1] ?? 0 };
      const [one, two, priorOne, priorTwo] = placed.outlines;
      for (const [line, outline] of [
        [q[0], one],
        [q[1], two],
        [prior[0], priorOne],
        [prior[1], priorTwo],
      ] as const)
        if (line && outline) line.draw(outline.x, outline.y);
      const latent = placed.mu.length;
      const count = Math.min(MOST_POINTS, Math.floor(z.length / latent));
      const coordinate = (k: number) => Array.from({ length: count }, (_, i) => z[i * latent + k] ?? 0);
      samples.draw(coordinate(0), coordinate(Math.min(1, latent - 1)));
      const [low, high] = REACH;
      const end = place.x + 2 * (placed.sigma[0] ?? 1) + ARM;
      arm.draw([place.x, end], [place.y, place.y]);
      mean.place(within(place.x, low, high), within(place.y, low, high));
      width.place(within(end, low, high), within(place.y, low, high));
    },
  };
}
