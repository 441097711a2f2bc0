/** One update a frame, never two at once, until what is shown belongs to the latest controls. */

import { type Deferred, deferred, nextFrame } from "../base/deferred";

export class Updates {
  readonly #compute: () => Promise<void>;
  #dirty = false;
  #running = false;
  #started = false;
  #stopped = false;
  #failure: Error | null = null;
  #waiting: Deferred<void> | null = null;

  /** `compute` shows the latest controls; it rejects with an `Error` for the reader. */
  constructor(compute: () => Promise<void>) {
    this.#compute = compute;
  }

  /** Whether the last update failed. */
  get failed(): boolean {
    return this.#failure !== null;
  }

  /** Asks for an update in the next frame. */
  request(): void {
    this.#dirty = true;
    if (this.#started && !this.#running && !this.#stopped) void this.#run();
  }

  /** The first update was shown: requests are followed from now on. */
  start(): void {
    this.#started = true;
    if (this.#dirty) this.request();
  }

  /** Whether an update is asked for or under way. */
  get busy(): boolean {
    return this.#dirty || this.#running;
  }

  /** Nothing is shown for a while: requests wait. */
  rest(): void {
    this.#started = false;
  }

  /** Updates at once, and follows requests again. */
  async resume(): Promise<void> {
    this.#started = true;
    this.#dirty = true;
    if (!this.#running) void this.#run(true);
    return this.settled;
  }

  /** Ends it; whoever still waits is told why. */
  stop(reason: Error): void {
    this.#stopped = true;
    this.#waiting?.reject(reason);
    this.#waiting = null;
  }

  /** Resolves when everything asked for is shown; rejects when it cannot be computed. */
  get settled(): Promise<void> {
    if (this.#dirty || this.#running) {
      this.#waiting ??= deferred<void>();
      return this.#waiting.promise;
    }
    return this.#failure === null ? Promise.resolve() : Promise.reject(this.#failure);
  }

  async #run(atOnce = false): Promise<void> {
    this.#running = true;
    for (let now = atOnce; this.#dirty && !this.#stopped; now = false) {
      if (!now) await nextFrame();
      if (this.#stopped) break;
      this.#dirty = false;
      try {
        await this.#compute();
        this.#failure = null;
      } catch (error) {
        this.#failure = error instanceof Error ? error : new Error(String(error));
      }
    }
    this.#running = false;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (this.#failure === null) waiting?.resolve();
    else waiting?.reject(this.#failure);
  }
}
