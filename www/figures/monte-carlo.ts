/** Figure 5.3: an expectation by sampling, and how its error falls with the number of samples, in any dimension. */

import type { MonteCarlo } from "wasm/lecture";
import { nextFrame } from "../base/deferred";
import { formatCount, formatEstimate, formatNumber, formatPowerOfTen } from "../base/format";
import { t } from "../base/language";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { area, curve, points, rule } from "../parts/curves";
import { legend } from "../parts/layout";
import { Plot } from "../parts/plot";

/** Numbers drawn between two frames: a few milliseconds. */
const DRAWS_PER_FRAME = 250_000;

const controls = {
  f: {
    kind: "choice",
    label: "function",
    symbol: "f",
    options: [
      { value: "squared-norm", label: "‖x‖²: squared length" },
      { value: "cosine", label: "cos(Σ xⱼ / √d)" },
      { value: "exponential", label: "exp(Σ xⱼ / 2√d)" },
      { value: "inside-ball", label: "1 if ‖x‖² ≤ d, else 0" },
    ],
    default: "cosine",
  },
  dimension: {
    kind: "number",
    label: "dimension",
    symbol: "d",
    min: 1,
    max: 100,
    step: 1,
    default: 1,
    scale: "log",
    integer: true,
  },
  n: {
    kind: "number",
    label: "samples",
    symbol: "N",
    min: 10,
    max: 100_000,
    step: 1,
    default: 1000,
    scale: "log",
    integer: true,
  },
  seed: { kind: "seed", label: "seed", default: 1 },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "monte-carlo",
  summary:
    "Above, the mean of the first N samples of f(x), x from a standard normal in d dimensions, settles on the " +
    "exact expectation. Below, its error against N on logarithmic axes, over many independent runs.",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const running = new Plot(stage.root, stage, {
    label: "The mean of the first N samples",
    x: { domain: [1, 1000], scale: "log", label: "number of samples N", ticks: 3, format: formatPowerOfTen },
    y: { domain: [0, 1], label: "mean of f so far" },
    height: 240,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "sym-x", text: "mean of the samples" },
      { className: "ink", text: "exact expectation" },
      { className: "sym-sigma", text: "two standard errors around it", block: true },
    ]),
  );
  const falling = new Plot(stage.root, stage, {
    label: "The error against the number of samples, on logarithmic axes",
    x: { domain: [8, 1250], scale: "log", label: "number of samples N", ticks: 2, format: formatPowerOfTen },
    y: { domain: [0.01, 1], scale: "log", label: "error", ticks: 2, format: formatPowerOfTen },
    height: 270,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "sym-x", text: "error of a single run", block: true },
      { className: "ink", text: "root mean square of the runs, and the line through them" },
      { className: "sym-sigma dashed", text: "standard deviation of f over √N" },
    ]),
  );
  const band = area(running, "sym-sigma");
  const exact = rule(running, "horizontal", "ink");
  const trace = curve(running, "sym-x");
  const end = points(running, "sym-x outlined", 4.5);
  const runs = points(falling, "sym-x faint", 2);
  const predicted = curve(falling, "sym-sigma dashed");
  const fitted = curve(falling, "ink");
  const means = points(falling, "ink outlined", 4.5);

  let key = "";
  let shown: MonteCarlo | undefined;

  function draw(current: MonteCarlo, n: number): void {
    const { exact: middle } = current.values;
    // The band leaves the picture on the left: a few samples may be anywhere.
    const reach = 1.5 * current.deviation;
    running.domains({ x: [1, n], y: [middle - reach, middle + reach] });
    band.draw(current.bandN, current.bandHigh, current.bandLow);
    exact.draw(middle);
    trace.draw(current.traceN, current.traceMean);
    end.draw(current.traceN.slice(-1), current.traceMean.slice(-1));
    falling.domains({ y: [current.deviation / 400, current.deviation * 1.6] });
    runs.draw(
      current.runN,
      current.runError.map((error) => Math.max(error, 1e-9)),
    );
    predicted.draw(current.count, current.predicted);
    fitted.draw(current.count, current.fitted);
    means.draw(current.count, current.rootMeanSquare);
  }

  /** All samples, a piece a frame; ends early when the reader has moved on. */
  async function compute(controls: ValuesOf<Specs>): Promise<MonteCarlo> {
    const wanted = JSON.stringify(controls);
    const sampler = new stage.lecture.MonteCarloSampler(controls);
    try {
      let current = sampler.advance(DRAWS_PER_FRAME);
      while (!current.finished && !stage.signal.aborted && JSON.stringify(stage.controls) === wanted) {
        if (!stage.reducedMotion) draw(current, controls.n);
        await nextFrame();
        current = sampler.advance(DRAWS_PER_FRAME);
      }
      key = current.finished ? wanted : "";
      return current;
    } finally {
      sampler.free();
    }
  }

  return {
    async update(controls) {
      if (shown === undefined || key !== JSON.stringify(controls)) shown = await compute(controls);
      draw(shown, controls.n);
      const { values } = shown;
      const { slope, estimate } = values;
      return {
        values,
        readouts: readouts(values),
        checks: checks(values),
        description: t`From ${formatCount(estimate.n)} samples in ${formatNumber(controls.dimension, 3)}
          dimensions the expectation is estimated as ${formatEstimate(estimate.mean, estimate.standardError)}; exactly
          it is ${formatNumber(values.exact)}.
          ${slope === null ? "" : t`On logarithmic axes the error falls with slope ${formatNumber(slope.slope, 3)}.`}`,
      };
    },
  };
}

function readouts({ exact, estimate, predictedError, slope }: MonteCarlo["values"]): Readout[] {
  return [
    { label: "exact expectation", symbol: "\\E[f(\\x)]", value: exact },
    {
      label: "estimate",
      symbol: "\\frac{1}{N}\\sum_i f(\\x_i)",
      value: estimate.mean,
      standardError: estimate.standardError,
      n: estimate.n,
    },
    { label: "standard error that theory predicts", symbol: "\\ssigma_f / \\sqrt{N}", value: predictedError },
    {
      label: "slope of the error on logarithmic axes",
      symbol: "\\text{slope}",
      value: slope === null ? "…" : `${formatNumber(slope.slope, 3)}`,
    },
    {
      label: "99.9 % confidence interval of the slope",
      value: slope === null ? "…" : t`${formatNumber(slope.low, 3)} to ${formatNumber(slope.high, 3)}`,
    },
  ];
}

function checks({ estimateAgrees, slopeAgrees, repeats }: MonteCarlo["values"]): ShownCheck[] {
  const shown: ShownCheck[] = [
    {
      label: "estimate = exact expectation, within 4 standard errors $\\ssigma_f/\\sqrt{N}$",
      leftLabel: "estimate",
      rightLabel: "exact",
      check: estimateAgrees,
    },
  ];
  if (slopeAgrees !== null)
    shown.push({
      label: t`slope = $-\\tfrac12$, within its 99.9 % confidence interval (${repeats} runs at each N)`,
      leftLabel: "slope of the fitted line",
      rightLabel: "theory",
      check: slopeAgrees,
    });
  return shown;
}
