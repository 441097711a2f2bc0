/**
 * Figure 7.2: two estimators of the gradient of an expectation, their spread, and a third that estimates something
 * else.
 */

import type { EstimatorSummary, GradientVariance } from "wasm/lecture-gradients";
import { html } from "../base/dom";
import { formatCount, formatNumber, formatPowerOfTen } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { curve, histogram, label, points, rule } from "../parts/curves";
import { legend, niceTop } from "../parts/layout";
import { Plot } from "../parts/plot";

type Parameter = "mu" | "sigma";

const controls = {
  f: {
    kind: "choice",
    label: "function of z",
    symbol: "f",
    options: [
      { value: "square", label: "z²" },
      { value: "sin", label: "sin z" },
      { value: "cubic", label: "z³ − z" },
    ],
    default: "square",
  },
  parameter: {
    kind: "choice",
    label: "gradient by",
    symbol: "\\partial/\\partial",
    options: [
      { value: "mu", label: "μ" },
      { value: "sigma", label: "σ" },
    ],
    default: "mu",
  },
  mu: { kind: "number", label: "mean", symbol: "\\mmu", min: -3, max: 3, step: 0.05, default: 1, group: "q" },
  sigma: {
    kind: "number",
    label: "standard deviation",
    symbol: "\\ssigma",
    min: 0.1,
    max: 3,
    step: 0.05,
    default: 1,
    group: "q",
  },
  samples: {
    kind: "number",
    label: "single-sample gradients",
    symbol: "n",
    min: 500,
    max: 50_000,
    step: 1,
    default: 5000,
    scale: "log",
    integer: true,
    group: "Monte Carlo",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Monte Carlo" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "gradient-variance",
  summary:
    "Each single sample z from N(μ, σ²) gives one estimate of the gradient of E[f(z)]. Above, many such " +
    "estimates by either method: both are right on average, but they scatter differently.",
  modules: ["lecture-gradients"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const shares = (name: string, show: boolean) =>
    new Plot(stage.root, stage, {
      label: t`Single-sample gradients, ${name}`,
      x: show ? { domain: [-1, 1], label: "gradient from one sample" } : { domain: [-1, 1], show },
      y: {
        domain: [0, 0.2],
        label: "share of samples",
        ticks: 3,
        format: (value) => `${formatNumber(100 * value, 2)} %`,
      },
      height: show ? 180 : 140,
      margin: { top: 22 },
    });
  const pathwise = estimatorPlot(shares(t("pathwise"), false), "sym-epsilon", t("pathwise"));
  const score = estimatorPlot(shares(t("score function"), true), "sym-q", t("score function"));
  const averaged = new Plot(stage.root, stage, {
    label: "Variance of the mean of L samples, on logarithmic axes",
    x: { domain: [0.85, 120], scale: "log", label: "samples averaged, L", ticks: 2, format: formatPowerOfTen },
    y: { domain: [0.01, 10], scale: "log", label: "variance of their mean", ticks: 2, format: formatPowerOfTen },
    height: 220,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "sym-epsilon", text: "pathwise: f′(z) ∂z" },
      { className: "sym-q", text: "score function: f(z) ∂ log q(z)" },
      { className: "ink dashed", text: "exact gradient" },
    ]),
  );
  const lines = { pathwise: curve(averaged, "sym-epsilon"), score: curve(averaged, "sym-q") };
  const measured = {
    pathwise: points(averaged, "sym-epsilon outlined", 4),
    score: points(averaged, "sym-q outlined", 4),
  };

  stage.root.append(
    html(
      "p",
      { class: "legend" },
      "And on the bound of a linear Gaussian model, where gradient and expectation are swapped in one of two " +
        "estimators:",
    ),
  );
  const swap = new Plot(stage.root, stage, {
    label: "The gradient of the bound by two estimators, one of which swaps gradient and expectation",
    x: { domain: [-2, 2], label: "gradient of the bound", unit: "nats" },
    y: { domain: [0, 3], show: false },
    height: 150,
    margin: { top: 18, left: 22 },
  });
  const zero = rule(swap, "vertical", "ink-soft");
  const truth = rule(swap, "vertical", "ink dashed");
  const rows = [
    swapRow(swap, "sym-epsilon", t("pathwise"), 2.1),
    swapRow(swap, "part-gap", t("swapped"), 0.9),
  ] as const;

  function draw(shown: GradientVariance, parameter: Parameter): void {
    const { values } = shown;
    const exact = values.exact[parameter];
    pathwise(shown.edges, shown.pathwise, exact, shown.outside.pathwise);
    score(shown.edges, shown.score, exact, shown.outside.score);
    const variances = [...shown.pathwiseExact, ...shown.scoreExact];
    averaged.domains({
      y: [
        10 ** Math.floor(Math.log10(Math.max(1e-6, Math.min(...variances) / 1.5))),
        10 ** Math.ceil(Math.log10(Math.max(...variances) * 1.5)),
      ],
    });
    lines.pathwise.draw(shown.averaged, shown.pathwiseExact);
    lines.score.draw(shown.averaged, shown.scoreExact);
    measured.pathwise.draw(shown.averaged, shown.pathwiseMeasured);
    measured.score.draw(shown.averaged, shown.scoreMeasured);
    const comparison = parameter === "sigma" ? values.naiveSwap.logQSigma : values.naiveSwap.qMu;
    const top = niceTop([Math.abs(comparison.exact) * 1.15, Math.abs(comparison.pathwise.mean) * 1.15], 1);
    swap.domains({ x: [-top, top] });
    zero.draw(0);
    truth.draw(comparison.exact);
    rows[0](comparison.pathwise.mean, comparison.pathwise.standardError, top);
    rows[1](comparison.naive.mean, comparison.naive.standardError, top);
  }

  return {
    update(controls) {
      const parameter: Parameter = controls.parameter === "sigma" ? "sigma" : "mu";
      const shown = stage.lecture.gradientVariance(controls);
      draw(shown, parameter);
      const { values } = shown;
      return {
        values,
        readouts: readouts(values, parameter),
        checks: checks(values, parameter),
        description: t`The exact gradient by ${parameter} is ${formatNumber(values.exact[parameter], 3)}. One pathwise
          sample has variance ${formatNumber(values.pathwise[parameter].exactVariance, 3)}, one score-function sample
          ${formatNumber(values.score[parameter].exactVariance, 3)}.`,
      };
    },
  };
}

/** A histogram with the exact gradient, and what lies beyond the axis. */
function estimatorPlot(plot: Plot, className: string, name: string) {
  const bars = histogram(plot, `${className} strong`);
  const exact = rule(plot, "vertical", "ink dashed");
  const title = label(plot, name, className, "end");
  return (edges: number[], heights: number[], at: number, outside: number): void => {
    const [low, high] = [edges[0] ?? 0, edges[edges.length - 1] ?? 1];
    const top = niceTop(heights, 0.05);
    plot.domains({ x: [low, high], y: [0, top] });
    bars.draw(edges, heights);
    exact.draw(at);
    title.element.textContent = outside === 0 ? name : t`${name} (${formatNumber(100 * outside, 2)} % beyond the axis)`;
    title.draw(high, top, -4, 14);
  };
}

/** A mean with two standard errors to each side. */
function swapRow(plot: Plot, className: string, name: string, level: number) {
  const whisker = curve(plot, className);
  const dot = points(plot, `${className} outlined`, 5);
  const title = label(plot, name, className, "start");
  return (mean: number, standardError: number, reach: number): void => {
    whisker.draw([mean - 2 * standardError, mean + 2 * standardError], [level, level]);
    dot.draw([mean], [level]);
    title.draw(-reach, level, 6, -8);
  };
}

function readouts(values: GradientVariance["values"], parameter: Parameter): Readout[] {
  const symbol = parameter === "sigma" ? "\\ssigma" : "\\mmu";
  const one = (name: string, summary: EstimatorSummary): Readout => ({
    label: t`mean of the ${name} gradients`,
    symbol: `\\text{${name}}`,
    value: summary.mean,
    standardError: summary.standardError,
    n: summary.n,
  });
  const comparison = parameter === "sigma" ? values.naiveSwap.logQSigma : values.naiveSwap.qMu;
  return [
    {
      label: t`exact gradient by ${parameter}`,
      symbol: `\\partial\\,\\E[f(\\z)]/\\partial ${symbol}`,
      value: values.exact[parameter],
    },
    {
      label: "variance of the score function over that of the pathwise estimator",
      symbol: "\\Var_{\\text{score}} / \\Var_{\\text{path}}",
      value: ratio(values.varianceRatio[parameter]),
    },
    one(t("pathwise"), values.pathwise[parameter]),
    one(t("score"), values.score[parameter]),
    {
      label: "exact variance of one pathwise sample",
      symbol: "\\Var_{\\text{path}}",
      value: values.pathwise[parameter].exactVariance,
    },
    {
      label: "exact variance of one score-function sample",
      symbol: "\\Var_{\\text{score}}",
      value: values.score[parameter].exactVariance,
    },
    {
      label: "exact gradient of the bound",
      symbol: `\\partial\\,\\ELBO/\\partial ${parameter === "sigma" ? "\\log\\ssigma" : "\\mmu"}`,
      value: comparison.exact,
      unit: "nats",
    },
    {
      label: "the swapped estimator's mean",
      symbol: "\\text{swapped}",
      value: comparison.naive.mean,
      standardError: comparison.naive.standardError,
      n: comparison.naive.n,
      unit: "nats",
    },
  ];
}

function ratio(value: number): string {
  return value >= 1000 ? formatCount(value) : formatNumber(value, 3);
}

function checks(values: GradientVariance["values"], parameter: Parameter): ShownCheck[] {
  const comparison = parameter === "sigma" ? values.naiveSwap.logQSigma : values.naiveSwap.qMu;
  const mean = { leftLabel: "mean of the samples", rightLabel: "exact gradient" };
  const variance = { leftLabel: "variance of the samples", rightLabel: "by quadrature" };
  return [
    {
      label: "pathwise: mean = exact gradient, within 4 standard errors",
      ...mean,
      check: values.pathwise[parameter].unbiased,
    },
    {
      label: "score function: mean = exact gradient, within 4 standard errors",
      ...mean,
      check: values.score[parameter].unbiased,
    },
    {
      label: "pathwise: variance = quadrature, within 8 standard errors",
      ...variance,
      check: values.pathwiseVariance[parameter],
    },
    {
      label: "score function: variance = quadrature, within 8 standard errors",
      ...variance,
      check: values.scoreVariance[parameter],
    },
    {
      label: "bound, pathwise: mean = exact gradient, within 4 standard errors",
      ...mean,
      check: comparison.pathwiseIsExact,
    },
    {
      label: "bound, swapped: mean = 0, whatever the gradient, within 4 standard errors",
      leftLabel: "mean of the samples",
      rightLabel: "zero",
      check: comparison.naiveIsZero,
    },
  ];
}
