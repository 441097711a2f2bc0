/** Several models from one seed, trained step by step on the same batches in the engine. */

import { t } from "../../base/language";
import type { SessionConfig, Terms } from "../../contract/engine";
import type { Engine } from "../client";
import { type EngineHost, linkEngine } from "./engine-link";

/** What each model is; everything else is `training::TrainingConfig`'s default. */
export type RunConfig = Partial<SessionConfig>;

/** Models under way. */
export interface Runs {
  engine: Engine;
  /** One session for each configuration, in their order. */
  sessions: number[];
  configs: RunConfig[];
  /** Steps of each. */
  step: number;
  /** Means over the last steps. */
  train: (Terms | null)[];
}

export class RunsInStep {
  #connect: () => Promise<Engine>;
  #opening: Promise<Runs> | null = null;
  #key = "";
  #tests: Promise<{ images: Float32Array; labels: Uint8Array }> | null = null;
  #testCount: number;

  /** `tests`: how many test digits the figure looks at. */
  constructor(host: EngineHost, tests: number) {
    this.#testCount = tests;
    this.#connect = linkEngine(host, () => {
      this.#opening = this.#tests = null;
      host.message(t("The engine stopped in mid-run, and the models are lost. They begin again, untrained."));
      host.refresh();
    });
    host.signal.addEventListener("abort", () => this.reset());
  }

  /** The models of these configurations; new ones, untrained, when they have changed. */
  open(configs: RunConfig[]): Promise<Runs> {
    const key = JSON.stringify(configs);
    if (key !== this.#key) this.reset();
    this.#key = key;
    this.#opening ??= this.#create(configs);
    const opening = this.#opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = null;
    });
    return opening;
  }

  /** Forgets the models. */
  reset(): void {
    const opening = this.#opening;
    this.#opening = null;
    void opening
      ?.then(({ engine, sessions }) =>
        Promise.all(sessions.map((session) => (engine.dead === null ? engine.closeSession(session) : null))),
      )
      .catch(() => {});
  }

  /** Test digits, always the same ones. */
  async tests(): Promise<{ images: Float32Array; labels: Uint8Array }> {
    const engine = await this.#connect();
    this.#tests ??= engine.testImages("cpu", this.#testCount);
    this.#tests.catch(() => (this.#tests = null));
    return this.#tests;
  }

  /** `n` steps of each. */
  async train(configs: RunConfig[], n: number): Promise<number> {
    const runs = await this.open(configs);
    for (const [i, session] of runs.sessions.entries()) {
      const { train } = await runs.engine.step(session, n);
      runs.train[i] = train ?? runs.train[i] ?? null;
    }
    runs.step += n;
    return runs.step;
  }

  async #create(configs: RunConfig[]): Promise<Runs> {
    const engine = await this.#connect();
    const sessions: number[] = [];
    for (const config of configs) sessions.push((await engine.createSession("cpu", config)).session);
    return { engine, sessions, configs, step: 0, train: configs.map(() => null) };
  }
}
