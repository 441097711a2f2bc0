/** The worker: one object with the engine's verbs, and the loop that trains between them. */

import { expose, transfer } from "comlink";
import { speak, t } from "../base/language";
import type {
  Asleep,
  DeviceChoice,
  DeviceReport,
  EngineApi,
  EngineEvent,
  Opened,
  SessionConfig,
} from "../contract/engine";
import { Data } from "./data";
import { gatherEvidence } from "./evidence";
import {
  openCpu,
  openDesk,
  openEngine,
  outOfMemory,
  said,
  type WasmClassifier,
  type WasmEngine,
  type WasmSession,
} from "./module";
import { OwnData } from "./own";
import { CHUNK, imagesOf, type Makers, REFERENCE, Scorer } from "./quality";
import { breathe, Queue } from "./queue";
import { DeviceFault, type Host, TrainingSession } from "./session";
import { openClassifier, shipped } from "./shipped";

/** So many are worth a second worker. */
const MANY_STEPS = 10;

let news: MessagePort | null = null;
let avoidWebgpu: string | null = null;
const hosts = new Map<DeviceChoice, Promise<Host>>();
const dataSets = new Map<WasmEngine, Data>();
const own = new OwnData();
const sessions = new Map<number, TrainingSession>();
/** Shipped models: nothing to train. */
const models = new Map<number, { name: string; wasm: WasmSession; queue: Queue; answering: number }>();
const scorer = new Scorer();
const deskQueue = new Queue();
let lastId = 0;

function post(event: EngineEvent, transferred: Transferable[] = []): void {
  news?.postMessage(event, transferred);
}

/** Tells the page when an error means that this worker is of no more use; whether it does. */
function examine(error: unknown): boolean {
  const trapped = error instanceof WebAssembly.RuntimeError;
  if (!trapped && !(error instanceof DeviceFault)) return false;
  const onGpu = !trapped || [...sessions.values()].some(({ host }) => host.report.kind === "webgpu");
  post({
    type: "crashed",
    message:
      trapped && outOfMemory()
        ? t("no more memory is to be had: choose a smaller model or a smaller batch")
        : said(error),
    onGpu,
  });
  return true;
}

/** Runs one of the page's requests. */
async function answer<T>(job: () => T | Promise<T>): Promise<T> {
  try {
    return await job();
  } catch (error) {
    examine(error);
    throw error;
  }
}

function deviceLost(reason: string): void {
  examine(new DeviceFault(t("the device was lost: {0}", reason)));
}

/** `before`: what was said of the device in an earlier worker, which had found out which one it is. */
function host(choice: DeviceChoice, before: DeviceReport | null = null): Promise<Host> {
  let known = hosts.get(choice);
  if (!known) {
    known = openEngine(before?.kind ?? choice, avoidWebgpu, deviceLost).then(async ({ engine, report }) => {
      if (before && before.kind !== report.kind) throw new DeviceFault(report.reason);
      await own.give(engine);
      return { choice, engine, report: before ?? report, data: dataOf(engine) };
    });
    hosts.set(choice, known);
    known.catch(() => hosts.delete(choice));
  }
  return known;
}

/** The data set of an engine; several choices of device may share one. */
function dataOf(engine: WasmEngine): Data {
  let data = dataSets.get(engine);
  if (!data) {
    data = new Data(engine, (report) => {
      for (const session of sessions.values()) if (session.host.engine === engine) session.waiting = false;
      void loop();
      for (const [choice, promise] of hosts) {
        void promise.then((host) => host.engine === engine && post({ type: "data", device: choice, data: report }));
      }
    });
    dataSets.set(engine, data);
  }
  return data;
}

function sessionOf(id: number): TrainingSession {
  const session = sessions.get(id);
  if (!session) throw new Error(t("This training run is no longer there: reset the figure."));
  return session;
}

/** Queues `job` on a model, in training or shipped. */
function ask<T>(id: number, job: (wasm: WasmSession) => T | Promise<T>): Promise<T> {
  return answer(() => {
    const model = models.get(id) ?? sessionOf(id);
    return model.queue.run(async () => {
      const began = performance.now();
      try {
        return await job(model.wasm);
      } finally {
        model.answering += performance.now() - began;
      }
    });
  });
}

/** Queues `job` on the shipped classifier. */
function askClassifier<T>(job: (wasm: WasmClassifier) => Promise<T>): Promise<T> {
  return answer(async () => {
    const { wasm, queue } = await openClassifier();
    return queue.run(() => job(wasm));
  });
}

let looping = false;

/** Slices of all playing sessions in turn, with a breath after each. */
async function loop(): Promise<void> {
  if (looping) return;
  looping = true;
  for (;;) {
    const ready = [...sessions.values()].filter(({ playing, waiting }) => playing && !waiting);
    if (ready.length === 0) break;
    for (const session of ready) {
      try {
        await session.queue.run(() => session.slice());
      } catch (error) {
        examine(error);
        // Back at its last good snapshot, unless the whole worker has failed.
        await session.resume().catch(() => {});
        session.stop(error);
      }
      await breathe();
    }
  }
  looping = false;
}

/** A run from a configuration or from the bytes of a checkpoint. */
async function open(choice: DeviceChoice, from: Partial<SessionConfig> | Uint8Array, id = ++lastId): Promise<Opened> {
  const where = await host(choice);
  const restored = from instanceof Uint8Array;
  const wasm = restored ? where.engine.restore(from) : where.engine.createSession(from);
  const session = new TrainingSession(id, where, wasm, wasm.config(), post, !restored);
  sessions.set(id, session);
  await session.resume();
  const note = wasm.dataNote() ?? null;
  return { session: session.id, config: session.config, progress: session.progress(), device: where.report, note };
}

async function openShipped(name: string, id = ++lastId): Promise<number> {
  const wasm = await shipped(name, (engine, bytes) => engine.restore(bytes));
  models.set(id, { name, wasm, queue: new Queue(), answering: 0 });
  return id;
}

/** Waits for the first digits of MNIST that a run needs; none when it is on the reader's images alone. */
async function firstDigits({ data }: Host, { source, trainImages }: SessionConfig): Promise<void> {
  if (source !== "own") await data.ensure(trainImages);
}

const api: EngineApi = {
  async connect(port, avoid, images) {
    // Named after the language of its page. English goes on where that cannot be had.
    await speak(self.name).catch(() => {});
    news = port;
    avoidWebgpu = avoid;
    own.images = images;
  },

  async ping() {},

  async sleep() {
    const all = [...sessions.values()];
    if (all.some(({ playing }) => playing)) return null;
    const asleep: Asleep = {
      devices: (await Promise.all(hosts.values())).map(({ choice, report }) => ({ choice, report })),
      sessions: await Promise.all(all.map((session) => session.asleep())),
      models: [...models].map(([id, { name }]) => ({ id, name })),
      lastId,
    };
    const buffers = asleep.sessions.flatMap(({ checkpoint }) => (checkpoint ? [checkpoint.buffer] : []));
    return transfer(asleep, buffers);
  },

  wake: (asleep) =>
    answer(async () => {
      lastId = asleep.lastId;
      for (const { choice, report } of asleep.devices) await host(choice, report);
      for (const { id, choice, config, checkpoint } of asleep.sessions) await open(choice, checkpoint ?? config, id);
      for (const { id, name } of asleep.models) await openShipped(name, id);
    }),

  start: (choice) => answer(async () => (await host(choice)).report),

  loadData: (choice, trainImages) => answer(async () => (await host(choice)).data.ensure(trainImages)),

  setOwn: (choice, images) => answer(async () => own.set((await host(choice)).engine, images)),

  ownImages: (choice, n) =>
    answer(async () => {
      const { images, labels } = (await host(choice)).engine.ownImages(n);
      return transfer({ images, labels }, [images.buffer, labels.buffer]);
    }),

  testImages: (choice, n) =>
    answer(async () => {
      const { engine, data } = await host(choice);
      if (engine.testImageCount() === 0) await data.ensure(0);
      const { images, labels } = engine.testImages(n);
      return transfer({ images, labels }, [images.buffer, labels.buffer]);
    }),

  createSession: (choice, config) => answer(() => open(choice, config)),

  restore: (choice, bytes) => answer(() => open(choice, bytes)),

  openModel: (name) => answer(() => openShipped(name)),

  async closeSession(id) {
    const [session, model] = [sessions.get(id), models.get(id)];
    // Forgotten first: nothing more is queued behind the end.
    sessions.delete(id);
    models.delete(id);
    await (session ? session.close() : model?.queue.run(() => model.wasm.free()));
  },

  play: (id) =>
    answer(async () => {
      const session = sessionOf(id);
      await firstDigits(session.host, session.config);
      if (session.playing) return;
      session.begin();
      void loop();
    }),

  pause: (id) =>
    answer(async () => {
      const session = sessionOf(id);
      const trained = session.playing;
      session.playing = false;
      if (trained) await session.queue.run(() => session.snapshot());
      return session.progress();
    }),

  step: (id, n) =>
    answer(async () => {
      const session = sessionOf(id);
      await firstDigits(session.host, session.config);
      if (n >= MANY_STEPS) session.hire();
      // One at a time, so that others are answered in between.
      for (let done = 0; done < n; ) {
        const report = await session.queue.run(() => session.advance(1));
        done += report.done;
        await session.keep();
        await (report.waiting ? session.host.data.changed() : breathe());
      }
      return session.progress();
    }),

  async adjust(id, changes) {
    const session = sessionOf(id);
    const adjusted = { ...session.config, ...changes };
    if (adjusted.source !== session.config.source) await answer(() => firstDigits(session.host, adjusted));
    await ask(id, (wasm) => wasm.adjust(changes));
    session.config = adjusted;
  },

  evaluate: (id, images, report) =>
    answer(async () => {
      const session = sessionOf(id);
      if (session.config.source !== "own" && session.host.engine.testImageCount() === 0)
        await session.host.data.ensure(0);
      return session.evaluate(images, report);
    }),

  answering: (id) => answer(() => (models.get(id) ?? sessionOf(id)).answering),

  async encode(id, images) {
    const { mu, logSigma, latent } = await ask(id, (wasm) => wasm.encode(images));
    return transfer({ mu, logSigma, latent }, [mu.buffer, logSigma.buffer]);
  },

  async decode(id, z) {
    const images = await ask(id, (wasm) => wasm.decode(z));
    return transfer(images, [images.buffer]);
  },

  async sample(id, n, seed) {
    const { z, images } = await ask(id, (wasm) => wasm.sample(n, seed));
    return transfer({ z, images }, [z.buffer, images.buffer]);
  },

  samplePosterior: (id, mu, logSigma, n, seed) => ask(id, (wasm) => wasm.samplePosterior(mu, logSigma, n, seed)),

  async sampleBox(id, codes, n, seed) {
    const draws = await ask(id, (wasm) => wasm.sampleBox(codes, n, seed));
    return transfer(draws, [draws.z.buffer, draws.images.buffer]);
  },

  principalPlane: (id, codes) => ask(id, (wasm) => wasm.principalPlane(codes)),

  activity: (id, images) => ask(id, (wasm) => wasm.activity(images)),

  drawImages: (id, z, seed) => ask(id, (wasm) => wasm.drawImages(z, seed)),

  async traverse(id, z, dimensions, reach, stations) {
    const images = await ask(id, (wasm) => wasm.traverse(z, Uint32Array.from(dimensions), reach, stations));
    return transfer(images, [images.buffer]);
  },

  async walk(id, from, to, stations) {
    const images = await ask(id, (wasm) => wasm.walk(from, to, stations));
    return transfer(images, [images.buffer]);
  },

  async evidence(id, images, samples, seed, report) {
    const run = await ask(id, (wasm) => wasm.evidence(images, samples, seed));
    const measured = await answer(() => gatherEvidence(run, report));
    return transfer(measured, [measured.seen.buffer]);
  },

  sourceImages: (source, n) =>
    answer(async () => {
      const images = await (await imagesOf(source, makers))(0, Math.min(n, CHUNK));
      return transfer(images, [images.buffer]);
    }),

  quality: (source, n, report) =>
    answer(async () => {
      const [images, reference] = await Promise.all([imagesOf(source, makers), imagesOf(REFERENCE, makers)]);
      return scorer.score((await openClassifier()).wasm, images, reference, n, report);
    }),

  async classify(images) {
    const probabilities = await askClassifier((wasm) => wasm.probabilities(images));
    return transfer(probabilities, [probabilities.buffer]);
  },

  async perturb(images, labels, epsilon) {
    const moved = await askClassifier((wasm) => wasm.perturb(images, labels, epsilon));
    return transfer(moved, [moved.buffer]);
  },

  judge: (images, threshold) => askClassifier((wasm) => wasm.judge(images, threshold)),

  compareReparameterization: (mu, sigma, epsilon) =>
    answer(async () => (await openCpu()).compareReparameterization(mu, sigma, epsilon)),

  compareTransposedConvolution: (input, kernel, stride, expected) =>
    answer(async () => (await openCpu()).compareTransposedConvolution(input, kernel, stride, expected)),

  async enlist() {
    await openDesk();
  },

  async assist(task, numbers) {
    const wasm = await openDesk();
    const gradient = await deskQueue.run(() => wasm.compute(task, numbers));
    return transfer(gradient, [gradient.buffer]);
  },

  noise: (n, seed) => answer(async () => (await openCpu()).noise(n, seed)),

  async checkpoint(id) {
    const bytes = await ask(id, (wasm) => wasm.checkpoint());
    return transfer(bytes, [bytes.buffer]);
  },

  async exportWeights(id) {
    const bytes = await ask(id, (wasm) => wasm.exportWeights());
    return transfer(bytes, [bytes.buffer]);
  },
};

const makers: Makers = { ask, host: () => host("cpu"), tests: async (n) => (await api.testImages("cpu", n)).images };

addEventListener("error", (event) => {
  // Told in full already: the page need not hear the browser's own words, which may come first.
  if (examine(event.error)) event.preventDefault();
});
addEventListener("unhandledrejection", ({ reason }) => examine(reason));
expose(api);
