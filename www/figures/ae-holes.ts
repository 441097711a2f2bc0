/** 3.1: a plain autoencoder and a VAE learn side by side; then codes are drawn where digits are, and between them. */

import { html } from "../base/dom";
import { formatCount, formatEstimate } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { Estimate } from "../contract/results";
import type { FigureDefinition, Readout, Shown, Stage } from "../element/definition";
import { type Runs, RunsInStep } from "../engine/figure/runs-in-step";
import { aloneControl, type ClassLegend, classLegend } from "../parts/class-legend";
import { legend } from "../parts/layout";
import { createPlayer, type Player } from "../parts/player";
import css from "./ae-holes/ae-holes.css";
import { configsOf, type Draws, FAMILIES, type Family, lookAt } from "./ae-holes/pair";
import { type Look, Side } from "./ae-holes/side";

/** Test digits that are encoded, and codes that are drawn. */
const TESTS = 1000;
const DRAWS = 1000;
/** Steps between two looks at the buttons. */
const CHUNK = 10;
/** At least this long between two pictures, most of which is training. */
const PICTURE_MS = 700;

interface Picture {
  runs: Runs;
  step: number;
  looks: Record<Family, Look>;
  /** The same share of the test digits themselves. */
  real: Estimate;
}

class AeHoles {
  #stage: Stage<Specs, Modules>;
  #sides: Record<Family, Side>;
  readonly player: Player;
  #legend: ClassLegend;
  #models: RunsInStep;
  #runs: Runs | null = null;
  #picture: Picture | null = null;
  #key = "";
  #drawn = 0;

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    this.#models = new RunsInStep(stage, TESTS, () => {
      this.player.pause();
      stage.message("The engine stopped. Press Play: both runs begin again at step 0.");
    });
    adoptSheet(stage.root, css);
    this.player = createPlayer({
      label: "training",
      interval: 0,
      // Nothing moves but what is learned; the pictures change about once a second.
      reducedMotion: false,
      signal: stage.signal,
      forward: () => this.#forward(),
      restart: () => {
        this.#models.reset();
        stage.refresh();
      },
    });
    this.#sides = { autoencoder: new Side(stage, "Autoencoder"), vae: new Side(stage, "Variational autoencoder") };
    this.#legend = classLegend(stage, (label) => {
      for (const family of FAMILIES) this.#sides[family].highlight(label);
    });
    stage.root.append(
      this.player.root,
      html(
        "div",
        { class: "holes-legend" },
        this.#legend.root,
        legend([
          { className: "sym-z dashed", text: "box of all codes" },
          { className: "sym-z", text: "draws of z (hollow: below the threshold)", block: true },
        ]),
      ),
      html("div", { class: "holes" }, ...FAMILIES.map((family) => this.#sides[family].root)),
    );
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    const runs = await this.#open(controls);
    this.#legend.follow(controls);
    const threshold = controls.threshold;
    const draws: Draws = {
      from: controls.from === "prior" ? "prior" : "box",
      n: DRAWS,
      seed: controls.drawSeed,
    };
    const key = JSON.stringify([draws, threshold]);
    const due =
      runs.step !== this.#picture?.step && (!this.player.playing || performance.now() - this.#drawn >= PICTURE_MS);
    if (this.#picture?.runs !== runs || key !== this.#key || due) {
      try {
        this.#picture = await this.#look(runs, draws, threshold);
      } catch (error) {
        // Else begun anew meanwhile.
        if (!runs.gone || runs.engine.dead !== null) throw error;
        return this.update(this.#stage.controls);
      }
      this.#key = key;
      this.#drawn = performance.now();
    }
    const { labels } = await this.#models.tests();
    for (const family of FAMILIES) this.#sides[family].show(this.#picture.looks[family], labels, threshold);
    const target = controls.steps;
    this.player.status(t`step ${formatCount(runs.step)} of ${formatCount(target)}`);
    return this.#shown(runs, this.#picture);
  }

  /** Both models; another seed or size of the code begins new ones, and a worker that died is replaced. */
  async #open(controls: ValuesOf<Specs>): Promise<Runs> {
    const configs = configsOf(controls.seed, Number(controls.latent));
    if (this.#models.replaces(configs)) this.player.pause();
    const runs = await this.#models.open(configs);
    if (runs !== this.#runs) this.#stage.message(null);
    this.#runs = runs;
    return runs;
  }

  /** A few steps of both models; false when the last is done. */
  async #forward(): Promise<boolean> {
    const { controls } = this.#stage;
    let runs: Runs | null = null;
    try {
      runs = await this.#open(controls);
      const left = controls.steps - runs.step;
      if (left > 0) await runs.advance(Math.min(CHUNK, left));
      return left > CHUNK;
    } catch (error) {
      // The engine's own end has been told; models that others have replaced are not missed.
      if (runs?.gone !== true) this.#stage.fail(error, true);
      return false;
    } finally {
      // After the player has heard the answer, so that the last picture is of the last step.
      setTimeout(() => this.#stage.refresh());
    }
  }

  async #look(runs: Runs, draws: Draws, threshold: number): Promise<Picture> {
    const { step } = runs;
    const { images } = await this.#models.tests();
    const [autoencoder, vae, { confident: real }] = await Promise.all([
      lookAt(runs, "autoencoder", images, draws, threshold),
      lookAt(runs, "vae", images, draws, threshold),
      runs.engine.judge(images, threshold),
    ]);
    return { runs, step, looks: { autoencoder, vae }, real };
  }

  #shown(runs: Runs, { step, looks, real }: Picture): Shown {
    const share = ({ judgement: { confident } }: Look): string =>
      formatEstimate(confident.mean, confident.standardError);
    const side = ({ judgement: { confident }, rebuilt, low, high, reconstruction }: Look) => ({
      digitLike: confident,
      rebuiltDigitLike: rebuilt,
      low: [...low],
      high: [...high],
      reconstruction,
    });
    const readout = (label: string, { mean, standardError, n }: Estimate): Readout => ({
      label,
      value: mean,
      standardError,
      n,
    });
    return {
      values: {
        step: runs.step,
        pictureStep: step,
        playing: this.player.busy,
        autoencoder: side(looks.autoencoder),
        vae: side(looks.vae),
        testDigits: { digitLike: real },
      },
      readouts: [
        readout("Digit-like draws, autoencoder", looks.autoencoder.judgement.confident),
        readout("Digit-like draws, VAE", looks.vae.judgement.confident),
        readout("Test digits, for comparison", real),
      ],
      description: t`After ${formatCount(step)} steps the classifier finds ${share(looks.autoencoder)} of the
        autoencoder’s ${formatCount(DRAWS)} draws digit-like, and ${share(looks.vae)} of the VAE’s; of real test
        digits ${formatEstimate(real.mean, real.standardError)}.`,
    };
  }
}

const controls = {
  from: {
    kind: "choice",
    label: "Draw z from",
    options: [
      { value: "box", label: "the box of codes" },
      { value: "prior", label: "N(0, I)" },
    ],
    default: "box",
  },
  threshold: { kind: "number", label: "Digit-like from confidence", min: 0.5, max: 0.99, step: 0.01, default: 0.9 },
  drawSeed: { kind: "seed", label: "Seed of the draws", default: 0 },
  latent: {
    kind: "choice",
    label: "Numbers in the code",
    options: [
      { value: "2", label: "2" },
      { value: "10", label: "10" },
    ],
    default: "2",
  },
  steps: { kind: "number", label: "Steps to train", min: 100, max: 5000, step: 100, default: 1500, integer: true },
  seed: { kind: "seed", label: "Seed of both runs", default: 0 },
  alone: aloneControl,
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "ae-holes",
  layout: "below",
  summary:
    "Train both: same seed, same digits. Codes z are then drawn at random from the box in which all codes of " +
    "test digits lie, and decoded. Point at a picture to see where it comes from.",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create: (stage) => {
    const figure = new AeHoles(stage);
    return { busy: () => figure.player.busy, update: (controls) => figure.update(controls) };
  },
};

export default definition;
