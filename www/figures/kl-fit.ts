/** Figure 5.2: one Gaussian fitted to two bumps. One divergence makes it cover both, the other makes it seek one. */

import type { FittedGaussian, KlFit, KlFitControls, KlFitLandscape, KlFitLandscapeControls } from "wasm/lecture";
import { formatNumber } from "../base/format";
import { plural, t } from "../base/language";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { createContours } from "../parts/contours";
import { area, curve, heightAt, points } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, niceTop } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";

const LOW = -9;
const HIGH = 9;
const MU = { kind: "number", min: -6, max: 6, step: 0.05 } as const;
const SIGMA = { kind: "number", min: 0.2, max: 6, step: 0.05, scale: "log" } as const;
const BUMP = { kind: "number", min: -5, max: 5, step: 0.05 } as const;
const WIDTH = { kind: "number", min: 0.3, max: 2.5, step: 0.05 } as const;
/** More steps than any descent takes: the end of the way. */
const END = 500;
/** What the landscape shows is logarithmic; these are its level lines, and where its colour ends. */
const LEVELS = [-2.2, -1.9, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5];
const SHADES = [-2.4, 3.5] as const;

const controls = {
  direction: {
    kind: "choice",
    label: "Divergence that goes downhill",
    symbol: "\\text{descend}",
    options: [
      { value: "forward", label: "from p to q" },
      { value: "reverse", label: "from q to p" },
    ],
    default: "reverse",
  },
  mu: { ...MU, label: "mean of q at the start", symbol: "\\mmu", default: 0.6, group: "Start of q" },
  sigma: {
    ...SIGMA,
    label: "standard deviation of q at the start",
    symbol: "\\ssigma",
    default: 1,
    group: "Start of q",
  },
  weight: {
    kind: "number",
    label: "weight of the first bump",
    symbol: "w",
    min: 0.02,
    max: 0.98,
    step: 0.01,
    default: 0.4,
    group: "Two bumps of p",
  },
  mu1: { ...BUMP, label: "mean of the first bump", symbol: "\\mmu_1", default: -3, group: "Two bumps of p" },
  sigma1: {
    ...WIDTH,
    label: "standard deviation of the first bump",
    symbol: "\\ssigma_1",
    default: 0.8,
    group: "Two bumps of p",
  },
  mu2: { ...BUMP, label: "mean of the second bump", symbol: "\\mmu_2", default: 3, group: "Two bumps of p" },
  sigma2: {
    ...WIDTH,
    label: "standard deviation of the second bump",
    symbol: "\\ssigma_2",
    default: 1,
    group: "Two bumps of p",
  },
  step: {
    kind: "number",
    label: "steps walked",
    min: 0,
    max: END,
    step: 1,
    default: END,
    integer: true,
    panel: false,
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "kl-fit",
  summary:
    "One Gaussian q is fitted to a density p with two bumps, twice: by the divergence from p to q, and by the " +
    "divergence from q to p. Drag the start of the descent in the landscape below.",
  modules: ["lecture"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const density = new Plot(stage.root, stage, {
    label: "The densities of p and of the two fits",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [0, 0.5], label: "density" },
    height: 260,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "sym-p", text: "p" },
      { className: "sym-q", text: "q that seeks: least KL(q ‖ p)" },
      { className: "sym-q dashed", text: "q that covers: least KL(p ‖ q)" },
    ]),
  );
  const plane = new Plot(stage.root, stage, {
    label: "The landscape of the divergence over mean and standard deviation of q",
    x: { domain: [MU.min, MU.max], label: "mean of q" },
    y: {
      domain: [SIGMA.min, SIGMA.max],
      scale: "log",
      label: "standard deviation of q",
      ticks: 4,
      format: (value) => ([0.2, 0.5, 1, 2, 5].includes(value) ? String(value) : ""),
    },
    height: 370,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "sym-q", text: "ring: start; dots: valleys", block: true },
      { className: "ink", text: "way downhill" },
      { className: "ink-soft", text: "shaded: small divergence", block: true },
    ]),
  );
  const player = createPlayer({
    label: "the descent",
    interval: 450,
    forward: () => walk(),
    back: () => stage.set({ step: Math.max(0, at.step - 1) }),
    restart: () => stage.set({ step: 0 }),
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
  });
  stage.root.append(player.root);

  const bumps = { fill: area(density, "sym-p"), line: curve(density, "sym-p") };
  const seeking = { fill: area(density, "sym-q"), line: curve(density, "sym-q") };
  const covering = curve(density, "sym-q dashed");
  const peaks = (["1", "2"] as const).map((k) =>
    createHandle(density, {
      label: t`mean of bump ${k} of p`,
      className: "sym-p",
      axis: "x",
      bounds: { x: [BUMP.min, BUMP.max] },
      step: { x: 0.1 },
      onMove: (x) => stage.set({ [`mu${k}`]: x }),
      valueText: (x) => formatNumber(x, 3),
    }),
  );
  const heat = createHeatmap(plane, ["var(--line-strong)", "var(--line)", "var(--surface)"]);
  const levels = createContours(plane, "ink-soft faint");
  const way = curve(plane, "ink");
  const stations = points(plane, "ink outlined", 3);
  const valleys = points(plane, "sym-q outlined", 6);
  const walker = points(plane, "ink outlined", 5);
  const start = createHandle(plane, {
    label: "start of q",
    className: "sym-q",
    axis: "both",
    shape: "ring",
    bounds: { x: [MU.min, MU.max], y: [SIGMA.min, SIGMA.max] },
    step: { x: 0.1, y: 0.1 },
    onMove: (mu, sigma) => stage.set({ mu, sigma, step: END }),
    valueText: (mu, sigma) => t`mean ${formatNumber(mu, 3)}, standard deviation ${formatNumber(sigma, 3)}`,
  });

  let at = { step: 0, steps: 0 };
  let landscape: KlFitLandscape | undefined;
  let landscapeOf = "";

  /** One step downhill; from the end, back to the start. */
  function walk(): boolean {
    if (at.step >= at.steps) {
      stage.set({ step: 0 });
      at.step = 0;
      return at.steps > 0;
    }
    at.step += 1;
    stage.set({ step: at.step });
    return at.step < at.steps;
  }

  function look(controls: KlFitControls): KlFitLandscape {
    const { weight, mu1, sigma1, mu2, sigma2, direction } = controls;
    const wanted: KlFitLandscapeControls = {
      weight,
      mu1,
      sigma1,
      mu2,
      sigma2,
      direction,
      muRange: [MU.min, MU.max],
      sigmaRange: [SIGMA.min, SIGMA.max],
    };
    const key = JSON.stringify(wanted);
    if (landscape === undefined || key !== landscapeOf) {
      landscape = stage.lecture.klFitLandscape(wanted);
      landscapeOf = key;
    }
    return landscape;
  }

  function draw(shown: KlFit, land: KlFitLandscape, controls: KlFitControls): void {
    const forward = controls.direction === "forward";
    const seek = forward ? shown.reverse : shown.q;
    density.domains({ y: [0, niceTop([...shown.p, ...seek], 0.3)] });
    bumps.fill.draw(shown.x, shown.p);
    bumps.line.draw(shown.x, shown.p);
    seeking.fill.draw(shown.x, seek);
    seeking.line.draw(shown.x, seek);
    covering.draw(shown.x, forward ? shown.q : shown.forward);
    for (const [k, mu] of [controls.mu1, controls.mu2].entries()) peaks[k]?.place(mu, heightAt(shown.x, shown.p, mu));
    heat.draw(land.shade, land.columns, land.rows, SHADES);
    levels.draw(land.shade, land.columns, land.rows, LEVELS);
    way.draw(shown.pathMu, shown.pathSigma);
    stations.draw(shown.pathMu, shown.pathSigma);
    valleys.draw(
      land.valleys.map((valley) => valley.mu),
      land.valleys.map((valley) => valley.sigma),
    );
    walker.draw([shown.values.q.mu], [shown.values.q.sigma]);
    start.place(controls.mu, controls.sigma);
  }

  return {
    busy: () => player.playing,
    update(controls: ValuesOf<Specs>) {
      const wanted = { ...controls, low: LOW, high: HIGH };
      const land = look(wanted);
      const shown = stage.lecture.klFit(wanted);
      draw(shown, land, wanted);
      const { values } = shown;
      at = { step: values.step, steps: values.steps };
      player.status(t`step ${values.step} of ${values.steps}`);
      const valleyCount = plural(
        land.valleys.length,
        "The landscape drawn has {0} valley.",
        "The landscape drawn has {0} valleys.",
        land.valleys.length,
      );
      return {
        values: { ...values, valleys: land.valleys },
        readouts: readouts(values, land.valleys.length, wanted.direction),
        checks: checks(values, wanted.direction),
        description: t`The covering fit has mean ${formatNumber(values.forward.mu, 3)} and standard deviation
          ${formatNumber(values.forward.sigma, 3)}. The seeking fit, downhill from the start, has mean
          ${formatNumber(values.reverse.mu, 3)} and standard deviation ${formatNumber(values.reverse.sigma, 3)}.
          ${valleyCount}`,
      };
    },
  };
}

function readouts(values: KlFit["values"], valleys: number, direction: string): Readout[] {
  const place = (q: FittedGaussian) => `${formatNumber(q.mu, 3)}, ${formatNumber(q.sigma, 3)}`;
  return [
    {
      label: "mean and standard deviation of the covering fit",
      symbol: "\\text{covers: }\\mmu, \\ssigma",
      value: place(values.forward),
    },
    {
      label: "mean and standard deviation of the seeking fit",
      symbol: "\\text{seeks: }\\mmu, \\ssigma",
      value: place(values.reverse),
    },
    {
      label: "divergence from p to the covering fit",
      symbol: "\\text{covers: }\\kl{\\p}{\\q}",
      value: values.forward.forward,
      unit: "nats",
    },
    {
      label: "divergence from p to the seeking fit",
      symbol: "\\text{seeks: }\\kl{\\p}{\\q}",
      value: values.reverse.forward,
      unit: "nats",
    },
    {
      label: "divergence from the covering fit to p",
      symbol: "\\text{covers: }\\kl{\\q}{\\p}",
      value: values.forward.reverse,
      unit: "nats",
    },
    {
      label: "divergence from the seeking fit to p",
      symbol: "\\text{seeks: }\\kl{\\q}{\\p}",
      value: values.reverse.reverse,
      unit: "nats",
    },
    {
      label: t`valleys of the divergence from ${direction === "forward" ? t("p to q") : t("q to p")} that were found`,
      value: String(valleys),
    },
  ];
}

function checks(values: KlFit["values"], direction: string): ShownCheck[] {
  const drawn = direction === "forward" ? "\\kl{\\p}{\\q}" : "\\kl{\\q}{\\p}";
  return [
    {
      label: "$\\nabla \\kl{\\p}{\\q} = 0$ at the covering fit",
      leftLabel: "larger component, by quadrature",
      rightLabel: "zero",
      check: values.forwardVanishes,
    },
    {
      label: "$\\nabla \\kl{\\q}{\\p} = 0$ at the seeking fit",
      leftLabel: "larger component, by quadrature",
      rightLabel: "zero",
      check: values.reverseVanishes,
    },
    {
      label: t`$\\nabla ${drawn}$ where q stands: formula = finite difference`,
      leftLabel: "formula, by quadrature",
      rightLabel: "finite difference",
      check: values.finiteDifference,
    },
  ];
}
