/**
 * The page's side of the engine: one worker for the whole document, its life and death, and the same verbs as
 * `EngineApi`. A call that a dying worker can no longer answer is rejected instead of left waiting.
 */

import { proxy, transfer, wrap, type Remote } from "comlink";
import type { Check } from "../element/definition";
import type {
  BoxDraws,
  Codes,
  DataReport,
  DeviceChoice,
  DeviceReport,
  EngineApi,
  EngineEvent,
  Evaluation,
  EvidenceReport,
  Judgement,
  MeasuredEvidence,
  Opened,
  Progress,
  SessionConfig,
} from "./protocol";

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

/** Rejections of calls that were under way when the worker died. */
export class EngineDied extends Error {}

/** The only place where the worker is made; its script lies beside this one. */
function createWorker(): Worker {
  if (typeof Worker === "undefined") {
    throw new Error("This browser offers no web workers here, and models are trained and run in one. The rest of the page works without.");
  }
  const script = new URL("./worker.js", import.meta.url);
  if (script.origin === location.origin) return new Worker(script, { type: "module", name: "elbo-room" });
  // A worker's script must be of the page's origin: one line that imports ours is.
  const line = URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)};`], { type: "text/javascript" }));
  const worker = new Worker(line, { type: "module", name: "elbo-room" });
  setTimeout(() => URL.revokeObjectURL(line), CONNECT_MS);
  return worker;
}

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
  #restarting: Promise<void> | null = null;

  /** Why the worker died, or null while it lives. */
  dead: string | null = null;

  /** Starts the worker; rejects when it cannot be started. */
  async open(): Promise<void> {
    const worker = createWorker();
    const { port1, port2 } = new MessageChannel();
    this.#worker = worker;
    this.dead = null;
    this.#missed = 0;
    this.#allowed = MISSED_HEARTBEATS;
    // Another worker counts its sessions from the start.
    this.#snapshots.clear();
    this.#die = (message, onGpu = false) => {
      if (this.#worker !== worker) return;
      this.#worker = null;
      this.dead = message;
      clearInterval(this.#heart);
      worker.terminate();
      port1.close();
      for (const refuse of this.#calls) refuse(new EngineDied(message));
      this.#calls.clear();
      this.#tell({ type: "died", message, onGpu });
    };
    worker.onerror = (event) => this.#die(event.message ? `The engine failed: ${event.message}` : "The engine's script could not be loaded. Check the connection and reload the page.");
    worker.onmessageerror = () => this.#die("The engine sent something that could not be read.");
    port1.onmessage = ({ data }: MessageEvent<EngineEvent>) => this.#hear(data);
    this.#remote = wrap<EngineApi>(worker);
    const slow = setTimeout(() => this.#die("The engine did not start. Check the connection and reload the page."), CONNECT_MS);
    try {
      await this.#call((api) => api.connect(transfer(port2, [port2]), this.#avoidWebgpu));
    } finally {
      clearTimeout(slow);
    }
    this.#heart = setInterval(() => this.#beat(), HEARTBEAT_MS);
  }

  /** A new worker after the old one has died; sessions must be restored from their snapshots. Several figures may ask at once. */
  restart(): Promise<void> {
    this.#restarting ??= (async () => {
      if (this.dead !== null || this.#worker === null) await this.open();
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
    return this.#onDevice(choice, (api) => api.start(choice), (report) => report);
  }

  loadData(choice: DeviceChoice, trainImages: number): Promise<DataReport> {
    return this.#call((api) => api.loadData(choice, trainImages));
  }

  testImages(choice: DeviceChoice, n: number): Promise<{ images: Float32Array; labels: Uint8Array }> {
    return this.#call((api) => api.testImages(choice, n));
  }

  createSession(choice: DeviceChoice, config: SessionConfig): Promise<Opened> {
    return this.#onDevice(choice, (api) => api.createSession(choice, config), ({ device }) => device);
  }

  openModel(name: string): Promise<number> {
    return this.#call((api) => api.openModel(name));
  }

  closeSession(session: number): Promise<void> {
    // Afterwards: until then one more may come.
    return this.#call((api) => api.closeSession(session)).finally(() => this.#snapshots.delete(session));
  }

  play(session: number): Promise<void> {
    return this.#call((api) => api.play(session));
  }

  pause(session: number): Promise<Progress> {
    return this.#call((api) => api.pause(session));
  }

  step(session: number, n: number): Promise<Progress> {
    return this.#call((api) => api.step(session, n));
  }

  adjust(session: number, changes: { learningRate: number; beta: number }): Promise<void> {
    return this.#call((api) => api.adjust(session, changes));
  }

  evaluate(session: number, images: number, report?: (fraction: number) => void): Promise<Evaluation> {
    return this.#call((api) => (report ? api.evaluate(session, images, proxy(report)) : api.evaluate(session, images)));
  }

  encode(session: number, images: Float32Array): Promise<Codes> {
    return this.#call((api) => api.encode(session, images));
  }

  decode(session: number, z: Float32Array): Promise<Float32Array> {
    return this.#call((api) => api.decode(session, z));
  }

  sample(session: number, n: number, seed: number): Promise<{ z: Float32Array; images: Float32Array }> {
    return this.#call((api) => api.sample(session, n, seed));
  }

  samplePosterior(session: number, mu: Float32Array, logSigma: Float32Array, n: number, seed: number): Promise<Float32Array> {
    return this.#call((api) => api.samplePosterior(session, mu, logSigma, n, seed));
  }

  sampleBox(session: number, codes: Float32Array, n: number, seed: number): Promise<BoxDraws> {
    return this.#call((api) => api.sampleBox(session, codes, n, seed));
  }

  evidence(session: number, images: Float32Array, samples: number, seed: number, report?: (part: EvidenceReport) => unknown): Promise<MeasuredEvidence> {
    return this.#call((api) => (report ? api.evidence(session, images, samples, seed, proxy(report)) : api.evidence(session, images, samples, seed)));
  }

  classify(images: Float32Array): Promise<Float32Array> {
    return this.#call((api) => api.classify(images));
  }

  perturb(images: Float32Array, labels: Uint8Array, epsilon: number): Promise<Float32Array> {
    return this.#call((api) => api.perturb(images, labels, epsilon));
  }

  judge(images: Float32Array, threshold: number): Promise<Judgement> {
    return this.#call((api) => api.judge(images, threshold));
  }

  compareReparameterization(mu: number, sigma: number, epsilon: number): Promise<{ mu: Check; sigma: Check }> {
    return this.#call((api) => api.compareReparameterization(mu, sigma, epsilon));
  }

  compareTransposedConvolution(input: number[][], kernel: number[][], stride: number, expected: number[][]): Promise<Check> {
    return this.#call((api) => api.compareTransposedConvolution(input, kernel, stride, expected));
  }

  noise(n: number, seed: number): Promise<Float32Array> {
    return this.#call((api) => api.noise(n, seed));
  }

  checkpoint(session: number): Promise<Uint8Array> {
    return this.#call((api) => api.checkpoint(session));
  }

  restore(choice: DeviceChoice, bytes: Uint8Array): Promise<Opened> {
    return this.#onDevice(choice, (api) => api.restore(choice, bytes), ({ device }) => device);
  }

  /** A call that may start a device: the heart may beat slower while a GPU is at work. */
  async #onDevice<T>(choice: DeviceChoice, call: (api: Remote<EngineApi>) => Promise<T>, deviceOf: (answer: T) => DeviceReport): Promise<T> {
    if (choice !== "cpu") this.#allowed = MISSED_HEARTBEATS_ON_GPU;
    const answer = await this.#call(call);
    if (deviceOf(answer).kind === "cpu") this.#allowed = MISSED_HEARTBEATS;
    return answer;
  }

  #call<T>(call: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    const remote = this.#remote;
    if (!remote || this.dead !== null) return Promise.reject(new EngineDied(this.dead ?? "The engine has not been started."));
    return new Promise<T>((resolve, reject) => {
      this.#calls.add(reject);
      void call(remote).then(resolve, reject).finally(() => this.#calls.delete(reject));
    });
  }

  #tell(news: EngineNews): void {
    for (const listener of [...this.#listeners]) listener(news);
  }

  #hear(event: EngineEvent): void {
    if (event.type === "snapshot") this.#snapshots.set(event.session, { step: event.step, bytes: event.bytes });
    if (event.type === "crashed") {
      if (event.onGpu) this.#avoidWebgpu = event.message;
      this.#die(event.onGpu ? `WebGPU failed (${event.message}).` : `The engine stopped in mid-computation (${event.message}).`, event.onGpu);
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
      this.#die(`The engine has not answered for ${(HEARTBEAT_MS * this.#allowed) / 1000} seconds.`);
      return;
    }
    this.#call((api) => api.ping()).then(
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
