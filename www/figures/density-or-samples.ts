/**
 * Figure 2.1: what one may ask of a model of data. A mixture answers both questions (how dense is it here? give me a
 * new sample!); an energy answers the first, and samples cost work; a push-forward of noise answers only the second.
 */

import type { DensityOrSamples, DensityOrSamplesControls } from "wasm/lecture";
import { html } from "../base/dom";
import { formatCount, formatFixed, formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { area, cloud, curve, heightAt, histogram, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { createHeatmap } from "../parts/heatmap";
import { legend, niceTop, row } from "../parts/layout";
import { Plot } from "../parts/plot";

const REACH = 5;
/** The rug of samples stands below the axis, this share of its height. */
const RUG = -0.06;

const controls = {
  model: {
    kind: "choice",
    label: "Model",
    options: [
      { value: "mixture", label: "both" },
      { value: "energy", label: "density" },
      { value: "push-forward", label: "sampler" },
    ],
    default: "mixture",
  },
  space: {
    kind: "choice",
    label: "Space",
    options: [
      { value: "line", label: "line" },
      { value: "plane", label: "plane" },
    ],
    default: "line",
  },
  n: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 50,
    max: 10_000,
    step: 1,
    default: 2000,
    scale: "log",
    integer: true,
    group: "Samples",
  },
  seed: { kind: "seed", label: "seed", default: 3, group: "Samples" },
  method: {
    kind: "choice",
    label: "method",
    options: [
      { value: "rejection", label: "rejection" },
      { value: "metropolis", label: "Metropolis" },
    ],
    default: "rejection",
    group: "Sampling a density alone",
  },
  width: {
    kind: "number",
    label: "width of a step (Metropolis)",
    min: 0.05,
    max: 4,
    step: 0.05,
    default: 0.4,
    scale: "log",
    group: "Sampling a density alone",
  },
  x: {
    kind: "number",
    label: "where the density is asked for",
    min: -REACH,
    max: REACH,
    step: 0.05,
    default: 1,
    panel: false,
  },
  y: {
    kind: "number",
    label: "where, second coordinate",
    min: -REACH,
    max: REACH,
    step: 0.05,
    default: -0.5,
    panel: false,
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "density-or-samples",
  summary:
    "One curve, one heap of samples: choose a model and see which of the two it gives for free. Drag the marker " +
    "to ask how dense the model is there.",
  modules: ["lecture"],
  controls,
  create,
};

export default definition;

/** What each model can do, in words. */
const WORDS: { [model: string]: string } = {
  mixture: "A mixture of Gaussians: its density is a formula, and a sample takes two dice.",
  energy: "An energy: the density is a formula up to one integral; samples must be worked for.",
  "push-forward":
    "Noise through a function, as a decoder does it: samples for nothing, but no formula for the density.",
};

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const words = html("p", { class: "figure-note" });
  stage.root.append(words);
  const pair = row();
  stage.root.append(pair);
  const plane = new Plot(pair, stage, {
    label: "Samples and density in the plane",
    x: { domain: [-REACH, REACH], label: "x₁" },
    y: { domain: [-REACH, REACH], label: "x₂" },
    aspect: 0.86,
    maxWidth: 520,
    margin: { top: 22 },
  });
  const line = new Plot(pair, stage, {
    label: "Histogram of the samples and density",
    x: { domain: [-REACH, REACH], label: "x", symbol: true },
    y: { domain: [0, 0.5], label: "density", unit: "per unit of x", format: (y) => (y < 0 ? "" : formatFixed(y, 2)) },
    height: 360,
    margin: { top: 22 },
  });
  const first = new Plot(pair, stage, {
    label: "Histogram of the samples' first coordinate and its density",
    x: { domain: [-REACH, REACH], label: "x₁" },
    y: { domain: [0, 0.5], label: "density", unit: "per unit of x₁" },
    height: 360,
    margin: { top: 22 },
  });
  const radius = new Plot(pair, stage, {
    label: "Histogram of the samples' distance from the centre, and its density",
    x: { domain: [0, REACH], label: "distance from the centre" },
    y: { domain: [0, 0.5], label: "density", unit: "per unit of distance" },
    height: 360,
    margin: { top: 22 },
  });
  // Side by side only where both are large enough to read.
  for (const plot of [plane, line, first, radius]) plot.root.style.flexBasis = "22em";
  stage.root.append(
    legend([
      { className: "sym-p", text: "density of the model" },
      { className: "sym-x", text: "samples, and their histogram", block: true },
    ]),
  );

  const heat = createHeatmap(plane, ["var(--surface)", "var(--sym-p)"]);
  const dots = cloud(plane, "sym-x small");
  const spot = createHandle(plane, {
    label: "where the density is asked for",
    className: "ink",
    axis: "both",
    bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
    step: { x: 0.1, y: 0.1 },
    onMove: (x, y) => stage.set({ x, y }),
    valueText: (x, y) => `(${formatNumber(x, 3)}, ${formatNumber(y, 3)})`,
  });
  const onLine = layers(line);
  const onFirst = layers(first);
  const onRadius = layers(radius);
  const rug = cloud(line, "sym-x small");
  const where = rule(line, "vertical", "ink dashed");
  const marker = createHandle(line, {
    label: "where the density is asked for",
    className: "ink",
    axis: "x",
    bounds: { x: [-REACH, REACH] },
    step: { x: 0.1 },
    onMove: (x) => stage.set({ x }),
    valueText: (x) => `x = ${formatNumber(x, 3)}`,
  });

  function layers(plot: Plot) {
    const bars = histogram(plot, "sym-x");
    const fill = area(plot, "sym-p");
    const density = curve(plot, "sym-p");
    return (shown: DensityOrSamples, below: number) => {
      const top = niceTop([...shown.density, ...shown.bars.map((y) => 0.9 * y)], 0.2);
      plot.domains({ y: [below * top, top] });
      bars.draw(shown.edges, shown.bars);
      fill.draw(shown.x, shown.density);
      density.draw(shown.x, shown.density);
      return top;
    };
  }

  function draw(shown: DensityOrSamples, { model, space, x, y }: DensityOrSamplesControls): void {
    const flat = space === "line";
    const byRadius = !flat && model === "energy";
    plane.root.hidden = flat;
    line.root.hidden = !flat;
    first.root.hidden = flat || byRadius;
    radius.root.hidden = !byRadius;
    words.textContent = t(WORDS[model] ?? "");
    if (flat) {
      const top = onLine(shown, 2 * RUG);
      rug.draw(
        shown.dotsX,
        shown.dotsX.map(() => RUG * top),
      );
      where.draw(x);
      marker.place(x, shown.density.length > 0 ? heightAt(shown.x, shown.density, x) : 0);
      return;
    }
    (byRadius ? onRadius : onFirst)(shown, 0);
    plane.domains({});
    // No density, no colour: only the dots are left. The root shows the thin parts as well.
    heat.draw(
      shown.surface.length > 0 ? shown.surface.map(Math.sqrt) : [Number.NaN],
      shown.surface.length > 0 ? shown.grid : 1,
      shown.surface.length > 0 ? shown.grid : 1,
    );
    dots.draw(shown.dotsX, shown.dotsY);
    spot.place(x, y);
  }

  return {
    update(controls) {
      const asked = { ...controls, reach: REACH };
      const shown = stage.lecture.densityOrSamples(asked);
      draw(shown, asked);
      return {
        values: shown.values,
        readouts: readouts(shown, asked),
        checks: checks(shown, asked),
        description: describe(shown, asked),
      };
    },
  };
}

function readouts({ values }: DensityOrSamples, { model, space }: DensityOrSamplesControls): Readout[] {
  const unit = space === "line" ? "per unit of x" : "per unit of area";
  const list: Readout[] = [
    {
      label: "density at the marker, from the model",
      value: values.density ?? "no formula",
      ...(values.density === null ? {} : { unit }),
    },
    {
      label: "density at the marker, from the samples within 0.25",
      value: values.estimate.mean,
      standardError: values.estimate.standardError,
      n: values.estimate.n,
      unit,
    },
    { label: "evaluations of the model for one sample", value: values.evaluationsPerSample },
  ];
  if (values.acceptance !== null)
    list.push({ label: "proposals accepted", value: `${formatNumber(100 * values.acceptance, 3)} %` });
  if (model === "energy" && values.normalizer !== null)
    list.push({ label: "normalising integral", symbol: "Z = \\int e^{-E(\\x)}\\,d\\x", value: values.normalizer });
  if (values.pValue !== null) list.push({ label: "chance of a worse fit", value: values.pValue });
  return list;
}

function checks({ values }: DensityOrSamples, { n, space, model }: DensityOrSamplesControls): ShownCheck[] {
  if (values.histogram === null) return [];
  const inPlane = model === "energy" ? "the distance from the centre" : "$x_1$";
  const what = space === "line" ? "$\\x$" : inPlane;
  return [
    {
      label: t`histogram of ${what} over ${formatCount(n)} samples follows the density`,
      leftLabel: "χ² of the histogram",
      rightLabel: "expected (degrees of freedom)",
      check: values.histogram,
    },
  ];
}

function describe({ values }: DensityOrSamples, { model, space, method, n, x, y }: DensityOrSamplesControls): string {
  const place = space === "line" ? `x = ${formatNumber(x, 3)}` : `(${formatNumber(x, 3)}, ${formatNumber(y, 3)})`;
  const parts = [
    t(WORDS[model] ?? ""),
    values.density === null
      ? t("The model has no formula for the density.")
      : t`The density at ${place} is ${formatNumber(values.density, 3)}.`,
    t`Around it ${formatCount(n)} samples estimate ${formatNumber(values.estimate.mean, 3)} ±
      ${formatNumber(values.estimate.standardError, 2)}.`,
    t`One sample takes ${formatNumber(values.evaluationsPerSample, 3)} evaluations of the model.`,
  ];
  if (values.histogram === null) {
    if (model === "push-forward") parts.push(t("There is nothing to compare the histogram with."));
    else if (method === "metropolis")
      parts.push(t("Neighbouring states of the chain depend on each other, so the histogram is not tested."));
    else parts.push(t("There are too few samples for a test of the histogram."));
  }
  return parts.join(" ");
}
