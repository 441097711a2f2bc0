/**
 * A figure's line to the engine: made when it is first needed, told of the worker's end, and mended by a new worker.
 */

import type { Host } from "../../contract/host";
import type { Engine, EngineNews } from "../client";

/** A figure's element with an engine to lend. */
export interface EngineHost extends Host {
  /** The worker's module; loaded on first use, shared by all figures of the document. */
  engine(): Promise<Engine>;
}

/** What a line to the engine needs of a figure's element. */
export type LinkHost = Pick<EngineHost, "engine" | "signal">;

/**
 * How to get the engine; a worker that died is replaced. `hear` gets the engine's news until `signal` aborts. When the
 * worker dies, its sessions and models are gone.
 */
export function linkEngine(
  host: LinkHost,
  hear: (news: EngineNews) => void = () => {},
  signal = host.signal,
): () => Promise<Engine> {
  let known: Promise<Engine> | null = null;
  return async () => {
    known ??= host.engine().then((engine) => {
      engine.on(hear, signal);
      return engine;
    });
    known.catch(() => (known = null));
    const engine = await known;
    if (engine.dead !== null) await engine.restart();
    return engine;
  };
}

/** Test digits, always the same ones. */
export interface TestImages {
  images: Float32Array;
  labels: Uint8Array;
}

/** How to get the first `n` test digits; they are asked for once. */
export function linkTests(host: LinkHost, n: number): () => Promise<TestImages> {
  const connect = linkEngine(host);
  let known: Promise<TestImages> | null = null;
  return () => {
    known ??= connect().then((engine) => engine.testImages("cpu", n));
    known.catch(() => (known = null));
    return known;
  };
}

/** A shipped model, open while the figure is on the page. */
export interface OpenModel {
  engine: Engine;
  session: number;
}

/** Ends a session or a model; one of a dead worker has ended. */
export function closeModel({ engine, session }: OpenModel): void {
  if (engine.dead === null) void engine.closeSession(session).catch(() => {});
}

/** How to get the shipped model `name`; opened once in each worker, closed when the figure leaves the page. */
export function linkModel(host: LinkHost, name: string, died: () => void = () => {}): () => Promise<OpenModel> {
  let opening: Promise<OpenModel> | null = null;
  const connect = linkEngine(host, ({ type }) => {
    if (type !== "died") return;
    opening = null;
    died();
  });
  host.signal.addEventListener("abort", () => void opening?.then(closeModel).catch(() => {}));
  return async () => {
    const engine = await connect();
    opening ??= engine.openModel(name).then((session) => ({ engine, session }));
    opening.catch(() => (opening = null));
    return opening;
  };
}
