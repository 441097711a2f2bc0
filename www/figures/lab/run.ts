/** A training run as the Lab watches it: its curves, its tests, the digits it learns from. */

import type { DataReport, DeviceChoice, DeviceReport, Evaluation } from "../../contract/engine";
import type { Engine, EngineNews } from "../../engine/client";
import type { EngineHost } from "../../engine/figure/engine-link";
import { type Live, type Seen, TrainingRun } from "../../engine/figure/training-run";
import { adjustable, differs, type LabWanted } from "./config";
import { History } from "./history";
import { LEAST, ownData } from "./own-data";

/** Test images of the running curve: always the same ones. */
const CURVE_IMAGES = 500;
/** At most this share of the time goes into measuring. */
const MEASURING_SHARE = 0.15;
const LEAST_PAUSE_MS = 700;

export class Run extends TrainingRun {
  evaluation: Evaluation | null = null;
  /** The last test over all test images, and its step. */
  full: { step: number; evaluation: Evaluation } | null = null;
  device: DeviceReport | null = null;
  data: DataReport | null = null;
  history = new History();
  #nextMeasure = 0;
  #measuring = false;
  /** Name of the images that the test curve was measured on. */
  #tested = "";
  /** What could not be opened, so that it is not tried again at every update. */
  #refused = "";

  /** `asked`: what the controls ask for. */
  constructor(
    private readonly stage: EngineHost,
    protected override readonly asked: () => LabWanted,
  ) {
    super(stage, asked);
    ownData.on(() => {
      stage.message(null);
      this.#otherTests();
    }, stage.signal);
    // What failed for want of a network is asked for again when there is one.
    addEventListener(
      "online",
      () => {
        const { live, data } = this;
        if (live && data && data.problems.length > 0)
          void live.engine.loadData(live.wanted.device, live.config.trainImages).catch(() => {});
      },
      stage,
    );
  }

  /** Controls were changed that apply at reset. */
  get pending(): boolean {
    return this.live !== null && (this.step > 0 || this.playing) && this.#isOther(this.live);
  }

  /** The images that measure the run: how many are here, and a name that changes with them. */
  get tests(): { count: number; name: string } {
    const { report } = ownData;
    if (this.live?.config.source !== "own") return { count: this.data?.testImages ?? 0, name: "mnist" };
    return { count: report && report.images >= LEAST ? report.heldOut : 0, name: report?.identity ?? "" };
  }

  /** Makes the run what the controls ask for: at once where possible, else at the next reset. */
  async apply(): Promise<void> {
    const asked = this.asked();
    if (this.current.kind === "dead" || JSON.stringify(asked) === this.#refused) return;
    const live = await this.ready();
    if (this.#isOther(live) && !this.pending) {
      await this.open();
      return;
    }
    const changes = adjustable(asked.config);
    if (JSON.stringify(changes) === JSON.stringify(adjustable(live.config))) return;
    await this.adjust(changes);
    this.#otherTests();
  }

  override async open(wanted = this.asked(), checkpoint?: Uint8Array): Promise<Live> {
    this.#refused = "";
    try {
      return await super.open(wanted, checkpoint);
    } catch (error) {
      // A file that could not be opened says nothing of the controls.
      this.#refused = checkpoint ? "" : JSON.stringify(wanted);
      throw error;
    }
  }

  /** The full test set. */
  async evaluate(report: (fraction: number) => void): Promise<Evaluation> {
    const live = this.must();
    const { step } = this;
    const evaluation = await live.engine.evaluate(live.session, 0, report);
    if (live !== this.live) return evaluation;
    this.full = { step, evaluation };
    this.evaluation = evaluation;
    this.changed();
    return evaluation;
  }

  async checkpoint(): Promise<Blob> {
    const { engine, session } = this.must();
    return fileOf(await engine.checkpoint(session));
  }

  /** As a safetensors file. */
  async weights(): Promise<Blob> {
    const { engine, session } = this.must();
    return fileOf(await engine.exportWeights(session));
  }

  /** Measures the test curve when it is due; `now` at once. */
  async measure(now = false): Promise<void> {
    const { live, step } = this;
    if (!live || this.#measuring || (!now && performance.now() < this.#nextMeasure)) return;
    if (this.tests.count === 0) return;
    const tested = this.#tested;
    this.#measuring = true;
    const began = performance.now();
    try {
      const evaluation = await live.engine.evaluate(live.session, CURVE_IMAGES);
      if (live !== this.live || tested !== this.#tested) return;
      this.evaluation = evaluation;
      this.history.test.add(step, evaluation.test);
      this.changed();
    } catch {
      // The run was replaced or the engine died: what matters is told elsewhere.
    } finally {
      this.#measuring = false;
      if (tested !== this.#tested) void this.measure(true);
      this.#nextMeasure = performance.now() + Math.max(LEAST_PAUSE_MS, (performance.now() - began) / MEASURING_SHARE);
    }
  }

  protected override async prepare(engine: Engine, device: DeviceChoice): Promise<void> {
    await ownData.serve(engine, device);
  }

  protected override hear(news: EngineNews): void {
    super.hear(news);
    if (news.type === "data" && news.device === this.live?.wanted.device) this.#setData(news.data);
  }

  protected override entered(before: Seen): void {
    const { live, current, progress } = this;
    if (live !== null && live !== before.live) this.#begin(live);
    if (current.kind === "stopped" && before.current.kind !== "stopped") {
      // Nothing is known any more of what came after.
      for (const series of [this.history.train, this.history.test])
        series.points = series.points.filter((point) => point.step <= current.progress.step);
      void this.measure(true);
    }
    if (progress?.train && progress.train !== before.progress?.train) {
      this.history.train.add(progress.step, progress.train);
      void this.measure();
    }
    super.entered(before);
    // A lost GPU needs no decision: the CPU goes on from the last snapshot.
    if (current.kind === "dead" && current.onGpu && current !== before.current)
      void this.#goOn(current.wasPlaying).catch((error: unknown) => this.host.fail(error, true));
  }

  async #goOn(play: boolean): Promise<void> {
    await this.revive();
    if (play) await this.play();
  }

  #isOther({ wanted, config: { hidden } }: Live): boolean {
    const { device, config } = this.asked();
    // No control says how wide the hidden layers are: those of a model from a file stay.
    return differs(wanted, { device, config: { ...config, hidden } });
  }

  #begin({ engine, wanted, config, report, note }: Live): void {
    this.stage.message(note);
    this.#tested = this.tests.name;
    this.device = report;
    this.evaluation = this.full = null;
    this.history = new History();
    this.#nextMeasure = 0;
    // The next session, where there is one, has wishes of its own.
    if (this.state.kind === "opening" || config.source === "own") return;
    engine.loadData(wanted.device, config.trainImages).then(
      (data) => this.#setData(data),
      (error: unknown) => this.host.fail(error, true),
    );
  }

  /** What was measured on other images is not drawn into one curve with what comes. */
  #otherTests(): void {
    const { name } = this.tests;
    if (name !== this.#tested) {
      this.#tested = name;
      this.evaluation = this.full = null;
      this.history.test.clear();
      if (this.step > 0) void this.measure(true);
    }
    this.changed();
  }

  #setData(data: DataReport): void {
    this.data = data;
    this.changed();
  }
}

function fileOf(bytes: Uint8Array): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" });
}
