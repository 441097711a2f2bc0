/** One training run that is kept at several moments: each moment is a copy that goes on from the one before. */

import type { RunConfig } from "../../engine/figure/runs-in-step";
import { type RunHost, TrainingRun } from "../../engine/figure/training-run";

export class StoryRun {
  /** One copy a moment, as far as the run has come; the last may be under way. */
  readonly copies: TrainingRun[] = [];
  #config: RunConfig = {};

  /** `lost`: the engine died, and all copies with it. */
  constructor(
    private readonly host: RunHost,
    private readonly lost: () => void,
  ) {}

  /** The copies of a run of this configuration; another begins with one, untrained. */
  async open(config: RunConfig): Promise<readonly TrainingRun[]> {
    if (JSON.stringify(config) !== JSON.stringify(this.#config)) this.close();
    this.#config = config;
    if (this.copies.length === 0) this.copies.push(this.#create());
    await this.copies[0]?.ready();
    return this.copies;
  }

  /** Whether a moment has been reached; `steps` of every moment. */
  reached(moment: number, steps: readonly number[]): boolean {
    return this.copies[moment]?.step === steps[moment];
  }

  /** At most `n` steps towards a moment; true when it is reached. */
  async advance(moment: number, steps: readonly number[], n: number): Promise<boolean> {
    const { copies } = this;
    const left = (): number => (steps[copies.length - 1] ?? 0) - (copies.at(-1)?.step ?? 0);
    // The reader wants fewer steps than there were.
    while (left() < 0) copies.pop()?.close();
    if (this.reached(moment, steps)) return true;
    if (left() === 0) copies.push(await this.#copy());
    if (left() > 0) await copies.at(-1)?.advance(Math.min(n, left()));
    return this.reached(moment, steps);
  }

  close(): void {
    for (const copy of this.copies.splice(0)) copy.close();
  }

  #create(): TrainingRun {
    const config = this.#config;
    const run = new TrainingRun(this.host, () => ({ device: "cpu", config }));
    run.changed = () => {
      if (run.state.kind !== "dead") return;
      this.close();
      this.lost();
    };
    return run;
  }

  /** Another like the last. */
  async #copy(): Promise<TrainingRun> {
    const copy = this.#create();
    const { engine, session, wanted } = await (this.copies.at(-1) ?? copy).ready();
    await copy.open(wanted, await engine.checkpoint(session));
    return copy;
  }
}
