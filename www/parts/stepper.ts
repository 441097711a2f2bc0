/**
 * A derivation, line by line: each line has the rule that gives it, its formula and its value now. Parts of a formula
 * that are new in a line are marked in its source by `\htmlClass{changed}{...}`.
 */

import { html } from "../base/dom";
import { t } from "../base/language";
import { createPlayer, type Player } from "./player";
import { tex } from "./tex";

/** One line of a derivation. */
export interface StepperLine {
  /** Why this line follows from the one before. */
  rule: string;
  /** KaTeX source. */
  latex: string;
}

/** The value of a line now, as text; `dropped` where the line is below the one before. */
export interface LineValue {
  text: string;
  dropped?: boolean;
  /** A word under the value: how far it dropped. */
  note?: string;
}

export interface StepperOptions {
  label: string;
  reducedMotion: boolean;
  signal: AbortSignal;
  /** The current line (0-based) was changed by the reader: usually `stage.set({ line })`. */
  onMove(line: number): void;
}

export interface Stepper {
  root: HTMLElement;
  player: Player;
  /**
   * Shows the first `current + 1` lines with their values. The lines' nodes are kept while their sources stay the same.
   */
  show(lines: readonly StepperLine[], values: readonly LineValue[], current: number): void;
}

export function createStepper(options: StepperOptions): Stepper {
  const list = html("ol", { class: "stepper", "aria-label": options.label });
  let current = 0;
  let count = 0;
  let key = "";
  let rows: { root: HTMLElement; value: HTMLElement; note: HTMLElement }[] = [];
  const go = (line: number): boolean => {
    const target = Math.min(count - 1, Math.max(0, line));
    if (target !== current) options.onMove(target);
    return target < count - 1;
  };
  const player = createPlayer({
    label: options.label,
    interval: 1600,
    reducedMotion: options.reducedMotion,
    signal: options.signal,
    forward: () => go(current + 1),
    back: () => void go(current - 1),
    restart: () => void go(0),
  });
  return {
    root: html("div", { class: "stepper-frame" }, player.root, list),
    player,
    show(lines, values, line) {
      const wanted = lines.map((each) => `${each.rule}|${each.latex}`).join("\n");
      if (wanted !== key) {
        key = wanted;
        rows = lines.map(createLine);
        list.replaceChildren(...rows.map((row) => row.root));
      }
      count = lines.length;
      current = Math.min(count - 1, Math.max(0, line));
      rows.forEach((row, i) => {
        row.root.classList.toggle("to-come", i > current);
        if (i === current) row.root.setAttribute("aria-current", "step");
        else row.root.removeAttribute("aria-current");
        const value = values[i];
        row.value.textContent = value?.text ?? "";
        row.note.textContent = value?.note ?? "";
        row.root.classList.toggle("dropped", value?.dropped === true);
      });
      player.status(t("line {0} of {1}", current + 1, count));
    },
  };
}

function createLine(line: StepperLine): { root: HTMLElement; value: HTMLElement; note: HTMLElement } {
  const value = html("span", { class: "stepper-value" });
  const note = html("span", { class: "stepper-note" });
  // Not in display mode, in which a formula never wraps: a long line breaks at its signs where the page is narrow.
  const formula = html(
    "div",
    { class: "stepper-formula", tabindex: 0, role: "group", "aria-label": line.rule },
    tex(`\\displaystyle ${line.latex}`),
  );
  return {
    root: html(
      "li",
      { class: "stepper-line" },
      html("span", { class: "stepper-rule" }, line.rule),
      formula,
      html("span", { class: "stepper-level" }, value, note),
    ),
    value,
    note,
  };
}
