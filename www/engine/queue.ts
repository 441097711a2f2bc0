/** One thing at a time: a handle of the engine must not be called again before its last call has ended. */
export class Queue {
  #tail: Promise<unknown> = Promise.resolve();

  /** Runs `job` after everything queued before it, however that ended. */
  run<T>(job: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(job, job);
    this.#tail = result.catch(() => {});
    return result;
  }
}

const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()?.();

/** Lets everything that waits in the event loop have its turn (a timer would wait at least 4 ms). */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    port2.postMessage(null);
  });
}
