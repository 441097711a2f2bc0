/** The Lab's run: play, pause, step, reset; how far it has come; which device computes and why. */

import { button, html } from "../../base/dom";
import { formatCount, formatFixed } from "../../base/format";
import { messageInLanguage, t } from "../../base/language";
import type { DeviceReport } from "../../contract/engine";
import { menu } from "../../parts/menu";
import type { Keep } from "./keep";
import type { Run } from "./run";

export interface ToolbarActions {
  toggle(): void;
  step(): void;
  reset(): void;
  evaluate(): void;
  save(): void;
  saveWeights(): void;
  load(file: File): void;
  revive(): void;
  slower(): void;
}

export class Toolbar {
  readonly root: HTMLElement;
  #play: HTMLButtonElement;
  #step: HTMLButtonElement;
  #reset: HTMLButtonElement;
  #evaluate: HTMLButtonElement;
  #save: HTMLButtonElement;
  #counters = new Map<string, HTMLElement>();
  #deviceName = html("span", { class: "lab-device-name" }, "Starting the engine…");
  #deviceDetails = html("dl", { class: "lab-device-details" });
  #notice = html("div", { class: "lab-notice", role: "status", hidden: true });
  #data = html("p", { class: "lab-data", role: "status" });
  #noticeText = "";
  #testing = false;

  constructor(
    private readonly actions: ToolbarActions,
    keep: Keep,
  ) {
    this.#play = button("Play", () => actions.toggle(), { class: "button button-primary lab-play" });
    this.#step = button("Step", () => actions.step(), { title: "One step of the optimiser" });
    this.#reset = button("Start over", () => actions.reset(), { title: "New weights from the same seed, step 0" });
    this.#evaluate = button("Full test", () => actions.evaluate(), {
      class: "button button-small",
      title: "Measure all test images",
    });
    const save = menu("Save model", [
      {
        label: "Checkpoint",
        words: "weights, optimiser, configuration, step: to go on here",
        choose: () => actions.save(),
      },
      { label: "Weights", words: "safetensors, named and laid out as in PyTorch", choose: () => actions.saveWeights() },
    ]);
    this.#save = save.button;
    const file = html("input", {
      type: "file",
      accept: ".elbo,.safetensors,application/octet-stream",
      hidden: true,
      "aria-label": "Checkpoint or weights to load",
    });
    file.addEventListener("change", () => {
      const chosen = file.files?.[0];
      if (chosen) actions.load(chosen);
      file.value = "";
    });
    const load = button("Load model", () => file.click(), {
      class: "button button-small",
      title: "Go on from a saved checkpoint, or start from weights (safetensors)",
    });
    const counters = html("dl", { class: "lab-counters" });
    for (const [name, words] of [
      ["step", t("step")],
      ["epoch", t("epoch")],
      ["images", t("images")],
      ["steps/s", t("steps/s")],
    ] as const) {
      const value = html("dd", {}, "–");
      this.#counters.set(name, value);
      counters.append(html("div", {}, html("dt", {}, words), value));
    }
    this.root = html(
      "div",
      { class: "lab-toolbar" },
      keep.root,
      this.#notice,
      html("div", { class: "lab-buttons" }, this.#play, this.#step, this.#reset, counters),
      html(
        "div",
        { class: "lab-second" },
        html("details", { class: "lab-device" }, html("summary", {}, this.#deviceName), this.#deviceDetails),
        html("div", { class: "lab-files" }, this.#evaluate, save.root, load, file),
      ),
      this.#data,
      keep.line,
    );
  }

  show(run: Run): void {
    const { progress, live } = run;
    const dead = run.current.kind === "dead";
    this.#play.textContent = run.playing ? t("Pause") : t("Play");
    this.#play.disabled = dead;
    this.#step.disabled = run.playing || dead;
    this.#reset.disabled = dead;
    this.#reset.classList.toggle("lab-apply", run.pending);
    this.#save.disabled = live === null || run.step === 0;
    this.#evaluate.disabled = this.#testing || this.#save.disabled;
    this.#count("step", progress ? formatCount(progress.step) : "–");
    this.#count("epoch", progress ? formatCount(progress.epoch) : "–");
    this.#count("images", progress ? formatCount(progress.imagesSeen) : "–");
    this.#count(
      "steps/s",
      progress?.stepsPerSecond ? formatFixed(progress.stepsPerSecond, progress.stepsPerSecond < 10 ? 1 : 0) : "–",
    );
    this.#showNotice(run);
    this.#showData(run);
    if (run.device) this.#showDevice(run.device);
  }

  /** Progress of a full test, or null. */
  evaluating(fraction: number | null): void {
    this.#evaluate.textContent = fraction === null ? t("Full test") : t`Testing ${Math.round(100 * fraction)}%`;
    this.#evaluate.disabled = this.#testing = fraction !== null;
  }

  #count(name: string, text: string): void {
    const value = this.#counters.get(name);
    if (value && value.textContent !== text) value.textContent = text;
  }

  #showNotice(run: Run): void {
    const notice = this.#noticeOf(run);
    const text = notice?.text ?? "";
    if (text === this.#noticeText) return;
    this.#noticeText = text;
    this.#notice.hidden = notice === null;
    if (notice !== null) this.#notice.replaceChildren(html("span", {}, text), notice.wayOn);
  }

  /** Why the run stands still, and the button that answers it. */
  #noticeOf({ current, pending, step }: Run): { text: string; wayOn: HTMLButtonElement } | null {
    const { revive, slower, reset } = this.actions;
    const primary = { class: "button button-small button-primary" };
    switch (current.kind) {
      case "dead": {
        const kept = formatCount(current.snapshot?.step ?? 0);
        const text = t`${current.message} Nothing up to step ${kept} is lost.`;
        return { text, wayOn: button(t`Restart from step ${kept}`, revive, primary) };
      }
      case "stopped": {
        const words = t`Go on from step ${formatCount(step)} with a tenth of the learning rate`;
        return { text: t`Training stopped: ${current.message}.`, wayOn: button(words, slower, primary) };
      }
      case "none":
      case "paused":
      case "playing":
      case "closed": {
        const text = t("What you changed applies when the run starts over.");
        return pending ? { text, wayOn: button("Start over", reset, { class: "button button-small" }) } : null;
      }
    }
  }

  #showData({ data }: Run): void {
    let text = "";
    if (data && data.problems.length > 0) {
      // Files with the same fault are named together.
      const faults = [...new Set(data.problems.map(({ message }) => message))];
      const files = (fault: string): string =>
        data.problems
          .filter(({ message }) => message === fault)
          .map(({ file }) => file)
          .join(", ");
      const named = faults.map((fault) => `${files(fault)} (${fault.replace(/\.$/, "")})`).join(", ");
      text = t`Could not be used: ${named}. Training goes on with the ${formatCount(data.trainImages)} training and
        ${formatCount(data.testImages)} test digits that are here.`;
    } else if (data && !data.complete)
      text = t`Digits: ${formatCount(data.trainImages)} of ${formatCount(data.wanted)} training digits are here
        (${formatFixed(data.bytes / 1e6, 1)} MB so far).
        ${data.trainImages > 0 ? t("Training need not wait.") : t("Training begins with the first of them.")}`;
    if (this.#data.textContent !== text) this.#data.textContent = text;
    this.#data.classList.toggle("lab-data-problem", (data?.problems.length ?? 0) > 0);
  }

  #showDevice({ kind, adapter, reason, selfCheck, timings }: DeviceReport): void {
    const name = kind === "webgpu" ? "WebGPU" : "CPU";
    const why = messageInLanguage(reason);
    const rows: [string, string][] = [[t("Why"), why]];
    if (adapter) rows.push([t("Adapter"), adapter]);
    if (timings.cpu !== null) rows.push(["A step on the CPU", t`${formatFixed(timings.cpu, 1)} ms`]);
    if (timings.webgpu !== null) rows.push(["A step on WebGPU", t`${formatFixed(timings.webgpu, 1)} ms`]);
    rows.push([
      t("Self-check"),
      selfCheck
        ? t`${selfCheck.holds ? t("holds") : t("fails")}: loss ${formatFixed(selfCheck.loss, 4)} and
          ${formatFixed(selfCheck.lossOther, 4)} nats on the two devices; largest relative difference of a gradient
          ${selfCheck.largestGradientDifference.toExponential(1)} (tolerance ${selfCheck.tolerance.toExponential(0)})`
        : "no GPU to compare with",
    ]);
    const text = JSON.stringify(rows);
    if (this.#deviceDetails.dataset.rows === text) return;
    this.#deviceDetails.dataset.rows = text;
    this.#deviceName.replaceChildren(html("strong", {}, name), html("span", {}, ` ${why}`));
    this.#deviceDetails.replaceChildren(
      ...rows.flatMap(([term, words]) => [html("dt", {}, term), html("dd", {}, words)]),
    );
  }
}
