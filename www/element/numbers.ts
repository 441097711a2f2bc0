/** Read-outs and checks: every number a figure shows, as text. */

import { html } from "../base/dom";
import { formatCount, formatEstimate, formatNumber } from "../base/format";
import { inLanguage, t } from "../base/language";
import { plain, tex } from "../parts/tex";
import type { Readout, ShownCheck } from "./definition";

interface Row {
  key: string;
  root: HTMLElement;
  value: HTMLElement;
  note: HTMLElement;
}

/** The list of read-outs; rows are kept between updates, so that only text changes. */
export class Readouts {
  readonly root = html("dl", { class: "readouts" });
  #rows: Row[] = [];

  show(readouts: readonly Readout[]): void {
    const keys = readouts.map((readout) => `${readout.symbol ?? ""}|${readout.label}`);
    if (keys.length !== this.#rows.length || keys.some((key, i) => key !== this.#rows[i]?.key)) {
      this.#rows = readouts.map((readout, i) => createRow(readout, keys[i] ?? ""));
      this.root.replaceChildren(...this.#rows.map((row) => row.root));
    }
    this.root.hidden = readouts.length === 0;
    readouts.forEach((readout, i) => {
      const row = this.#rows[i];
      if (row === undefined) return;
      setText(row.value, valueText(readout));
      setText(
        row.note,
        [inLanguage(readout.unit ?? ""), readout.n === undefined ? "" : `n = ${formatCount(readout.n)}`]
          .filter((part) => part !== "")
          .join(", "),
      );
    });
  }
}

function createRow(readout: Readout, key: string): Row {
  const value = html("span", { class: "readout-value" });
  const note = html("span", { class: "readout-note" });
  const words = inLanguage(readout.label);
  const term = html("dt", { title: words });
  if (readout.symbol === undefined) term.append(words);
  else term.append(tex(readout.symbol));
  return { key, root: html("div", { class: "readout" }, term, html("dd", {}, value, " ", note)), value, note };
}

function valueText({ value, standardError }: Readout): string {
  if (typeof value === "string") return inLanguage(value);
  return standardError === undefined ? formatNumber(value) : formatEstimate(value, standardError);
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

interface CheckRow {
  key: string;
  root: HTMLDetailsElement;
  mark: HTMLElement;
  verdict: HTMLElement;
  cells: HTMLElement[];
}

/** The list of checks: a line each, which opens to both sides, their difference and the tolerance. */
export class Checks {
  readonly root = html("div", { class: "checks" });
  #rows: CheckRow[] = [];
  /** Those that the reader has opened, also while none are shown. */
  #opened = new Set<string>();

  show(checks: readonly ShownCheck[]): void {
    for (const { key, root } of this.#rows) {
      if (root.open) this.#opened.add(key);
      else this.#opened.delete(key);
    }
    const keys = checks.map((check) => `${check.label}|${check.leftLabel}|${check.rightLabel}`);
    if (keys.length !== this.#rows.length || keys.some((key, i) => key !== this.#rows[i]?.key)) {
      this.#rows = checks.map((check, i) => createCheckRow(check, keys[i] ?? ""));
      for (const row of this.#rows) row.root.open = this.#opened.has(row.key);
      this.root.replaceChildren(...this.#rows.map((row) => row.root));
    }
    this.root.hidden = checks.length === 0;
    checks.forEach(({ check }, i) => {
      const row = this.#rows[i];
      if (row === undefined) return;
      row.root.classList.toggle("check-fails", !check.holds);
      setText(row.mark, check.holds ? "✓" : "✗");
      setText(
        row.verdict,
        check.holds
          ? t("holds: they differ by {0}", formatNumber(Math.abs(check.difference), 2))
          : t("fails: they differ by {0}", formatNumber(Math.abs(check.difference), 3)),
      );
      const texts = [
        formatNumber(check.left, 8),
        formatNumber(check.right, 8),
        formatNumber(check.difference, 3),
        formatNumber(check.tolerance, 3),
      ];
      for (const [j, cell] of row.cells.entries()) setText(cell, texts[j] ?? "");
      // A failure is shown with its numbers, not only as a colour.
      if (!check.holds) row.root.open = true;
    });
  }
}

function createCheckRow(check: ShownCheck, key: string): CheckRow {
  const mark = html("span", { class: "check-mark", "aria-hidden": "true" });
  const verdict = html("span", { class: "check-verdict" });
  const cells = [0, 1, 2, 3].map(() => html("dd"));
  const labels = [label(check.leftLabel), label(check.rightLabel), t("difference"), t("tolerance")];
  const list = html("dl", { class: "check-sides" });
  for (const [i, text] of labels.entries()) list.append(html("div", {}, html("dt", {}, text), cells[i]));
  const summary = html(
    "summary",
    { "data-more": t("numbers"), "data-less": t("less") },
    mark,
    html("span", {}, html("span", { class: "check-label" }, label(check.label)), " ", verdict),
  );
  return { key, root: html("details", { class: "check-row" }, summary, list), mark, verdict, cells };
}

/** A label may be words, or a formula between dollar signs. */
function label(text: string): HTMLElement {
  const element = html("span");
  inLanguage(text)
    .split("$")
    .forEach((part, i) => {
      if (part === "") return;
      if (i % 2 === 0) element.append(part);
      else {
        const formula = tex(part);
        formula.title = plain(part);
        element.append(formula);
      }
    });
  return element;
}
