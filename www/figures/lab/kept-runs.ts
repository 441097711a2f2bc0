/**
 * Runs kept in the browser (IndexedDB), one for each Lab of a page: what it is (`head`) and its checkpoint (`body`),
 * always written together. A write names the entry that it replaces; when another tab has written meanwhile, nothing is
 * written and the caller is told: two tabs cannot mix or overwrite one another's runs.
 */

import { answer, storeOf } from "../../base/store";
import type { DeviceChoice } from "../../contract/engine";

/** Of what is stored here; a checkpoint has its own. */
export const VERSION = 1;

/** What is known of a kept run without reading it. */
export interface Head {
  version: number;
  /** Differs for every entry ever written. */
  id: string;
  step: number;
  /** Milliseconds since 1970. */
  time: number;
  device: DeviceChoice;
}

const transact = storeOf("elbo-room-runs", "runs");

/** Nothing is known of the form of what is stored. */
function get(store: IDBObjectStore, key: string): Promise<unknown> {
  return answer<unknown>(store.get(key));
}

/** What is kept for a Lab, or `undefined`. */
export function keptHead(lab: string): Promise<unknown> {
  return transact("readonly", (store) => get(store, `${lab} head`));
}

/** What is kept for a Lab, with its checkpoint. */
export async function keptRun(lab: string): Promise<{ head: Head; body: Uint8Array }> {
  const [head, body] = await transact("readonly", (store) =>
    Promise.all([get(store, `${lab} head`), get(store, `${lab} body`)]),
  );
  if (!isHead(head) || !(body instanceof Uint8Array)) throw new Error("it is no longer in the browser's storage");
  return { head, body };
}

/** Writes if what is there is the entry `before`, or nothing. Answers what else is there, or null when written. */
export function keepRun(lab: string, before: string | null, head: Head, body: Uint8Array): Promise<unknown> {
  return transact("readwrite", async (store) => {
    const there = await get(store, `${lab} head`);
    if (there !== undefined && !(isHead(there) && there.id === before)) return there;
    store.put(body, `${lab} body`);
    store.put(head, `${lab} head`);
    return null;
  });
}

export function forgetRun(lab: string): Promise<unknown> {
  return transact("readwrite", (store) => {
    store.delete(`${lab} head`);
    store.delete(`${lab} body`);
  });
}

/** Whether this is an entry that this page can read. */
export function isHead(head: unknown): head is Head {
  const { version, id, step, time, device } = (head ?? {}) as Partial<Head>;
  // The last: no date is later.
  return (
    version === VERSION &&
    typeof id === "string" &&
    Number.isSafeInteger(step) &&
    Number(step) >= 0 &&
    ["auto", "webgpu", "cpu"].includes(device ?? "") &&
    typeof time === "number" &&
    Math.abs(time) < 8e15
  );
}
