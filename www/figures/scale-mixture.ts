/**
 * Figure 4.1: the smallest latent variable model. A scale z is drawn, then x with that scale. Above, the joint density
 * over (x, z) with the draws; in the middle, what remains when z is forgotten; below, what an x tells about its z.
 */

import type { ScaleMixtureControls, ScaleMixtureShown } from "wasm/lecture-latents";
import { formatCount, formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { area, cloud, curve, histogram, label, points, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, niceTop } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";

const LOW = -8;
const HIGH = 8;
const Z_HIGH = 4;
const A = { min: 0.1, max: 3.5 };
const B = { min: 0.2, max: 4 };
/** Closer than this the handles of a and b would lie on each other. */
const APART = 0.05;
/** Draws that one press of "Draw 500" adds. */
const MANY = 500;
const MOST = 5000;
/** Fewer draws are shown one by one only. */
const FEW = 30;

const controls = {
  a: {
    kind: "number",
    label: "smallest scale",
    symbol: "a",
    min: A.min,
    max: A.max,
    step: 0.05,
    default: 0.3,
    group: "Prior of the scale",
  },
  b: {
    kind: "number",
    label: "largest scale",
    symbol: "b",
    min: B.min,
    max: B.max,
    step: 0.05,
    default: 2.5,
    group: "Prior of the scale",
  },
  mu: {
    kind: "number",
    label: "mean of x",
    symbol: "\\mmu",
    min: -2,
    max: 2,
    step: 0.05,
    default: 0,
    group: "Observation",
  },
  x: {
    kind: "number",
    label: "observed x",
    symbol: "\\x",
    min: -7,
    max: 7,
    step: 0.05,
    default: 2,
    group: "Observation",
  },
  n: {
    kind: "number",
    label: "draws",
    symbol: "n",
    min: 0,
    max: MOST,
    step: 1,
    default: 300,
    integer: true,
    group: "Draws",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Draws" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "scale-mixture",
  summary:
    "Each draw takes two steps: a scale z between a and b, then an x with that scale. Drag a and b on the left " +
    "edge, and the line at x; draw one by one to see both steps.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const joint = new Plot(stage.root, stage, {
    label: "Joint density of x and z, with the draws",
    x: { domain: [LOW, HIGH], show: false },
    y: { domain: [0, Z_HIGH], label: "z", symbol: true },
    height: 250,
    margin: { top: 22, bottom: 18 },
  });
  const marginal = new Plot(stage.root, stage, {
    label: "Marginal density of x",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [0, 0.6], label: "density", unit: "per unit of x" },
    height: 230,
    margin: { top: 22 },
  });
  const player = createPlayer({
    label: "drawing in two steps",
    interval: 700,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => add(1),
    back: () => stage.set({ n: Math.max(0, stage.controls.n - 1) }),
    restart: () => stage.set({ n: 0 }),
  });
  const many = document.createElement("button");
  many.type = "button";
  many.className = "button";
  many.textContent = t`Draw ${MANY}`;
  many.addEventListener("click", () => add(MANY));
  player.root.insertBefore(many, player.root.lastElementChild);
  stage.root.append(
    player.root,
    legend([
      { className: "sym-p", tex: "\\p(\\x)" },
      { className: "ink-soft dashed", text: "Gaussian of the same variance" },
      { className: "ink", text: "the last draw's own Gaussian" },
      { className: "sym-x", text: "draws", block: true },
    ]),
  );
  const scale = new Plot(stage.root, stage, {
    label: "Density of z before and after x is seen",
    x: { domain: [0, Z_HIGH], label: "z", symbol: true },
    y: { domain: [0, 1], label: "density", unit: "per unit of z" },
    height: 190,
    margin: { top: 22 },
  });
  stage.root.append(
    legend([
      { className: "ink-soft", tex: "\\p(\\z)" },
      { className: "sym-z", tex: "\\p(\\z \\given \\x)" },
    ]),
  );

  const heat = createHeatmap(joint, ["var(--surface)", "var(--sym-p)"]);
  const borders = { a: rule(joint, "horizontal", "sym-z"), b: rule(joint, "horizontal", "sym-z") };
  const dots = cloud(joint, "sym-x small");
  const at = { joint: rule(joint, "vertical", "sym-x dashed"), marginal: rule(marginal, "vertical", "sym-x dashed") };
  const lastScale = rule(joint, "horizontal", "ink");
  const lastDot = points(joint, "ink outlined", 6);
  const bars = histogram(marginal, "sym-x");
  const rug = cloud(marginal, "sym-x");
  const wide = curve(marginal, "thin dashed ink-soft");
  const conditional = curve(marginal, "thin ink");
  const line = curve(marginal, "sym-p");
  const lastTick = points(marginal, "ink outlined", 5);
  const prior = area(scale, "ink-soft");
  const priorLine = curve(scale, "thin ink-soft");
  const posterior = area(scale, "sym-z");
  const posteriorLine = curve(scale, "sym-z");
  const names = { a: label(joint, "a", "sym-z", "start"), b: label(joint, "b", "sym-z", "start") };
  const handles = {
    a: limit("a", "smallest scale a", A, (z) => Math.min(z, stage.controls.b - APART)),
    b: limit("b", "largest scale b", B, (z) => Math.max(z, stage.controls.a + APART)),
    x: createHandle(marginal, {
      label: "observed x",
      className: "sym-x",
      axis: "x",
      bounds: { x: [-7, 7] },
      step: { x: 0.1 },
      onMove: (x) => stage.set({ x }),
      valueText: (x, y) => t`x = ${formatNumber(x, 3)}, density ${formatNumber(y, 3)}`,
    }),
  };

  function limit(name: "a" | "b", words: string, range: { min: number; max: number }, inside: (z: number) => number) {
    return createHandle(joint, {
      label: words,
      className: "sym-z",
      axis: "y",
      bounds: { y: [range.min, range.max] },
      step: { y: 0.05 },
      onMove: (_, z) => stage.set({ [name]: Math.min(range.max, Math.max(range.min, inside(z))) }),
      valueText: (_, z) => `${name} = ${formatNumber(z, 3)}`,
    });
  }

  function add(more: number): boolean {
    const n = Math.min(MOST, stage.controls.n + more);
    if (n !== stage.controls.n) stage.set({ n });
    return n < MOST;
  }

  function draw(shown: ScaleMixtureShown, controls: ScaleMixtureControls): void {
    const { values } = shown;
    // The joint density is steep: its root shows the tails as well.
    heat.draw(shown.joint.map(Math.sqrt), shown.columns, shown.rows);
    dots.draw(shown.drawsX, shown.drawsZ);
    dots.path.classList.toggle("small", controls.n >= FEW);
    const last = shown.drawsX.length - 1;
    const [x, z] = last < 0 ? [[], []] : [shown.drawsX.slice(last), shown.drawsZ.slice(last)];
    lastDot.draw(x, z);
    lastTick.draw(
      x,
      x.map(() => 0),
    );
    lastScale.line.toggleAttribute("hidden", last < 0);
    lastScale.line.style.display = last < 0 ? "none" : "";
    lastScale.draw(z[0] ?? 0);
    for (const name of ["a", "b"] as const) {
      borders[name].draw(controls[name]);
      handles[name].place(LOW + 0.35, controls[name]);
      names[name].draw(LOW + 0.35, controls[name], 16, name === "a" && controls.b - controls.a < 0.6 ? 15 : -6);
    }
    at.joint.draw(controls.x);
    marginal.domains({
      y: [
        0,
        niceTop(
          shown.marginal.map((y) => 1.25 * y),
          0.3,
        ),
      ],
    });
    at.marginal.draw(controls.x);
    // A handful of draws makes no histogram; they all lie on the axis.
    bars.draw(shown.edges, controls.n < FEW ? [] : shown.bars);
    rug.draw(
      shown.drawsX,
      shown.drawsX.map(() => 0),
    );
    wide.draw(shown.x, shown.gaussian);
    conditional.draw(shown.x, shown.conditional);
    line.draw(shown.x, shown.marginal);
    handles.x.place(controls.x, values.density);
    scale.domains({ y: [0, niceTop([...shown.prior, ...shown.posterior], 0.5)] });
    prior.draw(shown.z, shown.prior);
    priorLine.draw(shown.z, shown.prior);
    posterior.draw(shown.z, shown.posterior);
    posteriorLine.draw(shown.z, shown.posterior);
    player.status(
      last < 0
        ? t("no draws yet")
        : t`${formatCount(controls.n)} draws; the last: z = ${formatNumber(z[0] ?? 0, 3)}, x =
          ${formatNumber(x[0] ?? 0, 3)}`,
    );
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const asked = { ...controls, low: LOW, high: HIGH, zHigh: Z_HIGH };
      const shown = stage.lecture.scaleMixture(asked);
      draw(shown, asked);
      const { values } = shown;
      return {
        values,
        readouts: readouts(shown),
        checks: checks(shown),
        description: t`The scale z is uniform between ${formatNumber(asked.a, 3)} and
          ${formatNumber(asked.b, 3)}. At x = ${formatNumber(asked.x, 3)} the marginal density is
          ${formatNumber(values.density, 3)}; seeing this x moves the expected scale from
          ${formatNumber(values.priorMean, 3)} to ${formatNumber(values.posteriorMean, 3)}.`,
      };
    },
  };
}

function readouts({ values }: ScaleMixtureShown): Readout[] {
  const { sampleVariance } = values;
  const list: Readout[] = [
    { label: "marginal density at x", symbol: "\\p(\\x)", value: values.density, unit: "per unit of x" },
    { label: "log-density at x", symbol: "\\log \\p(\\x)", value: values.logDensity, unit: "nats" },
    { label: "expected scale before x is seen", symbol: "\\E[\\z]", value: values.priorMean },
    { label: "expected scale after x is seen", symbol: "\\E[\\z \\given \\x]", value: values.posteriorMean },
    { label: "variance of x", symbol: "\\Var[\\x] = \\E[\\z^2]", value: values.variance.right },
  ];
  if (sampleVariance !== null)
    list.push({
      label: "variance of the draws about the mean",
      symbol: "\\text{draws: } \\overline{(\\x-\\mmu)^2}",
      value: sampleVariance.mean,
      standardError: sampleVariance.standardError,
      n: sampleVariance.n,
    });
  return list;
}

function checks({ values }: ScaleMixtureShown): ShownCheck[] {
  const list: ShownCheck[] = [
    { label: "$\\int \\p(\\x)\\,d\\x = 1$", leftLabel: "by quadrature", rightLabel: "exact", check: values.mass },
    {
      label: "$\\Var[\\x] = (a^2 + ab + b^2)/3$",
      leftLabel: "by quadrature",
      rightLabel: "closed form",
      check: values.variance,
    },
  ];
  if (values.sampleVarianceAgrees !== null)
    list.push({
      label: "the draws have this variance, within 4 standard errors",
      leftLabel: "draws",
      rightLabel: "closed form",
      check: values.sampleVarianceAgrees,
    });
  return list;
}
