/** Figure 8.2: one real digit through the trained model, and its loss term by term and dimension by dimension. */

import type { LossAnatomy, PlacedPosterior } from "wasm/lecture-gradients";
import { html } from "../base/dom";
import { formatCount, formatNumber } from "../base/format";
import { mixed, t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { linkModel, linkTests } from "../engine/figure/engine-link";
import { digitAt, inkTones, PIXELS, paintDigits } from "../parts/digits";
import { legend } from "../parts/layout";
import { createPixels } from "../parts/pixels";
import { tex } from "../parts/tex";
import css from "./loss-anatomy/loss-anatomy.css";
import { createStaircase, createWholeBar } from "./loss-anatomy/pieces";
import { createPlane, FURTHEST, SCALES } from "./loss-anatomy/plane";
import { createTerms } from "./loss-anatomy/terms";

/** Test digits to choose from. */
const DIGITS = 200;
/** Decoded samples shown. */
const SAMPLES = 8;

const controls = {
  digit: {
    kind: "number",
    label: "test digit",
    min: 1,
    max: DIGITS,
    step: 1,
    default: 12,
    integer: true,
    group: "Data",
  },
  pixels: {
    kind: "choice",
    label: "pixels",
    options: [
      { value: "binary", label: "0 or 1" },
      { value: "grey", label: "grey" },
    ],
    default: "binary",
    group: "Data",
  },
  shift1: {
    kind: "number",
    label: "shift of the first mean",
    symbol: "\\Delta\\mmu_1",
    min: -FURTHEST,
    max: FURTHEST,
    step: 0.05,
    default: 0,
    group: "Move q away from the encoder’s answer",
  },
  shift2: {
    kind: "number",
    label: "shift of the second mean",
    symbol: "\\Delta\\mmu_2",
    min: -FURTHEST,
    max: FURTHEST,
    step: 0.05,
    default: 0,
    group: "Move q away from the encoder’s answer",
  },
  sigmaScale: {
    kind: "number",
    label: "factor of the standard deviations",
    symbol: "\\ssigma \\times",
    min: SCALES[0],
    max: SCALES[1],
    step: 0.01,
    default: 1,
    scale: "log",
    group: "Move q away from the encoder’s answer",
  },
  n: {
    kind: "number",
    label: "samples",
    symbol: "n",
    min: 100,
    max: 2000,
    step: 1,
    default: 200,
    scale: "log",
    integer: true,
    group: "Monte Carlo",
  },
  seed: { kind: "seed", label: "seed", default: 1, group: "Monte Carlo" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture", "lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "loss-anatomy",
  layout: "below",
  summary:
    "A test digit is encoded, n codes are drawn from q, each is decoded, and every term of the bound is worked " +
    "out. Drag q away from where the encoder put it and watch the price.",
  modules: ["lecture", "lecture-gradients"],
  controls,
  holdsMore: true,
  create: (stage) => {
    const figure = new Anatomy(stage);
    return { update: (controls) => figure.update(controls) } satisfies FigureView<Specs>;
  },
};

export default definition;

/** What the engine was last asked, so that a change of theme asks nothing. */
interface Asked {
  key: string;
  x: Float32Array;
  label: number;
  encoder: { mu: number[]; sigma: number[] };
  placed: PlacedPosterior;
  z: Float32Array;
  means: Float32Array;
  shown: LossAnatomy;
}

class Anatomy {
  #stage: Stage<Specs, Modules>;
  #open;
  #tests;
  #asked: Asked | null = null;
  #image = createPixels({ label: "The test digit x" });
  #mean = createPixels({ label: "Mean of the decoded samples" });
  #cost = createPixels({ label: "Cost of each pixel" });
  #samples = html("canvas", { class: "pixels", role: "img", "aria-label": "Decoded samples" });
  #caption = html("span");
  #costCaption = html("span");
  #plane;
  #bar;
  #stairs;
  #terms = createTerms();

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    this.#open = linkModel(stage, "cover");
    this.#tests = linkTests(stage, DIGITS);
    adoptSheet(stage.root, css);
    const planeBox = html("figure", { class: "anatomy-plane" });
    const row = html(
      "div",
      { class: "anatomy" },
      html("figure", { class: "anatomy-x" }, this.#image.canvas, html("figcaption", {}, this.#caption)),
      planeBox,
      html(
        "figure",
        { class: "anatomy-mean" },
        this.#mean.canvas,
        html("figcaption", {}, "mean of the decoded codes, and the first eight"),
        html("div", { class: "anatomy-samples" }, this.#samples),
      ),
      html(
        "figure",
        { class: "anatomy-cost" },
        this.#cost.canvas,
        html(
          "figcaption",
          {},
          ...mixed`where ${tex("-\\log \\p_{\\ttheta}(\\x \\given \\z)")} is paid; full ink: ${this.#costCaption}`,
        ),
      ),
    );
    stage.root.append(row);
    this.#plane = createPlane(stage, planeBox);
    planeBox.append(
      legend([
        { className: "sym-q", tex: "\\q_{\\pphi}(\\z \\given \\x)" },
        { className: "sym-p", tex: "\\p(\\z)" },
        { className: "sym-z", tex: "\\z \\sim \\q_{\\pphi}" },
      ]),
    );
    this.#bar = createWholeBar(stage);
    this.#stairs = createStaircase(stage);
    stage.root.append(this.#terms.root);
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    const asked = await this.#ask(controls);
    const { shown, placed, encoder, label } = asked;
    this.#image.draw(asked.x);
    this.#image.describe(t`Test digit, a ${label}`);
    this.#caption.textContent = t`x, a ${label} from the test set`;
    this.#mean.draw(shown.mean);
    this.#cost.draw(shown.costShare);
    this.#costCaption.textContent = t`${formatNumber(shown.largestPixelCost, 2)} nats`;
    paintDigits(this.#samples, asked.means.subarray(0, SAMPLES * PIXELS), SAMPLES / 2, inkTones(this.#samples));
    this.#plane.draw(placed, encoder, asked.z);
    this.#bar.draw(shown.values);
    this.#stairs.draw(shown.values.dimensions);
    this.#terms.draw(shown.values);
    return this.#shown(asked);
  }

  /** Encode, sample, decode, and take the loss apart. */
  async #ask(controls: ValuesOf<Specs>): Promise<Asked> {
    const key = JSON.stringify(controls);
    if (this.#asked?.key === key) return this.#asked;
    const { lecture } = this.#stage;
    const { engine, session } = await this.#open();
    const { images, labels } = await this.#tests();
    const index = Math.min(labels.length, controls.digit) - 1;
    const grey = digitAt(images, index).slice();
    const x = controls.pixels === "grey" ? grey : lecture.binarizeImage(grey);
    const codes = await engine.encode(session, x.slice());
    const encoded = lecture.placePosterior(codes.mu, codes.logSigma, 0, 0, 1);
    const placed = lecture.placePosterior(
      codes.mu,
      codes.logSigma,
      controls.shift1,
      controls.shift2,
      controls.sigmaScale,
    );
    const z = await engine.samplePosterior(
      session,
      new Float32Array(placed.mu),
      new Float32Array(placed.logSigma),
      controls.n,
      controls.seed,
    );
    const means = await engine.decode(session, z.slice());
    const shown = lecture.lossAnatomy(x, new Float64Array(placed.mu), new Float64Array(placed.logSigma), z, means);
    this.#asked = {
      key,
      x,
      label: labels[index] ?? 0,
      encoder: { mu: encoded.mu, sigma: encoded.sigma },
      placed,
      z,
      means,
      shown,
    };
    return this.#asked;
  }

  #shown({ shown, placed, encoder, label }: Asked): Shown {
    const { values } = shown;
    const { simplified, unsimplified, expectedLogLikelihood, klToPrior } = values;
    const within = "within 4 standard errors";
    const dimensions = values.dimensions.map(({ kl }, j) => ({
      label: t`$\\kl{\\q_{\\pphi}(\\z_{${j + 1}} \\given \\x)}{\\p(\\z_{${j + 1}})}$: closed form = Monte Carlo,
        ${within}`,
      leftLabel: "Monte Carlo",
      rightLabel: "closed form",
      check: kl.agree,
    }));
    return {
      values: {
        ...values,
        label,
        mu: placed.mu,
        sigma: placed.sigma,
        encoder,
        largestPixelCost: shown.largestPixelCost,
      },
      readouts: [
        {
          label: "the bound, simplified",
          symbol: "\\ELBO\\;\\text{simplified}",
          value: simplified.mean,
          standardError: simplified.standardError,
          n: simplified.n,
          unit: "nats",
        },
        {
          label: "the bound, every term sampled",
          symbol: "\\ELBO\\;\\text{sampled}",
          value: unsimplified.mean,
          standardError: unsimplified.standardError,
          n: unsimplified.n,
          unit: "nats",
        },
        {
          label: "reconstruction",
          symbol: "-\\E_{\\q}[\\log \\p_{\\ttheta}(\\x \\given \\z)]",
          value: -expectedLogLikelihood.mean,
          standardError: expectedLogLikelihood.standardError,
          n: expectedLogLikelihood.n,
          unit: "nats",
        },
        { label: "divergence to the prior", symbol: "\\kl{\\q_{\\pphi}}{\\p}", value: klToPrior.closed, unit: "nats" },
        {
          label: "the deck’s sum without the constant",
          symbol: "\\KL\\;\\text{without } {-\\tfrac m2}",
          value: values.withoutConstant,
          unit: "nats",
        },
      ],
      checks: [
        {
          label: t`Simplified bound = unsimplified bound, ${within} of their difference`,
          leftLabel: "simplified",
          rightLabel: "unsimplified",
          check: values.agree,
        },
        {
          label: t`$\\E_{\\q}[\\log \\p(\\z)]$: closed form = Monte Carlo, ${within}`,
          leftLabel: "Monte Carlo",
          rightLabel: "closed form",
          check: values.expectedLogPrior.agree,
        },
        {
          label: t`$\\E_{\\q}[\\log \\q_{\\pphi}(\\z \\given \\x)]$: closed form = Monte Carlo, ${within}`,
          leftLabel: "Monte Carlo",
          rightLabel: "closed form",
          check: values.expectedLogQ.agree,
        },
        ...dimensions,
        {
          label: "The pieces of all dimensions add up to $\\kl{\\q_{\\pphi}}{\\p}$",
          leftLabel: "pieces",
          rightLabel: "closed form",
          check: values.pieces,
        },
      ],
      description: t`A ${label}. Reconstruction costs ${formatNumber(-expectedLogLikelihood.mean, 4)} nats and the
        divergence ${formatNumber(klToPrior.closed, 3)} nats, so the bound is ${formatNumber(simplified.mean, 4)} nats,
        from ${formatCount(simplified.n)} samples; with every term sampled it is ${formatNumber(unsimplified.mean, 4)}
        nats.`,
    };
  }
}
