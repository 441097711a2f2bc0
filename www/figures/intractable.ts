/** Figure 4.4: the denominator of Bayes' rule, counted, and one network in its place. */

import type { Amortization, Intractable, IntractableControls } from "wasm/lecture-latents";
import { html } from "../base/dom";
import { formatCount, formatNumber, superscript } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { area, curve, histogram, label, points, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, niceTop, row } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";

const REACH = 4.5;
const LOW = -2;
const HIGH = 6;
const STEPS = 800;
/** log10 of the products that a billion a second does in a second, a year, and since the universe began. */
const LIMITS = [
  { at: 9, text: "a second" },
  { at: 16.5, text: "a year" },
  { at: 26.64, text: "13.8 billion years" },
];

const controls = {
  x: {
    kind: "number",
    label: "observation",
    symbol: "\\x",
    min: LOW,
    max: HIGH,
    step: 0.05,
    default: 2.5,
    group: "Model",
  },
  sigma: {
    kind: "number",
    label: "standard deviation of the noise",
    symbol: "\\ssigma",
    min: 0.2,
    max: 2,
    step: 0.01,
    default: 0.6,
    group: "Model",
  },
  dimension: {
    kind: "choice",
    label: "Latent dimensions",
    symbol: "d",
    options: ["1", "2", "3"].map((value) => ({ value, label: value })),
    default: "1",
    group: "Grid",
  },
  points: {
    kind: "number",
    label: "grid points along each axis",
    symbol: "n",
    min: 5,
    max: 101,
    step: 1,
    default: 41,
    integer: true,
    group: "Grid",
  },
  steps: {
    kind: "number",
    label: "training steps of the network",
    symbol: "\\text{steps}",
    min: 0,
    max: STEPS,
    step: 10,
    default: 500,
    integer: true,
    group: "Network",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Network" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "intractable",
  summary:
    "The posterior by Bayes' rule on a grid, and the number of products that its denominator takes. Below, every " +
    "posterior at once, and one network that answers for all x.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const places = [html("div"), html("div"), html("div")] as const;
  stage.root.append(row(places[0], places[1]));
  const line = new Plot(places[0], stage, {
    label: "The posterior on a grid",
    x: { domain: [-REACH, REACH], label: "z", symbol: true },
    y: { domain: [0, 1], label: "density" },
    height: 290,
    margin: { top: 22 },
  });
  const plane = new Plot(places[0], stage, {
    label: "The posterior on a grid, seen in the plane of the first two coordinates of z",
    x: { domain: [-REACH, REACH], label: "z₁", symbol: true },
    y: { domain: [-REACH, REACH], label: "z₂", symbol: true },
    aspect: 1,
    maxWidth: 330,
    margin: { top: 20, right: 12, bottom: 40, left: 48 },
  });
  const cost = new Plot(places[1], stage, {
    label: "Products in the denominator, by dimension",
    x: { domain: [0.4, 12.6], label: "d", symbol: true, ticks: 6 },
    y: { domain: [0, 30], label: "products p(x|z) p(z)", ticks: 6, format: (power) => `10${superscript(power)}` },
    height: 290,
    margin: { top: 22, left: 58 },
  });
  stage.root.append(
    legend([
      { className: "sym-p", tex: "\\p(\\z\\given\\x)", block: true },
      { className: "sym-q", tex: "\\q_{\\pphi}(\\z\\given\\x):\\ \\text{mean} \\pm \\text{standard deviation}" },
      { className: "ink dashed", text: "mean of the best Gaussian of each x" },
    ]),
    places[2],
  );
  const fork = new Plot(places[2], stage, {
    label: "The posterior of z for every x, in one dimension, and the network's answer",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [-REACH, REACH], label: "z", symbol: true },
    height: 260,
    margin: { top: 22 },
  });
  const player = createPlayer({
    label: "training",
    interval: 60,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => {
      const steps = Math.min(STEPS, stage.controls.steps + 20);
      stage.set({ steps });
      return steps < STEPS;
    },
    restart: () => stage.set({ steps: 0 }),
  });
  stage.root.append(player.root);

  const fill = area(line, "sym-p");
  const posterior = curve(line, "sym-p");
  const nodes = points(line, "sym-p", 2.5);
  const q = curve(line, "sym-q");
  const shade = createHeatmap(plane, ["var(--surface)", "var(--sym-p)"]);
  const bars = histogram(cost, "sym-p");
  const chosen = histogram(cost, "sym-p full");
  const limits = LIMITS.map(({ at, text }) => ({
    at,
    rule: rule(cost, "horizontal", "ink-soft dashed"),
    text: label(cost, text, "ink-soft plain", "start"),
  }));
  const all = createHeatmap(fork, ["var(--surface)", "var(--sym-p)"]);
  const edges = [curve(fork, "sym-q thin"), curve(fork, "sym-q thin")];
  const mean = curve(fork, "sym-q");
  const best = curve(fork, "ink thin dashed");
  const now = rule(fork, "vertical", "sym-x");
  const x = createHandle(fork, {
    label: "observation x",
    className: "sym-x",
    axis: "x",
    bounds: { x: [LOW, HIGH] },
    step: { x: 0.1 },
    onMove: (value) => stage.set({ x: value }),
    valueText: (value) => `x = ${formatNumber(value, 3)}`,
  });
  let network: { key: string; picture: Amortization } | null = null;

  function picture({ sigma, steps, seed }: IntractableControls): Amortization {
    const key = `${sigma} ${steps} ${seed}`;
    if (network?.key !== key)
      network = {
        key,
        picture: stage.lecture.amortization({ sigma, steps, seed, low: LOW, high: HIGH, reach: REACH }),
      };
    return network.picture;
  }

  function draw(shown: Intractable, controls: IntractableControls): void {
    const one = controls.dimension === 1;
    line.root.hidden = !one;
    plane.root.hidden = one;
    if (one) {
      line.domains({ y: [0, niceTop([...shown.posterior, ...shown.q], 0.5)] });
      fill.draw(shown.axis, shown.posterior);
      posterior.draw(shown.axis, shown.posterior);
      nodes.draw(shown.axis, shown.posterior);
      q.draw(shown.z, shown.q);
    } else shade.draw(shown.image, shown.cells, shown.cells);
    const heights = (keep: (d: number) => boolean) => shown.logCost.map((height, i) => (keep(i + 1) ? height : 0));
    const sides = shown.logCost.map((_, i) => i + 0.5).concat(shown.logCost.length + 0.5);
    bars.draw(
      sides,
      heights((d) => d !== controls.dimension),
    );
    chosen.draw(
      sides,
      heights((d) => d === controls.dimension),
    );
    for (const mark of limits) {
      mark.rule.draw(mark.at);
      mark.text.draw(0.4, mark.at, 6, -5);
    }
    const over = picture(controls);
    all.draw(over.posteriors, over.x.length, over.rows, [0, 1]);
    best.draw(over.x, over.best);
    edges[0]?.draw(over.x, over.lower);
    edges[1]?.draw(over.x, over.upper);
    mean.draw(over.x, over.mean);
    now.draw(controls.x);
    x.place(controls.x, -REACH);
    player.status(t`step ${formatCount(controls.steps)} of ${formatCount(STEPS)}`);
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const asked = controls.points;
      const wanted = {
        ...controls,
        dimension: Number(controls.dimension),
        reach: REACH,
      };
      const shown = stage.lecture.intractable(wanted);
      draw(shown, wanted);
      const { values } = shown;
      stage.message(
        values.points < asked
          ? t`In ${wanted.dimension} dimensions this page computes at most ${values.points} points along each
            axis; ${asked} would be ${formatCount(asked ** wanted.dimension)} products.`
          : null,
      );
      return {
        values,
        readouts: [
          {
            label: "log of the denominator, on the grid",
            symbol: "\\log \\p(\\x)",
            value: values.logEvidence,
            unit: "nats",
          },
          { label: "products for it", symbol: "n^d", value: formatCount(values.evaluations) },
          {
            label: "error of this grid",
            symbol: "\\text{grid} - \\text{exact}",
            value: values.gridError,
            unit: "nats",
          },
          {
            label: "in 12 dimensions, at a billion products a second",
            value: formatNumber(values.years, 2),
            unit: "years",
          },
          { label: "bound by the network, d = 1", symbol: "\\ELBO_{\\q}", value: values.elbo, unit: "nats" },
          {
            label: "its gap, d = 1",
            symbol: "\\kl{\\q_{\\pphi}}{\\p(\\z\\given\\x)}",
            value: values.klToPosterior,
            unit: "nats",
          },
          {
            label: "what sharing one network costs this x",
            symbol: "\\ELBO_{\\text{best}} - \\ELBO_{\\q}",
            value: values.amortizationGap,
            unit: "nats",
          },
        ],
        checks: checks(shown),
        description: t`In ${wanted.dimension} dimensions the denominator takes ${formatCount(values.evaluations)}
          products and gives log p of x as ${formatNumber(values.logEvidence, 4)} nats. For x =
          ${formatNumber(wanted.x, 3)} the network answers with mean ${formatNumber(values.network.mean, 3)} and
          standard deviation ${formatNumber(values.networkSigma, 3)}; its divergence from the posterior is
          ${formatNumber(values.klToPosterior, 3)} nats.`,
      };
    },
  };
}

function checks({ values }: Intractable): ShownCheck[] {
  return [
    {
      label: "$\\log \\p(\\x)$, $d = 1$: sum over a fine grid = quadrature",
      leftLabel: "grid",
      rightLabel: "quadrature",
      check: values.quadrature,
    },
    {
      label: "$\\log \\p(\\x) = \\ELBO_{\\q} + \\KL$ to the posterior, $d = 1$",
      leftLabel: "log p(x)",
      rightLabel: "ELBO + KL",
      check: values.sum,
    },
  ];
}
