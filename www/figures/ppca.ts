/** Figure 4.2: probabilistic PCA. The plane of x with its marginal, and the posterior over z of one observation. */

import type { Ppca, PpcaControls } from "wasm/lecture-latents";
import { button, html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { area, columns, curve, points, rule } from "../parts/curves";
import { createHandle, type Handle } from "../parts/handle";
import { legend, niceTop } from "../parts/layout";
import { Plot } from "../parts/plot";

const REACH = 6;
const SECOND_COLUMN = [-0.5, 0.9] as const;

const controls = {
  W: {
    kind: "rows",
    label: "W, a row for each coordinate of x",
    symbol: "W",
    min: -3,
    max: 3,
    maxRows: 2,
    columns: 0,
    default: [[1.6], [0.9]],
    group: "Model",
  },
  mu: {
    kind: "numbers",
    label: "mean of x",
    symbol: "\\mmu",
    min: -3,
    max: 3,
    minLength: 2,
    maxLength: 2,
    default: [0, 0],
    group: "Model",
  },
  sigma: {
    kind: "number",
    label: "standard deviation of the noise",
    symbol: "\\ssigma",
    min: 0.05,
    max: 2,
    step: 0.01,
    default: 0.6,
    group: "Model",
  },
  x: {
    kind: "numbers",
    label: "observation",
    symbol: "\\x",
    min: -5.5,
    max: 5.5,
    minLength: 2,
    maxLength: 2,
    default: [-2.8, 0.8],
    group: "Observation",
  },
  draws: {
    kind: "number",
    label: "draws shown",
    symbol: "n",
    min: 0,
    max: 500,
    step: 10,
    default: 120,
    integer: true,
    group: "Draws in two steps: z, then x",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Draws in two steps: z, then x" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "ppca",
  summary:
    "Drag the observation x, the centre μ and the arrow of W. Above, what the model says about x; below, what x " +
    "says about its unseen cause z.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const plane = new Plot(stage.root, stage, {
    label: "The plane of x",
    x: { domain: [-REACH, REACH], label: "x₁", symbol: true },
    y: { domain: [-REACH, REACH], label: "x₂", symbol: true },
    aspect: 1,
    maxWidth: 500,
    margin: { top: 20, right: 12, bottom: 40, left: 48 },
  });
  stage.root.append(
    legend([
      { className: "sym-p", tex: "\\p(\\x):\\ 1\\ssigma,\\ 2\\ssigma", block: true },
      { className: "sym-z", tex: "W\\z + \\mmu" },
      { className: "sym-sigma dashed", text: "noise around the best guess" },
    ]),
  );
  const line = new Plot(stage.root, stage, {
    label: "Prior and posterior of z",
    x: { domain: [-4, 4], label: "z", symbol: true },
    y: { domain: [0, 1], label: "density" },
    height: 200,
    margin: { top: 22 },
  });
  const square = new Plot(stage.root, stage, {
    label: "The plane of z: prior and posterior",
    x: { domain: [-4, 4], label: "z₁", symbol: true },
    y: { domain: [-4, 4], label: "z₂", symbol: true },
    aspect: 1,
    maxWidth: 340,
    margin: { top: 20, right: 12, bottom: 40, left: 48 },
  });
  stage.root.append(
    legend([
      { className: "sym-z dashed", tex: "\\p(\\z)" },
      { className: "sym-p", tex: "\\p(\\z\\given\\x)", block: true },
    ]),
  );
  const toggle = button("", () => {
    const W = matrix(stage);
    stage.set({
      W: W.map((entries, r) => (entries.length === 1 ? [entries[0] ?? 0, SECOND_COLUMN[r] ?? 0] : [entries[0] ?? 0])),
    });
  });
  stage.root.append(html("div", { class: "player" }, toggle));

  const wide = area(plane, "sym-p");
  const core = area(plane, "sym-p");
  const rims = [curve(plane, "sym-p thin"), curve(plane, "sym-p")];
  const draws = points(plane, "sym-x faint", 2);
  const reach = curve(plane, "sym-z");
  const marks = points(plane, "sym-z", 3.5);
  const noise = curve(plane, "sym-sigma dashed");
  const residual = curve(plane, "thin ink-soft");
  const guess = points(plane, "sym-sigma", 4);
  const mu = createHandle(plane, {
    label: "mean of x",
    className: "sym-mu",
    axis: "both",
    bounds: { x: [-3, 3], y: [-3, 3] },
    step: { x: 0.1, y: 0.1 },
    onMove: (a, b) => stage.set({ mu: [a, b] }),
    valueText: pair,
  });
  const tips: Handle[] = [0, 1].map((column) =>
    createHandle(plane, {
      label: t`column ${column + 1} of W`,
      className: "sym-theta",
      axis: "both",
      bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
      step: { x: 0.1, y: 0.1 },
      shape: "ring",
      onMove: (a, b) => {
        const [first = 0, second = 0] = stage.controls.mu;
        const shift = [limit(a - first), limit(b - second)];
        stage.set({
          W: matrix(stage).map((entries, r) => entries.map((entry, c) => (c === column ? (shift[r] ?? 0) : entry))),
        });
      },
      valueText: pair,
    }),
  );
  const x = createHandle(plane, {
    label: "observation x",
    className: "sym-x",
    axis: "both",
    bounds: { x: [-5.5, 5.5], y: [-5.5, 5.5] },
    step: { x: 0.1, y: 0.1 },
    onMove: (a, b) => stage.set({ x: [a, b] }),
    valueText: pair,
  });
  const prior = curve(line, "sym-z thin dashed");
  const fill = area(line, "sym-p");
  const posterior = curve(line, "sym-p");
  const mean = rule(line, "vertical", "sym-p dashed");
  const unit = curve(square, "sym-z thin dashed");
  const cloud = area(square, "sym-p");
  const outlines = [curve(square, "sym-p"), curve(square, "sym-p thin")];
  const centre = points(square, "sym-p", 4);
  plane.onPress((a, b) => stage.set({ x: [round(a), round(b)] }));

  function draw(shown: Ppca, controls: PpcaControls): void {
    const [inner = [], outer = []] = shown.marginal;
    fillRing(wide, outer);
    fillRing(core, inner);
    rims[0]?.draw(...columns(outer));
    rims[1]?.draw(...columns(inner));
    draws.draw(...columns(shown.draws));
    reach.draw(...columns(shown.reach));
    marks.draw(...columns(shown.marks));
    noise.draw(...columns(shown.noise));
    const { reconstruction, posterior: found } = shown.values;
    residual.draw(...columns([reconstruction, controls.x]));
    guess.draw(...columns([reconstruction]));
    mu.place(controls.mu[0] ?? 0, controls.mu[1] ?? 0);
    tips.forEach((handle, column) => {
      const tip = shown.tips[column];
      handle.root.style.display = tip === undefined ? "none" : "";
      handle.place(tip?.[0] ?? 0, tip?.[1] ?? 0);
    });
    x.place(controls.x[0] ?? 0, controls.x[1] ?? 0);
    const one = found.mean.length === 1;
    line.root.hidden = !one;
    square.root.hidden = one;
    toggle.textContent = one ? t("Add a second latent dimension") : t("Back to one latent dimension");
    const spread = Math.max(...found.mean.map(Math.abs)) + 1.5;
    const end = niceTop([spread], 4);
    if (one) {
      line.domains({ x: [-end, end], y: [0, niceTop([...shown.posterior, ...shown.prior], 0.5)] });
      prior.draw(shown.priorZ, shown.prior);
      fill.draw(shown.z, shown.posterior);
      posterior.draw(shown.z, shown.posterior);
      mean.draw(found.mean[0] ?? 0);
      return;
    }
    square.domains({ x: [-end, end], y: [-end, end] });
    unit.draw(...columns(shown.unit));
    const [near = [], far = []] = shown.posteriorOutlines;
    fillRing(cloud, near);
    outlines[0]?.draw(...columns(near));
    outlines[1]?.draw(...columns(far));
    centre.draw(...columns([found.mean]));
  }

  return {
    update(controls) {
      const shown = stage.lecture.ppca(controls);
      draw(shown, controls);
      const { values } = shown;
      const { mean: m, covariance } = values.posterior;
      const widths = covariance.map((entries, i) => entries[i] ?? 0);
      return {
        values,
        readouts: [
          { label: "log evidence", symbol: "\\log \\p(\\x)", value: values.logEvidence, unit: "nats" },
          ...m.map((value, i) => ({
            label: t`posterior mean of z${m.length > 1 ? i + 1 : ""}`,
            symbol: m.length > 1 ? `\\E[\\z_${i + 1}\\given\\x]` : "\\E[\\z\\given\\x]",
            value,
          })),
          ...widths.map((value, i) => ({
            label: t`posterior variance of z${m.length > 1 ? i + 1 : ""}`,
            symbol: m.length > 1 ? `\\Var[\\z_${i + 1}\\given\\x]` : "\\Var[\\z\\given\\x]",
            value,
          })),
        ],
        checks: checks(shown),
        description: t`x is ${pair(controls.x[0] ?? 0, controls.x[1] ?? 0)}, its log evidence
          ${formatNumber(values.logEvidence, 4)} nats. The posterior of z has mean
          ${m.map((value) => formatNumber(value, 3)).join(" and ")}, variance
          ${widths.map((value) => formatNumber(value, 3)).join(" and ")}.`,
      };
    },
  };
}

function checks({ values }: Ppca): ShownCheck[] {
  return [
    {
      label: "$\\log \\p(\\x)$: closed form = quadrature over $\\z$",
      leftLabel: "closed form",
      rightLabel: "quadrature",
      check: values.quadrature,
    },
    {
      label: "Bayes' rule at $\\z = 0$",
      leftLabel: "log p(x)",
      rightLabel: "log p(x|z) + log p(z) − log p(z|x)",
      check: values.bayes,
    },
  ];
}

/** A closed outline as an area: the path of its points, filled. */
function fillRing(fill: ReturnType<typeof area>, ring: number[][]): void {
  const [xs, ys] = columns(ring);
  fill.draw(xs, ys, ys[0] ?? 0);
}

function matrix(stage: Stage<Specs, Modules>): number[][] {
  return stage.controls.W;
}

function limit(value: number): number {
  return Math.min(3, Math.max(-3, round(value)));
}

function round(value: number): number {
  return Number(value.toFixed(2));
}

function pair(a: number, b: number): string {
  return `(${formatNumber(a, 3)}, ${formatNumber(b, 3)})`;
}
