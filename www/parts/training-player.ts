/** Training of runs in step, as a player with a bar: play, one chunk, start over. */

import type { Stage } from "../element/definition";
import type { Queue } from "../engine/queue";
import { t } from "../languages/language";
import { html } from "./dom";
import { createPlayer, type Player } from "./player";
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

export function createTraining(stage: Stage, { label, runs, turns, configs, chunk }: TrainingOptions): Training {
  const goal = (): number => Number(stage.controls.steps);

  /** A chunk of steps of each; false when they have arrived, or failed. */
  async function forward(): Promise<boolean> {
    try {
      const step = await turns.run(async () => {
        const wanted = configs();
        const { step } = await runs.open(wanted);
        return step < goal() ? runs.train(wanted, Math.min(chunk, goal() - step)) : step;
      });
      stage.message(null);
      stage.refresh();
      return step < goal();
    } catch (error) {
      stage.fail(error, true);
      return false;
    }
  }

  const restart = (): void => void turns.run(() => runs.reset()).then(() => stage.refresh());
  const player = createPlayer({ label, interval: 0, reducedMotion: false, signal: stage.signal, forward, restart });
  const bar = html("progress", { class: "training-bar", max: 1, value: 0, "aria-label": t("Training") });
  if (stage.autoplay && !stage.reducedMotion) player.play();
  return {
    player,
    bar,
    goal,
    async train(steps) {
      if (steps !== undefined) stage.set({ steps });
      while (await forward());
    },
  };
}
