/**
 * 11.1: the slips in the decks, each with the corrected formula and the numbers that decide, worked out as the page is
 * read.
 */

import type { ShownErratum } from "wasm/lecture-errata";
import { nextFrame } from "../base/deferred";
import { button, hidden, html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Stage } from "../element/definition";
import { tex } from "../parts/tex";
import css from "./errata/errata.css";

const DECKS = ["000", "001", "002", "003", "004"];

const controls = {
  deck: {
    kind: "choice",
    label: "Deck",
    options: [{ value: "all", label: "all" }, ...DECKS.map((deck) => ({ value: deck, label: deck }))],
    default: "all",
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-errata"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "errata",
  layout: "below",
  summary:
    "What is printed, what holds, and both computed now. A tick marks the corrected formula at work; ≠ marks the " +
    "printed one taken at its word, with the two sides that ought to be equal.",
  modules: ["lecture-errata"],
  controls,
  // To set its formulas again takes 200 ms.
  holdsMore: true,
  create,
};

export default definition;

async function create(stage: Stage<Specs, Modules>): Promise<FigureView<Specs>> {
  adoptSheet(stage.root, css);
  // Nothing here depends on a control: the checks are worked out once for each time the figure is set up.
  const { values } = stage.lecture.errata({});
  const items: { deck: string; root: HTMLElement }[] = [];
  for (const erratum of values.errata) {
    // Some hundred formulas: a few a frame, so that what else the page does goes on.
    if (items.length % 4 === 0) await nextFrame();
    items.push({ deck: erratum.deck, root: item(erratum) });
  }
  const tabs = ["all", ...DECKS].map((deck) => ({
    deck,
    root: button(deck === "all" ? "All decks" : t`Deck ${deck}`, () => stage.set({ deck }), {
      class: "button button-small",
    }),
  }));
  stage.root.append(
    html(
      "div",
      { class: "errata-tabs", role: "group", "aria-label": "Deck", "data-control": "deck" },
      ...tabs.map(({ root }) => root),
    ),
    html("ol", { class: "errata" }, ...items.map(({ root }) => root)),
  );
  return {
    update({ deck }) {
      for (const tab of tabs) tab.root.setAttribute("aria-pressed", String(tab.deck === deck));
      let shown = 0;
      for (const each of items) {
        each.root.hidden = deck !== "all" && each.deck !== deck;
        if (!each.root.hidden) shown += 1;
      }
      return {
        values: { ...values, shown },
        checks: [
          {
            label: "The corrected formulas hold",
            leftLabel: "checks that hold",
            rightLabel: "checks made",
            check: values.corrected,
          },
          {
            label: "The printed formulas, taken at their word, do not",
            leftLabel: "pairs that differ",
            rightLabel: "pairs compared",
            check: values.refuted,
          },
        ],
        description:
          deck === "all"
            ? t`${shown} slips with their corrections.`
            : t`${shown} slips of deck ${String(deck)} with their corrections.`,
      };
    },
  };
}

function item(erratum: ShownErratum): HTMLElement {
  const body = html("tbody");
  for (const { label, check } of erratum.checks) {
    body.append(
      evidence(
        check.holds ? "✓" : "✗",
        check.holds ? "" : "wrong",
        check.holds ? "corrected formula holds: " : "corrected formula fails: ",
        label,
        check,
      ),
    );
  }
  for (const pair of erratum.counterexamples) {
    body.append(
      evidence(pair.differs ? "≠" : "=", pair.differs ? "printed" : "wrong", "as printed: ", label(pair.label), pair),
    );
  }
  const head = html(
    "tr",
    {},
    html("td"),
    html("th", { scope: "col" }, "compared"),
    html("th", { scope: "col" }, "left"),
    html("th", { scope: "col" }, "right"),
    html("th", { scope: "col" }, "difference"),
  );
  return html(
    "li",
    { class: "erratum" },
    html(
      "h4",
      { class: "erratum-head" },
      html("span", { class: "erratum-deck" }, t`Deck ${erratum.deck}`),
      erratum.place,
    ),
    html(
      "dl",
      { class: "erratum-forms" },
      html("dt", {}, "printed"),
      html("dd", { tabindex: 0 }, formula(erratum.printed)),
      html("dt", {}, "what holds"),
      html("dd", { tabindex: 0 }, formula(erratum.corrected)),
    ),
    html("p", { class: "erratum-why" }, erratum.explanation),
    html("table", { class: "evidence" }, html("thead", {}, head), body),
  );
}

/** Not in display mode, in which a formula never wraps: a long one breaks at its signs where the page is narrow. */
function formula(latex: string): HTMLElement {
  return tex(`\\displaystyle ${latex}`);
}

function label(text: string): string {
  return text.startsWith("printed") ? text : t`printed: ${text}`;
}

function evidence(
  mark: string,
  className: string,
  verdict: string,
  words: string,
  sides: { left: number; right: number; difference: number },
): HTMLElement {
  return html(
    "tr",
    {},
    html("td", { class: `evidence-mark ${className}` }, html("span", { "aria-hidden": "true" }, mark), hidden(verdict)),
    html("td", { class: "words" }, words),
    html("td", { class: "number first" }, formatNumber(sides.left, 6)),
    html("td", { class: "number" }, formatNumber(sides.right, 6)),
    html("td", { class: "number last" }, formatNumber(sides.difference, 3)),
  );
}
