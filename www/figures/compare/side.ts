/** One of the two runs that are compared. */

import { html } from "../../base/dom";
import { t } from "../../base/language";
import { pick } from "../../base/pick";
import type { SessionConfig } from "../../contract/engine";
import type { LectureHost } from "../../contract/host";
import { defaults } from "../../element/controls";
import type { EngineHost } from "../../engine/figure/engine-link";
import { type LabWanted, labControls, wanted as labWanted } from "../lab/config";
import { Curves } from "../lab/curves";
import { Panels } from "../lab/panels";
import { Run } from "../lab/run";
import { type CompareValues, ofSide, type SideName } from "./controls";

/** What the Lab would ask for if none of its controls were moved. */
const usual = defaults(labControls);

export class Side {
  readonly root: HTMLElement;
  readonly run: Run;
  /** The configuration in a few words. */
  name = "";
  #side: SideName;
  #title = html("h4", { class: "compare-title" });
  #curves: Curves;
  #panels: Panels;
  #drawn = "";

  constructor(
    stage: EngineHost & LectureHost<"lecture"> & { readonly controls: CompareValues },
    side: SideName,
    training: () => boolean,
  ) {
    this.#side = side;
    this.run = new Run(stage, () => this.#wanted(stage.controls));
    this.#curves = new Curves(stage.signal);
    this.#panels = new Panels(stage, this.run, { training, runs: 2 });
    this.root = html(
      "section",
      { class: "compare-side", "aria-label": side === "left" ? "Left run" : "Right run" },
      this.#title,
      this.#curves.root,
      this.#panels.root,
    );
  }

  get hasPrior(): boolean {
    return (this.run.live?.config.family ?? "vae") === "vae";
  }

  get values(): object {
    const { live, progress, evaluation } = this.run;
    const { family, architecture, latent, beta } = live?.config ?? ({} as Partial<SessionConfig>);
    return {
      family: family ?? null,
      architecture: architecture ?? null,
      latent: latent ?? null,
      beta: beta ?? null,
      step: progress?.step ?? 0,
      train: progress?.train ? { ...progress.train } : null,
      test: evaluation ? { ...evaluation.test } : null,
      klPerDimension: evaluation ? [...evaluation.klPerDimension] : null,
    };
  }

  /** What this side's controls and the shared ones ask for. */
  #wanted(controls: CompareValues): LabWanted {
    const shared = pick(controls, ["trainImages", "batchSize", "learningRate", "device", "seed"]);
    return labWanted({ ...usual, ...ofSide(this.#side, controls), ...shared });
  }

  async apply(controls: CompareValues): Promise<void> {
    this.#panels.follow(controls);
    await this.run.apply();
    this.show(false);
  }

  show(playing: boolean): void {
    const { live, step, data, evaluation, history } = this.run;
    this.#name();
    this.#curves.show(history, this.hasPrior);
    const drawn = `${live?.session} ${step} ${playing} ${data?.testImages} ${evaluation?.test.elbo}`;
    if (!live || (drawn === this.#drawn && !playing)) return;
    this.#drawn = drawn;
    this.#panels.refresh();
  }

  #name(): void {
    const config = this.run.live?.config;
    if (!config) return;
    const parts = [
      t(labControls.family.options.find(({ value }) => value === config.family)?.label ?? config.family),
      ...(config.family === "vae" && config.beta !== 1 ? [`β = ${config.beta}`] : []),
      config.latent === 1 ? t("one dimension") : t`${config.latent} dimensions`,
      ...(config.architecture === "conv" ? [t("convolutional")] : []),
    ];
    const name = parts.join(", ");
    if (name === this.name) return;
    this.name = name;
    this.#title.textContent = name;
  }
}
