/**
 * 10.1: measures of a generative model in one table: a VAE and a plain autoencoder, trained here, real digits, and
 * three controls.
 */

import { button, html } from "../base/dom";
import { formatCount } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { QualityReport } from "../contract/engine";
import type { FigureDefinition, Readout, Shown, Stage, Table } from "../element/definition";
import { type RunConfig, type Runs, RunsInStep } from "../engine/figure/runs-in-step";
import { Queue } from "../engine/queue";
import { createBoundPlot } from "./how-good/bound-plot";
import css from "./how-good/how-good.css";
import { createRunner } from "./how-good/runner";
import { isModel, ROWS, type Row, sourceOf } from "./how-good/sources";
import { createTable, type Evidence, type Known, SHOWN } from "./how-good/table";
import { checks, describe, numbers } from "./how-good/words";

/** Steps between two looks at the buttons; least time between two looks at the pictures while training. */
const CHUNK = 10;
const PICTURE_MS = 700;

/** What takes long; one at a time. */
type Job = "training" | "scores" | "evidence";
const LABELS: { [job in Job]: string } = {
  training: "Train both models",
  scores: "Score the images",
  evidence: "Measure log p(x)",
};

/** A result belongs to its models (null: real digits), to a step of theirs, and to the settings that its key spells. */
interface Result<Value> {
  runs: Runs | null;
  step: number | null;
  key: string;
  value: Value;
}

class HowGood {
  #stage: Stage<Specs, Modules>;
  #models: RunsInStep;
  /** The weights must rest while pictures are made. */
  #turns = new Queue();
  #table = createTable();
  #plot;
  #gain;
  #runners;
  /** What is under way: another object for each start, so that a stopped job does not go on with a later one. */
  #job: { name: Job } | null = null;
  #progress: { [job in Job]: { fraction: number; words: string } } = {
    training: { fraction: 0, words: "" },
    scores: { fraction: 0, words: "" },
    evidence: { fraction: 0, words: "" },
  };
  #strips = new Map<Row["id"], Result<Float32Array>>();
  #scores = new Map<Row["id"], Result<QualityReport>>();
  #evidence: Result<Evidence> | null = null;
  #reference = 0;
  #drawn = 0;
  #key = "";

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    this.#models = new RunsInStep(stage, 0);
    adoptSheet(stage.root, css);
    const runner = (job: Job, ...more: HTMLElement[]) => createRunner(LABELS[job], () => void this.press(job), ...more);
    const over = button("Start over", () => {
      this.#stop();
      void this.#turns.run(() => this.#models.reset()).then(() => stage.refresh());
    });
    this.#runners = { training: runner("training", over), scores: runner("scores"), evidence: runner("evidence") };
    const place = html("div");
    this.#gain = html(
      "section",
      { hidden: true },
      html("h4", { class: "bound-title" }, "What more draws gain"),
      place,
      html(
        "p",
        { class: "bound-note" },
        "All K share the same draws, in groups of K, and the same test digits. Band: one standard error.",
      ),
    );
    stage.root.append(
      html("div", { class: "runners" }, ...Object.values(this.#runners).map(({ root }) => root)),
      this.#table.root,
      this.#gain,
    );
    this.#plot = createBoundPlot(place, stage);
    stage.signal.addEventListener("abort", () => this.#stop());
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    const key = JSON.stringify(this.#configs(controls));
    // Other models: what is measured of these ones ends with them.
    if (this.#key !== "" && key !== this.#key) this.#stop();
    this.#key = key;
    const runs = await this.#models.open(this.#configs(controls));
    await this.#pictures(runs, controls);
    const known = (row: Row): Known => {
      const score = this.#valid(this.#scores.get(row.id), row, runs, controls);
      return {
        images: this.#strips.get(row.id)?.value ?? null,
        report: score?.value ?? null,
        step: score?.step ?? null,
      };
    };
    const evidence = this.#evidence?.runs === runs ? this.#evidence.value : null;
    this.#table.show(known, evidence);
    const growth = evidence?.bounds?.growth.filter(({ gain }) => gain.n > 1) ?? [];
    this.#gain.hidden = growth.length === 0;
    this.#plot.draw(growth);
    const goal = controls.steps;
    this.#progress.training = {
      fraction: runs.step / goal,
      words: t`step ${formatCount(runs.step)} of ${formatCount(goal)}, each`,
    };
    for (const job of Object.keys(LABELS) as Job[])
      this.#runners[job].show(this.#job?.name === job, this.#progress[job].fraction, this.#progress[job].words);
    return this.#shown(runs, known, evidence);
  }

  get busy(): boolean {
    return this.#job !== null;
  }

  /** The button of a job: starts it in place of any other, or stops it. */
  async press(job: Job): Promise<void> {
    const running = this.#job?.name === job;
    this.#stop();
    if (running) return;
    const mine = { name: job };
    const wanted = (): boolean => this.#job === mine && !this.#stage.signal.aborted;
    this.#job = mine;
    this.#stage.refresh();
    let runs: Runs | null = null;
    try {
      // Steps under way end first.
      runs = await this.#turns.run(() => this.#models.open(this.#configs(this.#stage.controls)));
      if (job === "training") await this.#train(wanted);
      else if (job === "scores") await this.#score(runs, wanted);
      else await this.#measure(runs, wanted);
    } catch (error) {
      // What was stopped, or the engine's own end, needs no second message.
      if (wanted() && (runs === null || runs.engine.dead === null)) this.#stage.fail(error, true);
    } finally {
      if (wanted()) this.#job = null;
      this.#stage.refresh();
    }
  }

  #stop(): void {
    this.#job = null;
    this.#stage.refresh();
  }

  #configs(controls: ValuesOf<Specs>): RunConfig[] {
    const shared = {
      latent: Number(controls.latent),
      hidden: Number(controls.hiddenUnits),
      trainImages: 20_000,
      seed: controls.seed,
    };
    return (["vae", "autoencoder"] as const).map((family) => ({ ...shared, family }));
  }

  #keyOf(row: Row, controls: ValuesOf<Specs>): string {
    return JSON.stringify([isModel(row) && controls.drawSeed, row.id === "blurred" && controls.blur]);
  }

  /** A result if it is still one of what the controls say. */
  #valid<Value>(
    result: Result<Value> | undefined,
    row: Row,
    runs: Runs,
    controls: ValuesOf<Specs>,
  ): Result<Value> | null {
    return result && result.key === this.#keyOf(row, controls) && (result.runs === null || result.runs === runs)
      ? result
      : null;
  }

  #source(row: Row, runs: Runs, controls: ValuesOf<Specs>) {
    return sourceOf(row, runs.sessions, controls.drawSeed, controls.blur);
  }

  /** The first images of each source, where they are not those already shown. */
  async #pictures(runs: Runs, controls: ValuesOf<Specs>): Promise<void> {
    const due = this.#job?.name !== "training" || performance.now() - this.#drawn >= PICTURE_MS;
    for (const row of ROWS) {
      const known = this.#valid(this.#strips.get(row.id), row, runs, controls);
      if (known && (known.step === null || known.step === runs.step || !due)) continue;
      const mine = isModel(row) ? runs : null;
      const images = await this.#turns.run(() => runs.engine.sourceImages(this.#source(row, runs, controls), SHOWN));
      this.#strips.set(row.id, { runs: mine, step: mine && runs.step, key: this.#keyOf(row, controls), value: images });
      this.#drawn = performance.now();
    }
  }

  async #train(wanted: () => boolean): Promise<void> {
    while (wanted()) {
      const runs = await this.#models.open(this.#configs(this.#stage.controls));
      const left = this.#stage.controls.steps - runs.step;
      if (left <= 0) return;
      await this.#turns.run(() => runs.advance(Math.min(CHUNK, left)));
      this.#stage.refresh();
    }
  }

  async #score(runs: Runs, wanted: () => boolean): Promise<void> {
    const { controls } = this.#stage;
    const n = controls.images;
    for (const [i, row] of ROWS.entries()) {
      const [key, mine] = [this.#keyOf(row, controls), isModel(row) ? runs : null];
      const step = mine && runs.step;
      const known = this.#valid(this.#scores.get(row.id), row, runs, controls);
      if (known?.value.n === n && known.step === step) continue;
      const keep = (report: QualityReport): void => {
        this.#reference = report.reference;
        if (report.n > 0) this.#scores.set(row.id, { runs: mine, step, key, value: report });
        const words =
          report.n === 0
            ? t`first, ${formatCount(report.reference)} of 10,000 real digits to compare with`
            : t`${row.title}: ${formatCount(report.n)} of ${formatCount(n)} images`;
        this.#progress.scores = { fraction: (i + report.n / n) / ROWS.length, words };
        this.#stage.refresh();
      };
      const hear = (report: QualityReport): boolean => {
        if (wanted()) keep(report);
        return wanted();
      };
      keep(await runs.engine.quality(this.#source(row, runs, controls), n, hear));
      if (!wanted()) return;
    }
    this.#progress.scores = { fraction: 1, words: t`all ${ROWS.length} sources, ${formatCount(n)} images each` };
  }

  async #measure(runs: Runs, wanted: () => boolean): Promise<void> {
    const { controls } = this.#stage;
    const [session = 0, { step }] = [runs.sessions[0], runs];
    const n = controls.tests;
    const samples = Number(controls.samples);
    let bounds: Evidence["bounds"] = null;
    const keep = (elbo: Evidence["elbo"], fraction: number, words: string): void => {
      this.#evidence = { runs, step, key: "", value: { step, elbo, bounds } };
      this.#progress.evidence = { fraction, words };
      this.#stage.refresh();
    };
    const elbo = await runs.engine.evaluate(session, 0, (fraction, part) => {
      if (wanted()) keep(part, 0.1 * fraction, t`ELBO: ${formatCount(part.test.n)} test digits`);
      return wanted();
    });
    if (!wanted()) return;
    const words = (done: number): string =>
      t`bound: ${formatCount(done)} of ${formatCount(n)} test digits, ${formatCount(samples)} draws each`;
    keep(elbo, 0.1, words(0));
    const { images } = await runs.engine.testImages("cpu", n);
    bounds = await runs.engine.evidence(session, images, samples, controls.drawSeed, (part) => {
      bounds = part;
      if (wanted()) keep(elbo, 1 - (0.9 * part.remaining) / (n * samples), words(part.bounds.length));
      return wanted();
    });
    keep(elbo, 1 - (0.9 * bounds.remaining) / (n * samples), words(bounds.bounds.length));
  }

  #shown(runs: Runs, known: (row: Row) => Known, evidence: Evidence | null): Shown {
    // A single image has no standard error.
    const growth = evidence?.bounds?.growth.filter(({ bound }) => bound.n > 1) ?? [];
    const sources = Object.fromEntries(ROWS.map((row) => [row.id, numbers(known(row))]));
    const elbo = evidence && {
      mean: evidence.elbo.test.elbo,
      standardError: evidence.elbo.test.standardError,
      n: evidence.elbo.test.n,
      interval: evidence.elbo.interval,
    };
    const unit = "nats";
    const readouts: Readout[] = elbo
      ? [{ label: "Test ELBO (n images)", value: elbo.mean, standardError: elbo.standardError ?? NaN, n: elbo.n, unit }]
      : [];
    for (const { samples, bound } of growth)
      readouts.push({
        label: t`Bound with K = ${formatCount(samples)} (n images)`,
        value: bound.mean,
        standardError: bound.standardError,
        n: bound.n,
        unit,
      });
    return {
      values: {
        step: runs.step,
        running: this.#job?.name ?? null,
        reference: this.#reference,
        sources,
        elbo,
        bounds: growth,
        evidenceStep: evidence?.step ?? null,
      },
      readouts,
      checks: checks(known, evidence),
      description: describe(runs.step, known, evidence),
    };
  }

  tables(): Table[] {
    const table = (label: string, words: string, name: string, columns: string[], rows: Table["rows"]): Table => ({
      label,
      words,
      name,
      columns,
      rows,
    });
    return [
      table(
        "Scores",
        "one row for each source",
        "scores",
        ["source", "n", "step", "inception_score", "standard_error", "frechet_squared", "standard_error", "bias"],
        () =>
          ROWS.flatMap((row) => {
            const { value, step } = this.#scores.get(row.id) ?? {};
            if (!value?.inceptionScore || !value.frechet) return [];
            const [score, frechet] = [value.inceptionScore.estimate, value.frechet.estimate];
            return [
              [
                row.id,
                value.n,
                step ?? null,
                score.mean,
                score.standardError,
                frechet.mean,
                frechet.standardError,
                value.frechet.bias,
              ],
            ];
          }),
      ),
      table(
        "Bounds of log p(x)",
        "one row for each number of draws",
        "bounds",
        ["samples", "n", "bound_nats", "standard_error"],
        () =>
          (this.#evidence?.value.bounds?.growth ?? []).map(({ samples, bound }) => [
            samples,
            bound.n,
            bound.mean,
            bound.standardError,
          ]),
      ),
    ];
  }
}

const controls = {
  images: {
    kind: "number",
    label: "Images each",
    min: 1000,
    max: 10_000,
    step: 500,
    default: 2000,
    integer: true,
    group: "Scores",
  },
  blur: { kind: "number", label: "Blur", unit: "pixels", min: 0.2, max: 3, step: 0.1, default: 1, group: "Scores" },
  drawSeed: { kind: "seed", label: "Seed of draws", default: 0, group: "Scores" },
  samples: {
    kind: "choice",
    label: "Draws K",
    options: ["10", "100", "1000", "5000"].map((value) => ({ value, label: formatCount(Number(value)) })),
    default: "5000",
    group: "log p(x)",
  },
  tests: {
    kind: "number",
    label: "Test digits",
    min: 10,
    max: 500,
    step: 10,
    default: 100,
    integer: true,
    group: "log p(x)",
  },
  latent: {
    kind: "choice",
    label: "Code size",
    options: ["2", "10", "20"].map((value) => ({ value, label: value })),
    default: "10",
    group: "Both models",
  },
  // Not "hidden", which is an attribute of every element.
  hiddenUnits: {
    kind: "choice",
    label: "Hidden units",
    options: ["128", "300"].map((value) => ({ value, label: value })),
    default: "128",
    group: "Both models",
  },
  steps: {
    kind: "number",
    label: "Steps",
    min: 50,
    max: 5000,
    step: 50,
    default: 1000,
    integer: true,
    group: "Both models",
  },
  seed: { kind: "seed", label: "Seed", default: 0, group: "Both models" },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "how-good",
  layout: "below",
  summary:
    "Train a VAE and a plain autoencoder, then measure: sharp and diverse (Inception Score), near to real digits " +
    "(Fréchet distance), probable (bounds of log p). Three controls that are no models show what each measure " +
    "misses.",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create: (stage) => {
    const figure = new HowGood(stage);
    return {
      busy: () => figure.busy,
      update: (controls) => figure.update(controls),
      tables: () => figure.tables(),
      methods: {
        /** Starts a job in place of any other, or stops it: `training`, `scores`, `evidence`. Ends with it. */
        press: (job: Job) => figure.press(job),
      },
    };
  },
};

export default definition;
