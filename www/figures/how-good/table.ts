/** Sources of images by measures. Where the figure is narrow, each row is a card. */

import { html } from "../../base/dom";
import { formatCount, formatEstimate, formatFixed } from "../../base/format";
import { t } from "../../base/language";
import type { Evaluation, EvidenceReport, QualityReport, Score } from "../../contract/engine";
import { inkTones, paintDigits } from "../../parts/digits";
import { ROWS, type Row } from "./sources";

/** Pictures shown of each source. */
export const SHOWN = 10;

/** What is known of a row. */
export interface Known {
  images: Float32Array | null;
  report: QualityReport | null;
  /** Training steps of the model that was measured; null where there is none. */
  step: number | null;
}

/** What is known of the VAE's evidence. */
export interface Evidence {
  step: number;
  elbo: Evaluation;
  bounds: EvidenceReport | null;
}

const COLUMNS = [
  "Images",
  "Inception Score, with our digit classifier",
  "Squared Fréchet distance, on our digit classifier’s features",
  "log p(x) of test digits, nats",
] as const;

interface Cells {
  strip: HTMLCanvasElement;
  n: HTMLElement;
  score: HTMLElement;
  frechet: HTMLElement;
  evidence: HTMLElement;
}

export function createTable() {
  const cells = new Map<Row["id"], Cells>();
  // The roles are said: a table whose rows are laid out as cards loses them in some browsers.
  const cell = (column: number, ...children: (Node | string)[]): HTMLElement =>
    html(
      "td",
      { role: "cell" },
      html("span", { class: "quality-column", "aria-hidden": "true" }, COLUMNS[column]),
      ...children,
    );
  const rows = ROWS.map((row) => {
    const mine: Cells = {
      strip: html("canvas", {
        class: "pixels quality-strip",
        role: "img",
        "aria-label": t`${SHOWN} images: ${row.title}, ${row.words}`,
      }),
      n: html("span", { class: "quality-n" }),
      score: html("div"),
      frechet: html("div"),
      evidence: html("div"),
    };
    cells.set(row.id, mine);
    const head = html(
      "th",
      { role: "rowheader", scope: "row" },
      html("b", {}, row.title),
      html("span", { class: "quality-words" }, row.words),
      mine.strip,
      mine.n,
    );
    return html("tr", { role: "row" }, head, cell(1, mine.score), cell(2, mine.frechet), cell(3, mine.evidence));
  });
  const heads = COLUMNS.map((column) => html("th", { role: "columnheader", scope: "col" }, column));
  const root = html(
    "table",
    { class: "quality", role: "table", "aria-label": "How good each source of images is" },
    html("thead", { role: "rowgroup" }, html("tr", { role: "row" }, ...heads)),
    html("tbody", { role: "rowgroup" }, ...rows),
  );

  function measured(place: HTMLElement, score: Score | null, share: number, words: string): void {
    if (score === null) {
      place.replaceChildren(html("span", { class: "quality-none" }, "not measured"));
      return;
    }
    const { mean, standardError } = score.estimate;
    const fill = html("span", { class: "quality-fill" });
    fill.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
    place.replaceChildren(
      html("b", {}, formatEstimate(mean, standardError < 1e-9 ? 0 : standardError)),
      html("span", { class: "quality-bar", "aria-hidden": "true" }, fill),
      html("span", { class: "quality-words" }, words),
    );
  }

  return {
    root,
    show(known: (row: Row) => Known, evidence: Evidence | null): void {
      const reports = ROWS.map((row) => known(row).report);
      const farthest = Math.max(...reports.map((report) => report?.frechet?.estimate.mean ?? 0), 1e-9);
      ROWS.forEach((row, i) => {
        const [mine, report, { images, step }] = [cells.get(row.id), reports[i] ?? null, known(row)];
        if (!mine) return;
        if (images) paintDigits(mine.strip, images, SHOWN, inkTones(root));
        mine.n.textContent = report === null ? "" : count(report.n, step);
        measured(
          mine.score,
          report?.inceptionScore ?? null,
          ((report?.inceptionScore?.estimate.mean ?? 1) - 1) / 9,
          "of 10",
        );
        measured(
          mine.frechet,
          report?.frechet ?? null,
          (report?.frechet?.estimate.mean ?? 0) / farthest,
          report?.frechet ? t`less its bias: ${brief(report.frechet.withoutBias)}` : "",
        );
        mine.evidence.replaceChildren(
          ...(row.evidence
            ? [html("b", {}, row.evidence.value), html("span", { class: "quality-words" }, row.evidence.reason)]
            : evidenceOf(evidence)),
        );
      });
    },
  };
}

function count(n: number, step: number | null): string {
  return step === null ? `n = ${formatCount(n)}` : t`n = ${formatCount(n)}, at step ${formatCount(step)}`;
}

/** About as many digits as such a distance deserves; no minus before a zero. */
function brief(distance: number): string {
  if (Math.abs(distance) < 0.05) return "0.0";
  return formatFixed(distance, distance < 100 ? 1 : 0);
}

function evidenceOf(evidence: Evidence | null): HTMLElement[] {
  if (evidence === null) return [html("span", { class: "quality-none" }, "not measured")];
  const { step, elbo, bounds } = evidence;
  const { test, interval } = elbo;
  const words = (text: string): HTMLElement => html("span", { class: "quality-words" }, text);
  const [low, high] = interval.map((end) => formatFixed(end, 1));
  const best = bounds?.growth.at(-1);
  return [
    html("b", {}, `≥ ${formatEstimate(test.elbo, test.standardError ?? NaN)}`),
    words(t`ELBO; 95 %: ${low} to ${high}; n = ${formatCount(test.n)}, at step ${formatCount(step)}`),
    ...(best && best.gain.n > 1
      ? [
          html("b", {}, `+ ${formatEstimate(best.gain.mean, best.gain.standardError)}`),
          words(t`by K = ${formatCount(best.samples)} draws of z; n = ${formatCount(best.gain.n)}`),
        ]
      : []),
  ];
}
