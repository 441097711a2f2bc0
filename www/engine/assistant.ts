/**
 * A second worker of our own, which computes a part of each gradient on the CPU. A run is the same without it, only
 * slower.
 */

import { type Remote, transfer, wrap } from "comlink";
import type { EngineApi } from "../contract/engine";
import { importer } from "./spawn";

/** One that has not answered for so long never will. */
const SILENT_MS = 10_000;
/** So often another one is tried. */
const TRIES = 3;
/** A helper without work is let go after so long. */
const IDLE_MS = 60_000;

let tries = 0;
let worker: Worker | null = null;
let ready: Remote<EngineApi> | null = null;
let idle: ReturnType<typeof setTimeout> | undefined;
/** Each tells the engine that no answer will come: it computes that part itself. */
const waiting = new Set<() => void>();

/** The same script once more. */
function another(): Worker {
  return location.protocol === "blob:"
    ? importer(import.meta.url, self.name)
    : new Worker(location.href, { type: "module", name: self.name });
}

function dismiss(): void {
  clearTimeout(idle);
  worker?.terminate();
  worker = ready = null;
  for (const giveUp of waiting) giveUp();
}

/** Begins to count the time without work anew. */
function worked(): void {
  clearTimeout(idle);
  idle = setTimeout(() => {
    tries -= 1;
    dismiss();
  }, IDLE_MS);
}

/** Has one at hand soon, where there is a core for it. */
export function hire(): void {
  if (worker || tries >= TRIES || !(navigator.hardwareConcurrency > 1)) return;
  tries += 1;
  try {
    const mine = another();
    worker = mine;
    worked();
    mine.onerror = dismiss;
    const remote = wrap<EngineApi>(mine);
    remote.enlist().then(() => {
      if (worker === mine) ready = remote;
    }, dismiss);
  } catch {
    dismiss();
  }
}

/** For the engine: the gradient of a part, or nothing when there is nobody to ask. */
export function assist(task: unknown, numbers: Float32Array): Promise<Float32Array | undefined> | undefined {
  const remote = ready;
  if (!remote) return undefined;
  worked();
  return new Promise((resolve) => {
    const silent = setTimeout(dismiss, SILENT_MS);
    const answer = (gradient?: Float32Array): void => {
      clearTimeout(silent);
      waiting.delete(giveUp);
      resolve(gradient);
    };
    const giveUp = (): void => answer();
    waiting.add(giveUp);
    remote.assist(task, transfer(numbers, [numbers.buffer])).then(answer, dismiss);
  });
}
