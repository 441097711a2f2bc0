/**
 * A figure's line to the engine: made when it is first needed, told of the worker's end, and mended by a new worker.
 */

import type { Host } from "../../contract/host";
import type { Engine } from "../client";

/** A figure's element with an engine to lend. */
export interface EngineHost extends Host {
  /** The worker's module; loaded on first use, shared by all figures of the document. */
  engine(): Promise<Engine>;
}

/**
 * How to get the engine; a worker that died is replaced. `died` hears of its end: sessions and models are gone with it.
 */
export function linkEngine(host: EngineHost, died: () => void = () => {}): () => Promise<Engine> {
  let known: Promise<Engine> | null = null;
  return async () => {
    known ??= host.engine().then((engine) => {
      engine.on(({ type }) => type === "died" && died(), host.signal);
      return engine;
    });
    known.catch(() => (known = null));
    const engine = await known;
    if (engine.dead !== null) await engine.restart();
    return engine;
  };
}

/** A shipped model, open while the figure is on the page. */
export interface OpenModel {
  engine: Engine;
  session: number;
}

/** How to get the shipped model `name`; opened once in each worker, closed when the figure leaves the page. */
export function linkModel(host: EngineHost, name: string, died: () => void = () => {}): () => Promise<OpenModel> {
  let opening: Promise<OpenModel> | null = null;
  const connect = linkEngine(host, () => {
    opening = null;
    died();
  });
  host.signal.addEventListener(
    "abort",
    () => void opening?.then(({ engine, session }) => engine.closeSession(session)).catch(() => {}),
  );
  return async () => {
    const engine = await connect();
    opening ??= engine.openModel(name).then((session) => ({ engine, session }));
    opening.catch(() => (opening = null));
    return opening;
  };
}
