/**
 * Figure 2.3: a Gaussian mixture fitted by expectation maximisation, half step by half step, on the line (where
 * everything can be moved) or in the plane; the bars show how each half step raises the bound, and the likelihood with
 * it.
 */

import type { GmmEm, GmmEmPlane } from "wasm/lecture";
import { button, html } from "../base/dom";
import { formatNumber } from "../base/format";
import { plural, t } from "../base/language";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { legend } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { createBars, PAGE } from "./gmm-em/bars";
import { createLine, HIGH, LOW } from "./gmm-em/line";
import { MOST_COMPONENTS } from "./gmm-em/look";
import { createPlane } from "./gmm-em/plane";

const MOST_STEPS = 120;
const MOST_SAMPLES = 300;
/** Three groups, two of them close: two components are too few, four are more than the data ask for. */
const DATA = [
  -3.6, -3.2, -3.0, -2.8, -2.7, -2.5, -2.4, -2.2, -1.9, -1.6, -0.4, -0.1, 0.2, 0.4, 0.5, 0.7, 0.8, 1.0, 1.2, 1.4, 1.6,
  1.9, 2.6, 2.8, 2.9, 3.0, 3.1, 3.3, 3.5, 3.8,
];

const controls = {
  view: {
    kind: "choice",
    label: "Data on",
    options: [
      { value: "line", label: "the line" },
      { value: "plane", label: "the plane" },
    ],
    default: "line",
  },
  step: { kind: "number", label: "half steps", min: 0, max: MOST_STEPS, step: 1, default: 0, integer: true },
  data: {
    kind: "numbers",
    label: "data",
    symbol: "\\x_n",
    min: -6,
    max: 6,
    minLength: 0,
    maxLength: 100,
    default: DATA,
    group: "On the line: data, and start",
  },
  weights: {
    kind: "numbers",
    label: "weights at the start",
    symbol: "\\alpha_k",
    min: 0,
    max: 1,
    minLength: 1,
    maxLength: MOST_COMPONENTS,
    default: [0.334, 0.333, 0.333],
    group: "On the line: data, and start",
  },
  means: {
    kind: "numbers",
    label: "means at the start",
    symbol: "\\mmu_k",
    min: -12,
    max: 12,
    minLength: 1,
    maxLength: MOST_COMPONENTS,
    default: [-1.4, 0, 1.2],
    group: "On the line: data, and start",
  },
  variances: {
    kind: "numbers",
    label: "variances at the start",
    symbol: "\\ssigma_k^2",
    min: 0,
    max: 100,
    minLength: 1,
    maxLength: MOST_COMPONENTS,
    default: [1, 1, 1],
    group: "On the line: data, and start",
  },
  components: {
    kind: "number",
    label: "components",
    symbol: "K",
    min: 1,
    max: MOST_COMPONENTS,
    step: 1,
    default: 3,
    integer: true,
    group: "In the plane: start",
  },
  start: { kind: "seed", label: "seed of the start", default: 2, group: "In the plane: start" },
  samples: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 0,
    max: MOST_SAMPLES,
    step: 1,
    default: 0,
    integer: true,
    group: "Samples from the mixture",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Samples from the mixture" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "gmm-em",
  summary:
    "Step through EM: E shares every data point among the components, M fits each component to its share. Drag a " +
    "bell and EM starts again from there; press the plane to add a data point, press a point to remove it.",
  modules: ["lecture"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const onLine = () => stage.controls.view === "line";
  const line = createLine(stage);
  const plane = createPlane(stage);
  const player = createPlayer({
    label: "EM",
    interval: 700,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => move(1) < MOST_STEPS,
    back: () => void move(-1),
    restart: () => stage.set({ step: 0 }),
  });
  const count = html("span", { class: "player-status" });
  const drawn = html("span", { class: "player-status" });
  const tools = html(
    "div",
    { class: "player", role: "group", "aria-label": "Components and samples" },
    button("Fewer", () => begin(components() - 1), { "aria-label": "One component fewer" }),
    count,
    button("More", () => begin(components() + 1), { "aria-label": "One component more" }),
    button("New start", () => begin(components())),
    button("Draw one", () => stage.set({ samples: Math.min(MOST_SAMPLES, stage.controls.samples + 1) })),
    drawn,
  );
  stage.root.append(tools, player.root);
  const bars = createBars(stage);
  stage.root.append(
    legend([
      { className: "part-elbo", tex: "\\ELBO(\\q, \\ttheta)", block: true },
      { className: "part-gap", tex: "\\kl{\\q}{\\p(\\z \\given \\x)}", block: true },
      { className: "part-evidence", text: "both together: the log-likelihood" },
    ]),
  );
  let startSeed = 0;

  function move(by: number): number {
    const step = Math.min(MOST_STEPS, Math.max(0, stage.controls.step + by));
    if (step !== stage.controls.step) stage.set({ step });
    return step;
  }

  function components(): number {
    return onLine() ? stage.controls.means.length : stage.controls.components;
  }

  /** A start with this many components, for the view that is shown. */
  function begin(wanted: number): void {
    player.pause();
    const number = Math.min(MOST_COMPONENTS, Math.max(1, wanted));
    if (!onLine()) {
      stage.set({
        components: number,
        start: stage.controls.start + (number === stage.controls.components ? 1 : 0),
        step: 0,
      });
      return;
    }
    try {
      startSeed += 1;
      const { weights, means, variances } = stage.lecture.gmmStart({
        data: stage.controls.data,
        components: number,
        seed: startSeed,
      });
      stage.set({ weights, means, variances, step: 0 });
    } catch (error) {
      stage.fail(error, true);
    }
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const flat = onLine();
      for (const root of line.plots) root.hidden = !flat;
      for (const root of plane.plots) root.hidden = flat;
      if (flat) line.drawData(controls.data);
      const shared = { ...controls, page: PAGE, low: LOW, high: HIGH };
      let shown: GmmEm | GmmEmPlane;
      let last: string;
      if (flat) {
        const onTheLine = stage.lecture.gmmEm(shared);
        line.draw(onTheLine, shared);
        last = formatNumber(onTheLine.samples.at(-1) ?? 0, 3);
        shown = onTheLine;
      } else {
        const inThePlane = stage.lecture.gmmEmPlane(shared);
        plane.draw(inThePlane);
        last = `(${(inThePlane.samples.at(-1) ?? []).map((value) => formatNumber(value, 3)).join(", ")})`;
        shown = inThePlane;
      }
      const step = controls.step;
      bars.draw(shown.bars, step);
      const component = shown.sampleComponents.at(-1);
      drawn.textContent = component === undefined ? "" : t`component ${component + 1}, then x = ${last}`;
      count.textContent = plural(components(), "{0} component", "{0} components", components());
      const after = step % 2 === 1 ? t`half step ${step}: after E` : t`half step ${step}: after M`;
      player.status(step === 0 ? t("at the start") : after);
      return report(shown, step);
    },
  };
}

function report({ values }: GmmEm | GmmEmPlane, step: number): Shown {
  const floored =
    values.floored.length === 0
      ? ""
      : t`Component ${values.floored.map((k) => k + 1).join(", ")} has shrunk onto too few points; its variance is held
        at the smallest one allowed.`;
  return {
    values: { ...values, step },
    readouts: [
      {
        label: "log-likelihood",
        symbol: "\\log \\p(\\x_{1:N} \\given \\ttheta)",
        value: values.logLikelihood,
        unit: "nats",
      },
      { label: "evidence lower bound", symbol: "\\ELBO(\\q, \\ttheta)", value: values.elbo, unit: "nats" },
      {
        label: "divergence of q from the posterior",
        symbol: "\\kl{\\q}{\\p(\\z \\given \\x)}",
        value: values.gap,
        unit: "nats",
      },
    ],
    checks: [
      {
        label:
          step === 0
            ? "after the first E step: $\\ELBO = \\log \\p(\\x)$"
            : "after the last E step: $\\ELBO = \\log \\p(\\x)$",
        leftLabel: "ELBO",
        rightLabel: "log-likelihood",
        check: values.afterE,
      },
      {
        label: "neither has ever fallen",
        leftLabel: "largest fall so far",
        rightLabel: "none",
        check: values.neverFalls,
      },
    ],
    description:
      t`${step === 0 ? t("At the start") : afterStep(step)}, with ${values.means.length} components: log-likelihood
        ${formatNumber(values.logLikelihood)} nats, ELBO ${formatNumber(values.elbo)} nats, divergence
        ${formatNumber(values.gap, 3)} nats. ${floored}`.trim(),
  };
}

/** E steps are the odd ones. */
function afterStep(step: number): string {
  return step % 2 === 1 ? t`After half step ${step}, an E step` : t`After half step ${step}, an M step`;
}
