/** Training of runs in step, as a player with a bar: play, one chunk, start over. */

import { html } from "../../base/dom";
import { t } from "../../base/language";
import { createPlayer, type Player } from "../../parts/player";
import type { Queue } from "../queue";
import type { EngineHost } from "./engine-link";
import type { RunConfig, RunsInStep } from "./runs-in-step";

export interface TrainingOptions {
  label: string;
  runs: RunsInStep;
  /** The weights must rest while one update looks at all models. */
  turns: Queue;
  configs(): RunConfig[];
  /** Steps between two looks while it plays. */
  chunk: number;
}

export interface Training {
  player: Player;
  bar: HTMLProgressElement;
  /** The step to go to: the control `steps`. */
  goal(): number;
  /** The element's method `train`: up to the control `steps`, or to `steps` if given. */
  train(steps?: number): Promise<void>;
}

export function createTraining(host: EngineHost, { label, runs, turns, configs, chunk }: TrainingOptions): Training {
  const goal = (): number => Number(host.controls.steps);

  /** A chunk of steps of each; false when they have arrived, or failed. */
  async function forward(): Promise<boolean> {
    try {
      const step = await turns.run(async () => {
        const wanted = configs();
        const { step } = await runs.open(wanted);
        return step < goal() ? runs.train(wanted, Math.min(chunk, goal() - step)) : step;
      });
      host.message(null);
      host.refresh();
      return step < goal();
    } catch (error) {
      host.fail(error, true);
      return false;
    }
  }

  const restart = (): void => void turns.run(() => runs.reset()).then(() => host.refresh());
  const player = createPlayer({ label, interval: 0, reducedMotion: false, signal: host.signal, forward, restart });
  const bar = html("progress", { class: "training-bar", max: 1, value: 0, "aria-label": t("Training") });
  if (host.autoplay && !host.reducedMotion) player.play();
  return {
    player,
    bar,
    goal,
    async train(steps) {
      if (steps !== undefined) host.set({ steps });
      while (await forward());
    },
  };
}
