/** Figure 4.3: bend the line of probabilistic PCA, and the marginal becomes a mixture of ever more Gaussians. */

import type { InfiniteMixtureControls, InfiniteMixtureShown } from "wasm/lecture-latents";
import { html, svg } from "../base/dom";
import { formatCount, formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { columns, curve, points, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, row } from "../parts/layout";
import { Plot } from "../parts/plot";

const REACH = 6;
/** More circles than these would only hide the picture. */
const MOST_CIRCLES = 24;

const controls = {
  bend: {
    kind: "number",
    label: "bend of the line",
    symbol: "\\text{bend}",
    min: -2,
    max: 2,
    step: 0.05,
    default: 1,
    group: "Model",
  },
  sigma: {
    kind: "number",
    label: "standard deviation of the noise",
    symbol: "\\ssigma",
    min: 0.1,
    max: 1.5,
    step: 0.01,
    default: 0.35,
    group: "Model",
  },
  components: {
    kind: "number",
    label: "Gaussians in the mixture",
    symbol: "K",
    min: 1,
    max: 513,
    step: 1,
    default: 27,
    scale: "log",
    integer: true,
    group: "Mixture",
  },
  x: {
    kind: "numbers",
    label: "observation",
    symbol: "\\x",
    min: -6,
    max: 6,
    minLength: 2,
    maxLength: 2,
    default: [0.9, 1.2],
    group: "Observation",
  },
  draws: {
    kind: "number",
    label: "draws shown",
    symbol: "n",
    min: 0,
    max: 600,
    step: 20,
    default: 0,
    integer: true,
    group: "Draws in two steps: z, then x",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Draws in two steps: z, then x" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "infinite-mixture",
  summary:
    "Bend the line, and add Gaussians along it. The shade is the density of x under the mixture of K of them; " +
    "drag x to see how its density settles as K grows.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const plane = new Plot(stage.root, stage, {
    label: "The plane of x, shaded by the density of the mixture",
    x: { domain: [-REACH, REACH], label: "x₁", symbol: true },
    y: { domain: [-REACH, REACH], label: "x₂", symbol: true },
    aspect: 1,
    maxWidth: 540,
    margin: { top: 20, right: 12, bottom: 40, left: 48 },
  });
  stage.root.append(
    legend([
      { className: "sym-p", tex: "\\p_K(\\x)", block: true },
      { className: "sym-z", tex: "f(\\z),\\ -3.5 \\le \\z \\le 3.5" },
      { className: "sym-mu", tex: "f(\\z_k)\\text{ and } \\ssigma" },
    ]),
  );
  const places = [html("div"), html("div")] as const;
  stage.root.append(row(...places));
  const weights = new Plot(places[0], stage, {
    label: "Where the Gaussians sit on z, and their weights",
    x: { domain: [-4, 4], label: "z", symbol: true },
    y: { domain: [0, 1.1], label: "weight, largest = 1" },
    height: 170,
    margin: { top: 22 },
  });
  const settling = new Plot(places[1], stage, {
    label: "Log density of x against the number of Gaussians",
    x: {
      domain: [1, 1000],
      label: "K",
      symbol: true,
      scale: "log",
      ticks: 3,
      format: (k) => (Number.isInteger(Math.log10(k)) ? formatCount(k) : ""),
    },
    y: { domain: [-10, 0], label: "log density of x", unit: "nats", ticks: 4 },
    height: 170,
    margin: { top: 22 },
  });

  const shade = createHeatmap(plane, ["var(--surface)", "var(--sym-p)"]);
  const line = curve(plane, "sym-z");
  const draws = points(plane, "sym-x faint", 2);
  const circles = svg("g", { class: "curve thin sym-mu" });
  plane.marks.append(circles);
  const beads = points(plane, "sym-mu outlined", 3.5);
  const grains = points(plane, "sym-mu", 1.3);
  const x = createHandle(plane, {
    label: "observation x",
    className: "sym-x",
    axis: "both",
    bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
    step: { x: 0.1, y: 0.1 },
    onMove: (a, b) => stage.set({ x: [a, b] }),
    valueText: (a, b) => `(${formatNumber(a, 3)}, ${formatNumber(b, 3)})`,
  });
  plane.onPress((a, b) => stage.set({ x: [Number(a.toFixed(2)), Number(b.toFixed(2))] }));
  const stems = svg("path", { class: "curve thin sym-mu" });
  weights.marks.append(stems);
  const heads = points(weights, "sym-mu", 2.5);
  const limit = rule(settling, "horizontal", "sym-p dashed");
  const path = curve(settling, "sym-p");
  const here = points(settling, "sym-mu outlined", 5);

  function draw(shown: InfiniteMixtureShown, controls: InfiniteMixtureControls): void {
    shade.draw(shown.image, shown.cells, shown.cells);
    line.draw(...columns(shown.line));
    draws.draw(...columns(shown.draws));
    const [xs, ys] = columns(shown.means);
    const radius = Math.abs(plane.x(controls.sigma) - plane.x(0));
    const few = shown.means.length <= MOST_CIRCLES;
    beads.draw(few ? xs : [], ys);
    grains.draw(few ? [] : xs, ys);
    circles.replaceChildren(
      ...(few
        ? xs.map((cx, i) =>
            svg("circle", {
              cx: plane.x(cx),
              cy: plane.y(ys[i] ?? 0),
              r: radius,
              opacity: 0.15 + 0.85 * (shown.shares[i] ?? 0),
            }),
          )
        : []),
    );
    x.place(controls.x[0] ?? 0, controls.x[1] ?? 0);
    stems.setAttribute(
      "d",
      shown.z.map((z, i) => `M${weights.x(z)},${weights.y(0)}V${weights.y(shown.shares[i] ?? 0)}`).join(""),
    );
    heads.draw(few ? shown.z : [], shown.shares);
    const { logDensity, logEvidence } = shown.values;
    const [low, high] = window(logEvidence, [...shown.logDensities.slice(9), logDensity]);
    settling.domains({ y: [low, high] });
    limit.draw(logEvidence);
    path.draw(shown.sizes, shown.logDensities);
    here.draw([controls.components], [Math.max(low, logDensity)]);
  }

  return {
    update(controls) {
      const asked = { ...controls, reach: REACH };
      const shown = stage.lecture.infiniteMixture(asked);
      draw(shown, asked);
      // JSON knows no undefined.
      const values = { ...shown.values, closedForm: shown.values.closedForm ?? null };
      const k = asked.components;
      return {
        values,
        readouts: [
          {
            label: "log density of x under the mixture of K",
            symbol: "\\log \\p_K(\\x)",
            value: values.logDensity,
            unit: "nats",
          },
          { label: "log density of x in the limit", symbol: "\\log \\p(\\x)", value: values.logEvidence, unit: "nats" },
          { label: "error of the mixture of K", symbol: "\\log \\p_K - \\log \\p", value: values.error, unit: "nats" },
          {
            label: "Gaussians with any weight to speak of, those drawn",
            value: t`${formatCount(values.drawn)} of ${formatCount(k)}`,
          },
          ...(values.closedForm
            ? [{ label: "closed form of probabilistic PCA", value: values.closedForm.right, unit: "nats" }]
            : []),
        ],
        checks: checks(shown),
        description: t`The line is bent by ${formatNumber(asked.bend, 3)}, the noise is
          ${formatNumber(asked.sigma, 3)}. Under ${formatCount(k)} Gaussians log p of x is
          ${formatNumber(values.logDensity, 4)} nats; in the limit it is ${formatNumber(values.logEvidence, 4)} nats.`,
      };
    },
  };
}

/** The ends of the settling plot: around the limit, opened in steps so that it rests while one drags. */
function window(limit: number, shown: number[]): [number, number] {
  let reach = 2;
  for (const value of shown) while (Math.abs(value - limit) > reach && reach < 16) reach *= 2;
  const middle = (Math.round((2 * limit) / reach) * reach) / 2;
  return [middle - 1.4 * reach, middle + 1.4 * reach];
}

function checks({ values }: InfiniteMixtureShown): ShownCheck[] {
  const refinement = {
    label: "$\\log \\p(\\x)$: 4,097 Gaussians = 8,193 Gaussians",
    leftLabel: "4,097",
    rightLabel: "8,193",
    check: values.refinement,
  };
  if (!values.closedForm) return [refinement];
  return [
    refinement,
    {
      label: "the line is straight: mixture = closed form of probabilistic PCA",
      leftLabel: "mixture",
      rightLabel: "closed form",
      check: values.closedForm,
    },
  ];
}
