/** One model in training: its queue, its counters, its snapshots. */

import { t } from "../base/language";
import type {
  Asleep,
  DeviceChoice,
  DeviceReport,
  EngineEvent,
  Evaluation,
  Progress,
  SessionConfig,
  Terms,
} from "../contract/engine";
import { assist, hire } from "./assistant";
import type { Data } from "./data";
import { type StepReport, said, type WasmEngine, type WasmSession } from "./module";
import { breathe, Queue } from "./queue";

/** A slice of training takes about this long, so that requests wait no longer. */
const SLICE_MS = 30;
const LONGEST_SLICE = 256;
const REPORT_MS = 100;
/** With what it takes to make and to keep one, no more than five seconds of training can be lost. */
const SNAPSHOT_MS = 3000;
/** A GPU that has not answered for so long never will. */
const HUNG_MS = 120_000;
/** A lost GPU makes what it computes fail; so much later, the browser has said that it was lost. */
const LOSS_TOLD_MS = 250;

/** Where a session runs: an engine, its data, and what was said about its device. */
export interface Host {
  choice: DeviceChoice;
  engine: WasmEngine;
  data: Data;
  report: DeviceReport;
}

/** Sends news to the page. */
export type Post = (event: EngineEvent, transfer?: Transferable[]) => void;

/** The GPU, or what drives it, has failed: the run goes on elsewhere. */
export class DeviceFault extends Error {}

/** Means weighted by the number of images, gathered over several slices. */
class Gathered {
  #sums = { elbo: 0, reconstruction: 0, kl: 0 };
  #n = 0;

  add({ elbo, reconstruction, kl, n }: Terms): void {
    this.#sums.elbo += elbo * n;
    this.#sums.reconstruction += reconstruction * n;
    this.#sums.kl += kl * n;
    this.#n += n;
  }

  take(): Terms | null {
    if (this.#n === 0) return null;
    const { elbo, reconstruction, kl } = this.#sums;
    const n = this.#n;
    this.#sums = { elbo: 0, reconstruction: 0, kl: 0 };
    this.#n = 0;
    return { elbo: elbo / n, reconstruction: reconstruction / n, kl: kl / n, n, standardError: null };
  }
}

export class TrainingSession {
  readonly id: number;
  readonly host: Host;
  readonly queue = new Queue();
  config: SessionConfig;
  playing = false;
  /** The next batch's file is on its way. */
  waiting = false;
  /** Milliseconds spent on answers to the page, beside training. */
  answering = 0;
  #wasm: WasmSession | null;
  #post: Post;
  #counters = { step: 0, epoch: 0, imagesSeen: 0 };
  #gathered = new Gathered();
  #evaluations = new Queue();
  #sliceSteps = 1;
  #reported = 0;
  #speed: number | null = null;
  #speedMark = { time: 0, step: 0 };
  #snapshotTime = performance.now();

  /** The model is as its configuration makes it: it was not restored from anything, nor trained. */
  #fresh: boolean;

  constructor(id: number, host: Host, wasm: WasmSession, config: SessionConfig, post: Post, fresh: boolean) {
    this.#fresh = fresh;
    this.id = id;
    this.host = host;
    this.#wasm = wasm;
    this.config = config;
    this.#post = post;
  }

  /** The model; what is still asked of a closed run is refused in words. */
  get wasm(): WasmSession {
    if (!this.#wasm) throw new Error(t("This training run was closed; another has taken its place."));
    return this.#wasm;
  }

  /** Counters, and means of the terms since this was last asked. */
  progress(): Progress {
    return { ...this.#counters, stepsPerSecond: this.#speed, train: this.#gathered.take(), playing: this.playing };
  }

  /** Takes over the counters of a checkpoint. */
  async resume(): Promise<void> {
    this.#count(await this.queue.run(() => this.wasm.steps(0)));
  }

  begin(): void {
    const now = performance.now();
    this.playing = true;
    this.waiting = false;
    this.#speed = null;
    this.#speedMark = { time: now, step: this.#counters.step };
    this.#snapshotTime = now;
    this.hire();
  }

  /** Has a second worker help soon, on the CPU. */
  hire(): void {
    if (this.host.report.kind === "cpu") hire();
  }

  /** As many steps as fit a slice; reports, and keeps a snapshot, when it is time. For the queue. */
  async slice(): Promise<void> {
    if (!this.playing) return;
    const steps = this.#sliceSteps;
    const began = performance.now();
    const { waiting } = await this.advance(steps);
    const now = performance.now();
    this.waiting = waiting;
    const fits = (steps * SLICE_MS) / Math.max(now - began, 0.1);
    this.#sliceSteps = Math.round(Math.min(Math.max(fits, 1), steps * 2, LONGEST_SLICE));
    this.#measureSpeed(now);
    if (now - this.#reported >= REPORT_MS) {
      this.#reported = now;
      this.#post({ type: "progress", session: this.id, progress: this.progress() });
    }
    if (this.#isDue(now)) await this.snapshot();
  }

  /** Up to `n` steps. For the queue. */
  async advance(n: number): Promise<StepReport> {
    const report = await this.guard(this.wasm.steps(n, this.host.report.kind === "cpu" ? assist : undefined));
    if (report.train) this.#gathered.add(report.train);
    this.#count(report);
    return report;
  }

  /** Sends the page all it needs to go on from here. For the queue. */
  async snapshot(): Promise<void> {
    const bytes = await this.guard(this.wasm.checkpoint());
    this.#snapshotTime = performance.now();
    this.#post({ type: "snapshot", session: this.id, step: this.#counters.step, bytes }, [bytes.buffer]);
  }

  /** What another worker needs to go on with this session. */
  async asleep(): Promise<Asleep["sessions"][number]> {
    const { id, host, config } = this;
    const fresh = this.#fresh && this.#counters.step === 0;
    return {
      id,
      choice: host.choice,
      config,
      checkpoint: fresh ? null : await this.queue.run(() => this.wasm.checkpoint()),
    };
  }

  /** A snapshot when it is time for one, for steps that are asked for one by one. */
  async keep(): Promise<void> {
    if (this.#isDue(performance.now())) await this.queue.run(() => this.snapshot());
  }

  #isDue(now: number): boolean {
    return now - this.#snapshotTime >= SNAPSHOT_MS;
  }

  /** Training ends by an error; what was learnt stays. */
  stop(error: unknown): void {
    this.playing = false;
    const exploded = error instanceof Error && error.name === "NotFinite";
    this.#post({
      type: "stopped",
      session: this.id,
      message: said(error),
      exploded,
      progress: { ...this.progress(), train: null },
    });
  }

  /** Frees the model after what is under way. */
  close(): Promise<void> {
    this.playing = false;
    return this.queue.run(() => {
      this.#wasm?.free();
      this.#wasm = null;
    });
  }

  /**
   * Test terms of the model as it is now over `images` of the fixed test order (0: all), in chunks between which
   * training goes on.
   */
  evaluate(images: number, report?: (fraction: number, part: Evaluation) => unknown): Promise<Evaluation> {
    return this.#evaluations.run(async () => {
      await this.queue.run(() => this.wasm.beginEvaluation(images));
      for (let count = 100; ; ) {
        const began = performance.now();
        const part = await this.queue.run(() => this.guard(this.wasm.continueEvaluation(count)));
        const { remaining, ...measured } = part;
        const { n } = measured.test;
        if ((await report?.(n / (n + remaining), measured)) === false || remaining === 0) return measured;
        count = Math.round(Math.min(Math.max((count * SLICE_MS) / Math.max(performance.now() - began, 1), 50), 2000));
        await breathe();
      }
    });
  }

  /** On a GPU, what never answers or fails for no reason of training's own is the device's fault. */
  async guard<T>(run: Promise<T>): Promise<T> {
    if (this.host.report.kind !== "webgpu") return run;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hung = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(t("no answer for {0} seconds", HUNG_MS / 1000))), HUNG_MS);
    });
    try {
      return await Promise.race([run, hung]);
    } catch (error) {
      // The engine names what is not the device's doing.
      if (error instanceof Error && (error.name === "NotFinite" || error.name === "Training")) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOSS_TOLD_MS));
      throw new DeviceFault(said(error));
    } finally {
      clearTimeout(timer);
    }
  }

  #count({ step, epoch, imagesSeen }: StepReport): void {
    this.#counters = { step, epoch, imagesSeen };
  }

  #measureSpeed(now: number): void {
    const seconds = (now - this.#speedMark.time) / 1000;
    if (seconds < 1) return;
    const speed = (this.#counters.step - this.#speedMark.step) / seconds;
    this.#speed = this.#speed === null ? speed : 0.5 * this.#speed + 0.5 * speed;
    this.#speedMark = { time: now, step: this.#counters.step };
  }
}
