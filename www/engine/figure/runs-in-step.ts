/** Several models from one seed, trained step by step on the same batches in the engine. */

import { t } from "../../base/language";
import type { SessionConfig, Terms } from "../../contract/engine";
import type { Engine } from "../client";
import { type EngineHost, linkEngine, linkTests, type TestImages } from "./engine-link";
import { type RunHost, TrainingRun } from "./training-run";

/** What each model is; everything else is `training::TrainingConfig`'s default. */
export type RunConfig = Partial<SessionConfig>;

/** Models under way. */
export class Runs {
  /** `sessions`: one for each model. */
  constructor(
    private readonly runs: readonly TrainingRun[],
    readonly engine: Engine,
    readonly sessions: readonly number[],
  ) {}

  /** Steps of each. */
  get step(): number {
    return Math.min(...this.runs.map(({ step }) => step));
  }

  /** Means over the last steps. */
  get train(): (Terms | null)[] {
    return this.runs.map(({ progress }) => progress?.train ?? null);
  }

  /** Whether others have taken their place, or the engine has died. */
  get gone(): boolean {
    return this.runs.some(({ live }) => live === null);
  }

  /** `n` steps of each. */
  advance(n: number): Promise<void> {
    return advanceTogether(this.runs, n);
  }
}

/** `n` steps of each, and as many more as brings all to the same step: after a failure they may differ. */
export async function advanceTogether(runs: readonly TrainingRun[], n: number): Promise<void> {
  const goal = Math.max(...runs.map(({ step }) => step)) + n;
  for (const run of runs) if (goal > run.step) await run.advance(goal - run.step);
}

export class RunsInStep {
  readonly tests: () => Promise<TestImages>;
  readonly #connect: () => Promise<Engine>;
  #runs: TrainingRun[] = [];
  #opening: Promise<Runs> | null = null;
  #key = "";

  /** `tests`: how many test digits the figure looks at. `lost`: the engine died, and the models with it. */
  constructor(
    private readonly host: RunHost & Pick<EngineHost, "message" | "refresh">,
    tests: number,
    private readonly lost = () => {
      host.message(t("The engine stopped in mid-run, and the models are lost. They begin again, untrained."));
      host.refresh();
    },
  ) {
    this.#connect = linkEngine(host);
    this.tests = linkTests(host, tests);
  }

  /** Whether the engine trains or opens one of the models. */
  get busy(): boolean {
    return this.#runs.some(({ busy }) => busy);
  }

  /** Whether there are models, and these configurations are of others. */
  replaces(configs: RunConfig[]): boolean {
    return this.#opening !== null && JSON.stringify(configs) !== this.#key;
  }

  /** The models of these configurations; new ones, untrained, when they have changed. */
  open(configs: RunConfig[]): Promise<Runs> {
    if (this.replaces(configs)) this.reset();
    this.#key = JSON.stringify(configs);
    const opening = this.#opening ?? this.#create(configs);
    this.#opening = opening;
    opening.catch(() => this.#opening === opening && this.reset());
    return opening;
  }

  /** Forgets the models. */
  reset(): void {
    for (const run of this.#runs) run.close();
    this.#runs = [];
    this.#opening = null;
  }

  async #create(configs: RunConfig[]): Promise<Runs> {
    const runs = configs.map((config) => new TrainingRun(this.host, () => ({ device: "cpu", config })));
    this.#runs = runs;
    const engine = await this.#connect();
    const sessions: number[] = [];
    for (const run of runs) {
      run.changed = () => run.state.kind === "dead" && this.#lose();
      sessions.push((await run.open()).session);
    }
    return new Runs(runs, engine, sessions);
  }

  #lose(): void {
    this.reset();
    this.lost();
  }
}
