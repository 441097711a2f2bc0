/** A figure's line to the engine: made when it is first needed, told of the worker's end, and mended by a new worker. */

import type { Stage } from "../element/definition";
import type { Engine } from "../engine/client";

/** How to get the engine; a worker that died is replaced. `died` hears of its end: sessions and models are gone with it. */
export function linkEngine(stage: Stage, died: () => void = () => {}): () => Promise<Engine> {
  let known: Promise<Engine> | null = null;
  return async () => {
    known ??= stage.engine().then((engine) => {
      engine.on(({ type }) => type === "died" && died(), stage.signal);
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
export function linkModel(stage: Stage, name: string, died: () => void = () => {}): () => Promise<OpenModel> {
  let opening: Promise<OpenModel> | null = null;
  const connect = linkEngine(stage, () => {
    opening = null;
    died();
  });
  stage.signal.addEventListener(
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
