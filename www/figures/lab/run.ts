/**
 * One training run of the Lab: its session in the engine, what it has reported, and what happens when the engine dies.
 */

import { t } from "../../base/language";
import type {
  DataReport,
  DeviceReport,
  Evaluation,
  Opened,
  Progress,
  SessionConfig,
  Terms,
} from "../../contract/engine";
import type { Engine, EngineNews, Snapshot } from "../../engine/client";
import type { EngineHost } from "../../engine/figure/engine-link";
import { adjustable, differs, type Wanted } from "./config";
import { History } from "./history";
import { LEAST, ownData } from "./own-data";

/** Test images of the running curve: always the same ones. */
const CURVE_IMAGES = 500;
/** At most this share of the time goes into measuring. */
const MEASURING_SHARE = 0.15;
const LEAST_PAUSE_MS = 700;

export interface Live {
  engine: Engine;
  session: number;
  wanted: Wanted;
}

/** The engine died: from which step a new one can go on. */
export interface Death {
  message: string;
  wanted: Wanted;
  snapshot: Snapshot | null;
}

export class Run {
  live: Live | null = null;
  progress: Progress | null = null;
  train: Terms | null = null;
  evaluation: Evaluation | null = null;
  /** The last test over all test images, and its step. */
  full: { step: number; evaluation: Evaluation } | null = null;
  device: DeviceReport | null = null;
  data: DataReport | null = null;
  history = new History();
  death: Death | null = null;
  /** Why training stopped by itself: its loss was no number any more, and the last good snapshot is back. */
  stopped: string | null = null;
  /** Controls were changed that apply at reset. */
  pending = false;
  starting = false;
  #stage: EngineHost;
  #engine: Engine | null = null;
  #opening: Promise<Live> | null = null;
  #nextMeasure = 0;
  #measuring = false;
  /** Name of the images that the test curve was measured on. */
  #tested = "";
  #reviving: Promise<void> | null = null;
  /** What could not be opened, so that it is not tried again at every update. */
  #refused = "";
  /** Counts sessions, so that what an old one still reports is dropped. */
  #generation = 0;
  /** Something changed: a run, its progress, a measurement. */
  changed: () => void = () => {};

  constructor(stage: EngineHost) {
    this.#stage = stage;
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
          void live.engine.loadData(live.wanted.device, live.wanted.config.trainImages).catch(() => {});
      },
      stage,
    );
  }

  get playing(): boolean {
    return this.progress?.playing ?? false;
  }

  get step(): number {
    return this.progress?.step ?? 0;
  }

  /** Makes the run what the controls ask for: at once where possible, else at the next reset. */
  async apply(wanted: Wanted): Promise<void> {
    if (this.death) return;
    if (JSON.stringify(wanted) === this.#refused) return;
    const live = this.live ?? (await this.open(wanted));
    // No control says how wide the hidden layers are: those of a model from a file stay.
    const { hidden } = live.wanted.config;
    const other = differs(live.wanted, { ...wanted, config: { ...wanted.config, hidden } });
    this.pending = other && (this.step > 0 || this.playing);
    if (other && !this.pending) return void (await this.open(wanted));
    const changes = adjustable(wanted.config);
    if (JSON.stringify(changes) === JSON.stringify(adjustable(live.wanted.config))) return;
    await live.engine.adjust(live.session, changes);
    live.wanted = { ...live.wanted, config: { ...live.wanted.config, ...changes } };
    this.#otherTests();
  }

  /** A new run from step 0 (or from a snapshot), in place of the one there is. */
  open(wanted: Wanted, bytes?: Uint8Array): Promise<Live> {
    this.#generation += 1;
    const generation = this.#generation;
    const before = this.#opening;
    this.starting = true;
    const opening = (async () => {
      await before?.catch(() => {});
      const old = this.live;
      const engine = await this.#connect();
      await ownData.serve(engine, wanted.device);
      const opened = bytes
        ? await engine.restore(wanted.device, bytes)
        : await engine.createSession(wanted.device, wanted.config);
      if (this.#stage.signal.aborted) {
        void engine.closeSession(opened.session).catch(() => {});
        throw new Error("The figure was removed from the page.");
      }
      if (old && old.engine.dead === null) void engine.closeSession(old.session).catch(() => {});
      const config = bytes ? shortened(opened.config) : wanted.config;
      this.live = { engine, session: opened.session, wanted: { device: wanted.device, config } };
      this.death = null;
      this.#begin(opened);
      if (generation === this.#generation && config.source !== "own") {
        void engine.loadData(wanted.device, config.trainImages).then(
          (data) => this.#setData(data),
          (error: unknown) => this.#stage.fail(error, true),
        );
      }
      return this.live;
    })();
    this.#opening = opening;
    this.#refused = "";
    // A file that could not be opened says nothing of the controls.
    opening.catch(() => (this.#refused = bytes ? "" : JSON.stringify(wanted)));
    return opening.finally(() => {
      if (generation === this.#generation) this.starting = false;
      this.changed();
    });
  }

  async play(wanted: Wanted): Promise<void> {
    const live = await this.ready(wanted);
    this.stopped = null;
    await live.engine.play(live.session);
    // Another run may have taken its place meanwhile; so below.
    if (live === this.live && this.progress) this.progress = { ...this.progress, playing: true };
    this.changed();
  }

  async pause(): Promise<void> {
    const { live } = this;
    if (!live) return;
    const progress = await live.engine.pause(live.session);
    if (live !== this.live) return;
    this.#take(progress);
    void this.measure(true);
  }

  async advance(wanted: Wanted, n: number, measure = true): Promise<void> {
    if (!(Number.isInteger(n) && n >= 1))
      throw new Error(t`step was asked for ${n} steps; give a whole number from 1 on.`);
    const live = await this.ready(wanted);
    const progress = await live.engine.step(live.session, n);
    if (live !== this.live) return;
    this.#take(progress);
    if (measure) void this.measure(true);
  }

  /** The full test set. */
  async evaluate(report: (fraction: number) => void): Promise<Evaluation> {
    const live = this.#must();
    const { step } = this;
    const evaluation = await live.engine.evaluate(live.session, 0, report);
    if (live !== this.live) return evaluation;
    this.full = { step, evaluation };
    this.evaluation = evaluation;
    this.changed();
    return evaluation;
  }

  async checkpoint(): Promise<Blob> {
    const { engine, session } = this.#must();
    return fileOf(await engine.checkpoint(session));
  }

  /** As a safetensors file. */
  async weights(): Promise<Blob> {
    const { engine, session } = this.#must();
    return fileOf(await engine.exportWeights(session));
  }

  /**
   * A new worker that goes on where the dead one's last snapshot was. Until it does, the run counts as dead: nobody
   * opens another.
   */
  async revive(play = false): Promise<void> {
    const { death } = this;
    if (!death || this.#reviving !== null) return;
    const restart = async (): Promise<void> => {
      await this.#engine?.restart();
      await this.open(death.wanted, death.snapshot?.bytes);
    };
    this.#reviving = restart().finally(() => {
      this.#reviving = null;
    });
    await this.#reviving;
    if (play) await this.play(death.wanted);
  }

  /** Measures the test curve when it is due; `now` at once. */
  async measure(now = false): Promise<void> {
    const { live } = this;
    if (!live || this.#measuring || (!now && performance.now() < this.#nextMeasure)) return;
    if (this.tests.count === 0) return;
    const [generation, tested] = [this.#generation, this.#tested];
    this.#measuring = true;
    const began = performance.now();
    const { step } = this;
    try {
      const evaluation = await live.engine.evaluate(live.session, CURVE_IMAGES);
      if (generation !== this.#generation || tested !== this.#tested) return;
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

  close(): void {
    const { live } = this;
    this.#generation += 1;
    if (live && live.engine.dead === null) void live.engine.closeSession(live.session).catch(() => {});
    this.live = null;
  }

  async #connect(): Promise<Engine> {
    if (this.#engine) {
      if (this.#engine.dead !== null) await this.#engine.restart();
      return this.#engine;
    }
    const engine = await this.#stage.engine();
    if (!this.#engine) {
      this.#engine = engine;
      engine.on((news) => this.#hear(news), this.#stage.signal);
    }
    return engine;
  }

  /** The run there is, once it is back if it is being restarted; else a new one. */
  async ready(wanted: Wanted): Promise<Live> {
    await this.#reviving?.catch(() => {});
    if (this.death) throw new Error(t`${this.death.message} Restart it first.`);
    return this.live ?? this.open(wanted);
  }

  #must(): Live {
    if (!this.live)
      throw new Error(
        this.death
          ? t`${this.death.message} Restart it first.`
          : "The engine is still starting. Try again in a moment.",
      );
    return this.live;
  }

  /** The images that measure the run: how many are here, and a name that changes with them. */
  get tests(): { count: number; name: string } {
    const { report } = ownData;
    if (this.live?.wanted.config.source !== "own") return { count: this.data?.testImages ?? 0, name: "mnist" };
    return { count: report && report.images >= LEAST ? report.heldOut : 0, name: report?.identity ?? "" };
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

  #begin({ progress, device, note }: Opened): void {
    this.#tested = this.tests.name;
    this.#stage.message(note);
    this.progress = progress;
    this.device = device;
    this.train = null;
    this.evaluation = this.full = null;
    this.history = new History();
    this.pending = false;
    this.stopped = null;
    this.#nextMeasure = 0;
    this.changed();
  }

  #setData(data: DataReport): void {
    this.data = data;
    this.changed();
  }

  /** Nothing is known any more of what came after `step`. */
  #rewind(step: number): void {
    this.train = null;
    for (const series of [this.history.train, this.history.test])
      series.points = series.points.filter((point) => point.step <= step);
  }

  #take(progress: Progress): void {
    this.progress = progress;
    if (progress.train) {
      this.train = progress.train;
      this.history.train.add(progress.step, progress.train);
    }
    this.changed();
  }

  #hear(news: EngineNews): void {
    const { live } = this;
    if (news.type === "died") {
      this.#die(news.message, news.onGpu);
      return;
    }
    if (!live) return;
    if (news.type === "data" && news.device === live.wanted.device) this.#setData(news.data);
    if (news.type === "progress" && news.session === live.session) {
      // A pause that was answered before this was sent must not be undone.
      this.#take({ ...news.progress, playing: this.playing && news.progress.playing });
      void this.measure();
    }
    if (news.type === "snapshot" && news.session === live.session) this.changed();
    if (news.type === "stopped" && news.session === live.session) {
      const { message, exploded, progress } = news;
      if (exploded) {
        this.stopped = message;
        this.#rewind(progress.step);
      } else this.#stage.fail(new Error(t`Training stopped: ${message}`), true);
      this.#take(progress);
      void this.measure(true);
    }
  }

  #die(message: string, onGpu: boolean): void {
    const { live } = this;
    if (!live) return;
    const { playing } = this;
    this.death = { message, wanted: live.wanted, snapshot: live.engine.snapshot(live.session) };
    this.live = null;
    if (this.progress) this.progress = { ...this.progress, playing: false };
    this.changed();
    // A lost GPU needs no decision: the CPU goes on from the last snapshot.
    if (onGpu) void this.revive(playing).catch((error: unknown) => this.#stage.fail(error, true));
  }
}

/** Single precision's tails are cut: these are the numbers that controls show. */
function shortened(config: SessionConfig): SessionConfig {
  const short = (value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, short(value)]),
  ) as unknown as SessionConfig;
}

function fileOf(bytes: Uint8Array): Blob {
  return new Blob([bytes as Uint8Array<ArrayBuffer>], { type: "application/octet-stream" });
}
