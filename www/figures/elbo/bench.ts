/**
 * The workbench of chapter 6, over one axis z: above, the model as a band in the plane of z and x, with the
 * observation; below, the densities over z. Everything in it can be dragged.
 */

import type { ElboScene } from "wasm/lecture-latents";
import { formatNumber } from "../../base/format";
import type { HostOf } from "../../contract/host";
import { area, curve, label, rule } from "../../parts/curves";
import { createHandle } from "../../parts/handle";
import { niceTop } from "../../parts/layout";
import { Plot } from "../../parts/plot";
import { type ModelValues, RANGE } from "./model";

/** Where x is drawn. */
const X_DOMAIN = [-5.5, 5.5] as const;

/** The model in the plane of z and x. */
export function createPlane(stage: HostOf<ModelValues>, parent: HTMLElement, height: number) {
  const plot = new Plot(parent, stage, {
    label: "The model: the x that each z causes, and the x that was observed",
    x: { domain: [-6, 6], show: false },
    y: { domain: X_DOMAIN, label: "x", symbol: true, ticks: 5 },
    height,
    margin: { top: 22 },
  });
  const band = area(plot, "sym-theta");
  const line = curve(plot, "sym-theta");
  const cause = rule(plot, "vertical", "sym-p dashed");
  const seen = rule(plot, "horizontal", "sym-x");
  const number = (name: keyof ModelValues) => stage.controls[name];
  const words = (_: number, value: number) => formatNumber(value, 3);
  const noise = createHandle(plot, {
    label: "noise of the model",
    className: "sym-sigma",
    axis: "y",
    shape: "ring",
    bounds: { y: X_DOMAIN },
    step: { y: 0.05 },
    onMove: (_, y) => stage.set({ sigma: clamp(Math.abs(y - (number("mu") - number("w"))), RANGE.sigma) }),
    valueText: () => formatNumber(number("sigma"), 3),
  });
  const slope = createHandle(plot, {
    label: "slope of the model",
    className: "sym-theta",
    axis: "y",
    bounds: { y: X_DOMAIN },
    step: { y: 0.05 },
    onMove: (_, y) => stage.set({ w: clamp(y - number("mu"), RANGE.w) }),
    valueText: () => formatNumber(number("w"), 3),
  });
  const offset = createHandle(plot, {
    label: "offset of the model",
    className: "sym-mu",
    axis: "y",
    bounds: { y: [RANGE.mu.min, RANGE.mu.max] },
    step: { y: 0.05 },
    onMove: (_, mu) => stage.set({ mu }),
    valueText: words,
  });
  const observed = createHandle(plot, {
    label: "what was observed",
    className: "sym-x",
    axis: "y",
    bounds: { y: [RANGE.x.min, RANGE.x.max] },
    step: { y: 0.05 },
    onMove: (_, x) => stage.set({ x }),
    valueText: words,
  });
  const names = {
    x: label(plot, "x", "sym-x axis-symbol"),
    mu: label(plot, "μ", "sym-mu axis-symbol"),
    w: label(plot, "w", "sym-theta axis-symbol"),
    sigma: label(plot, "σ", "sym-sigma axis-symbol"),
  };
  return {
    plot,
    draw(scene: ElboScene, c: ModelValues): void {
      const { halfWidth } = scene;
      plot.domains({ x: [-halfWidth, halfWidth] });
      band.draw(scene.z, scene.upper, scene.lower);
      line.draw(scene.z, scene.line);
      seen.draw(c.x);
      cause.draw(scene.posteriorMu);
      observed.place(-0.92 * halfWidth, c.x);
      offset.place(0, c.mu);
      slope.place(1, c.mu + c.w);
      // On that edge of the band which is inside the drawing.
      const middle = c.mu - c.w;
      const edge = middle > 0 ? middle - c.sigma : middle + c.sigma;
      noise.place(-1, edge);
      // Beside each handle, on the side that the line leaves free.
      const down = c.w >= 0 ? 1 : -1;
      const u = plot.unit;
      names.x.draw(-0.92 * halfWidth, c.x, 16 * u, -6 * u);
      names.mu.draw(0, c.mu, 9 * u, (5 + 15 * down) * u);
      names.w.draw(1, c.mu + c.w, 15 * u, (5 + 13 * down) * u);
      names.sigma.draw(-1, edge, -16 * u, (middle > 0 ? 14 : -4) * u);
    },
  };
}

/** The densities over z: the prior, q with its handles, and (unless left out) the posterior. */
export function createBells(
  stage: HostOf<ModelValues>,
  parent: HTMLElement,
  options: { height: number; posterior?: boolean; labelled?: boolean },
) {
  const plot = new Plot(parent, stage, {
    label: "Densities over z: the prior, the posterior and q",
    x: { domain: [-6, 6], label: "z", symbol: true },
    y: { domain: [0, 1], label: "density", ticks: 4 },
    height: options.height,
    margin: { top: 22 },
  });
  const prior = curve(plot, "thin dashed ink-soft");
  const posterior = options.posterior === false ? null : { fill: area(plot, "sym-p"), line: curve(plot, "sym-p") };
  const cause = options.posterior === false ? null : rule(plot, "vertical", "sym-p dashed");
  const fill = area(plot, "sym-q");
  const line = curve(plot, "sym-q");
  // Changed in place: with a wider drawing the mean may go farther.
  const reach: { x: [number, number] } = { x: [-5.4, 5.4] };
  const mean = createHandle(plot, {
    label: "mean of q",
    className: "sym-q",
    axis: "x",
    bounds: reach,
    step: { x: 0.05 },
    onMove: (qMu) => stage.set({ qMu }),
    valueText: (x) => formatNumber(x, 3),
  });
  const deviation = createHandle(plot, {
    label: "standard deviation of q",
    className: "sym-q",
    axis: "x",
    shape: "ring",
    bounds: { x: [RANGE.qMu.min, RANGE.qMu.max + RANGE.qSigma.max] },
    step: { x: 0.05 },
    onMove: (x) => stage.set({ qSigma: clamp(x - stage.controls.qMu, RANGE.qSigma) }),
    valueText: (x) => formatNumber(x - stage.controls.qMu, 3),
  });
  return {
    plot,
    draw(scene: ElboScene, c: ModelValues, alsoShown: readonly number[] = []): void {
      const { halfWidth } = scene;
      reach.x = halfWidth > 6 ? [RANGE.qMu.min, RANGE.qMu.max] : [-5.4, 5.4];
      const peaks = [scene.qPeak, ...alsoShown];
      if (posterior !== null) peaks.push(scene.posteriorPeak);
      plot.domains({ x: [-halfWidth, halfWidth], y: [0, niceTop(peaks, 0.5)] });
      prior.draw(scene.z, scene.prior);
      posterior?.fill.draw(scene.z, scene.posterior);
      posterior?.line.draw(scene.z, scene.posterior);
      cause?.draw(scene.posteriorMu);
      fill.draw(scene.z, scene.q);
      line.draw(scene.z, scene.q);
      mean.place(c.qMu, scene.qPeak);
      deviation.place(c.qMu + c.qSigma, scene.qShoulder);
    },
  };
}

function clamp(value: number, range: { min: number; max: number }): number {
  return Number(Math.min(range.max, Math.max(range.min, value)).toFixed(3));
}
