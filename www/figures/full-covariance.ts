/** Figure 7.3: noise from a circle to an ellipse by a square root of the covariance; there is more than one root. */

import type { FullCovarianceControls, FullCovarianceShown, PlanePoints } from "wasm/lecture-gradients";
import { html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { curve, label, points } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { row } from "../parts/layout";
import { Plot } from "../parts/plot";
import { renderTex } from "../parts/tex";

const REACH_NOISE = 3.4;
const REACH = 5.6;
/** Half axes within these lengths, so that the ellipse stays in the picture and is none too thin to grasp. */
const AXIS = { min: 0.1, max: 2.5 } as const;

const controls = {
  root: {
    kind: "choice",
    label: "square root of C",
    symbol: "A",
    options: [
      { value: "cholesky", label: "triangular (Cholesky)" },
      { value: "symmetric", label: "symmetric" },
    ],
    default: "cholesky",
  },
  covariance: {
    kind: "rows",
    label: "covariance",
    symbol: "C",
    min: -6.25,
    max: 6.25,
    maxRows: 2,
    columns: 2,
    default: [
      [2.5, 1.4],
      [1.4, 1.6],
    ],
  },
  mu: {
    kind: "numbers",
    label: "mean",
    symbol: "\\mmu",
    min: -2,
    max: 2,
    minLength: 2,
    maxLength: 2,
    default: [0.5, 0.3],
  },
  epsilon: {
    kind: "numbers",
    label: "noise that is followed",
    symbol: "\\eeps",
    min: -3,
    max: 3,
    minLength: 2,
    maxLength: 2,
    default: [1.2, -0.8],
  },
  n: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 20,
    max: 10_000,
    step: 1,
    default: 2000,
    scale: "log",
    integer: true,
  },
  seed: { kind: "seed", label: "seed", default: 1 },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "full-covariance",
  summary:
    "Left, noise ε from N(0, I); right, z = μ + Aε with A Aᵀ = C. Drag the ellipse by the ends of its axes or " +
    "by its middle, and the noise that is followed.",
  layout: "below",
  modules: ["lecture-gradients"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const [left, right] = [html("div"), html("div")];
  stage.root.append(row(left, right));
  const noise = squarePlot(stage, left, "The noise", REACH_NOISE, "ε₁", "ε₂");
  const image = squarePlot(stage, right, "The samples of z", REACH, "z₁", "z₂");
  const formulas = [html("div"), html("div")] as const;
  stage.root.append(row(...formulas));

  const from = scene(noise, "sym-epsilon");
  const to = scene(image, "sym-z");
  const followed = points(image, "sym-z outlined", 7);
  const name = label(image, "z", "sym-z", "start");
  const epsilon = createHandle(noise, {
    label: "the noise that is followed",
    className: "sym-epsilon",
    axis: "both",
    bounds: { x: [-3, 3], y: [-3, 3] },
    step: { x: 0.1, y: 0.1 },
    onMove: (x, y) => stage.set({ epsilon: [x, y] }),
    valueText: (x, y) => `ε = (${formatNumber(x, 3)}, ${formatNumber(y, 3)})`,
  });
  const mean = createHandle(image, {
    label: "mean of z",
    className: "sym-mu",
    axis: "both",
    bounds: { x: [-2, 2], y: [-2, 2] },
    step: { x: 0.1, y: 0.1 },
    onMove: (x, y) => stage.set({ mu: [x, y] }),
    valueText: (x, y) => `μ = (${formatNumber(x, 3)}, ${formatNumber(y, 3)})`,
  });
  const axes = (["long", "short"] as const).map((which) =>
    createHandle(image, {
      label: t`end of the ${which} axis of the ellipse`,
      className: "sym-sigma",
      axis: "both",
      shape: "ring",
      bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
      step: { x: 0.1, y: 0.1 },
      onMove: (x, y) => stretch(which, x, y),
      valueText: () =>
        t`${formatNumber(deviations[which === "long" ? 0 : 1] ?? 0, 3)} long, at ${formatNumber(x0(which), 3)},
          ${formatNumber(y0(which), 3)} from the middle`,
    }),
  );

  let placed = false;
  let deviations: readonly number[] = [1, 1];
  /** Which half axis the handles hold now: the two keep their places when the shorter one grows over the longer. */
  let ends: { long: [number, number]; short: [number, number] } = { long: [1, 0], short: [0, 1] };

  function x0(which: "long" | "short"): number {
    return ends[which][0];
  }
  function y0(which: "long" | "short"): number {
    return ends[which][1];
  }

  /** One end of an axis was dragged: the other axis keeps its length and turns with it. */
  function stretch(which: "long" | "short", x: number, y: number): void {
    const [mx = 0, my = 0] = stage.controls.mu;
    const other = ends[which === "long" ? "short" : "long"];
    const length = Math.hypot(x - mx, y - my);
    if (length === 0) return;
    const scale = Math.min(AXIS.max, Math.max(AXIS.min, length)) / length;
    const [dx, dy] = [(x - mx) * scale, (y - my) * scale];
    const [c11 = 1, c12 = 0, c22 = 1] = stage.lecture.covarianceFromAxes(dx, dy, Math.hypot(...other));
    stage.set({
      covariance: [
        [c11, c12],
        [c12, c22],
      ],
    });
  }

  /** The half axes of Rust, each given to the handle that is nearer to it (an axis has two ends). */
  function assign(shown: FullCovarianceShown): void {
    const { long, short } = shown.axes;
    const near = (a: readonly number[], b: readonly number[]) =>
      Math.abs((a[0] ?? 0) * (b[0] ?? 0) + (a[1] ?? 0) * (b[1] ?? 0)) / (Math.hypot(...a) * Math.hypot(...b));
    const swapped = near(ends.long, short) > near(ends.long, long);
    const facing = (axis: [number, number], old: [number, number]): [number, number] =>
      axis[0] * old[0] + axis[1] * old[1] < 0 ? [-axis[0], -axis[1]] : axis;
    ends = { long: facing(swapped ? short : long, ends.long), short: facing(swapped ? long : short, ends.short) };
    deviations = swapped ? [...shown.axes.deviations].reverse() : shown.axes.deviations;
  }

  function draw(shown: FullCovarianceShown, controls: FullCovarianceControls): void {
    const [mx = 0, my = 0] = controls.mu;
    const [ex = 0, ey = 0] = controls.epsilon;
    const [zx = 0, zy = 0] = shown.values.z;
    const columns = (j: number): [number, number] => [shown.values.root[0]?.[j] ?? 0, shown.values.root[1]?.[j] ?? 0];
    from(
      shown.circles,
      shown.noise,
      [0, 0],
      [
        [1, 0],
        [0, 1],
      ],
      ["e₁", "e₂"],
    );
    to(shown.ellipses, shown.samples, [mx, my], [columns(0), columns(1)], ["A e₁", "A e₂"]);
    followed.draw([zx], [zy]);
    name.element.textContent = inside(image, zx, zy) ? "z" : "";
    name.draw(zx, zy, 11, -6);
    epsilon.place(ex, ey);
    mean.place(mx, my);
    axes[0]?.place(mx + ends.long[0], my + ends.long[1]);
    axes[1]?.place(mx + ends.short[0], my + ends.short[1]);
  }

  return {
    update(controls) {
      const shown = stage.lecture.fullCovariance(controls);
      if (!placed) ends = { long: opposite(shown.axes.long), short: opposite(shown.axes.short) };
      placed = true;
      assign(shown);
      draw(shown, controls);
      const { values } = shown;
      renderTex(formulas[0], `A = ${matrix(values.root)}`, true);
      renderTex(formulas[1], `A A^{\\mathsf T} = C = ${matrix(values.covariance)}`, true);
      return {
        values,
        readouts: readouts(values),
        checks: checks(values),
        description: t`The ellipse of one standard deviation has half axes ${formatNumber(values.deviations[0] ?? 0, 3)}
          and ${formatNumber(values.deviations[1] ?? 0, 3)}; the correlation is ${formatNumber(values.correlation, 3)}.
          The noise followed goes to z = (${values.z.map((z) => formatNumber(z, 3)).join(", ")}).`,
      };
    },
  };
}

/** The end on the side where the columns of a triangular root do not point. */
function opposite([x, y]: [number, number]): [number, number] {
  return [-x, -y];
}

function squarePlot(
  stage: Stage<Specs, Modules>,
  parent: HTMLElement,
  name: string,
  reach: number,
  x: string,
  y: string,
): Plot {
  return new Plot(parent, stage, {
    label: name,
    x: { domain: [-reach, reach], label: x, ticks: 5 },
    y: { domain: [-reach, reach], label: y, ticks: 5 },
    aspect: 1,
    maxWidth: 500,
    margin: { top: 22, left: 38 },
  });
}

/** Circles (or ellipses), points and the two base vectors. */
function scene(plot: Plot, className: string) {
  const dots = points(plot, `${className} faint`, 2.2);
  const outlines = [curve(plot, className), curve(plot, `thin dashed ${className}`)];
  const vectors = [curve(plot, "ink"), curve(plot, "ink")];
  const tips = [points(plot, "ink", 3.5), points(plot, "ink", 3.5)];
  const names = [label(plot, "", "ink"), label(plot, "", "ink")];
  return (
    curves: PlanePoints[],
    samples: PlanePoints,
    [x, y]: readonly [number, number],
    ends: readonly (readonly [number, number])[],
    titles: readonly string[],
  ): void => {
    dots.draw(samples.x, samples.y);
    for (const [k, outline] of outlines.entries()) outline.draw(curves[k]?.x ?? [], curves[k]?.y ?? []);
    ends.forEach(([dx, dy], k) => {
      vectors[k]?.draw([x, x + dx], [y, y + dy]);
      tips[k]?.draw([x + dx], [y + dy]);
      const name = names[k];
      if (name === undefined) return;
      name.element.textContent = inside(plot, x + dx, y + dy) ? (titles[k] ?? "") : "";
      // Beyond the tip, in its direction.
      const [px, py] = [plot.x(dx) - plot.x(0), plot.y(dy) - plot.y(0)];
      const size = Math.hypot(px, py) || 1;
      name.draw(x + dx, y + dy, (20 * px) / size, (16 * py) / size + 4);
    });
  };
}

/** Text is not clipped by the plot: what leaves it has none. */
function inside(plot: Plot, x: number, y: number): boolean {
  const [left = 0, right = 0] = plot.x.domain();
  const [low = 0, high = 0] = plot.y.domain();
  return x > left && x < right && y > low && y < high;
}

function matrix(rows: number[][]): string {
  const cell = (entry: number) => formatNumber(Math.abs(entry) < 1e-12 ? 0 : entry, 3).replace("−", "-");
  const lines = rows.map((entries) => entries.map(cell).join(" & "));
  return `\\begin{pmatrix}${lines.join(" \\\\ ")}\\end{pmatrix}`;
}

function readouts(values: FullCovarianceShown["values"]): Readout[] {
  const { covariance, standardErrors, n } = values.sample;
  const entry = (i: number, j: number): Readout => ({
    label: t`sample covariance, entry ${i + 1}, ${j + 1}`,
    symbol: `\\hat C_{${i + 1}${j + 1}}`,
    value: covariance[i]?.[j] ?? Number.NaN,
    standardError: standardErrors[i]?.[j] ?? Number.NaN,
    n,
  });
  return [
    {
      label: "sample followed",
      symbol: "\\z = \\mmu + A\\eeps",
      value: values.z.map((z) => formatNumber(z, 3)).join(", "),
    },
    { label: "correlation", symbol: "\\text{correlation}", value: values.correlation },
    entry(0, 0),
    entry(0, 1),
    entry(1, 1),
  ];
}

function checks(values: FullCovarianceShown["values"]): ShownCheck[] {
  const [first, both, second] = values.sample.checks;
  const sides = { leftLabel: "of the samples", rightLabel: "entry of C" };
  return [
    {
      label: "$A A^{\\mathsf T} = C$",
      leftLabel: "entry that differs most",
      rightLabel: "entry of C",
      check: values.rootSquared,
    },
    { label: "variance of $\\z_1$ = $C_{11}$, within 4 standard errors", ...sides, check: first },
    { label: "covariance of $\\z_1, \\z_2$ = $C_{12}$, within 4 standard errors", ...sides, check: both },
    { label: "variance of $\\z_2$ = $C_{22}$, within 4 standard errors", ...sides, check: second },
  ];
}
