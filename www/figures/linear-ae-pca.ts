/**
 * Figure 3.2: a linear autoencoder, trained by gradient descent, turns into the subspace of the principal components.
 */

import type { LinearAePca, LinearAePcaControls } from "wasm/lecture-autoencoders";
import { html, svg } from "../base/dom";
import { formatCount, formatNumber, formatPowerOfTen } from "../base/format";
import { t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { columns, curve, points, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { legend, niceTop, row } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";

const STEPS = 1000;
const REACH = 5;
/** Beyond the corners of the picture. */
const FAR = 10;

const controls = {
  data: {
    kind: "choice",
    label: "Data and code",
    symbol: "\\text{code}",
    options: [
      { value: "plane", label: "2 → 1" },
      { value: "ten", label: "10 → 3" },
    ],
    default: "plane",
  },
  angle: {
    kind: "number",
    label: "direction of the cloud in the plane",
    symbol: "\\text{angle}",
    min: -90,
    max: 90,
    step: 1,
    default: 35,
    unit: "°",
    group: "Cloud in the plane",
  },
  roundness: {
    kind: "number",
    label: "width of the cloud as a share of its length",
    symbol: "\\text{width}",
    min: 0,
    max: 0.6,
    step: 0.01,
    default: 0.35,
    group: "Cloud in the plane",
  },
  n: {
    kind: "number",
    label: "data points",
    symbol: "n",
    min: 30,
    max: 300,
    step: 1,
    default: 80,
    integer: true,
    group: "Data",
  },
  learningRate: {
    kind: "number",
    label: "learning rate, in units of one over the largest variance",
    symbol: "\\text{rate}",
    min: 0.06,
    max: 0.2,
    step: 0.01,
    default: 0.08,
    group: "Training",
  },
  step: {
    kind: "number",
    label: "gradient steps taken",
    symbol: "\\text{steps}",
    min: 0,
    max: STEPS,
    step: 1,
    default: 30,
    integer: true,
    group: "Training",
  },
  seed: { kind: "seed", label: "seed", default: 6, group: "Training" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "linear-ae-pca",
  summary:
    "Gradient descent on the reconstruction error turns the decoder's direction until it lies on the first " +
    "principal component. Nobody told it about variances.",
  modules: ["lecture-autoencoders"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const plane = new Plot(stage.root, stage, {
    label: "The data, their reconstructions and the decoder's directions",
    x: { domain: [-REACH, REACH], label: "x₁", symbol: true },
    y: { domain: [-REACH, REACH], label: "x₂", symbol: true },
    aspect: 1,
    maxWidth: 470,
    margin: { top: 20, right: 12, bottom: 40, left: 48 },
  });
  const seen = html("p", { class: "caption-summary" });
  const player = createPlayer({
    label: "training",
    interval: 60,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => go(1),
    back: () => void go(-1),
    restart: () => stage.set({ step: 0 }),
  });
  const go = (direction: 1 | -1): boolean => {
    const step = stage.controls.step;
    // Much happens in the first steps, little in the last hundreds.
    const next = Math.min(STEPS, Math.max(0, step + direction * Math.max(1, Math.round(step / 40))));
    stage.set({ step: next });
    return next < STEPS;
  };
  const places = [html("div"), html("div")] as const;
  stage.root.append(
    legend([
      { className: "sym-x", tex: "\\x", block: true },
      { className: "sym-theta", tex: "\\hat{\\x}\\text{ and the decoder's directions}" },
      { className: "ink-soft dashed", text: "principal components" },
    ]),
    seen,
    player.root,
    row(...places),
  );
  const turning = new Plot(places[0], stage, {
    label: "Principal angles against gradient steps",
    x: { domain: [1, STEPS], label: "gradient steps", scale: "log", ticks: 3, format: formatPowerOfTen },
    y: {
      domain: [1e-3, 120],
      label: "angle to the components",
      unit: "degrees",
      scale: "log",
      ticks: 5,
      format: formatPowerOfTen,
    },
    height: 190,
    margin: { top: 22 },
  });
  const falling = new Plot(places[1], stage, {
    label: "Reconstruction error against gradient steps",
    x: { domain: [1, STEPS], label: "gradient steps", scale: "log", ticks: 3, format: formatPowerOfTen },
    y: { domain: [0, 3], label: "mean squared error", ticks: 4 },
    height: 190,
    margin: { top: 22 },
  });

  const segments = svg("path", { class: "curve thin faint ink-soft" });
  const axes = [curve(plane, "ink-soft dashed"), curve(plane, "ink-soft thin dashed")];
  plane.marks.append(segments);
  const data = points(plane, "sym-x", 3);
  const rebuilt = points(plane, "sym-theta outlined", 3);
  const directions = [0, 1, 2].map(() => curve(plane, "sym-theta"));
  const long = createHandle(plane, {
    label: "long axis of the cloud",
    className: "sym-x",
    axis: "both",
    shape: "ring",
    bounds: { x: [-REACH, REACH], y: [-REACH, REACH] },
    step: { x: 0.2, y: 0.2 },
    onMove: (x, y) => turn(x, y),
    valueText: () => t`${formatNumber(stage.controls.angle, 3)} degrees`,
  });
  const turn = (x: number, y: number) => {
    if (x === 0 && y === 0) return;
    const degrees = (Math.atan2(y, x) * 180) / Math.PI;
    // An axis has no direction: its angle lies between -90 and 90.
    stage.set({ angle: Math.round(Math.abs(degrees) > 90 ? degrees - 180 * Math.sign(degrees) : degrees) });
  };
  const angles = [0, 1, 2].map((index) => curve(turning, index === 0 ? "sym-theta" : "sym-theta thin"));
  const degree = rule(turning, "horizontal", "ink-soft dashed");
  const nowAngle = rule(turning, "vertical", "ink-soft");
  const loss = curve(falling, "sym-theta");
  const floor = rule(falling, "horizontal", "ink-soft dashed");
  const nowLoss = rule(falling, "vertical", "ink-soft");

  function draw(shown: LinearAePca, controls: LinearAePcaControls): void {
    const flat = controls.data === "plane";
    const [x, y] = columns(shown.points);
    const [a, b] = columns(shown.rebuilt);
    data.draw(x, y);
    rebuilt.draw(a, b);
    segments.setAttribute(
      "d",
      x
        .map((_, i) => `M${plane.x(x[i] ?? 0)},${plane.y(y[i] ?? 0)}L${plane.x(a[i] ?? 0)},${plane.y(b[i] ?? 0)}`)
        .join(""),
    );
    for (const [i, axis] of axes.entries()) {
      const along = shown.axes[i] ?? [0, 0];
      axis.draw(...columns(through(along, FAR / Math.max(1e-9, Math.hypot(...along)))));
    }
    for (const [i, direction] of directions.entries()) direction.draw(...columns(drawnColumn(shown.columns[i], flat)));
    long.root.style.display = flat ? "" : "none";
    const radians = (controls.angle * Math.PI) / 180;
    long.place(4.4 * Math.cos(radians), 4.4 * Math.sin(radians));
    seen.hidden = flat;
    seen.textContent = t(
      "Seen from the plane of the first two components. The three lines are the decoder's columns, three units " +
        "long before the third component and the rest are out of sight.",
    );
    // A logarithmic axis has no step 0.
    const late = shown.steps.slice(1);
    for (const [i, line] of angles.entries()) line.draw(late, (shown.angles[i] ?? []).slice(1));
    degree.draw(1);
    const now = Math.max(1, controls.step);
    nowAngle.draw(now);
    falling.domains({ y: [0, niceTop(shown.losses, 0.1)] });
    loss.draw(late, shown.losses.slice(1));
    floor.draw(shown.values.lossOfPca);
    nowLoss.draw(now);
    player.status(t`step ${formatCount(controls.step)} of ${formatCount(STEPS)}`);
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const shown = stage.lecture.linearAePca(controls);
      draw(shown, controls);
      const { values } = shown;
      const worst = Math.max(...values.anglesDegrees);
      return {
        values,
        readouts: [
          {
            label: "largest angle to the principal components",
            value: values.anglesDegrees.length === 0 ? "none" : worst,
            unit: "degrees",
          },
          {
            label: "mean squared error",
            symbol: "\\tfrac1n \\textstyle\\sum |\\x - \\hat{\\x}|^2",
            value: values.loss,
          },
          { label: "the same by PCA", value: values.lossOfPca },
        ],
        checks: checks(shown),
        description: t`After ${formatCount(values.step)} gradient steps the largest angle between the decoder and the
          principal components is ${formatNumber(worst, 3)} degrees; the mean squared error is
          ${formatNumber(values.loss, 3)}, by PCA ${formatNumber(values.lossOfPca, 3)}.`,
      };
    },
  };
}

function checks({ values }: LinearAePca): ShownCheck[] {
  return [
    {
      label: t`after ${formatCount(STEPS)} steps: largest angle to the components = 0, within 1 degree`,
      leftLabel: "degrees",
      rightLabel: "zero",
      check: values.finalAngle,
    },
    {
      label: t`after ${formatCount(STEPS)} steps: error of the autoencoder = error of PCA`,
      leftLabel: "autoencoder",
      rightLabel: "PCA",
      check: values.finalLoss,
    },
    {
      label: "gradient = finite difference, largest entry",
      leftLabel: "gradient",
      rightLabel: "finite difference",
      check: values.gradient,
    },
  ];
}

/** A line through 0 in a direction, as two points. */
/** In the plane the decoder's direction is a line; of many dimensions one sees shadows of unit vectors. */
function drawnColumn(column: readonly number[] | undefined, flat: boolean): number[][] {
  if (column === undefined) return [];
  return flat ? through(column, FAR) : [[0, 0], column.map((entry) => 3 * entry)];
}

function through(direction: readonly number[], reach: number): number[][] {
  return [-reach, reach].map((times) => direction.map((entry) => times * entry));
}
