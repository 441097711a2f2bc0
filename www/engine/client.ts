/**
 * The page's side of the engine: one worker for the whole document, its life and death, and the same verbs as
 * `EngineApi`. A call that a dying worker can no longer answer is rejected instead of left waiting.
 */

import { proxy, type Remote, transfer, wrap } from "comlink";
import { language, t } from "../base/language";
import type {
  Asleep,
  DeviceChoice,
  DeviceReport,
  EngineApi,
  EngineEvent,
  Opened,
  OwnImages,
  OwnReport,
  SessionConfig,
} from "../contract/engine";
import { importer } from "./spawn";

/** News for figures: the worker's own, and of the worker's life. */
export type EngineNews =
  | EngineEvent
  /** `onGpu`: the GPU failed, and the CPU can go on by itself. */
  | { type: "died"; message: string; onGpu: boolean }
  | { type: "restarted" };

/** The last snapshot of a session, kept on the page. */
export interface Snapshot {
  step: number;
  bytes: Uint8Array;
}

const HEARTBEAT_MS = 3000;
const MISSED_HEARTBEATS = 5;
/** A GPU's first shaders, and every step of a software one, may keep the worker busy for long. */
const MISSED_HEARTBEATS_ON_GPU = 40;
const CONNECT_MS = 30_000;
/** A worker that nobody has asked anything for so long is let go, with its modules and its helper. */
const IDLE_MS = 60_000;

/** Rejections of calls that were under way when the worker died. */
export class EngineDied extends Error {}

/** Where our files are. Of a file, since bundlers know those by their real addresses, and not always this script. */
const here = new URL("./engine_bg.wasm", import.meta.url);
/** Whether the page is of another origin than our files; in a sandboxed frame it is. */
const foreign = here.origin !== self.origin;

/** The only place where the worker is made; its script lies beside this one. */
function createWorker(): Worker {
  if (typeof Worker === "undefined") {
    throw new Error(
      t(
        "This browser offers no web workers here, and models are trained and run in one. The rest of the page " +
          "works without.",
      ),
    );
  }
  // Written so that the bundler of a host page sees a worker in it.
  if (!foreign) return new Worker(new URL("./worker.js", import.meta.url), { type: "module", name: language() });
  return importer(script(), language());
}

/** The worker's script for a page of another origin. */
const script = (): string => new URL("./worker.js", here).href;

/** What stopped a worker that never answered, as far as it is known: a message, or none. */
function neverStarted(message: string): string {
  if (!message) {
    const how = foreign
      ? t(
          "The figure comes from another host, or its frame is sandboxed: the content security policy must then " +
            "allow “worker-src blob:”.",
        )
      : t("Check the connection and reload the page.");
    return `${t("The engine's script could not be loaded.")} ${how}`;
  }
  if (!foreign) return t("The engine failed: {0}", message);
  return t(
    "The engine's script could not be loaded from {0} ({1}). It must lie there, beside the other files of the " +
      "figures, and be sent with “Access-Control-Allow-Origin”. A bundler renames it: an app whose files lie on " +
      "another host must load elbo-room.js from there by a script element instead of importing it.",
    script(),
    message.replace(/^Uncaught /, ""),
  );
}

/** The verbs that need nothing here but the worker's answer; functions among their arguments are called from there. */
const forwarded = [
  "loadData",
  "testImages",
  "ownImages",
  "openModel",
  "play",
  "pause",
  "step",
  "adjust",
  "evaluate",
  "answering",
  "encode",
  "decode",
  "sample",
  "samplePosterior",
  "sampleBox",
  "principalPlane",
  "activity",
  "drawImages",
  "traverse",
  "walk",
  "evidence",
  "sourceImages",
  "quality",
  "classify",
  "perturb",
  "judge",
  "compareReparameterization",
  "compareTransposedConvolution",
  "noise",
  "checkpoint",
  "exportWeights",
] as const satisfies readonly (keyof EngineApi)[];

// The methods that the class's static block makes.
export interface Engine extends Pick<EngineApi, (typeof forwarded)[number]> {}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: its static block makes what the interface promises.
export class Engine {
  #worker: Worker | null = null;
  #remote: Remote<EngineApi> | null = null;
  /** Calls under way. Not a race with the worker's death: such a promise would keep every answer until then. */
  #calls = new Set<(reason: Error) => void>();
  #die: (message: string, onGpu?: boolean) => void = () => {};
  #listeners = new Set<(news: EngineNews) => void>();
  #snapshots = new Map<number, Snapshot>();
  #missed = 0;
  #allowed = MISSED_HEARTBEATS;
  #heart: ReturnType<typeof setInterval> | undefined;
  #avoidWebgpu: string | null = null;
  /** When the worker was last asked something. */
  #used = 0;
  /** What the worker held when it was let go; the next call needs another one. */
  #asleep: Asleep | null = null;
  /** It is just being let go, or replaced. */
  #changing: Promise<void> | null = null;
  /** Ends the worker without a word. */
  #stop: () => void = () => {};
  #restarting: Promise<void> | null = null;
  /** The reader's images: another worker needs them too. */
  #own: OwnImages | null = null;

  /** Why the worker died, or null while it lives. */
  dead: string | null = null;

  /** Starts the worker; rejects when it cannot be started. */
  async open(): Promise<void> {
    // Another worker counts its sessions from the start.
    this.#snapshots.clear();
    this.#asleep = null;
    await this.#start();
  }

  async #start(): Promise<void> {
    const worker = createWorker();
    const { port1, port2 } = new MessageChannel();
    this.#worker = worker;
    this.dead = null;
    this.#missed = 0;
    this.#allowed = MISSED_HEARTBEATS;
    this.#stop = () => {
      this.#worker = null;
      clearInterval(this.#heart);
      worker.terminate();
      port1.close();
    };
    this.#die = (message, onGpu = false) => {
      if (this.#worker !== worker) return;
      this.#stop();
      for (const refuse of this.#calls) refuse(new EngineDied(message));
      this.#calls.clear();
      // What was to take the place of a worker that was let go has failed: nothing is lost, and the next call tries
      // again.
      if (this.#asleep !== null && !onGpu) return;
      this.dead = message;
      this.#tell({ type: "died", message, onGpu });
    };
    let answered = false;
    worker.onerror = ({ message }) =>
      this.#die(answered ? t("The engine failed: {0}", message) : neverStarted(message));
    worker.onmessageerror = () => this.#die(t("The engine sent something that could not be read."));
    port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => this.#hear(data);
    this.#remote = wrap<EngineApi>(worker);
    const slow = setTimeout(
      () => this.#die(t("The engine did not start. Check the connection and reload the page.")),
      CONNECT_MS,
    );
    try {
      await this.#ask((api) => api.connect(transfer(port2, [port2]), this.#avoidWebgpu, this.#own));
      answered = true;
    } finally {
      clearTimeout(slow);
    }
    this.#used = performance.now();
    this.#heart = setInterval(() => {
      if (this.#idle) void this.#change(() => this.#sleep());
      else this.#beat();
    }, HEARTBEAT_MS);
  }

  get #idle(): boolean {
    return this.#calls.size === 0 && performance.now() - this.#used > IDLE_MS;
  }

  /** Lets the worker go, unless something is trained there. */
  async #sleep(): Promise<void> {
    const worker = this.#worker;
    const asleep = await this.#ask((api) => api.sleep()).catch(() => null);
    this.#used = performance.now();
    if (asleep === null || worker !== this.#worker) return;
    this.#asleep = asleep;
    this.#stop();
  }

  /** Another worker takes the place of the one that was let go. What it held stays here until then. */
  async #wake(): Promise<void> {
    const asleep = this.#asleep;
    if (asleep === null) return;
    try {
      await this.#start();
      await this.#ask((api) => api.wake(asleep));
      this.#asleep = null;
    } catch (error) {
      this.#stop();
      throw error;
    }
  }

  /** One change at a time; calls wait for its end. */
  #change(change: () => Promise<void>): Promise<void> {
    this.#changing ??= change().finally(() => (this.#changing = null));
    return this.#changing;
  }

  /**
   * A new worker after the old one has died; sessions must be restored from their snapshots. Several figures may ask at
   * once.
   */
  restart(): Promise<void> {
    this.#restarting ??= (async () => {
      if (this.dead !== null) await this.open();
      this.#tell({ type: "restarted" });
    })().finally(() => (this.#restarting = null));
    return this.#restarting;
  }

  /** Subscribes to news, until `signal` aborts. */
  on(listener: (news: EngineNews) => void, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** The last snapshot of a session, also after the worker's death. */
  snapshot(session: number): Snapshot | null {
    return this.#snapshots.get(session) ?? null;
  }

  start(choice: DeviceChoice): Promise<DeviceReport> {
    return this.#onDevice(
      choice,
      (api) => api.start(choice),
      (report) => report,
    );
  }

  createSession(choice: DeviceChoice, config: Partial<SessionConfig>): Promise<Opened> {
    return this.#onDevice(
      choice,
      (api) => api.createSession(choice, config),
      ({ device }) => device,
    );
  }

  restore(choice: DeviceChoice, bytes: Uint8Array): Promise<Opened> {
    return this.#onDevice(
      choice,
      (api) => api.restore(choice, bytes),
      ({ device }) => device,
    );
  }

  async setOwn(choice: DeviceChoice, own: OwnImages | null): Promise<OwnReport | null> {
    const report = await this.#call((api) => api.setOwn(choice, own));
    this.#own = own;
    return report;
  }

  async closeSession(session: number): Promise<void> {
    await this.#changing?.catch(() => {});
    if (this.#asleep !== null) {
      // No worker is needed to forget it.
      const others = ({ id }: { id: number }) => id !== session;
      this.#asleep.sessions = this.#asleep.sessions.filter(others);
      this.#asleep.models = this.#asleep.models.filter(others);
      this.#snapshots.delete(session);
      return;
    }
    // Afterwards: until then one more may come.
    return this.#call((api) => api.closeSession(session)).finally(() => this.#snapshots.delete(session));
  }

  static {
    for (const verb of forwarded) {
      Object.defineProperty(Engine.prototype, verb, {
        value(this: Engine, ...given: unknown[]) {
          const forward = given.map((argument) => (typeof argument === "function" ? proxy(argument) : argument));
          return this.#call((api) => (api[verb] as (...forward: unknown[]) => Promise<unknown>)(...forward));
        },
      });
    }
  }

  /** A call that may start a device: the heart may beat slower while a GPU is at work. */
  async #onDevice<T>(
    choice: DeviceChoice,
    call: (api: Remote<EngineApi>) => Promise<T>,
    deviceOf: (answer: T) => DeviceReport,
  ): Promise<T> {
    if (choice !== "cpu") this.#allowed = MISSED_HEARTBEATS_ON_GPU;
    const answer = await this.#call(call);
    if (deviceOf(answer).kind === "cpu") this.#allowed = MISSED_HEARTBEATS;
    return answer;
  }

  /** Asks the worker, or the one that takes its place. */
  async #call<T>(call: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    this.#used = performance.now();
    await this.#changing?.catch(() => {});
    if (this.#asleep !== null) await this.#change(() => this.#wake());
    return this.#ask(call).finally(() => (this.#used = performance.now()));
  }

  #ask<T>(call: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    const remote = this.#remote;
    if (!remote || this.dead !== null)
      return Promise.reject(new EngineDied(this.dead ?? t("The engine has not been started.")));
    return new Promise<T>((resolve, reject) => {
      this.#calls.add(reject);
      void call(remote)
        .then(resolve, reject)
        .finally(() => this.#calls.delete(reject));
    });
  }

  #tell(news: EngineNews): void {
    for (const listener of [...this.#listeners]) listener(news);
  }

  #hear(event: EngineEvent): void {
    if (event.type === "snapshot") this.#snapshots.set(event.session, { step: event.step, bytes: event.bytes });
    if (event.type === "crashed") {
      if (event.onGpu) this.#avoidWebgpu = event.message;
      this.#die(
        event.onGpu
          ? t("WebGPU failed ({0}).", event.message)
          : t("The engine stopped in mid-computation ({0}).", event.message),
        event.onGpu,
      );
      return;
    }
    this.#tell(event);
  }

  /** A worker that ends without a word no longer answers; a hidden page's timers prove nothing. */
  #beat(): void {
    if (document.hidden) {
      this.#missed = 0;
      return;
    }
    this.#missed += 1;
    if (this.#missed > this.#allowed) {
      this.#die(t("The engine has not answered for {0} seconds.", (HEARTBEAT_MS * this.#allowed) / 1000));
      return;
    }
    this.#ask((api) => api.ping()).then(
      () => (this.#missed = 0),
      () => {},
    );
  }
}

let shared: Promise<Engine> | null = null;

/** The document's engine, started on first use. A start that failed may be tried again. */
export function openEngine(): Promise<Engine> {
  shared ??= (async () => {
    const engine = new Engine();
    await engine.open();
    return engine;
  })();
  shared.catch(() => (shared = null));
  return shared;
}
