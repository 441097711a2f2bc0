/** Promises that are kept from outside, and frames that also come in a background tab. */

/** A promise with its handles. A rejection that nobody waits for is not an error of the host page. */
export interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

export function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((keep, refuse) => {
    resolve = keep;
    reject = refuse;
  });
  promise.catch(() => {});
  return { promise, resolve, reject };
}

/** The next frame; in a hidden tab, where frames do not come, soon. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    let done = false;
    const finish = () => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(finish, 120);
    requestAnimationFrame(finish);
  });
}

const turns: { host: Element; job: () => void }[] = [];

/**
 * Runs `job` soon, in a task of its own, so that many together do not hold the page up: first for what is nearest to
 * the reader.
 */
export function inTurn(host: Element, job: () => void): void {
  turns.push({ host, job });
  if (turns.length === 1) setTimeout(next);
}

function next(): void {
  const middle = innerHeight / 2;
  const distance = ({ host }: { host: Element }): number => {
    const { top, bottom } = host.getBoundingClientRect();
    return Math.max(top - middle, middle - bottom, 0);
  };
  const turn = turns.reduce((best, other) => (distance(other) < distance(best) ? other : best));
  try {
    turn.job();
  } finally {
    turns.splice(turns.indexOf(turn), 1);
    if (turns.length > 0) setTimeout(next);
  }
}

/** A function that has `act` called soon, at most once in `period` ms, until `signal` aborts. */
export function paced(act: () => void, period: number, signal: AbortSignal): () => void {
  let acted = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const run = (): void => {
    timer = undefined;
    acted = performance.now();
    act();
  };
  return () => {
    if (!signal.aborted) timer ??= setTimeout(run, Math.max(0, acted + period - performance.now()));
  };
}
