/** 9.2: two configurations from one seed and one order of images, trained in step by the same engine. */

import { paced } from "../base/deferred";
import { button, html } from "../base/dom";
import { formatCount, formatFixed } from "../base/format";
import { t } from "../base/language";
import { pick } from "../base/pick";
import { adoptSheet } from "../base/sheet";
import { defaults } from "../element/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { advanceTogether } from "../engine/figure/runs-in-step";
import compareCss from "./compare/compare.css";
import { controls, type SideName, type SideValues } from "./compare/controls";
import { Side } from "./compare/side";
import { labControls } from "./lab/config";
import labCss from "./lab/lab.css";
import type { Run } from "./lab/run";

/** Both sides make about so many milliseconds of steps in turn. */
const TURN_MS = 150;
const TELL_MS = 250;

const presets: ({ label: string } & Record<SideName, Partial<SideValues>>)[] = [
  { label: "AE against VAE", left: { family: "autoencoder" }, right: { family: "vae" } },
  { label: "β = 1 against 4", left: { latent: 10, beta: 1 }, right: { latent: 10, beta: 4 } },
  { label: "2 against 20 dimensions", left: { latent: 2 }, right: { latent: 20 } },
  { label: "Dense against convolutional", left: { architecture: "mlp" }, right: { architecture: "conv" } },
];

class Compare {
  readonly sides: [Side, Side];
  readonly #runs: readonly Run[];
  playing = false;
  #stage: Stage<Specs, Modules>;
  #root: HTMLElement;
  #play: HTMLButtonElement;
  #step: HTMLButtonElement;
  #restart: HTMLButtonElement;
  #counter = html("output", { class: "compare-step" });
  #loop: Promise<void> | null = null;
  #tell: () => void;

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    for (const sheet of [labCss, compareCss]) adoptSheet(stage.root, sheet);
    const side = (name: SideName): Side => new Side(stage, name, () => this.playing);
    this.sides = [side("left"), side("right")];
    this.#runs = this.sides.map(({ run }) => run);
    for (const run of this.#runs) run.changed = () => this.#changed();
    this.#tell = paced(
      () => {
        for (const side of this.sides) side.show(this.playing);
        stage.refresh();
      },
      TELL_MS,
      stage.signal,
    );
    const said =
      (action: () => Promise<unknown>): (() => void) =>
      () =>
        void action().catch((error: unknown) => stage.fail(error, true));
    this.#play = button(
      "Play",
      said(() => (this.playing ? this.pause() : this.play())),
      { class: "button button-primary lab-play" },
    );
    this.#step = button(
      "Step",
      said(() => this.step(1)),
      { title: "One step of both optimisers" },
    );
    this.#restart = button(
      "Start over",
      said(() => this.reset()),
      { title: "New weights from the same seed, step 0" },
    );
    this.#root = html(
      "div",
      { class: "lab compare" },
      html(
        "div",
        { class: "compare-presets", role: "group", "aria-label": "What to compare" },
        ...presets.map(({ label, left, right }) =>
          button(label, () => this.#prefer({ left, right }), { class: "button button-small" }),
        ),
      ),
      html("div", { class: "lab-buttons" }, this.#play, this.#step, this.#restart, this.#counter),
      html("div", { class: "compare-sides" }, ...this.sides.map(({ root }) => root)),
    );
    stage.root.append(this.#root);
    stage.signal.addEventListener("abort", () => (this.playing = false));
    if (stage.autoplay && !stage.reducedMotion) said(() => this.play())();
  }

  get busy(): boolean {
    return this.playing || this.#runs.some(({ busy }) => busy);
  }

  get pending(): boolean {
    return this.#runs.some(({ pending }) => pending);
  }

  async play(): Promise<void> {
    await this.#ready();
    this.playing = true;
    this.#loop ??= this.#train().finally(() => (this.#loop = null));
    this.#changed();
  }

  async pause(): Promise<void> {
    this.playing = false;
    await this.#loop;
    await Promise.all(this.#runs.map((run) => run.measure(true)));
    this.#changed();
  }

  async step(n = 1): Promise<void> {
    await this.#ready();
    await advanceTogether(this.#runs, n);
    for (const run of this.#runs) void run.measure(true);
  }

  async reset(): Promise<void> {
    const again = this.playing;
    this.playing = false;
    await this.#loop;
    for (const run of this.#runs) await run.open();
    if (again) await this.play();
  }

  async update(): Promise<Shown> {
    for (const side of this.sides) {
      try {
        await side.apply(this.#stage.controls);
      } catch (error) {
        // The page stays readable, and what is wrong is said where the reader looks.
        this.#stage.fail(error, true);
      }
    }
    return this.#shown();
  }

  /** Both runs there, and the engine alive. */
  async #ready(): Promise<void> {
    for (const run of this.#runs) await run.revive();
    for (const run of this.#runs) await run.ready();
  }

  async #train(): Promise<void> {
    let steps = 1;
    while (this.playing && !this.#stage.signal.aborted) {
      const began = performance.now();
      try {
        await advanceTogether(this.#runs, steps);
      } catch (error) {
        this.playing = false;
        this.#changed();
        this.#stage.fail(error, true);
        return;
      }
      const fits = (steps * TURN_MS) / Math.max(performance.now() - began, 1);
      steps = Math.round(Math.min(Math.max(fits, 1), 2 * steps, 64));
    }
  }

  #prefer(wishes: Record<SideName, Partial<SideValues>>): void {
    const usual = pick(defaults(labControls), ["family", "architecture", "latent", "beta"]);
    const [left, right] = [
      { ...usual, ...wishes.left },
      { ...usual, ...wishes.right },
    ];
    this.#stage.set({
      leftFamily: left.family,
      leftArchitecture: left.architecture,
      leftLatent: left.latent,
      leftBeta: left.beta,
      rightFamily: right.family,
      rightArchitecture: right.architecture,
      rightLatent: right.latent,
      rightBeta: right.beta,
    });
    // A preset is a new start: nothing of what was learnt belongs to it.
    requestAnimationFrame(() => void this.reset().catch((error: unknown) => this.#stage.fail(error, true)));
  }

  #changed(): void {
    if (this.#stage.signal.aborted) return;
    const [{ run }] = this.sides;
    this.#play.textContent = this.playing ? t("Pause") : t("Play");
    this.#step.disabled = this.playing;
    this.#restart.classList.toggle("lab-apply", this.pending);
    const count = t`Step ${formatCount(run.step)}, epoch ${formatCount(run.progress?.epoch ?? 0)}.`;
    const pending = this.pending ? t("What you changed applies when both start over.") : "";
    this.#counter.textContent = `${count} ${pending}`.trim();
    this.#tell();
  }

  #shown(): Shown {
    const [left, right] = this.sides;
    const bound = (side: Side): number | null => side.run.evaluation?.test.elbo ?? null;
    const words = ({ name, run }: Side): string => {
      const test = run.evaluation?.test;
      return test
        ? t`${name}: reconstruction ${formatFixed(test.reconstruction, 1)} nats, KL ${formatFixed(test.kl, 1)} nats.`
        : t`${name}: not measured yet.`;
    };
    return {
      values: {
        step: Math.min(left.run.step, right.run.step),
        playing: this.playing,
        pendingReset: this.pending,
        left: left.values,
        right: right.values,
      },
      readouts: this.sides.map((side) => ({
        label: side.hasPrior ? t`${side.name}: test evidence lower bound` : t`${side.name}: test reconstruction`,
        value: (side.hasPrior ? bound(side) : (side.run.evaluation?.test.reconstruction ?? null)) ?? "–",
        unit: "nats",
      })),
      description: [
        this.playing ? t("Training.") : t("Not training."),
        t`Step ${formatCount(left.run.step)}.`,
        words(left),
        words(right),
      ].join(" "),
    };
  }
}

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "compare",
  layout: "below",
  summary: "Two models trained from one seed on the same batches: curves, latent maps and reconstructions of both",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create(stage): FigureView<Specs> {
    const compare = new Compare(stage);
    return {
      busy: () => compare.busy,
      update: () => compare.update(),
      methods: {
        play: () => compare.play(),
        pause: () => compare.pause(),
        step: (n?: number) => compare.step(n),
        reset: () => compare.reset(),
      },
    };
  },
};

export default definition;
