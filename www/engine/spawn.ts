/** Workers, also for a page of another origin than our files. */

/** A blob is forgotten after so long; the worker has read it by then. */
const READ_MS = 30_000;

/**
 * A worker of the page's origin whose few lines import our script. Not as a module, which a frame without an origin may
 * not start; what is sent before our script listens is handed on.
 */
export function importer(script: string, name: string): Worker {
  const lines = `let early = [];
onmessage = (event) => early.push(event.data);
import(${JSON.stringify(script)}).then(
  () => {
    onmessage = null;
    for (const data of early) dispatchEvent(new MessageEvent("message", { data }));
  },
  (error) => setTimeout(() => { throw error; }),
);`;
  const line = URL.createObjectURL(new Blob([lines], { type: "text/javascript" }));
  const worker = new Worker(line, { name });
  setTimeout(() => URL.revokeObjectURL(line), READ_MS);
  return worker;
}
