/**
 * Figure 8.3: the model's own source, included when the page was built, line by line beside the formulas that it
 * computes.
 */

import type { CodeWalk, CodeWalkControls } from "wasm/lecture-gradients";
import { button, hidden, html } from "../base/dom";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Stage } from "../element/definition";
import { plain, tex } from "../parts/tex";
import css from "./code-walk/code-walk.css";
import { sourceLine } from "./code-walk/source";

/** Formulas of the walk; the table of couplings is in crates/lecture/src/loss/code_walk. */
const FORMULAS = 19;
/** Reparameterization, the line that makes the rest possible. */
const FIRST = 4;

const FILES = [
  { value: "encoder", label: "encoder" },
  { value: "decoder", label: "decoder" },
  { value: "likelihood", label: "likelihood" },
  { value: "variational_autoencoder", label: "variational autoencoder" },
];

const controls = {
  file: { kind: "choice", label: "File", options: FILES, default: "encoder" },
  formula: { kind: "number", label: "formula", min: 1, max: FORMULAS, step: 1, default: FIRST, integer: true },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-gradients"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "code-walk",
  layout: "below",
  summary:
    "The source of the model that this page trains, as it was compiled. Point at a formula to light its lines, " +
    "or at a marked line to light its formula.",
  modules: ["lecture-gradients"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const list = html("ol", { class: "walk-formulas", "aria-label": "Formulas of this file" });
  const path = html("div", { class: "walk-path" });
  const tabs = FILES.map(({ value, label }) => ({
    value,
    root: button(label, () => stage.set({ file: value }), { class: "button button-small" }),
  }));
  const lines = html("div", { class: "walk-lines", tabindex: 0, role: "region", "aria-label": "Source" });
  stage.root.append(
    html(
      "div",
      { class: "walk-tabs", role: "group", "aria-label": "File", "data-control": "file" },
      ...tabs.map(({ root }) => root),
    ),
    html("div", { class: "walk" }, list, html("div", { class: "walk-code" }, path, lines)),
  );

  let file = "";
  let chosen = 0;
  let formulas = new Map<number, { press: HTMLElement; lines: HTMLElement[] }>();
  /** The formula at the last update. */
  let before = FIRST;

  /** Lights one formula and its lines; `bring`: scrolls the source there, never the page. */
  function light(index: number, bring: boolean): void {
    for (const [other, { press, lines: coupled }] of formulas) {
      press.classList.toggle("lit", other === index);
      for (const line of coupled) line.classList.toggle("lit", other === index);
    }
    const first = formulas.get(index)?.lines[0];
    if (!bring || first === undefined) return;
    const [box, at] = [lines.getBoundingClientRect(), first.getBoundingClientRect()];
    // An enlarged figure has more pixels on screen than in its own coordinates.
    const zoom = box.height / Math.max(1, lines.offsetHeight);
    const top = lines.scrollTop + (at.top - box.top) / zoom;
    if (at.top < box.top + 20 || at.bottom > box.bottom - 20)
      lines.scrollTo({ top: top - lines.clientHeight / 3, behavior: stage.reducedMotion ? "auto" : "smooth" });
  }

  /** Pointer and focus light for as long as they stay; pressing chooses. */
  function watch(element: HTMLElement, index: number, bring: boolean): void {
    element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && light(index, bring));
    element.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && light(chosen, false));
    element.addEventListener("focus", () => light(index, bring));
    element.addEventListener("blur", () => light(chosen, false));
    element.addEventListener("click", () => stage.set({ formula: index }));
  }

  function show(shown: CodeWalk, controls: CodeWalkControls): void {
    const source = shown.sources.find(({ name }) => name === controls.file);
    if (source === undefined) return;
    file = controls.file;
    for (const tab of tabs) tab.root.setAttribute("aria-pressed", String(tab.value === file));
    path.textContent = source.path;
    lines.setAttribute("aria-label", t`Source of ${source.path}`);
    const rows = source.lines.map((line, i) => sourceLine(line, i + 1));
    formulas = new Map();
    const items = shown.formulas.flatMap((formula, i) => {
      if (formula.file !== file) return [];
      const index = i + 1;
      const words = html("span", { class: "walk-words" }, formula.words);
      const latex = html("span", { class: "walk-latex" }, tex(formula.latex, true));
      const press = html("button", { type: "button", class: "walk-formula" }, words, latex);
      watch(press, index, true);
      const coupled = formula.lines.flatMap((line) => rows[line - 1] ?? []);
      coupled.forEach((row, j) => {
        row.classList.add("coupled");
        row.title = `${formula.words}: ${plain(formula.latex)}`;
        // One stop of the tab key a formula.
        if (j === 0) {
          row.tabIndex = 0;
          row.setAttribute("role", "button");
          row.append(hidden(t`${formula.words}, line ${formula.lines[0]}`));
          row.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            stage.set({ formula: index });
          });
        }
        watch(row, index, false);
      });
      formulas.set(index, { press, lines: coupled });
      return [html("li", {}, press)];
    });
    list.replaceChildren(...items);
    lines.replaceChildren(...rows);
  }

  return {
    update(controls) {
      let asked = controls;
      let shown = stage.lecture.codeWalk(asked);
      const owner = shown.formulas[asked.formula - 1]?.file ?? asked.file;
      if (owner !== asked.file) {
        // The one that was moved leads: a formula opens its file, a file lights its first formula.
        const first = shown.formulas.findIndex(({ file: home }) => home === asked.file) + 1;
        asked = asked.formula !== before ? { ...asked, file: owner } : { ...asked, formula: first };
        stage.set({ ...asked });
        shown = stage.lecture.codeWalk(asked);
      }
      before = asked.formula;
      if (asked.file !== file) show(shown, asked);
      const moved = chosen !== asked.formula;
      chosen = asked.formula;
      light(chosen, moved);
      const formula = shown.formulas[chosen - 1];
      return {
        values: shown.values,
        checks: [
          {
            label: "Every coupled line stands in the source that was compiled",
            leftLabel: "lines found",
            rightLabel: "lines coupled",
            check: shown.values.coupled,
          },
        ],
        description: t`${shown.values.path}, ${shown.values.lines} lines. Lit: ${formula?.words ?? ""}, line
          ${shown.values.lit.join(", ")}.`,
      };
    },
  };
}
