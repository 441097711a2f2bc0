/** Models that a figure trains in step and looks at, with a player and a bar: play, one chunk, start over. */

import { html } from "../../base/dom";
import { formatCount } from "../../base/format";
import { t } from "../../base/language";
import type { HostOf } from "../../contract/host";
import { createPlayer } from "../../parts/player";
import { Queue } from "../queue";
import type { EngineHost, TestImages } from "./engine-link";
import { type RunConfig, type Runs, RunsInStep } from "./runs-in-step";

export interface TrainingOptions<Values, Shown> {
  label: string;
  /** How many test digits the figure looks at. */
  tests: number;
  /** Steps between two looks while it plays. */
  chunk: number;
  configs(controls: Values): RunConfig[];
  /** Shows the models as they are now. */
  look(runs: Runs, tests: TestImages, controls: Values): Promise<Shown>;
}

/** `view`: what the element asks of the figure. The models are trained up to the control `steps`. */
export function createTraining<Values extends { steps: number }, Shown>(
  host: HostOf<{ steps: number }> & Pick<EngineHost, "engine"> & { readonly controls: Values },
  { label, tests, chunk, configs, look }: TrainingOptions<Values, Shown>,
) {
  const models = new RunsInStep(host, tests);
  /** The weights must rest while one update looks at all models. */
  const turns = new Queue();
  const goal = (): number => host.controls.steps;

  /** A chunk of steps of each; false when they have arrived, or failed. */
  async function forward(): Promise<boolean> {
    try {
      const runs = await turns.run(async () => {
        const runs = await models.open(configs(host.controls));
        const left = goal() - runs.step;
        if (left > 0) await runs.advance(Math.min(chunk, left));
        return runs;
      });
      host.message(null);
      host.refresh();
      return runs.step < goal();
    } catch (error) {
      host.fail(error, true);
      return false;
    }
  }

  async function update(controls: Values): Promise<Shown> {
    const tests = await models.tests();
    const runs = await models.open(configs(controls));
    const shown = await look(runs, tests, controls);
    bar.value = Math.min(1, runs.step / goal());
    player.status(t`step ${formatCount(runs.step)} of ${formatCount(goal())}, on the first 10,000 digits`);
    return shown;
  }

  const restart = (): void => void turns.run(() => models.reset()).then(() => host.refresh());
  const player = createPlayer({ label, interval: 0, reducedMotion: false, signal: host.signal, forward, restart });
  const bar = html("progress", { class: "training-bar", max: 1, value: 0, "aria-label": t("Training") });
  if (host.autoplay && !host.reducedMotion) player.play();
  return {
    player,
    bar,
    view: {
      busy: () => player.playing || models.busy,
      update: (controls: Values) => turns.run(() => update(controls)),
      methods: {
        /** Trains all models up to the control `steps`, or to `steps` if given. */
        async train(steps?: number): Promise<void> {
          if (steps !== undefined) host.set({ steps });
          while (await forward());
        },
      },
    },
  };
}
