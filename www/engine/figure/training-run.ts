/**
 * A training run of a figure: one session in the engine, as a state machine. What a figure shows follows from `state`,
 * and `changed` tells of every change.
 */

import { t } from "../../base/language";
import type { Adjustable, DeviceChoice, DeviceReport, Progress, SessionConfig } from "../../contract/engine";
import type { Engine, EngineNews, Snapshot } from "../client";
import { closeModel, type EngineHost, type LinkHost, linkEngine, type OpenModel } from "./engine-link";

/** What a run is to be; the engine has defaults for what `config` leaves out. */
export interface Wanted<Config = Partial<SessionConfig>> {
  device: DeviceChoice;
  config: Config;
}

/** A session of the living worker: the same object for the same session. */
export interface Live extends OpenModel {
  /** As it was asked for, or as its checkpoint says; with what was adjusted since. */
  wanted: Wanted;
  /** The whole configuration. */
  config: SessionConfig;
  report: DeviceReport;
  /** What the reader must know of a restored run (`Opened`). */
  note: string | null;
}

/** The worker died: another can go on from the snapshot (null: from step 0). */
interface Dead {
  kind: "dead";
  wanted: Wanted;
  progress: Progress;
  snapshot: Snapshot | null;
  message: string;
  /** The GPU failed, and the CPU can go on by itself. */
  onGpu: boolean;
  wasPlaying: boolean;
}

type Settled =
  | { kind: "none" }
  /** `progress.train` is the last that was reported. */
  | { kind: "paused" | "playing"; live: Live; progress: Progress }
  /** The loss was no longer a finite number: the weights are those of the last good snapshot. */
  | { kind: "stopped"; live: Live; progress: Progress; message: string }
  | Dead
  | { kind: "closed" };
type WithSession = Extract<Settled, { live: Live }>;

/** While another session is being opened, the one `before` goes on; it stays if that fails. */
export type RunState = Settled | { kind: "opening"; wanted: Wanted; before: Settled };

/** What a state says of a session. */
export type Seen = Pick<TrainingRun, "current" | "live" | "progress">;

/** What a run needs of its figure's element. */
export type RunHost = LinkHost & Pick<EngineHost, "fail">;

export class TrainingRun {
  state: RunState = { kind: "none" };
  /** Told of every change of the state. */
  changed: () => void = () => {};
  readonly #connect: () => Promise<Engine>;
  readonly #end = new AbortController();
  /** The last of the openings, which wait for one another. */
  #opening: Promise<unknown> = Promise.resolve();
  /** Calls of `advance` that wait for the engine. */
  #advancing = 0;
  /** Counts openings: only the last of them ends the state "opening". */
  #generation = 0;

  /** `asked`: what a new session is to be. The run closes when the figure leaves the page. */
  constructor(
    protected readonly host: RunHost,
    protected readonly asked: () => Wanted,
  ) {
    this.#connect = linkEngine(host, (news) => this.hear(news), this.#end.signal);
    host.signal.addEventListener("abort", () => this.close(), { signal: this.#end.signal });
  }

  /** The state; while another session is being opened, that of the one before. */
  get current(): Settled {
    return this.state.kind === "opening" ? this.state.before : this.state;
  }

  /** The session that can be asked now, or null. */
  get live(): Live | null {
    return "live" in this.current ? this.current.live : null;
  }

  get progress(): Progress | null {
    return "progress" in this.current ? this.current.progress : null;
  }

  get step(): number {
    return this.progress?.step ?? 0;
  }

  get playing(): boolean {
    return this.current.kind === "playing";
  }

  /** Whether the engine trains it or opens a session for it. */
  get busy(): boolean {
    return this.playing || this.#advancing > 0 || this.state.kind === "opening";
  }

  /** A new session at step 0, or from a checkpoint, in place of the one there is. */
  open(wanted = this.asked(), checkpoint?: Uint8Array): Promise<Live> {
    if (this.state.kind === "closed" || this.host.signal.aborted) return Promise.reject(closedError());
    this.#generation += 1;
    const generation = this.#generation;
    this.#enter({ kind: "opening", wanted, before: this.current });
    const opening = this.#opening.catch(() => {}).then(() => this.#begin(wanted, checkpoint, generation));
    this.#opening = opening;
    return opening;
  }

  /** The session there is, or the one that is being opened as it is now asked for; else a new one. */
  async ready(): Promise<Live> {
    const { state } = this;
    if (state.kind === "opening" && this.live === null) {
      const fits = JSON.stringify(state.wanted) === JSON.stringify(this.asked());
      if (fits || state.before.kind === "dead") await this.#opening.catch(() => {});
    }
    return this.current.kind === "none" ? this.open() : this.must();
  }

  async play(): Promise<void> {
    const live = await this.ready();
    this.#change(live, (there) =>
      there.kind === "stopped" ? { kind: "paused", live, progress: there.progress } : there,
    );
    await live.engine.play(live.session);
    this.#change(live, ({ progress }) => ({ kind: "playing", live, progress }));
  }

  async pause(): Promise<void> {
    const { live } = this;
    if (live !== null) this.#take(live, await live.engine.pause(live.session));
  }

  /** `n` steps, one after the other. */
  async advance(n: number): Promise<void> {
    if (!(Number.isInteger(n) && n >= 1))
      throw new Error(t`step was asked for ${n} steps; give a whole number from 1 on.`);
    const live = await this.ready();
    this.#advancing += 1;
    try {
      this.#take(live, await live.engine.step(live.session, n));
    } finally {
      this.#advancing -= 1;
    }
  }

  /** Changes what may change in mid-run. */
  async adjust(changes: Adjustable): Promise<void> {
    const live = this.must();
    await live.engine.adjust(live.session, changes);
    live.wanted = { ...live.wanted, config: { ...live.wanted.config, ...changes } };
    live.config = { ...live.config, ...changes };
    this.changed();
  }

  /** Goes on in a new worker where the dead one's last snapshot was. */
  async revive(): Promise<void> {
    const dead = this.current;
    if (dead.kind !== "dead") return;
    // A session that is being opened may take the place of the dead one.
    await this.#opening.catch(() => {});
    if (this.state === dead) await this.open(dead.wanted, dead.snapshot?.bytes);
  }

  /** Ends the run for good. */
  close(): void {
    const { live } = this;
    this.#generation += 1;
    this.#end.abort();
    if (live !== null) closeModel(live);
    this.#enter({ kind: "closed" });
  }

  /** The session that can be asked now; throws in words where there is none. */
  must(): Live {
    const { current } = this;
    if ("live" in current) return current.live;
    if (current.kind === "dead") throw new Error(t`${current.message} Restart it first.`);
    if (current.kind === "closed") throw closedError();
    throw new Error("The engine is still starting. Try again in a moment.");
  }

  /** What the engine needs before a session is opened there. */
  protected async prepare(_engine: Engine, _device: DeviceChoice): Promise<void> {}

  /** After every change of the state. */
  protected entered(_before: Seen): void {
    this.changed();
  }

  protected hear(news: EngineNews): void {
    if (news.type === "died") this.#die(news.message, news.onGpu);
    const { live } = this;
    if (live === null || !("session" in news) || news.session !== live.session) return;
    // A pause that was answered before this was sent must not be undone.
    if (news.type === "progress")
      this.#take(live, { ...news.progress, playing: this.playing && news.progress.playing });
    if (news.type === "snapshot") this.changed();
    if (news.type !== "stopped") return;
    const { message, exploded, progress } = news;
    if (exploded) this.#change(live, () => ({ kind: "stopped", live, progress, message }));
    else {
      this.host.fail(new Error(t`Training stopped: ${message}`), true);
      this.#take(live, progress);
    }
  }

  async #begin(wanted: Wanted, checkpoint: Uint8Array | undefined, generation: number): Promise<Live> {
    const ready = await this.#create(wanted, checkpoint).catch((error: unknown) => {
      if (generation === this.#generation) this.#enter(this.current);
      throw error;
    });
    if (this.state.kind === "closed") {
      closeModel(ready.live);
      throw closedError();
    }
    const before = this.live;
    if (generation === this.#generation) this.#enter(ready);
    else this.#settle(ready);
    if (before !== null) closeModel(before);
    return ready.live;
  }

  async #create(wanted: Wanted, checkpoint: Uint8Array | undefined): Promise<WithSession> {
    const { device } = wanted;
    const engine = await this.#connect();
    await this.prepare(engine, device);
    const opened = checkpoint
      ? await engine.restore(device, checkpoint)
      : await engine.createSession(device, wanted.config);
    const config = shortened(opened.config);
    const live: Live = {
      engine,
      session: opened.session,
      wanted: { device, config: checkpoint ? config : wanted.config },
      config,
      report: opened.device,
      note: opened.note,
    };
    return { kind: "paused", live, progress: opened.progress };
  }

  #die(message: string, onGpu: boolean): void {
    const { current } = this;
    if (!("live" in current)) return;
    const { wanted, engine, session } = current.live;
    const snapshot = engine.snapshot(session);
    const wasPlaying = current.kind === "playing";
    this.#settle({ kind: "dead", wanted, progress: current.progress, snapshot, message, onGpu, wasPlaying });
  }

  #take(live: Live, progress: Progress): void {
    this.#change(live, (there) => {
      const latest = { ...progress, train: progress.train ?? there.progress.train };
      if (there.kind === "stopped" && !progress.playing) return { ...there, progress: latest };
      return { kind: progress.playing ? "playing" : "paused", live, progress: latest };
    });
  }

  /** Changes the state of a session, unless another has taken its place: then this is a late answer. */
  #change(live: Live, next: (there: WithSession) => Settled): void {
    const { current } = this;
    if (!("live" in current) || current.live !== live) return;
    const there = next(current);
    if (there !== current) this.#settle(there);
  }

  /** Another session may be on its way. */
  #settle(there: Settled): void {
    this.#enter(this.state.kind === "opening" ? { ...this.state, before: there } : there);
  }

  #enter(state: RunState): void {
    const { current, live, progress } = this;
    this.state = state;
    this.entered({ current, live, progress });
  }
}

const closedError = (): Error => new Error(t("This training run was closed; another has taken its place."));

/** Single precision's tails are cut: these are the numbers that controls show. */
function shortened(config: SessionConfig): SessionConfig {
  const short = (value: unknown): unknown =>
    typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [name, short(value)]),
  ) as unknown as SessionConfig;
}
