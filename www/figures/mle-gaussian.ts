/**
 * Figure 2.2: a Gaussian on trial over data that the reader moves; the log-likelihood over (mu, sigma); gradient ascent
 * from any start to the closed form; samples from the fit. The row of data points is in `mle-gaussian/data-points.ts`.
 */

import type { MleGaussian, MleGaussianControls } from "wasm/lecture";
import { button } from "../base/dom";
import { formatCount, formatNumber } from "../base/format";
import { plural, t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { area, curve, heightAt, histogram, points } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, niceTop } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";
import { createDataPoints } from "./mle-gaussian/data-points";

const LOW = -8;
const HIGH = 8;
const MU = { kind: "number", min: -6, max: 6, step: 0.05 } as const;
const SIGMA = { kind: "number", min: 0.2, max: 6, step: 0.05 } as const;
/** Samples that one press asks for. */
const MANY = 500;
/** Nearer than this to the top (nats) the way is done. */
const ARRIVED = 1e-9;

const controls = {
  data: {
    kind: "numbers",
    label: "data",
    symbol: "\\x_n",
    min: -7,
    max: 7,
    minLength: 0,
    maxLength: 60,
    default: [-1.2, 0.3, 0.8, 1.6, 2.1, 2.9, 4.4],
  },
  mu: { ...MU, label: "mean", symbol: "\\mmu", default: -3, group: "Gaussian on trial" },
  sigma: { ...SIGMA, label: "standard deviation", symbol: "\\ssigma", default: 1.2, group: "Gaussian on trial" },
  samples: {
    kind: "number",
    label: "samples from the fit",
    symbol: "n",
    min: 0,
    max: 5000,
    step: 50,
    default: 0,
    integer: true,
    group: "Samples from the fit",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Samples from the fit" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "mle-gaussian",
  summary:
    "Drag the data, add points by pressing the plane, and drag the Gaussian by its peak and shoulder. Below, the " +
    "log-likelihood of every (μ, σ): its level lines close around the best one.",
  modules: ["lecture"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const plane = new Plot(stage.root, stage, {
    label: "Data and densities",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [0, 0.5], label: "density", unit: "per unit of x" },
    height: 260,
    margin: { top: 22 },
  });
  const dataPoints = createDataPoints(plane, stage, [-7, 7]);
  stage.root.append(
    dataPoints.root,
    legend([
      { className: "sym-x", text: "data" },
      { className: "sym-p", text: "Gaussian on trial" },
      { className: "ink-soft dashed", text: "the fit" },
      { className: "sym-q", text: "samples from the fit", block: true },
    ]),
  );
  const surface = new Plot(stage.root, stage, {
    label: "Log-likelihood over mu and sigma",
    x: { domain: [LOW, HIGH], label: "μ", symbol: true },
    y: { domain: [SIGMA.min, SIGMA.max], label: "σ", symbol: true },
    height: 320,
    margin: { top: 22 },
  });
  let left = 0;
  let next: { mu: number; sigma: number } | undefined;
  /** Where the climb began. */
  const kept = stage.keep<{ start: { mu: number; sigma: number } | null }>({ start: null });
  const player = createPlayer({
    label: "gradient ascent",
    interval: 350,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: climb,
    restart: () => {
      if (kept.start !== null) stage.set(kept.start);
      kept.start = null;
    },
  });
  player.root.insertBefore(
    button(t`Draw ${MANY} from the fit`, () => stage.set({ samples: MANY, seed: stage.controls.seed + 1 })),
    player.root.lastElementChild,
  );
  stage.root.append(player.root);
  const heat = createHeatmap(surface, ["var(--surface)", "var(--sym-theta)"]);
  const levels = Array.from({ length: 7 }, () => curve(surface, "thin ink-soft"));
  const way = curve(surface, "thin ink dashed");
  const stations = points(surface, "ink", 2.5);
  const top = points(surface, "ink outlined", 5.5);
  const bars = histogram(plane, "sym-q");
  const stems = curve(plane, "thin sym-x");
  const fill = area(plane, "sym-p");
  const trial = curve(plane, "sym-p");
  const fit = curve(plane, "thin dashed ink-soft");
  const peak = createHandle(plane, {
    label: "mean of the Gaussian on trial",
    className: "sym-mu",
    axis: "x",
    bounds: { x: [MU.min, MU.max] },
    step: { x: 0.1 },
    onMove: (mu) => place({ mu }),
    valueText: (x) => `μ = ${formatNumber(x, 3)}`,
  });
  const shoulder = createHandle(plane, {
    label: "standard deviation of the Gaussian on trial",
    className: "sym-sigma",
    axis: "x",
    shape: "ring",
    bounds: { x: [MU.min + SIGMA.min, MU.max + SIGMA.max] },
    step: { x: 0.1 },
    onMove: (x) => place({ sigma: Math.min(SIGMA.max, Math.max(SIGMA.min, x - stage.controls.mu)) }),
    valueText: (x) => `σ = ${formatNumber(x - stage.controls.mu, 3)}`,
  });
  const spot = createHandle(surface, {
    label: "mean and standard deviation on trial",
    className: "sym-p",
    axis: "both",
    bounds: { x: [MU.min, MU.max], y: [SIGMA.min, SIGMA.max] },
    step: { x: 0.1, y: 0.1 },
    onMove: (mu, sigma) => place({ mu, sigma }),
    valueText: (mu, sigma) => `μ = ${formatNumber(mu, 3)}, σ = ${formatNumber(sigma, 3)}`,
  });

  /** The reader's own move ends the climb, and is where the next one starts. */
  function place(patch: { mu?: number; sigma?: number }): void {
    player.pause();
    kept.start = null;
    stage.set(patch);
  }

  function climb(): boolean {
    if (next === undefined) return false;
    const { mu, sigma } = stage.controls;
    kept.start ??= { mu: Number(mu), sigma: Number(sigma) };
    stage.set({ mu: next.mu, sigma: next.sigma });
    return left > 1;
  }

  function draw(shown: MleGaussian, controls: MleGaussianControls): void {
    const { values, path } = shown;
    const { mle } = values;
    plane.domains({ y: [0, niceTop([...shown.density, ...shown.fit, ...shown.bars.map((y) => 0.96 * y)], 0.3)] });
    dataPoints.draw(controls.data);
    bars.draw(shown.edges, shown.bars);
    fill.draw(shown.x, shown.density);
    trial.draw(shown.x, shown.density);
    fit.draw(shown.x, shown.fit);
    // A gap in the list of heights lifts the pen between two stems.
    stems.draw(
      controls.data.flatMap((x) => [x, x, x]),
      shown.atData.flatMap((y) => [0, y, Number.NaN]),
    );
    peak.place(controls.mu, heightAt(shown.x, shown.density, controls.mu));
    const side = controls.mu + controls.sigma;
    shoulder.place(side, heightAt(shown.x, shown.density, side));
    const [low, high] = shown.surfaceRange;
    // The colours stop half way, so that lines and handles stand out.
    heat.draw(shown.surface, shown.columns, shown.rows, [low, low + (high - low) / 0.5]);
    for (const [i, contour] of shown.contours.entries()) levels[i]?.draw(contour.mu, contour.sigma);
    const [mus, sigmas] = [path.map((step) => step.mu), path.map((step) => step.sigma)];
    way.draw(mus, sigmas);
    stations.draw(mus, sigmas);
    top.draw([mle.mu], [mle.sigma]);
    spot.place(controls.mu, controls.sigma);
    // The last steps are smaller than a pixel: they are taken as one.
    left = values.gap < ARRIVED ? 0 : path.filter((step) => mle.logLikelihood - step.logLikelihood > ARRIVED).length;
    const ahead = left === 1 ? path.at(-1) : path[1];
    next = left === 0 ? undefined : ahead;
    player.status(
      left === 0 ? t("at the top") : plural(left, "{0} step to the top", "{0} steps to the top", formatCount(left)),
    );
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const asked = {
        ...controls,
        low: LOW,
        high: HIGH,
        sigmaLow: SIGMA.min,
        sigmaHigh: SIGMA.max,
      };
      // The points go where the reader puts them, also when they have no best Gaussian any more.
      dataPoints.draw(asked.data);
      const shown = stage.lecture.mleGaussian(asked);
      draw(shown, asked);
      const { values } = shown;
      return {
        values,
        readouts: readouts(shown),
        checks: checks(shown),
        description: t`${formatCount(asked.data.length)} data points. The Gaussian on trial, mean
          ${formatNumber(asked.mu, 3)} and standard deviation ${formatNumber(asked.sigma, 3)}, has
          log-likelihood ${formatNumber(values.logLikelihood)} nats. The best one has mean
          ${formatNumber(values.mle.mu, 3)}, standard deviation ${formatNumber(values.mle.sigma, 3)} and
          ${formatNumber(values.mle.logLikelihood)} nats.`,
      };
    },
  };
}

function readouts({ values }: MleGaussian): Readout[] {
  const { gradient, mle, sampleMean } = values;
  const list: Readout[] = [
    {
      label: "log-likelihood of the Gaussian on trial",
      symbol: "\\log \\p(\\x_{1:N})",
      value: values.logLikelihood,
      unit: "nats",
    },
    { label: "below the top", symbol: "\\text{top} - \\log \\p(\\x_{1:N})", value: values.gap, unit: "nats" },
    { label: "slope along the mean", symbol: "\\partial / \\partial \\mmu", value: gradient.mu, unit: "nats per unit" },
    {
      label: "slope along the standard deviation",
      symbol: "\\partial / \\partial \\ssigma",
      value: gradient.sigma,
      unit: "nats per unit",
    },
    { label: "best mean", symbol: "\\hat{\\mmu}", value: mle.mu },
    { label: "best standard deviation", symbol: "\\hat{\\ssigma}", value: mle.sigma },
  ];
  if (sampleMean !== null)
    list.push({
      label: "mean of the samples from the fit",
      symbol: "\\text{samples: mean}",
      value: sampleMean.mean,
      standardError: sampleMean.standardError,
      n: sampleMean.n,
    });
  return list;
}

function checks({ values }: MleGaussian): ShownCheck[] {
  return [
    {
      label: "slope along $\\mmu$ = finite difference",
      leftLabel: "formula",
      rightLabel: "difference",
      check: values.gradientMu,
    },
    {
      label: "slope along $\\ssigma$ = finite difference",
      leftLabel: "formula",
      rightLabel: "difference",
      check: values.gradientSigma,
    },
    {
      label: "end of the ascent = closed form, $\\hat{\\mmu}$",
      leftLabel: "ascent",
      rightLabel: "mean of the data",
      check: values.ascentMu,
    },
    {
      label: "end of the ascent = closed form, $\\hat{\\ssigma}^2$",
      leftLabel: "ascent",
      rightLabel: "mean squared deviation (over N)",
      check: values.ascentVariance,
    },
  ];
}
