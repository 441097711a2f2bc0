/** Figure 6.4: EM raises the bound in q and in theta by turns; a VAE raises it in both at once. */

import type { EmToVaeControls, EmToVaeShown } from "wasm/lecture-latents";
import { html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { legend, row } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { createDataPlane, X_ENDS, Z_ENDS } from "./elbo/data-plane";
import css from "./elbo/elbo.css";
import { nats } from "./elbo/model";
import { createTracks } from "./elbo/tracks";

const MOST_EM = 24;
const MOST_GRADIENT = 240;
/** Gradient steps taken at one press: they are small. */
const STRIDE = 4;

const controls = {
  method: {
    kind: "choice",
    label: "Method",
    symbol: "\\text{method}",
    options: [
      { value: "em", label: "E, then M" },
      { value: "gradient", label: "both at once" },
    ],
    default: "em",
  },
  emSteps: {
    kind: "number",
    label: "E and M steps",
    symbol: "\\text{EM}",
    min: 0,
    max: MOST_EM,
    step: 1,
    default: 5,
    integer: true,
    group: "Steps",
  },
  gradientSteps: {
    kind: "number",
    label: "gradient steps",
    symbol: "\\nabla",
    min: 0,
    max: MOST_GRADIENT,
    step: 1,
    default: 40,
    integer: true,
    group: "Steps",
  },
  data: {
    kind: "numbers",
    label: "data",
    symbol: "\\x_i",
    min: -5,
    max: 5,
    minLength: 0,
    maxLength: 12,
    default: [-1.7, -0.9, 0.1, 0.8, 1.6, 2.4, 3.3],
  },
  w: {
    kind: "number",
    label: "slope of the decoder at the start",
    symbol: "w",
    min: -3,
    max: 3,
    step: 0.05,
    default: 1.25,
    group: "Decoder at the start",
  },
  mu: {
    kind: "number",
    label: "offset of the decoder at the start",
    symbol: "\\mmu",
    min: -3,
    max: 3,
    step: 0.05,
    default: -2.1,
    group: "Decoder at the start",
  },
  sigma: {
    kind: "number",
    label: "noise of the decoder at the start",
    symbol: "\\ssigma",
    min: 0.3,
    max: 3,
    step: 0.05,
    default: 0.75,
    group: "Decoder at the start",
  },
  slope: {
    kind: "number",
    label: "slope of the encoder at the start",
    symbol: "a",
    min: -2,
    max: 2,
    step: 0.05,
    default: 0.75,
    group: "Encoder at the start",
  },
  offset: {
    kind: "number",
    label: "offset of the encoder at the start",
    symbol: "b",
    min: -2,
    max: 2,
    step: 0.05,
    default: 0.8,
    group: "Encoder at the start",
  },
  qSigma: {
    kind: "number",
    label: "standard deviation of the encoder at the start",
    symbol: "s",
    min: 0.1,
    max: 2,
    step: 0.05,
    default: 0.8,
    group: "Encoder at the start",
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "em-to-vae",
  summary:
    "Data, a decoder and an encoder, all on a line. EM moves the encoder, then the decoder, and so on; a VAE " +
    "moves both a little at every step. The bound rises either way.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const plane = createDataPlane(stage, stage.root);
  stage.root.append(
    legend([
      { className: "sym-theta", tex: "\\text{decoder }\\p_{\\ttheta}(\\x\\given\\z)" },
      { className: "sym-phi", tex: "\\text{encoder }\\q_{\\pphi}(\\z\\given\\x)" },
      { className: "ink-soft", text: "exact posterior's mean" },
      { className: "sym-p", tex: "\\p_{\\ttheta}(\\x)" },
      { className: "sym-x", text: "data" },
    ]),
  );
  const player = createPlayer({
    label: "the chosen method",
    interval: 420,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => step(1),
    back: () => void step(-1),
    restart: () => stage.set(isGradient() ? { gradientSteps: 0 } : { emSteps: 0 }),
  });
  stage.root.append(player.root);
  const left = html("div", { class: "elbo-side" });
  const right = html("div", { class: "elbo-side" });
  stage.root.append(row(left, right));
  const tracks = createTracks(stage, left, right);
  stage.root.append(
    legend([
      { className: "part-elbo", text: "ELBO", block: true },
      { className: "part-gap", text: "gap", block: true },
      { className: "ink", text: "log evidence" },
      { className: "sym-theta", text: "best possible" },
    ]),
  );

  function isGradient(): boolean {
    return stage.controls.method === "gradient";
  }
  function step(sign: 1 | -1): boolean {
    const [name, most, by] = isGradient()
      ? (["gradientSteps", MOST_GRADIENT, STRIDE] as const)
      : (["emSteps", MOST_EM, 1] as const);
    const next = Math.min(most, Math.max(0, stage.controls[name] + sign * by));
    stage.set({ [name]: next });
    return next < most;
  }

  return {
    busy: () => player.playing,
    update(controls) {
      const c = {
        ...controls,
        xLow: X_ENDS[0],
        xHigh: X_ENDS[1],
        zLow: Z_ENDS[0],
        zHigh: Z_ENDS[1],
      };
      const shown = stage.lecture.emToVae(c);
      plane.draw(shown, c.data);
      tracks.draw(shown, c);
      player.status(c.method === "gradient" ? t`gradient step ${c.gradientSteps}` : emStep(c.emSteps));
      return describe(shown, c);
    },
  };
}

function describe({ values }: EmToVaeShown, c: EmToVaeControls): Shown {
  const { parameters } = values;
  const when =
    c.method === "gradient" ? t`After ${c.gradientSteps} gradient steps` : t`After ${c.emSteps} E and M steps`;
  return {
    values,
    readouts: [
      {
        label: "log evidence per data point",
        symbol: "\\tfrac1n \\textstyle\\sum_i \\log \\p(\\x_i)",
        value: values.logEvidence,
        unit: "nats",
      },
      { label: "bound per data point", symbol: "\\ELBO", value: values.elbo, unit: "nats" },
      {
        label: "gap per data point",
        symbol: "\\kl{\\q}{\\p(\\z\\given\\x)}",
        value: values.klToPosterior,
        unit: "nats",
      },
      { label: "best possible log evidence", value: values.maximum, unit: "nats" },
      {
        label: "decoder",
        symbol: "\\ttheta = (w, \\mmu, \\ssigma)",
        value: [parameters.w, parameters.mu, parameters.sigma].map((value) => formatNumber(value, 3)).join(", "),
      },
      {
        label: "encoder",
        symbol: "\\pphi = (a, b, s)",
        value: [parameters.slope, parameters.offset, parameters.qSigma]
          .map((value) => formatNumber(value, 3))
          .join(", "),
      },
    ],
    checks: [
      {
        label: "the ELBO never falls, in either method",
        leftLabel: "largest fall in one step",
        rightLabel: "none",
        check: values.monotone,
      },
      {
        label: "after each E step the gap is closed",
        leftLabel: "largest gap",
        rightLabel: "none",
        check: values.eStepCloses,
      },
      {
        label: "EM never lowers the evidence",
        leftLabel: "largest fall in one step",
        rightLabel: "none",
        check: values.emRaisesEvidence,
      },
      {
        label: "every bar: $\\log \\p(\\x) = \\ELBO + \\text{gap}$; here the one that differs most",
        leftLabel: "log evidence",
        rightLabel: "bound plus gap",
        check: values.sum,
      },
    ],
    description: t`${when} the bound is ${nats(values.elbo)} nats per data point, the gap ${nats(values.klToPosterior)},
      the log evidence ${nats(values.logEvidence)}; the best possible is ${nats(values.maximum)}.`,
  };
}

/** The half step of EM that is shown. */
function emStep(steps: number): string {
  return steps === 0 ? t("the start") : t`${steps % 2 === 1 ? "E" : "M"} step ${Math.ceil(steps / 2)}`;
}
