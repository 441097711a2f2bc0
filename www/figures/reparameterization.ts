/** Figure 7.1: one epsilon followed through z = mu + sigma epsilon, and the derivatives that come back. */

import type { ReparameterizationControls, ReparameterizationShown } from "wasm/lecture-gradients";
import { button, html, svg } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { Check } from "../contract/results";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { askEngine } from "../engine/figure/ask-engine";
import { area, curve, label, points } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { niceTop } from "../parts/layout";
import { Plot } from "../parts/plot";
import { createGraphs } from "./reparameterization/graphs";
import css from "./reparameterization/graphs.css";

/** Ends of the drawing: two and a half standard deviations at the extremes. */
const LOW = -9;
const HIGH = 9;
const MU = { kind: "number", min: -3, max: 3, step: 0.05 } as const;
const SIGMA = { kind: "number", min: 0.1, max: 2.5, step: 0.05 } as const;
const EPSILON = { kind: "number", min: -5, max: 5, step: 0.05 } as const;
/** The two bells stand on these levels of the drawing; between them lies the way. */
const UPPER = 0.66;
const LOWER = 0.33;
const BELL = 0.29;
const TRAVEL_MS = 700;

const controls = {
  mu: { ...MU, label: "mean", symbol: "\\mmu", default: 1 },
  sigma: { ...SIGMA, label: "standard deviation", symbol: "\\ssigma", default: 1.5 },
  epsilon: { ...EPSILON, label: "noise that is followed", symbol: "\\eeps", default: 0.8 },
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
  n: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 10,
    max: 100_000,
    step: 1,
    default: 1000,
    scale: "log",
    integer: true,
    group: "Many samples",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Many samples" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "reparameterization",
  summary:
    "Left, z is drawn; right, it is computed from a draw that has no parameter. Below, every ε of the upper bell " +
    "goes to z = μ + σε of the lower one. Drag ε, μ (dot) and σ (ring).",
  modules: ["lecture-gradients"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const drawGraphs = createGraphs(stage.root);
  const sample = button("Sample ε", () => throwDice(), { class: "button button-primary" });
  stage.root.append(html("div", { class: "player" }, sample));
  const plot = new Plot(stage.root, stage, {
    label: "From the distribution of epsilon, above, to that of z, below",
    x: { domain: [LOW, HIGH], label: "value of ε above, of z below" },
    y: { domain: [0, 1], show: false },
    height: 340,
  });
  const noise = {
    fill: area(plot, "sym-epsilon"),
    line: curve(plot, "sym-epsilon"),
    base: curve(plot, "thin sym-epsilon"),
    dots: points(plot, "sym-epsilon faint", 2.5),
  };
  const target = {
    fill: area(plot, "sym-z"),
    line: curve(plot, "sym-z"),
    base: curve(plot, "thin sym-z"),
    dots: points(plot, "sym-z faint", 2.5),
  };
  const fan = svg("path", { class: "way way-faint ink-soft" });
  const followed = svg("path", { class: "way way-followed sym-epsilon" });
  const traveller = svg("circle", { class: "traveller sym-z", r: 6 });
  plot.marks.append(fan, followed);
  plot.overlay.append(traveller);
  const names = {
    epsilon: label(plot, "ε ~ N(0, 1)", "sym-epsilon", "start"),
    z: label(plot, "z ~ N(μ, σ²)", "sym-z", "start"),
  };
  const epsilon = createHandle(plot, {
    label: "epsilon",
    className: "sym-epsilon",
    axis: "x",
    bounds: { x: [EPSILON.min, EPSILON.max] },
    step: { x: 0.1 },
    onMove: (x) => stage.set({ epsilon: x }),
    valueText: (x) => formatNumber(x, 3),
  });
  const mean = createHandle(plot, {
    label: "mean of z",
    className: "sym-mu",
    axis: "x",
    bounds: { x: [MU.min, MU.max] },
    step: { x: 0.1 },
    onMove: (x) => stage.set({ mu: x }),
    valueText: (x) => formatNumber(x, 3),
  });
  const deviation = createHandle(plot, {
    label: "standard deviation of z",
    className: "sym-sigma",
    axis: "x",
    shape: "ring",
    bounds: { x: [MU.min + SIGMA.min, MU.max + SIGMA.max] },
    step: { x: 0.1 },
    onMove: (x) => stage.set({ sigma: Math.min(SIGMA.max, Math.max(SIGMA.min, x - stage.controls.mu)) }),
    valueText: (x) => formatNumber(x - stage.controls.mu, 3),
  });

  let last: ReparameterizationShown | undefined;
  let travel = 0;
  stage.signal.addEventListener("abort", () => cancelAnimationFrame(travel));

  function throwDice(): void {
    if (last === undefined) return;
    stage.set({
      seed: stage.controls.seed + 1,
      epsilon: Math.min(EPSILON.max, Math.max(EPSILON.min, last.nextEpsilon)),
    });
    if (!stage.reducedMotion) follow(performance.now());
  }

  /** The sample goes down from epsilon to z. */
  function follow(start: number): void {
    cancelAnimationFrame(travel);
    const frame = (now: number) => {
      const share = Math.min(1, Math.max(0, (now - start) / TRAVEL_MS));
      placeTraveller(share * share * (3 - 2 * share));
      if (share < 1) travel = requestAnimationFrame(frame);
      else travel = 0;
    };
    travel = requestAnimationFrame(frame);
  }

  function placeTraveller(share: number): void {
    if (last === undefined) return;
    const { epsilon: from, z: to } = last.values.sample;
    traveller.setAttribute("cx", String(plot.x(from + share * (to - from))));
    traveller.setAttribute("cy", String(plot.y(UPPER + share * (LOWER - UPPER))));
  }

  function draw(shown: ReparameterizationShown, controls: ReparameterizationControls): void {
    const { sample: followedSample } = shown.values;
    const upper = shown.noise.map((density) => UPPER + (BELL * density) / 0.4);
    const top = niceTop(shown.density, 0.2);
    const lower = shown.density.map((density) => LOWER - (BELL * density) / top);
    noise.fill.draw(shown.x, upper, UPPER);
    noise.line.draw(shown.x, upper);
    noise.base.draw([LOW, HIGH], [UPPER, UPPER]);
    noise.dots.draw(
      shown.epsilon,
      shown.epsilon.map(() => UPPER),
    );
    target.fill.draw(shown.x, lower, LOWER);
    target.line.draw(shown.x, lower);
    target.base.draw([LOW, HIGH], [LOWER, LOWER]);
    target.dots.draw(
      shown.z,
      shown.z.map(() => LOWER),
    );
    fan.setAttribute("d", shown.epsilon.map((from, i) => way(from, shown.z[i] ?? from)).join(""));
    followed.setAttribute("d", way(followedSample.epsilon, followedSample.z));
    names.epsilon.draw(LOW, UPPER, 4, -10);
    names.z.draw(LOW, LOWER, 4, 20);
    epsilon.place(followedSample.epsilon, UPPER);
    mean.place(controls.mu, LOWER);
    deviation.place(controls.mu + controls.sigma, LOWER);
    if (travel === 0) placeTraveller(1);
  }

  function way(from: number, to: number): string {
    return `M${plot.x(from)},${plot.y(UPPER)}L${plot.x(to)},${plot.y(LOWER)}`;
  }

  const onBurn = askEngine(stage, (engine, { mu, sigma, epsilon }: { mu: number; sigma: number; epsilon: number }) =>
    engine.compareReparameterization(mu, sigma, epsilon),
  );

  return {
    update(controls) {
      const wanted = { ...controls, low: LOW, high: HIGH };
      const shown = stage.lecture.reparameterization(wanted);
      const autodiff = onBurn({ mu: wanted.mu, sigma: wanted.sigma, epsilon: shown.values.sample.epsilon });
      last = shown;
      const { values } = shown;
      const { sample: followedSample, gradient } = values;
      draw(shown, wanted);
      drawGraphs({
        ...followedSample,
        mu: wanted.mu,
        sigma: wanted.sigma,
        f: values.f,
        fDerivative: values.fDerivative,
        gradient,
      });
      return {
        values: { ...values, autodiff: autodiff.exact },
        readouts: readouts(shown),
        checks: checks(shown, autodiff.latest),
        description: t`Epsilon ${formatNumber(followedSample.epsilon, 3)} goes to z =
          ${formatNumber(followedSample.z, 3)}. The derivative of z by mu is 1, by sigma it is
          ${formatNumber(followedSample.dzDsigma, 3)}; so f changes by ${formatNumber(gradient.mu, 3)} per unit of mu
          and ${formatNumber(gradient.sigma, 3)} per unit of sigma.`,
      };
    },
  };
}

function readouts({ values }: ReparameterizationShown): Readout[] {
  const { sample, gradient, mean, variance } = values;
  return [
    { label: "sample", symbol: "\\z = \\mmu + \\ssigma\\eeps", value: sample.z },
    {
      label: "derivative of z by log sigma",
      symbol: "\\partial \\z / \\partial \\log\\ssigma",
      value: sample.dzDlogSigma,
    },
    { label: "derivative of f by mu", symbol: "\\partial f / \\partial \\mmu", value: gradient.mu },
    { label: "derivative of f by sigma", symbol: "\\partial f / \\partial \\ssigma", value: gradient.sigma },
    {
      label: "mean of the samples of z",
      symbol: "\\text{mean of }\\z",
      value: mean.mean,
      standardError: mean.standardError,
      n: mean.n,
    },
    {
      label: "variance of the samples of z",
      symbol: "\\text{variance of }\\z",
      value: variance.mean,
      standardError: variance.standardError,
      n: variance.n,
    },
  ];
}

function checks({ values }: ReparameterizationShown, autodiff: { mu: Check; sigma: Check } | null): ShownCheck[] {
  const { checks: derivatives, chainRule } = values;
  const sides = { leftLabel: "formula", rightLabel: "finite difference, ε held fixed" };
  const burn = { leftLabel: "formula", rightLabel: "burn, through the encoder's own sample" };
  return [
    ...(autodiff === null
      ? []
      : [
          { label: "$\\partial \\z/\\partial \\mmu = 1$, by automatic differentiation", ...burn, check: autodiff.mu },
          {
            label: "$\\partial \\z/\\partial \\ssigma = \\eeps$, by automatic differentiation",
            ...burn,
            check: autodiff.sigma,
          },
        ]),
    { label: "$\\partial \\z/\\partial \\mmu = 1$", ...sides, check: derivatives.mu },
    { label: "$\\partial \\z/\\partial \\ssigma = \\eeps$", ...sides, check: derivatives.sigma },
    { label: "$\\partial f/\\partial \\mmu = f'(\\z)$", ...sides, check: chainRule.mu },
    { label: "$\\partial f/\\partial \\ssigma = f'(\\z)\\,\\eeps$", ...sides, check: chainRule.sigma },
    {
      label: "mean of the samples = $\\mmu$, within 4 standard errors",
      leftLabel: "samples",
      rightLabel: "μ",
      check: values.meanAgrees,
    },
    {
      label: "variance of the samples = $\\ssigma^2$, within 5 standard errors",
      leftLabel: "samples",
      rightLabel: "σ²",
      check: values.varianceAgrees,
    },
  ];
}
