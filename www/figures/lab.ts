/** 9.1: the laboratory: train a model on MNIST in the page and watch everything it learns. */

import { paced } from "../base/deferred";
import { html } from "../base/dom";
import { saveFile } from "../base/download";
import { formatCount, formatFixed } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ValuesOf } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { PIXELS } from "../parts/digits";
import { controlsOf, labControls, wanted } from "./lab/config";
import { Curves } from "./lab/curves";
import { historyColumns } from "./lab/history";
import { Keep } from "./lab/keep";
import labCss from "./lab/lab.css";
import { ownData } from "./lab/own-data";
import { OwnDataPanel } from "./lab/own-data-panel";
import { Panels } from "./lab/panels";
import { Run } from "./lab/run";
import { Toolbar, type ToolbarActions } from "./lab/toolbar";
import { Workbench } from "./lab/workbench";

/** The figure's numbers are told to the page this often while it trains. */
const TELL_MS = 250;
/** Bytes: the largest model of the Lab with its optimiser takes 42 MB. */
const LARGEST_FILE = 64e6;

class Lab {
  readonly run: Run;
  #root: HTMLElement;
  #stage: Stage<Specs, Modules>;
  #toolbar: Toolbar;
  #keep: Keep;
  #curves: Curves;
  #panels: Panels;
  #bench: Workbench;
  readonly own: OwnDataPanel;
  #tell: () => void;
  #shownHistory: unknown = null;

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    adoptSheet(stage.root, labCss);
    this.#tell = paced(() => stage.refresh(), TELL_MS, stage.signal);
    this.run = new Run(stage, () => wanted(stage.controls));
    this.run.changed = () => this.#changed();
    const said = (action: Promise<unknown>): void => {
      const { live } = this.run;
      // What was asked of a run that is gone is no fault of the one that took its place.
      void action.catch((error: unknown) => (live === null || live === this.run.live) && stage.fail(error, true));
    };
    this.#keep = new Keep(stage.root, this.run, stage.signal, ({ device }, bytes) => this.#goOn(bytes, device));
    const actions: ToolbarActions = {
      toggle: () => said(this.run.playing ? this.pause() : this.run.play()),
      step: () => said(this.step(1)),
      reset: () => said(this.run.open()),
      evaluate: () => said(this.evaluate()),
      save: () => said(this.#save("elbo", this.run.checkpoint())),
      saveWeights: () => said(this.#save("safetensors", this.run.weights())),
      load: (file) => said(this.restore(file)),
      revive: () => said(this.run.revive()),
      slower: () => said(this.#slower()),
    };
    this.#toolbar = new Toolbar(actions, this.#keep);
    this.#curves = new Curves(stage.signal);
    this.#panels = new Panels(stage, this.run, {
      moved: (z) => this.#bench.move(z),
      refreshed: (live) => this.#bench.follow(live),
      drawing: () => this.#bench.pad.image,
      training: () => this.run.playing,
    });
    this.#bench = new Workbench(stage, this.run, {
      coded: (mu, sigma, z) => {
        this.#panels.showPosterior(mu, sigma);
        this.#panels.manifold.setPoint(z.length === 2 ? [z[0] ?? 0, z[1] ?? 0] : null);
      },
    });
    this.own = new OwnDataPanel(stage, this.#bench.pad);
    this.#root = html(
      "div",
      { class: "lab" },
      this.#toolbar.root,
      this.#curves.root,
      this.#panels.root,
      this.#bench.root,
      this.own.root,
    );
    stage.root.append(this.#root);
    if (stage.autoplay && !stage.reducedMotion) said(this.run.play());
  }

  async pause(): Promise<void> {
    await this.run.pause();
    void this.run.measure(true);
  }

  /** Goes on from the last good snapshot. */
  async #slower(): Promise<void> {
    this.#stage.set({ learningRate: this.#stage.controls.learningRate / 10 });
    await this.run.apply();
    await this.run.play();
  }

  async step(n = 1): Promise<void> {
    await this.run.advance(n);
    void this.run.measure(true);
  }

  async evaluate(): Promise<unknown> {
    this.#toolbar.evaluating(0);
    try {
      const { test } = await this.run.evaluate((fraction) => this.#toolbar.evaluating(fraction));
      return { ...test };
    } finally {
      this.#toolbar.evaluating(null);
      this.#changed();
    }
  }

  async encode(image: ArrayLike<number>): Promise<{ mu: number[]; logSigma: number[] }> {
    const { engine, session } = await this.run.ready();
    const pixels = numbers(image, PIXELS, "encode takes the pixels of one image");
    if (pixels.some((pixel) => pixel < 0 || pixel > 1)) throw new Error("encode takes pixels from 0 to 1.");
    const { mu, logSigma } = await engine.encode(session, pixels);
    return { mu: [...mu], logSigma: [...logSigma] };
  }

  async decode(z: ArrayLike<number>): Promise<number[]> {
    const { engine, session, config } = await this.run.ready();
    return [...(await engine.decode(session, numbers(z, config.latent, "decode takes one code")))];
  }

  async sample(n = 1): Promise<{ z: number[][]; images: number[][] }> {
    if (!(Number.isInteger(n) && n >= 1 && n <= 4096))
      throw new Error(t`sample was asked for ${n} digits; give a whole number from 1 to 4096.`);
    const { engine, session, config } = await this.run.ready();
    const { z, images } = await engine.sample(session, n, config.seed);
    return { z: rows(z, config.latent), images: rows(images, PIXELS) };
  }

  async restore(blob: Blob): Promise<void> {
    if (blob.size > LARGEST_FILE)
      throw new Error(
        t`This file has ${formatCount(blob.size / 1e6)} MB. A checkpoint or weights of this page have at most
          ${formatCount(LARGEST_FILE / 1e6)} MB.`,
      );
    await this.#goOn(new Uint8Array(await blob.arrayBuffer()));
  }

  /** From a checkpoint or weights, on the device chosen here or then. */
  async #goOn(bytes: Uint8Array, device = wanted(this.#stage.controls).device): Promise<void> {
    const { config } = await this.run.open({ ...wanted(this.#stage.controls), device }, bytes);
    this.#stage.set({ ...controlsOf(config), device });
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    this.own.source(controls.source);
    this.#bench.take(controls);
    this.#panels.follow(controls);
    this.#root.classList.toggle("lab-without-prior", controls.family !== "vae");
    try {
      await this.run.apply();
    } catch (error) {
      // The page stays readable, and what is wrong is said where the reader looks.
      this.#stage.fail(error, true);
    }
    this.#toolbar.show(this.run);
    return this.#shown();
  }

  async #save(kind: string, file: Promise<Blob>): Promise<void> {
    saveFile(await file, `${this.run.live?.config.family}-step-${this.run.step}.${kind}`);
  }

  /** Draws what is new; tells the element at most a few times a second. */
  #changed(): void {
    if (this.#stage.signal.aborted) return;
    this.#toolbar.show(this.run);
    this.#keep.changed();
    const bound = (this.run.live?.config.family ?? "vae") === "vae";
    this.#curves.show(this.run.history, bound);
    if (this.run.live && (this.run.playing || this.#shownHistory !== this.#pictureKey())) {
      this.#shownHistory = this.#pictureKey();
      this.#panels.refresh();
    }
    this.#tell();
  }

  /** Pictures are asked for again when this differs. */
  #pictureKey(): string {
    const { live, step, tests, playing } = this.run;
    return `${live?.session} ${step} ${playing} ${tests.name} ${tests.count} ${this.run.evaluation?.test.elbo}`;
  }

  #shown(): Shown {
    const { progress, evaluation, full, device, data, playing, pending, current } = this.run;
    const test = evaluation?.test ?? null;
    const parts = [
      playing ? t("Training.") : t("Not training."),
      t`Step ${formatCount(progress?.step ?? 0)}, epoch ${formatCount(progress?.epoch ?? 0)}.`,
      test
        ? t`Test: evidence lower bound ${formatFixed(test.elbo, 1)} nats an image, reconstruction
          ${formatFixed(test.reconstruction, 1)}, KL ${formatFixed(test.kl, 1)}.`
        : "",
      current.kind === "dead" ? current.message : "",
    ];
    return {
      values: {
        step: progress?.step ?? 0,
        epoch: progress?.epoch ?? 0,
        imagesSeen: progress?.imagesSeen ?? 0,
        stepsPerSecond: progress?.stepsPerSecond ?? null,
        playing,
        pendingReset: pending,
        device: device && { ...device },
        data: data ? { trainImages: data.trainImages, testImages: data.testImages, problems: data.problems } : null,
        own: ownData.report && { ...ownData.report },
        train: progress?.train ? { ...progress.train } : null,
        test: test ? { ...test } : null,
        fullTest: full ? { step: full.step, ...full.evaluation.test } : null,
        klPerDimension: evaluation ? [...evaluation.klPerDimension] : null,
      },
      readouts: [
        {
          ...(this.#root.classList.contains("lab-without-prior")
            ? { label: "Test reconstruction", value: test?.reconstruction ?? "–" }
            : { label: "Test evidence lower bound", symbol: "\\ELBO", value: test?.elbo ?? "–" }),
          unit: "nats",
          ...(test?.standardError ? { standardError: test.standardError, n: test.n } : {}),
        },
      ],
      description: parts.filter(Boolean).join(" "),
    };
  }
}

function numbers(values: ArrayLike<number>, length: number, what: string): Float32Array {
  const found = Float32Array.from(values);
  if (found.length !== length) throw new Error(t`${what}: ${length} numbers, but ${found.length} were given.`);
  if (!found.every(Number.isFinite)) throw new Error(t`${what}: ${length} finite numbers.`);
  return found;
}

function rows(values: Float32Array, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);
}

type Specs = typeof labControls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "lab",
  summary:
    "MNIST, a model and an optimiser, in this page. Press play: the bound rises, digits take shape on the map, " +
    "their codes part by class, and the digit you draw is encoded with the weights of the moment.",
  modules: ["lecture"],
  controls: labControls,
  holdsMore: true,
  create: (stage): FigureView<Specs> => {
    const lab = new Lab(stage);
    return {
      busy: () => lab.run.busy,
      update: (controls) => lab.update(controls),
      tables: () => [
        {
          label: "Training curves",
          words: "one row a measurement",
          name: "curves",
          columns: historyColumns,
          rows: () => lab.run.history.rows(),
        },
      ],
      methods: {
        play: () => lab.run.play(),
        pause: () => lab.pause(),
        step: (n?: number) => lab.step(n),
        reset: async () => void (await lab.run.open()),
        evaluate: () => lab.evaluate(),
        encode: (image: ArrayLike<number>) => lab.encode(image),
        decode: (z: ArrayLike<number>) => lab.decode(z),
        sample: (n?: number) => lab.sample(n),
        checkpoint: () => lab.run.checkpoint(),
        weights: () => lab.run.weights(),
        restore: (blob: Blob) => lab.restore(blob),
        useImages: (images: Blob, labels?: Blob) => lab.own.useImages(images, labels),
      },
    };
  },
};

export default definition;
