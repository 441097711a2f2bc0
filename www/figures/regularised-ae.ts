/**
 * Figure 3.3: ways to keep an autoencoder from copying. A small network is trained in pieces between frames, on real
 * digits of a quarter of the size; a table gathers what each kind has reached.
 */

import type { RegularisedAe, RegularisedAeControls, RegularisedAutoencoder } from "wasm/lecture-autoencoders";
import { button, html } from "../base/dom";
import { formatCount, formatFixed, formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { FigureDefinition, FigureView, Readout, ShownCheck, Stage } from "../element/definition";
import { linkTests } from "../engine/figure/engine-link";
import { createPlayer } from "../parts/player";
import { createPictures } from "./regularised-ae/pictures";
import css from "./regularised-ae/regularised-ae.css";

/** Digits from the test set: the first 100 are shown and measured, the network is trained on the others. */
const DIGITS = 2100;
const MOST_STEPS = 2000;
/** Steps that one press takes, and that playing takes at a time. */
const STRIDE = 50;
/** A frame's share of training. */
const SLICE_MS = 7;

const KINDS = [
  { value: "undercomplete", label: "Undercomplete", what: "a code smaller than the picture" },
  { value: "overcomplete", label: "Overcomplete", what: "a larger code, and nothing to hold it back" },
  { value: "sparse", label: "Sparse", what: "the L1 norm of the code is added to the loss" },
  { value: "masking", label: "Denoising: masked", what: "pixels are blanked, the clean digit must come out" },
  { value: "gaussian", label: "Denoising: Gaussian", what: "noise is added, the clean digit must come out" },
  { value: "contractive", label: "Contractive", what: "the slopes of the code are added to the loss" },
] as const;

const controls = {
  kind: {
    kind: "choice",
    label: "Kind",
    options: KINDS.map(({ value, label }) => ({ value, label })),
    default: "overcomplete",
    group: "Autoencoder",
  },
  code: {
    kind: "number",
    label: "units of the undercomplete code",
    symbol: "\\text{code}",
    min: 2,
    max: 64,
    step: 1,
    default: 16,
    integer: true,
    scale: "log",
    group: "Autoencoder",
  },
  strength: {
    kind: "number",
    label: "weight of the sparse or contractive penalty",
    symbol: "\\lambda",
    min: 0.01,
    max: 10,
    step: 0.01,
    default: 0.3,
    scale: "log",
    group: "Autoencoder",
  },
  digit: {
    kind: "number",
    label: "which digit",
    symbol: "\\text{digit}",
    min: 0,
    max: 99,
    step: 1,
    default: 15,
    integer: true,
    group: "Input",
  },
  corruption: {
    kind: "choice",
    label: "Spoil it",
    options: [
      { value: "none", label: "no" },
      { value: "masking", label: "mask" },
      { value: "gaussian", label: "noise" },
    ],
    default: "gaussian",
    group: "Input",
  },
  masking: {
    kind: "number",
    label: "probability that a pixel is masked",
    symbol: "\\text{masked}",
    min: 0,
    max: 0.9,
    step: 0.05,
    default: 0.5,
    group: "Input",
  },
  noise: {
    kind: "number",
    label: "standard deviation of the noise",
    symbol: "\\text{noise}",
    min: 0.05,
    max: 1,
    step: 0.05,
    default: 0.4,
    group: "Input",
  },
  steps: {
    kind: "number",
    label: "gradient steps",
    symbol: "\\text{steps}",
    min: 0,
    max: MOST_STEPS,
    step: STRIDE,
    default: 1000,
    integer: true,
    group: "Training",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Training" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "regularised-ae",
  summary:
    "Choose what keeps the network from copying, spoil the digit, and see its code and what comes out. Every " +
    "kind is trained here, on 2,000 real digits of 12 by 12 pixels.",
  modules: ["lecture-autoencoders"],
  controls,
  holdsMore: true,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const pictures = createPictures(stage.root);
  const player = createPlayer({
    label: "training",
    interval: 60,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => {
      const steps = Math.min(MOST_STEPS, stage.controls.steps + STRIDE);
      stage.set({ steps });
      return steps < MOST_STEPS;
    },
    restart: () => stage.set({ steps: 0 }),
  });
  /** Kinds that are still to be trained for the table. */
  let queue: ValuesOf<Specs>["kind"][] = [];
  player.root.insertBefore(
    button("Train every kind", () => {
      player.pause();
      queue = KINDS.map(({ value }) => value).filter((kind) => !table.has(kind));
      next();
    }),
    player.root.lastElementChild,
  );
  const table = createTable();
  stage.root.append(player.root, table.root);

  // Out of view it waits: nobody looks, and others need the processor.
  let visible = true;
  const watch = new IntersectionObserver((entries) => {
    visible = entries.at(-1)?.isIntersecting ?? true;
    if (visible) stage.refresh();
  });
  watch.observe(stage.root);
  stage.signal.addEventListener("abort", () => watch.disconnect());

  const digits = linkTests(stage, DIGITS);
  let trained: { key: string; network: RegularisedAutoencoder } | null = null;
  stage.signal.addEventListener("abort", () => trained?.network.free());

  function next(): void {
    const kind = queue.shift();
    if (kind !== undefined) stage.set({ kind });
  }

  /** The network of these controls, as far as one frame takes it towards the steps wanted. */
  function network(data: Float32Array, controls: RegularisedAeControls): RegularisedAutoencoder {
    const key = JSON.stringify([controls.kind, ...settings(controls)]);
    if (trained === null || trained.key !== key || trained.network.step() > controls.steps) {
      trained?.network.free();
      trained = null;
      trained = { key, network: new stage.lecture.RegularisedAutoencoder(data, controls) };
    }
    const began = performance.now();
    while (trained.network.step() < controls.steps && performance.now() - began < SLICE_MS) trained.network.advance();
    return trained.network;
  }

  return {
    busy: () => player.playing,
    async update(controls: ValuesOf<Specs>) {
      const { images: data } = await digits();
      const shown = network(data, controls).show(controls);
      const { values } = shown;
      const arrived = values.step === controls.steps;
      pictures.draw(shown);
      table.draw(controls, arrived ? shown : null);
      player.status(t`step ${formatCount(values.step)} of ${formatCount(controls.steps)}`);
      if (!arrived && visible) stage.refresh();
      else if (arrived && queue.length > 0) next();
      return {
        values: { ...values, compared: table.compared() },
        readouts: readouts(shown, controls),
        checks: checks(shown),
        description: t`${controls.kind} autoencoder after ${formatCount(values.step)} steps, with a code of
          ${values.codeSize} units for ${values.pixels} pixels. The squared error of the digit shown is
          ${formatNumber(values.error, 3)}; ${values.activeUnits} units are above 0.1.`,
      };
    },
  };
}

/** What the network depends on besides its kind. */
function settings({ kind, code, strength, masking, noise, seed }: RegularisedAeControls): (number | null)[] {
  const penalised = kind === "sparse" || kind === "contractive";
  return [
    kind === "undercomplete" ? code : null,
    penalised ? strength : null,
    kind === "masking" ? masking : null,
    kind === "gaussian" ? noise : null,
    seed,
  ];
}

/** What every kind has reached, with the present settings. */
function createTable() {
  type Row = { clean: number; masked: number; noisy: number; active: number };
  const rows = new Map<string, Row>();
  let shared = "";
  const cells = KINDS.map(({ label, what }) => {
    const numbers = [0, 1, 2, 3].map(() => html("td"));
    return { numbers, line: html("tr", { title: what }, html("th", { scope: "row" }, label), ...numbers) };
  });
  const heads = [t("clean"), t("masked"), t("noisy"), t("units at work")].map((text) =>
    html("th", { scope: "col" }, text),
  );
  const root = html(
    "div",
    { class: "kinds", role: "region", "aria-label": "Errors by kind", tabindex: 0 },
    html(
      "table",
      { class: "number-table" },
      html(
        "caption",
        { class: "visually-hidden" },
        "Mean squared error on 100 digits kept out of training, by what is done to the input, and share of the " +
          "code's units above 0.1",
      ),
      html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "error if the input is"), ...heads)),
      html("tbody", {}, ...cells.map(({ line }) => line)),
    ),
  );
  return {
    root,
    has: (kind: string) => rows.has(kind),
    compared: () => Object.fromEntries(rows),
    draw(wanted: RegularisedAeControls, shown: RegularisedAe | null): void {
      const { code, strength, masking, noise, steps, seed } = wanted;
      const now = JSON.stringify([code, strength, masking, noise, steps, seed]);
      if (now !== shared) rows.clear();
      shared = now;
      const { clean, masked, noisy, active } = shown?.values ?? {};
      if (clean && masked && noisy && active)
        rows.set(wanted.kind, { clean: clean.mean, masked: masked.mean, noisy: noisy.mean, active: active.mean });
      KINDS.forEach(({ value }, k) => {
        const row = rows.get(value);
        const texts =
          row === undefined
            ? ["·", "·", "·", "·"]
            : [
                formatFixed(row.clean, 2),
                formatFixed(row.masked, 2),
                formatFixed(row.noisy, 2),
                `${formatFixed(100 * row.active, 0)} %`,
              ];
        cells[k]?.line.classList.toggle("chosen", value === wanted.kind);
        texts.forEach((text, j) => {
          const cell = cells[k]?.numbers[j];
          if (cell !== undefined && cell.textContent !== text) cell.textContent = text;
        });
      });
    },
  };
}

function readouts({ values }: RegularisedAe, { kind }: RegularisedAeControls): Readout[] {
  const { clean, masked, noisy } = values;
  const list: Readout[] = [
    { label: "squared error of the digit shown", symbol: "|\\x - \\hat{\\x}|^2", value: values.error },
  ];
  if (values.penalty !== null) {
    list.push({
      label: "penalty at this digit",
      symbol: kind === "sparse" ? "\\lambda \\textstyle\\sum_j |\\z_j|" : "\\lambda\\, |d\\z / d\\x|^2",
      value: values.penalty,
    });
  }
  list.push(
    { label: "squared slopes of the code at this digit", symbol: "|d\\z / d\\x|^2", value: values.jacobian },
    { label: "units above 0.1", value: t`${formatCount(values.activeUnits)} of ${formatCount(values.codeSize)}` },
  );
  for (const [label, estimate] of [
    ["clean", clean],
    ["masked", masked],
    ["noisy", noisy],
  ] as const) {
    if (estimate !== null)
      list.push({
        label: t`mean error, ${label} inputs`,
        value: estimate.mean,
        standardError: estimate.standardError,
        n: estimate.n,
      });
  }
  return list;
}

function checks({ values }: RegularisedAe): ShownCheck[] {
  const slope = { leftLabel: "gradient", rightLabel: "finite difference" };
  return [
    { label: "$L_1$ penalty: slope along a random direction of all weights", ...slope, check: values.sparseGradient },
    { label: "contractive penalty: the same", ...slope, check: values.contractiveGradient },
    { label: "error from the masked digit: the same", ...slope, check: values.maskingGradient },
    { label: "error from the noisy digit: the same", ...slope, check: values.gaussianGradient },
    {
      label: "$|d\\z/d\\x|^2$: formula = finite differences in $\\x$",
      leftLabel: "formula",
      rightLabel: "finite differences",
      check: values.contractiveValue,
    },
  ];
}
