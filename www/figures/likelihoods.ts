/**
 * Figure 8.1: what a Bernoulli and a Gaussian decoder believe about a pixel, what the pixel then costs, and a whole
 * image under both.
 */

import type { Likelihoods, LikelihoodsControls } from "wasm/lecture-gradients";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { area, curve, histogram, label, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { niceTop } from "../parts/layout";
import { Plot } from "../parts/plot";
import css from "./likelihoods/likelihoods.css";
import { createTiles } from "./likelihoods/tiles";

const LOGIT = [-12, 12] as const;
const MEAN = [-0.5, 1.5] as const;
const SIGMA = [0.05, 1] as const;
/** Marks of its logarithmic axis that have room for their number. */
const SIGMA_TICKS = [0.05, 0.1, 0.2, 0.3, 0.5, 1];
/** Nats below the best sigma that the plot of sigma shows. */
const DEPTH = 1500;

const controls = {
  likelihood: {
    kind: "choice",
    label: "Decoder",
    options: [
      { value: "bernoulli", label: "Bernoulli" },
      { value: "gaussian", label: "Gaussian" },
    ],
    default: "bernoulli",
  },
  x: {
    kind: "number",
    label: "observed pixel",
    symbol: "\\x_j",
    min: 0,
    max: 1,
    step: 0.01,
    default: 1,
    group: "One pixel",
  },
  logit: {
    kind: "number",
    label: "Bernoulli output, log-odds",
    symbol: "f_j",
    min: LOGIT[0],
    max: LOGIT[1],
    step: 0.1,
    default: 1.5,
    group: "One pixel",
  },
  mean: {
    kind: "number",
    label: "Gaussian output, mean",
    symbol: "\\mmu_j",
    min: MEAN[0],
    max: MEAN[1],
    step: 0.01,
    default: 0.7,
    group: "One pixel",
  },
  sigmaX: {
    kind: "number",
    label: "standard deviation of a pixel",
    symbol: "\\ssigma_{\\x}",
    min: SIGMA[0],
    max: SIGMA[1],
    step: 0.01,
    default: 0.3,
    scale: "log",
    group: "One pixel",
  },
  data: {
    kind: "choice",
    label: "pixels",
    options: [
      { value: "binary", label: "0 or 1" },
      { value: "grey", label: "grey" },
    ],
    default: "binary",
    group: "One image",
  },
  blur: {
    kind: "number",
    label: "blur",
    min: 0.5,
    max: 4,
    step: 0.1,
    default: 1.1,
    unit: "pixels",
    group: "One image",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "One image" },
  pixel: {
    kind: "number",
    label: "pixel picked, row by row",
    min: -1,
    max: 783,
    step: 1,
    default: -1,
    integer: true,
    panel: false,
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "likelihoods",
  summary:
    "First the decoder’s belief about one pixel, and the value observed; then what that value costs as the " +
    "decoder’s output moves, with the tangent that training follows; then one whole image.",
  modules: ["lecture-gradients"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const spikes = new Plot(stage.root, stage, {
    label: "Probability of the pixel's two values",
    x: { domain: [-0.5, 1.5], label: "pixel", ticks: 3 },
    y: { domain: [0, 1], label: "probability" },
    height: 215,
    margin: { top: 24 },
  });
  const bell = new Plot(stage.root, stage, {
    label: "Density of the pixel",
    x: { domain: [-0.75, 1.75], label: "pixel" },
    y: { domain: [0, 2], label: "density" },
    height: 215,
    margin: { top: 24 },
  });
  const costs = {
    bernoulli: new Plot(stage.root, stage, {
      label: "Cost against log-odds",
      x: { domain: LOGIT, label: "log-odds from the decoder" },
      y: { domain: [0, 12.5], label: "cost", unit: "nats" },
      height: 215,
      margin: { top: 24 },
    }),
    gaussian: new Plot(stage.root, stage, {
      label: "Cost against mean",
      x: { domain: MEAN, label: "mean from the decoder" },
      y: { domain: [-3, 3], label: "cost", unit: "nats" },
      height: 215,
      margin: { top: 24 },
    }),
  };
  let last: Likelihoods | null = null;
  const tiles = createTiles((pixel) => {
    if (last === null) return;
    const bound = (value: number, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, value));
    stage.set({
      pixel,
      x: last.image[pixel] ?? 0,
      logit: bound(last.logits[pixel] ?? 0, LOGIT),
      mean: bound(last.means[pixel] ?? 0, MEAN),
    });
  });
  stage.root.append(tiles.root);
  const image = new Plot(stage.root, stage, {
    label: "The image's log-likelihood against sigma",
    x: {
      domain: SIGMA,
      label: "standard deviation of a pixel",
      scale: "log",
      ticks: 5,
      format: (value) =>
        SIGMA_TICKS.includes(Number(value.toPrecision(2))) ? String(Number(value.toPrecision(2))) : "",
    },
    y: { domain: [-1000, 500], label: "log-likelihood of the image", unit: "nats" },
    height: 190,
    margin: { top: 24 },
  });

  const bars = histogram(spikes, "sym-theta");
  const fill = area(bell, "sym-theta");
  const line = curve(bell, "sym-theta");
  const believed = rule(bell, "vertical", "sym-mu dashed");
  const observed = [spikes, bell].map((plot) =>
    createHandle(plot, {
      label: "observed pixel",
      className: "sym-x",
      axis: "x",
      bounds: { x: [0, 1] },
      step: { x: 0.05 },
      onMove: (x) => stage.set({ x }),
      valueText: (x) => formatNumber(x, 3),
    }),
  );
  const marks = {
    bernoulli: costMarks(costs.bernoulli, "logit", LOGIT, 0.5),
    gaussian: costMarks(costs.gaussian, "mean", MEAN, 0.05),
  };
  const best = rule(image, "vertical", "sym-sigma dashed");
  const total = curve(image, "sym-sigma");
  const bestLabel = label(image, "best", "sym-sigma", "start");
  const width = createHandle(image, {
    label: "standard deviation of a pixel",
    className: "sym-sigma",
    axis: "x",
    bounds: { x: SIGMA },
    step: { x: 0.02 },
    onMove: (sigmaX) => stage.set({ sigmaX }),
    valueText: (sigma, nats) => t`${formatNumber(sigma, 3)}, log-likelihood ${formatNumber(nats, 4)} nats`,
  });

  function costMarks(plot: Plot, control: "logit" | "mean", bounds: readonly [number, number], step: number) {
    const [paper, full] = [curve(plot, "thin dashed ink-soft"), curve(plot, "thin dashed ink-soft")];
    const cost = curve(plot, "part-reconstruction");
    const tangent = curve(plot, "thin ink");
    const handle = createHandle(plot, {
      label: control === "logit" ? "log-odds" : "mean",
      className: "sym-theta",
      axis: "x",
      bounds: { x: bounds },
      step: { x: step },
      onMove: (x) => stage.set({ [control]: x }),
      valueText: (x, y) => t`${formatNumber(x, 3)}, cost ${formatNumber(y, 3)} nats`,
    });
    const zero = label(plot, "x = 0", "ink-soft plain", "end");
    const one = label(plot, "x = 1", "ink-soft plain", "start");
    return (shown: Likelihoods, at: number, height: number) => {
      paper.draw(shown.output, shown.costOfPaper);
      full.draw(shown.output, shown.costOfInk);
      cost.draw(shown.output, shown.cost);
      tangent.draw(shown.tangentX, shown.tangentY);
      const [low, high] = plot.y.domain() as [number, number];
      handle.place(at, Math.min(high, Math.max(low, height)));
      const top = low + 0.92 * (high - low);
      const where = (ys: number[], from: "start" | "end") =>
        shown.output[from === "start" ? ys.findIndex((y) => y >= top) : ys.findLastIndex((y) => y >= top)];
      for (const [text, ys, from, dx] of [
        [zero, shown.costOfPaper, "start", -10],
        [one, shown.costOfInk, "end", 10],
      ] as const) {
        const x = where(ys, from);
        text.element.toggleAttribute("hidden", x === undefined);
        if (x !== undefined) text.draw(x, top, dx, 4);
      }
    };
  }

  function draw(shown: Likelihoods, controls: LikelihoodsControls): void {
    const gaussian = controls.likelihood === "gaussian";
    const { values } = shown;
    for (const [plot, wanted] of [
      [spikes, !gaussian],
      [costs.bernoulli, !gaussian],
      [bell, gaussian],
      [costs.gaussian, gaussian],
      [image, gaussian],
    ] as const)
      plot.root.hidden = !wanted;
    if (gaussian) {
      bell.domains({ y: [0, niceTop(shown.density, 1)] });
      fill.draw(shown.pixel, shown.density);
      line.draw(shown.pixel, shown.density);
      believed.draw(controls.mean);
      const lowest = Math.min(...shown.cost);
      costs.gaussian.domains({
        y: [lowest < 0 ? -niceTop([-lowest], 0.5) : 0, niceTop([...shown.costOfPaper, ...shown.costOfInk], 2)],
      });
      marks.gaussian(shown, controls.mean, values.gaussian.loss);
      const low = Math.max(Math.min(...shown.imageCurve), values.gaussian.imageAtBest - DEPTH);
      const range: [number, number] = [
        low < 0 ? -niceTop([-low], 100) : 0,
        niceTop([values.gaussian.imageAtBest], 100),
      ];
      image.domains({ y: range });
      best.draw(values.gaussian.bestSigma);
      total.draw(shown.sigma, shown.imageCurve);
      bestLabel.draw(values.gaussian.bestSigma, range[0], 6, -8);
      width.place(controls.sigmaX, Math.min(range[1], Math.max(range[0], values.gaussian.image)));
    } else {
      const { probability } = values.bernoulli;
      bars.draw([-0.09, 0.09, 0.91, 1.09], [1 - probability, 0, probability]);
      marks.bernoulli(shown, controls.logit, values.bernoulli.crossEntropy);
    }
    for (const handle of observed) handle.place(controls.x, 0);
    tiles.draw(shown, values.largestPixelCost);
    const picked = stage.controls.pixel;
    tiles.mark(shown.image[picked] === controls.x ? picked : null);
  }

  return {
    update(controls) {
      const shown = stage.lecture.likelihoods(controls);
      last = shown;
      draw(shown, controls);
      const { bernoulli, gaussian } = shown.values;
      const bern = controls.likelihood === "bernoulli";
      return {
        values: shown.values,
        readouts: bern ? bernoulliReadouts(shown, controls) : gaussianReadouts(shown),
        checks: bern ? bernoulliChecks(shown) : gaussianChecks(shown),
        description: bern
          ? t`The Bernoulli decoder gives the pixel probability ${formatNumber(bernoulli.probability, 3)} of being 1.
            The observed value ${formatNumber(controls.x, 3)} costs ${formatNumber(bernoulli.crossEntropy, 3)} nats, the
            whole image ${formatNumber(-bernoulli.image, 4)} nats.`
          : t`The Gaussian decoder expects ${formatNumber(controls.mean, 3)} with standard deviation
            ${formatNumber(controls.sigmaX, 3)}. The observed value ${formatNumber(controls.x, 3)} costs
            ${formatNumber(gaussian.loss, 3)} nats; the image's log-likelihood is ${formatNumber(gaussian.image, 4)}
            nats, at best ${formatNumber(gaussian.imageAtBest, 4)} for a standard deviation of
            ${formatNumber(gaussian.bestSigma, 3)}.`,
      };
    },
  };
}

function bernoulliReadouts({ values: { bernoulli } }: Likelihoods, { data }: LikelihoodsControls): Readout[] {
  return [
    {
      label: "probability that the pixel is 1",
      symbol: "s_j = \\operatorname{sigmoid}(f_j)",
      value: bernoulli.probability,
    },
    { label: "cost of the pixel", symbol: "\\text{cost of the pixel}", value: bernoulli.crossEntropy, unit: "nats" },
    { label: "slope: output minus data", symbol: "\\text{slope} = s_j - \\x_j", value: bernoulli.slope },
    {
      label: data === "grey" ? "minus cross-entropy of the image" : "log-likelihood of the image",
      symbol: data === "grey" ? "-\\text{cross-entropy of the image}" : "\\log \\p_{\\ttheta}(\\x \\given \\z)",
      value: bernoulli.image,
      unit: "nats",
    },
  ];
}

function gaussianReadouts({ values: { gaussian } }: Likelihoods): Readout[] {
  return [
    { label: "cost of the pixel", symbol: "\\text{cost of the pixel}", value: gaussian.loss, unit: "nats" },
    {
      label: "slope: output minus data, over the variance",
      symbol: "\\text{slope} = (\\mmu_j - \\x_j)/\\ssigma_{\\x}^2",
      value: gaussian.slope,
    },
    {
      label: "log-likelihood of the image",
      symbol: "\\log \\p_{\\ttheta}(\\x \\given \\z)",
      value: gaussian.image,
      unit: "nats",
    },
    {
      label: "standard deviation that fits the image best",
      symbol: "\\text{best } \\ssigma_{\\x}",
      value: gaussian.bestSigma,
    },
  ];
}

function bernoulliChecks({ values: { bernoulli } }: Likelihoods): ShownCheck[] {
  const checks: ShownCheck[] = [
    {
      label: "Slope of the cost = $s_j - \\x_j$",
      leftLabel: "closed form",
      rightLabel: "finite difference",
      check: bernoulli.slopeCheck,
    },
  ];
  if (bernoulli.negativeLog)
    checks.unshift({
      label: "Cross-entropy from log-odds = $-\\log \\p(\\x_j \\given \\z)$",
      leftLabel: "from log-odds",
      rightLabel: "from the probability",
      check: bernoulli.negativeLog,
    });
  checks.push({
    label: "Mass that it would give to all grey values, $(2 s_j - 1)/f_j \\le \\tfrac12$: no density of grey pixels",
    leftLabel: "closed form",
    rightLabel: "quadrature",
    check: bernoulli.greyMass,
  });
  return checks;
}

function gaussianChecks({ values: { gaussian } }: Likelihoods): ShownCheck[] {
  return [
    {
      label: "Log-likelihood of the image = squared error with its scale and its constant",
      leftLabel: "pixel by pixel",
      rightLabel: "squared error and constant",
      check: gaussian.squaredError,
    },
    {
      label: "Slope of the cost = $(\\mmu_j - \\x_j)/\\ssigma_{\\x}^2$",
      leftLabel: "closed form",
      rightLabel: "finite difference",
      check: gaussian.slopeCheck,
    },
    {
      label: "At the best $\\ssigma_{\\x}$, the root of the mean squared error, the slope is 0",
      leftLabel: "slope",
      rightLabel: "zero",
      check: gaussian.bestSlope,
    },
  ];
}
