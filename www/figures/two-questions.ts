/** 1.1: one image, two questions: which class (a classifier), and how likely at all (the shipped VAE). */

import { html } from "../base/dom";
import { formatCount, formatEstimate, formatFixed } from "../base/format";
import { mixed, t } from "../base/language";
import type { ControlTable, Json, ValuesOf } from "../contract/controls";
import type { EvidenceReport } from "../contract/engine";
import type { Estimate } from "../contract/results";
import type { FigureDefinition, Readout, Shown, ShownCheck, Stage } from "../element/definition";
import type { Engine } from "../engine/client";
import { linkModel, linkTests } from "../engine/figure/engine-link";
import { digitAt } from "../parts/digits";
import { pictureOf } from "../parts/picture";
import { View } from "./two-questions/view";

/** Test digits and noise images whose evidence is measured. */
const TESTS = 500;
const NOISES = 20;
/** Seed of both; that of the reader's image is a control. */
const SEED = 0;

/** The model and what it is compared with. */
interface Ready {
  engine: Engine;
  session: number;
  tests: Float32Array;
  labels: Uint8Array;
}

/** What both models say of an image. */
interface Answer {
  /** The image after the perturbation. */
  image: Float32Array;
  seen: Float32Array;
  probabilities: Float32Array;
  top: number;
  evidence: Estimate;
}

/** Evidence of the test digits and of noise, with K samples each; `noise` is null until all test digits are done. */
interface Background {
  samples: number;
  tests: EvidenceReport | null;
  noise: Estimate | null;
}

class TwoQuestions {
  #stage: Stage<Specs, Modules>;
  #view: View;
  #link;
  #tests;
  #drawing: Float32Array | null = null;
  #drawings = 0;
  /** The drawing as the controls tell it. */
  #kept: Json = "";
  #onPad: Float32Array | null = null;
  #noise: { seed: number; image: Float32Array } | null = null;
  #answers = new Map<string, Promise<Answer>>();
  #background: Background = { samples: 0, tests: null, noise: null };
  #visible = true;
  #measuring = false;

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    this.#link = linkModel(stage, "cover", () => {
      this.#answers.clear();
      this.#background = { samples: 0, tests: null, noise: null };
      this.#measuring = false;
    });
    this.#tests = linkTests(stage, TESTS);
    this.#view = new View(stage, {
      drawn: (image) => {
        if (image !== null && image === this.#onPad) return;
        this.#drawing = image;
        this.#onPad = image;
        this.#drawings += 1;
        if (stage.controls.source === "drawing") stage.refresh();
        else stage.set({ source: "drawing" });
      },
      kept: (drawing) => {
        if (stage.controls.source !== "drawing") return;
        this.#kept = drawing;
        stage.set({ drawing });
      },
      picked: (digit) => stage.set({ source: "digit", digit }),
    });
    const watch = new IntersectionObserver((entries) => {
      this.#visible = entries.some((entry) => entry.isIntersecting);
      if (this.#visible) stage.refresh();
    });
    watch.observe(stage.root);
    stage.signal.addEventListener("abort", () => watch.disconnect());
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    const ready = await this.#open();
    const samples = Number(controls.samples);
    const { noise, samples: measured } = this.#background;
    if (measured !== samples || (noise === null && !this.#measuring && this.#visible))
      void this.#measure(ready, samples);
    const source = controls.source;
    const image = await this.#imageOf(ready, source, controls);
    const key = (perturbation: number): string =>
      [source, source === "drawing" ? this.#drawings : controls.digit, controls.seed, samples, perturbation].join();
    const perturbation = controls.perturbation;
    if (this.#answers.size > 200) this.#answers.clear();
    const plain = image && (await this.#answer(key(0), ready, image, null, 0, controls));
    const shown =
      plain && perturbation > 0
        ? await this.#answer(key(perturbation), ready, plain.image, plain.top, perturbation, controls)
        : plain;
    const digit = source === "digit" ? controls.digit : null;
    this.#view.picks(ready.tests, digit);
    return this.#show(plain, shown, digit === null ? null : (ready.labels[digit] ?? null), perturbation);
  }

  /** The shipped VAE and the test digits. */
  async #open(): Promise<Ready> {
    const model = await this.#link();
    const { images, labels } = await this.#tests();
    return { ...model, tests: images, labels };
  }

  /** The reader's image before any perturbation; the pad shows it. */
  async #imageOf({ engine, tests }: Ready, source: string, controls: ValuesOf<Specs>): Promise<Float32Array | null> {
    if (source === "drawing") {
      const asked = controls.drawing ?? "";
      if (asked !== this.#kept) {
        this.#kept = asked;
        this.#drawing = pictureOf(String(asked));
        this.#drawings += 1;
      }
      if (this.#onPad !== this.#drawing) {
        this.#onPad = this.#drawing;
        if (this.#drawing) this.#view.pad.load(this.#drawing);
        else this.#view.pad.clear();
      }
      return this.#drawing;
    }
    const seed = controls.seed;
    if (source === "noise" && this.#noise?.seed !== seed) this.#noise = { seed, image: await engine.noise(1, seed) };
    const image = source === "noise" && this.#noise ? this.#noise.image : digitAt(tests, controls.digit);
    if (this.#onPad === null || image.byteOffset !== this.#onPad.byteOffset || image.buffer !== this.#onPad.buffer) {
      this.#onPad = image;
      this.#view.pad.load(image);
    }
    return image;
  }

  /** Asks both models, once for each state. `top` is the class that the perturbation works against. */
  #answer(
    key: string,
    { engine, session }: Ready,
    base: Float32Array,
    top: number | null,
    perturbation: number,
    controls: ValuesOf<Specs>,
  ): Promise<Answer> {
    let answer = this.#answers.get(key);
    if (!answer) {
      answer = (async () => {
        const image = top === null ? base.slice() : await engine.perturb(base, Uint8Array.of(top), perturbation);
        const [judged, measured, probabilities] = await Promise.all([
          engine.judge(image, 0.5),
          engine.evidence(session, image, Number(controls.samples), controls.seed),
          engine.classify(image),
        ]);
        const evidence = measured.bounds[0];
        if (!evidence) throw new Error("The evidence of this image could not be measured.");
        return { image, seen: measured.seen, probabilities, top: judged.classes[0] ?? 0, evidence };
      })();
      this.#answers.set(key, answer);
      answer.catch(() => this.#answers.delete(key));
    }
    return answer;
  }

  /**
   * Evidence of test digits and of noise, while the figure is in view: out of view it ends, and in view it begins
   * again.
   */
  async #measure({ engine, session, tests }: Ready, samples: number): Promise<void> {
    const before = this.#background.samples === samples ? this.#background.tests : null;
    const background: Background = { samples, tests: before, noise: null };
    this.#background = background;
    this.#measuring = true;
    const wanted = (): boolean => this.#background === background && this.#visible && !this.#stage.signal.aborted;
    const hear = (part: EvidenceReport): boolean => {
      if (!wanted()) return false;
      if (part.bounds.length >= (before?.bounds.length ?? 0)) background.tests = part;
      this.#stage.refresh();
      return true;
    };
    try {
      const { seen: _, ...all } = await engine.evidence(session, tests, samples, SEED, hear);
      if (wanted()) {
        background.tests = all;
        const noise = await engine.evidence(session, await engine.noise(NOISES, SEED), samples, SEED, wanted);
        if (wanted()) background.noise = noise.mean;
      }
    } catch (error) {
      // The engine's own end is told by the next update. Nothing is tried again before that.
      if (wanted() && engine.dead === null) this.#stage.fail(error, true);
      return;
    }
    if (this.#background === background) this.#measuring = false;
    this.#stage.refresh();
  }

  #show(plain: Answer | null, shown: Answer | null, label: number | null, perturbation: number): Shown {
    const { tests, noise, samples } = this.#background;
    const below = shown && tests ? tests.bounds.filter((bound) => bound.mean < shown.evidence.mean).length : null;
    const measured = tests?.bounds.length ?? 0;
    const flipped = plain !== null && shown !== null && plain.top !== shown.top;
    this.#view.seen(shown?.image ?? null, shown?.seen ?? null);
    this.#view.bars.show(shown?.probabilities ?? null, shown?.top ?? 0);
    this.#view.plot.draw(
      tests,
      noise?.mean ?? null,
      shown?.evidence.mean ?? null,
      perturbation > 0 ? (plain?.evidence.mean ?? null) : null,
    );
    const sure = (answer: Answer): string => formatProbability(answer.probabilities[answer.top] ?? 0);
    const strong = (text: string): HTMLElement => html("strong", {}, text);
    const nats = shown && formatEstimate(shown.evidence.mean, shown.evidence.standardError);
    this.#view.verdicts(
      shown && plain
        ? [
            ...(perturbation === 0
              ? mixed`A ${strong(String(shown.top))}, with probability ${strong(sure(shown))}.`
              : mixed`A ${strong(String(shown.top))}, with probability ${strong(sure(shown))}; without the perturbation
                a ${String(plain.top)}, ${sure(plain)}.`),
            label === null ? "" : ` ${t`Its label is ${label}.`}`,
          ]
        : [t("Draw something, or pick a test digit.")],
      shown && nats ? [strong(t`${nats} nats`), ". ", rank(below, measured)] : [],
      tests && measured === TESTS
        ? t`Bars: ${formatCount(TESTS)} test digits, each with K = ${formatCount(samples)} samples of z.`
        : t`Measuring test digits: ${formatCount(measured)} of ${formatCount(TESTS)}…`,
    );
    return {
      values: {
        class: shown?.top ?? null,
        probabilities: shown ? [...shown.probabilities] : null,
        classWithoutPerturbation: plain?.top ?? null,
        label,
        flipped,
        evidence: shown?.evidence ?? null,
        evidenceWithoutPerturbation: plain?.evidence ?? null,
        // Of one digit there is no standard error, and JSON has no NaN.
        testEvidence: tests && tests.mean.n > 1 ? tests.mean : null,
        noiseEvidence: noise,
        testDigitsBelow: below,
        testDigitsMeasured: measured,
      },
      readouts: this.#readouts(shown),
      checks: this.#checks(),
      description: shown
        ? [
            t`The classifier says ${shown.top} with probability ${sure(shown)}.`,
            t`The VAE gives log p(x) of at least ${nats} nats.`,
            rank(below, measured),
            flipped ? t`The perturbation has changed the class from ${plain.top}.` : "",
          ]
            .join(" ")
            .trim()
        : "No image yet: draw something, or pick a test digit.",
    };
  }

  #readouts(shown: Answer | null): Readout[] {
    const { tests, noise } = this.#background;
    const row = (label: string, estimate: Estimate | null | undefined): Readout =>
      estimate && estimate.n > 1
        ? { label, value: estimate.mean, standardError: estimate.standardError, n: estimate.n, unit: "nats" }
        : { label, value: "–" };
    return [
      row("This image (n samples of z)", shown?.evidence),
      row("Test digits (n images)", tests?.mean),
      row(t("Noise (n images)"), noise),
    ];
  }

  #checks(): ShownCheck[] {
    const { tests, noise } = this.#background;
    if (!tests || !noise) return [];
    const difference = tests.mean.mean - noise.mean;
    return [
      {
        label: "Test digits have more evidence than noise",
        leftLabel: "mean evidence of test digits, nats",
        rightLabel: "mean evidence of noise, nats",
        check: { left: tests.mean.mean, right: noise.mean, difference, tolerance: 0, holds: difference > 0 },
      },
    ];
  }
}

/** How many test digits have less. */
function rank(below: number | null, measured: number): string {
  if (below === null || measured === 0) return "";
  if (below === 0) return t`That is less than each of ${formatCount(measured)} test digits has.`;
  if (below === measured) return t`That is more than each of ${formatCount(measured)} test digits has.`;
  return t`That is more than ${formatCount(below)} of ${formatCount(measured)} test digits have.`;
}

/** `0.97`; near the ends with as many digits as it takes not to say 0 or 1. */
function formatProbability(probability: number): string {
  if (probability > 0.99999) return t`above ${formatFixed(0.99999, 5)}`;
  return formatFixed(probability, probability > 0.99 ? 5 : 2);
}

const controls = {
  source: {
    kind: "choice",
    label: "Image",
    options: [
      { value: "digit", label: "Test digit" },
      { value: "noise", label: "Noise" },
      { value: "drawing", label: "Drawing" },
    ],
    default: "digit",
  },
  digit: { kind: "number", label: "Which test digit", min: 0, max: TESTS - 1, step: 1, default: 0, integer: true },
  perturbation: {
    kind: "number",
    label: "Perturbation δ",
    unit: "a pixel",
    min: 0,
    max: 0.3,
    step: 0.005,
    default: 0,
  },
  samples: {
    kind: "choice",
    label: "Samples of z, K",
    options: [
      { value: "10", label: "10" },
      { value: "100", label: "100" },
      { value: "1000", label: "1,000" },
    ],
    default: "100",
  },
  seed: { kind: "seed", label: "Seed", default: 0 },
  drawing: { kind: "picture", label: "Drawing", default: "", panel: false },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "two-questions",
  layout: "below",
  summary:
    "Draw anything, take a test digit, or noise. A classifier has to choose among ten digits and does; a VAE " +
    "says how likely such an image is. Then change the image a little, against the classifier.",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create: (stage) => {
    const figure = new TwoQuestions(stage);
    return { update: (controls) => figure.update(controls) };
  },
};

export default definition;
