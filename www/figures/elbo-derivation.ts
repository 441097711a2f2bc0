/**
 * Figure 6.2: three derivations of the bound. Every line has its value on the model of 6.1, which can be moved
 * meanwhile.
 */

import type { ElboDerivation, ElboDerivationControls } from "wasm/lecture-latents";
import { button, html } from "../base/dom";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, ShownCheck, Stage } from "../element/definition";
import { curve, label, points, rule } from "../parts/curves";
import { legend } from "../parts/layout";
import { Plot } from "../parts/plot";
import { createStepper } from "../parts/stepper";
import { bar, levels } from "./elbo/bars";
import { createBells, createPlane } from "./elbo/bench";
import css from "./elbo/elbo.css";
import { describeModel, modelControls, nats } from "./elbo/model";

/** Lines of the longest derivation. */
const MOST_LINES = 10;

const OPTIONS = [
  { value: "jensen", label: "Jensen" },
  { value: "multiply-and-divide", label: "Multiply and divide" },
  { value: "backwards", label: "Backwards" },
];

const controls = {
  derivation: {
    kind: "choice",
    label: "Derivation",
    symbol: "\\text{derivation}",
    options: OPTIONS,
    default: "jensen",
  },
  line: { kind: "number", label: "line", min: 1, max: MOST_LINES, step: 1, default: 1, integer: true, panel: false },
  ...modelControls,
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "elbo-derivation",
  summary:
    "Each line is computed as it is written, on a model that you can move while you read. Along an equals sign " +
    "the value stays; at the inequality it drops by the gap.",
  layout: "below",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  let stepped = false;
  const stepper = createStepper({
    label: "the derivation",
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    onMove(line) {
      stepped = true;
      stage.set({ line: line + 1 });
    },
  });
  // The choice stands above its derivation; the panel's own copy is hidden by the style sheet.
  const choices = OPTIONS.map(({ value, label }) => ({
    value,
    button: button(label, () => stage.set({ derivation: value, line: 1 })),
  }));
  const main = html("div", { class: "elbo-bench" });
  const side = html("div", { class: "elbo-side" });
  stage.root.append(
    html(
      "div",
      { class: "derivations", role: "group", "aria-label": "Derivation", "data-control": "derivation" },
      ...choices.map((choice) => choice.button),
    ),
    html("div", { class: "elbo-stage elbo-stage-derivation" }, main, side),
  );
  const stairs = createStairs(stage, main);
  main.append(stepper.root);
  const plane = createPlane(stage, side, 190);
  const bells = createBells(stage, side, { height: 230 });
  side.append(
    legend([
      { className: "sym-theta", text: "the model" },
      { className: "sym-x", text: "observed x" },
      { className: "ink-soft", tex: "\\p(\\z)" },
      { className: "sym-p", tex: "\\p_{\\ttheta}(\\z\\given\\x)" },
      { className: "sym-q", tex: "\\q_{\\pphi}(\\z\\given\\x)" },
    ]),
  );
  let derivation = "";

  return {
    busy: () => stepper.player.playing,
    update(controls) {
      const shown = stage.lecture.elboDerivation(controls);
      if (derivation !== "" && derivation !== controls.derivation) stepper.player.pause();
      derivation = controls.derivation;
      for (const choice of choices) choice.button.setAttribute("aria-pressed", String(choice.value === derivation));
      const { lines, checks, line, klToPosterior } = shown.values;
      stepper.show(
        shown.lines,
        lines.map((value, i) => {
          const check = checks[i - 1];
          const mark = check?.holds === true ? " ✓" : " ✗";
          const drops = shown.lines[i]?.drops === true;
          return {
            text: `${nats(value)}${check === undefined ? "" : mark}`,
            dropped: drops,
            note: drops ? `↓ ${nats(klToPosterior)}` : "",
          };
        }),
        line - 1,
      );
      if (stepped) {
        stepped = false;
        stepper.root
          .querySelector('[aria-current="step"]')
          ?.scrollIntoView({ block: "nearest", behavior: stage.reducedMotion ? "auto" : "smooth" });
      }
      stairs.draw(shown);
      plane.draw(shown.scene, controls);
      bells.draw(shown.scene, controls);
      return describe(shown, controls);
    },
  };
}

/** The value of each line so far, as a staircase with one step down. */
function createStairs(stage: Stage<Specs, Modules>, parent: HTMLElement) {
  const plot = new Plot(parent, stage, {
    label: "The value of each line",
    x: { domain: [0.4, MOST_LINES + 0.6], label: "line", ticks: MOST_LINES, format: (value) => String(value) },
    y: { domain: [-5, 0.5], label: "value", unit: "nats", ticks: 4 },
    height: 165,
    margin: { top: 22 },
  });
  const gap = bar(plot, "part-gap", false);
  const evidence = rule(plot, "horizontal", "ink-soft dashed");
  const path = curve(plot, "part-elbo");
  const dots = points(plot, "outlined part-elbo", 4.5);
  const drop = label(plot, "", "part-gap", "end");
  return {
    draw({ lines, values }: ElboDerivation): void {
      const [floor, top] = levels([values.elbo, values.logEvidence], 5);
      plot.domains({ x: [0.4, lines.length + 0.6], y: [floor, top] });
      const seen = values.lines.slice(0, values.line);
      evidence.draw(values.logEvidence);
      path.draw(
        seen.flatMap((_, i) => [i + 0.5, i + 1.5]),
        seen.flatMap((value) => [value, value]),
      );
      dots.draw(
        seen.map((_, i) => i + 1),
        seen,
        (i) => (i === seen.length - 1 ? "ink" : "part-elbo"),
      );
      const at = lines.findIndex((line) => line.drops);
      const dropped = at >= 0 && at < values.line;
      gap.group.toggleAttribute("hidden", !dropped);
      drop.element.toggleAttribute("hidden", !dropped);
      if (!dropped) return;
      gap.draw(at + 0.5, values.line + 0.5, values.elbo, values.logEvidence);
      drop.element.textContent = t`gap ${nats(values.klToPosterior)}`;
      drop.draw(at + 0.42, (values.elbo + values.logEvidence) / 2, 0, 5 * plot.unit);
    },
  };
}

function describe({ values, lines }: ElboDerivation, c: ElboDerivationControls): Shown {
  const current = lines[values.line - 1];
  const checks: ShownCheck[] = [];
  const check = values.checks[values.line - 2];
  if (check !== undefined && current !== undefined) {
    checks.push(
      current.drops
        ? {
            label: t`line ${values.line - 1} exceeds line ${values.line} by $\\kl{\\q}{\\p(\\z\\given\\x)}$`,
            leftLabel: "the drop",
            rightLabel: "the divergence",
            check,
          }
        : {
            label: t`line ${values.line} = line ${values.line - 1}`,
            leftLabel: t`line ${values.line - 1}`,
            rightLabel: t`line ${values.line}`,
            check,
          },
    );
  }
  checks.push({
    label: t`all ${values.checked} steps of the three derivations; here the one that differs most`,
    leftLabel: "before, or the drop",
    rightLabel: "after, or the gap",
    check: values.worst,
  });
  return {
    values,
    readouts: [
      { label: "value of this line", value: values.lines[values.line - 1] ?? Number.NaN, unit: "nats" },
      { label: "log evidence", symbol: "\\log \\p_{\\ttheta}(\\x)", value: values.logEvidence, unit: "nats" },
      { label: "evidence lower bound", symbol: "\\ELBO", value: values.elbo, unit: "nats" },
      { label: "gap", symbol: "\\kl{\\q}{\\p(\\z\\given\\x)}", value: values.klToPosterior, unit: "nats" },
    ],
    checks,
    description: t`Line ${values.line} of ${lines.length}: ${current?.rule ?? ""} Its value is
      ${nats(values.lines[values.line - 1] ?? Number.NaN)} nats. ${describeModel(c)}`,
  };
}
