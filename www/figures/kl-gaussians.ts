/**
 * Figure 5.1: two Gaussians and the divergence between them.
 *
 * # How every figure file is written
 *
 * - The file is named as the figure and has one default export, a `FigureDefinition`; the element does the rest.
 * - `controls` is the whole interface: names, ranges and defaults are those of the contract; attributes, sliders, links
 *   and clamping follow from the table, and so do the types of `stage.controls` and of what `update` gets. A
 *   control with `panel: false` is moved only in the drawing.
 * - `modules` names the modules that compute the figure; `stage.lecture` has their functions and no others.
 * - `create` draws the scene once. `update` asks Rust (`stage.lecture`), moves what is drawn, and returns what is
 *   shown. It computes no mathematics of its own, and makes no DOM nodes when the same ones can be moved.
 * - What the reader moves in the drawing goes through `stage.set({...})`, exactly as a slider does.
 * - Plots redraw themselves at a new width by asking for another `update`; a change of theme asks for one too.
 * - Text follows the symbols: classes `sym-p`, `sym-mu`, ... on marks, macros `\p`, `\mmu`, ... in formulas.
 */

import type { KlGaussians, KlGaussiansControls } from "wasm/lecture";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { area, curve, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { legend, niceTop } from "../parts/layout";
import { Plot } from "../parts/plot";

/** Ends of the drawing: the means reach to 4, and two standard deviations beyond. */
const LOW = -9;
const HIGH = 9;
const MU = { kind: "number", min: -4, max: 4, step: 0.05 } as const;
const SIGMA = { kind: "number", min: 0.2, max: 4, step: 0.05 } as const;

const controls = {
  mu1: { ...MU, label: "mean of p", symbol: "\\mmu_1", default: 0, group: "p" },
  sigma1: { ...SIGMA, label: "standard deviation of p", symbol: "\\ssigma_1", default: 1, group: "p" },
  mu2: { ...MU, label: "mean of q", symbol: "\\mmu_2", default: 1, group: "q" },
  sigma2: { ...SIGMA, label: "standard deviation of q", symbol: "\\ssigma_2", default: 2, group: "q" },
  direction: {
    kind: "choice",
    label: "Divergence drawn and sampled",
    symbol: "\\text{draw}",
    options: [
      { value: "forward", label: "from p to q" },
      { value: "reverse", label: "from q to p" },
    ],
    default: "forward",
  },
  mix: {
    kind: "number",
    label: "weight of the mixture",
    symbol: "t",
    min: 0,
    max: 1,
    step: 0.01,
    default: 0.5,
    group: "Mixture",
  },
  n: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 10,
    max: 100_000,
    step: 1,
    default: 10_000,
    scale: "log",
    integer: true,
    group: "Monte Carlo",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Monte Carlo" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "kl-gaussians",
  summary:
    "Drag the two bells by their peaks (means) and shoulders (standard deviations). Below, the integrand: what " +
    "each x adds to the divergence, and what it takes away.",
  modules: ["lecture"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const density = new Plot(stage.root, stage, {
    label: "The densities of p and q",
    x: { domain: [LOW, HIGH], show: false },
    y: { domain: [0, 0.5], label: "density" },
    height: 260,
  });
  const integrand = new Plot(stage.root, stage, {
    label: "The integrand of the divergence",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [-0.2, 0.2], label: "integrand", unit: "nats per unit of x" },
    height: 200,
  });
  stage.root.append(
    legend([
      { className: "sym-p", text: "p" },
      { className: "sym-q", text: "q" },
      { className: "part-reconstruction", text: "adds to the divergence", block: true },
      { className: "part-gap", text: "takes away", block: true },
    ]),
  );
  const convexity = new Plot(stage.root, stage, {
    label: "The divergence of a mixture, and the chord above it",
    x: { domain: [0, 1], label: "t", symbol: true },
    y: { domain: [0, 1], label: "divergence of the mixture", unit: "nats" },
    height: 170,
  });

  const bells = { p: bell(density, "p"), q: bell(density, "q") };
  const gains = area(integrand, "strong part-reconstruction");
  const losses = area(integrand, "strong part-gap");
  const outline = curve(integrand, "thin ink");
  const zero = rule(integrand, "horizontal", "ink-soft");
  const chord = curve(convexity, "thin dashed ink-soft");
  const mixed = curve(convexity, "part-gap");
  const gap = rule(convexity, "vertical", "ink-soft dashed");
  const weight = createHandle(convexity, {
    label: "weight of the mixture",
    className: "part-gap",
    axis: "x",
    bounds: { x: [0, 1] },
    step: { x: 0.02 },
    onMove: (mix) => stage.set({ mix }),
    valueText: (mix, nats) => t`t = ${formatNumber(mix, 2)}, divergence ${formatNumber(nats, 3)} nats`,
  });

  function bell(plot: Plot, name: "p" | "q") {
    const [mu, sigma] = name === "p" ? (["mu1", "sigma1"] as const) : (["mu2", "sigma2"] as const);
    const fill = area(plot, `sym-${name}`);
    const line = curve(plot, `sym-${name}`);
    const mean = createHandle(plot, {
      label: t`mean of ${name}`,
      className: `sym-${name}`,
      axis: "x",
      bounds: { x: [MU.min, MU.max] },
      step: { x: 0.1 },
      onMove: (x) => stage.set({ [mu]: x }),
      valueText: (x) => formatNumber(x, 3),
    });
    const deviation = createHandle(plot, {
      label: t`standard deviation of ${name}`,
      className: `sym-${name}`,
      axis: "x",
      shape: "ring",
      bounds: { x: [MU.min + SIGMA.min, MU.max + SIGMA.max] },
      step: { x: 0.1 },
      onMove: (x) => stage.set({ [sigma]: Math.min(SIGMA.max, Math.max(SIGMA.min, x - stage.controls[mu])) }),
      valueText: (x) => formatNumber(x - stage.controls[mu], 3),
    });
    return {
      draw(x: number[], ys: number[], at: number, width: number): void {
        fill.draw(x, ys);
        line.draw(x, ys);
        mean.place(at, height(x, ys, at));
        deviation.place(at + width, height(x, ys, at + width));
      },
    };
  }

  function draw(shown: KlGaussians, controls: KlGaussiansControls): void {
    density.domains({ y: [0, niceTop([...shown.p, ...shown.q], 0.25)] });
    bells.p.draw(shown.x, shown.p, controls.mu1, controls.sigma1);
    bells.q.draw(shown.x, shown.q, controls.mu2, controls.sigma2);
    integrand.domains({
      y: [
        -niceTop(
          shown.integrand.map((y) => -y),
          0.05,
        ),
        niceTop(shown.integrand, 0.1),
      ],
    });
    gains.draw(
      shown.x,
      shown.integrand.map((y) => Math.max(0, y)),
    );
    losses.draw(
      shown.x,
      shown.integrand.map((y) => Math.min(0, y)),
    );
    outline.draw(shown.x, shown.integrand);
    zero.draw(0);
    convexity.domains({ y: [0, niceTop(shown.mixChord, 0.02)] });
    chord.draw(shown.mix, shown.mixChord);
    mixed.draw(shown.mix, shown.mixCurve);
    gap.draw(controls.mix);
    weight.place(controls.mix, shown.values.convexity.curve);
  }

  return {
    update(controls) {
      const asked = { ...controls, low: LOW, high: HIGH };
      const shown = stage.lecture.klGaussians(asked);
      draw(shown, asked);
      const { values } = shown;
      const { monteCarlo } = values;
      const sampled = controls.direction === "reverse" ? "\\kl{\\q}{\\p}" : "\\kl{\\p}{\\q}";
      return {
        values,
        readouts: [
          { label: "divergence from p to q", symbol: "\\kl{\\p}{\\q}", value: values.forward, unit: "nats" },
          { label: "divergence from q to p", symbol: "\\kl{\\q}{\\p}", value: values.reverse, unit: "nats" },
          {
            label: "by Monte Carlo",
            symbol: `${sampled}\\;\\text{sampled}`,
            value: monteCarlo.mean,
            standardError: monteCarlo.standardError,
            n: monteCarlo.n,
            unit: "nats",
          },
          {
            label: "chord above the mixture's divergence",
            symbol: "\\text{chord} - \\text{curve}",
            value: values.convexity.gap,
            unit: "nats",
          },
        ],
        checks: checks(shown, sampled),
        description: t`p has mean ${formatNumber(asked.mu1, 3)} and standard deviation
          ${formatNumber(asked.sigma1, 3)}; q has mean ${formatNumber(asked.mu2, 3)} and standard
          deviation ${formatNumber(asked.sigma2, 3)}. The divergence from p to q is
          ${formatNumber(values.forward, 3)} nats, from q to p ${formatNumber(values.reverse, 3)} nats.`,
      };
    },
  };
}

function checks({ values }: KlGaussians, sampled: string): ShownCheck[] {
  return [
    {
      label: "$\\kl{\\p}{\\q}$: closed form = quadrature",
      leftLabel: "closed form",
      rightLabel: "quadrature",
      check: values.quadrature,
    },
    {
      label: "$\\kl{\\q}{\\p}$: closed form = quadrature",
      leftLabel: "closed form",
      rightLabel: "quadrature",
      check: values.reverseQuadrature,
    },
    {
      label: t`$${sampled}$: Monte Carlo = closed form, within 3 standard errors`,
      leftLabel: "Monte Carlo",
      rightLabel: "closed form",
      check: values.monteCarloAgrees,
    },
  ];
}

/** Height of a sampled curve at x: where a handle sits. */
function height(xs: number[], ys: number[], x: number): number {
  const first = xs[0] ?? 0;
  const step = (xs[1] ?? 1) - first;
  const position = Math.min(xs.length - 1, Math.max(0, (x - first) / step));
  const index = Math.floor(position);
  const left = ys[index] ?? 0;
  return left + (position - index) * ((ys[index + 1] ?? left) - left);
}
