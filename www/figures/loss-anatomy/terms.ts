/** The terms of the bound as a table: closed form beside Monte Carlo. */

import type { Estimate, LossTerms } from "wasm/lecture-gradients";
import { hidden, html } from "../../base/dom";
import { formatCount, formatEstimate, formatFixed } from "../../base/format";
import { t } from "../../base/language";
import { tex } from "../../parts/tex";

interface Row {
  formula: string;
  words: string;
  closed(values: LossTerms): number | null;
  sampled(values: LossTerms): Estimate | null;
  total?: boolean;
}

const negative = ({ mean, ...rest }: Estimate): Estimate => ({ mean: -mean, ...rest });

const rows: Row[] = [
  {
    formula: "\\E_{\\q}[\\log \\p_{\\ttheta}(\\x \\given \\z)]",
    words: "reconstruction",
    closed: () => null,
    sampled: (values) => values.expectedLogLikelihood,
  },
  {
    formula: "{}+\\E_{\\q}[\\log \\p(\\z)]",
    words: "plus the expected log prior",
    closed: (values) => values.expectedLogPrior.closed,
    sampled: (values) => values.expectedLogPrior.monteCarlo,
  },
  {
    formula: "{}-\\E_{\\q}[\\log \\q_{\\pphi}(\\z \\given \\x)]",
    words: "minus the expected log q",
    closed: (values) => -values.expectedLogQ.closed,
    sampled: (values) => negative(values.expectedLogQ.monteCarlo),
  },
  {
    formula: "{}=\\ELBO",
    words: "the bound, every term sampled",
    closed: () => null,
    sampled: (values) => values.unsimplified,
    total: true,
  },
  {
    formula: "-\\kl{\\q_{\\pphi}}{\\p}",
    words: "minus the divergence",
    closed: (values) => -values.klToPrior.closed,
    sampled: (values) => negative(values.klToPrior.monteCarlo),
  },
  {
    formula: "\\E_{\\q}[\\log \\p_{\\ttheta}(\\x \\given \\z)]-\\KL",
    words: "the bound with the divergence in closed form",
    closed: () => null,
    sampled: (values) => values.simplified,
    total: true,
  },
];

export function createTerms() {
  const samples = html("th", { class: "number", scope: "col" });
  const cells = rows.map((row) => {
    const [closed, sampled] = [html("td", { class: "number" }), html("td", { class: "number" })];
    return {
      row,
      closed,
      sampled,
      root: html(
        "tr",
        { class: row.total ? "total" : null },
        html("th", { scope: "row" }, hidden(row.words), html("span", { "aria-hidden": "true" }, tex(row.formula))),
        closed,
        sampled,
      ),
    };
  });
  const table = html(
    "table",
    { class: "terms" },
    html("caption", {}, "The same bound twice, in nats: every term sampled, and with the divergence in closed form"),
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        html("th", { scope: "col" }, "term"),
        html("th", { class: "number", scope: "col" }, "closed form"),
        samples,
      ),
    ),
    html("tbody", {}, ...cells.map(({ root }) => root)),
  );
  return {
    root: html(
      "div",
      { class: "terms-scroll", tabindex: 0, role: "region", "aria-label": "Terms of the bound" },
      table,
    ),
    draw(values: LossTerms): void {
      samples.textContent = t`sampled, n = ${formatCount(values.unsimplified.n)}`;
      for (const { row, closed, sampled } of cells) {
        const [exact, estimate] = [row.closed(values), row.sampled(values)];
        closed.textContent = exact === null ? "—" : formatFixed(exact, 3);
        closed.classList.toggle("absent", exact === null);
        sampled.textContent = estimate === null ? "—" : formatEstimate(estimate.mean, estimate.standardError);
      }
    },
  };
}
