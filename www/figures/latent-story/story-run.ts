/** One training run that is kept at several moments: each moment is a copy that goes on from the one before. */

import type { SessionConfig } from "../../contract/engine";
import type { Engine } from "../../engine/client";

/** A copy of the run. */
export interface Copy {
  session: number;
  step: number;
}

export class StoryRun {
  /** One copy a moment, as far as the run has come; the last may be under way. */
  readonly copies: Copy[];

  private constructor(
    readonly engine: Engine,
    readonly seed: number,
    first: number,
  ) {
    this.copies = [{ session: first, step: 0 }];
  }

  static async begin(engine: Engine, config: Partial<SessionConfig> & { seed: number }): Promise<StoryRun> {
    const { session } = await engine.createSession("cpu", config);
    return new StoryRun(engine, config.seed, session);
  }

  /** Whether a moment has been reached; `steps` of every moment. */
  reached(moment: number, steps: readonly number[]): boolean {
    return this.copies[moment]?.step === steps[moment];
  }

  /** At most `n` steps towards a moment; true when it is reached. */
  async advance(moment: number, steps: readonly number[], n: number): Promise<boolean> {
    // The reader wants fewer steps than there were.
    while ((this.copies.at(-1)?.step ?? 0) > (steps[this.copies.length - 1] ?? 0)) this.#drop();
    if (this.reached(moment, steps)) return true;
    let last = this.copies[this.copies.length - 1] as Copy;
    if (last.step === steps[this.copies.length - 1]) {
      const { session } = await this.engine.restore("cpu", await this.engine.checkpoint(last.session));
      last = { session, step: last.step };
      this.copies.push(last);
    }
    const taken = Math.min(n, (steps[this.copies.length - 1] ?? 0) - last.step);
    if (taken > 0) last.step = (await this.engine.step(last.session, taken)).step;
    return this.reached(moment, steps);
  }

  close(): void {
    while (this.copies.length > 0) this.#drop();
  }

  #drop(): void {
    const copy = this.copies.pop();
    if (copy && this.engine.dead === null) void this.engine.closeSession(copy.session).catch(() => {});
  }
}
