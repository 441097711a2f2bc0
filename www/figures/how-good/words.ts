/** What 10.1 says of its results: values, checks, and the description in words. */

import { formatCount, formatEstimate } from "../../base/format";
import { t } from "../../base/language";
import type { Json } from "../../contract/controls";
import type { Estimate } from "../../contract/results";
import type { ShownCheck } from "../../element/definition";
import { ROWS, type Row } from "./sources";
import type { Evidence, Known } from "./table";

/** A row's values, for the contract. */
export function numbers({ report, step }: Known): Json {
  if (!report) return null;
  const { n, inceptionScore, frechet } = report;
  const plain = (estimate: Estimate | undefined): Json => (estimate ? { ...estimate } : null);
  return {
    n,
    step,
    inceptionScore: plain(inceptionScore?.estimate),
    frechet: plain(frechet?.estimate),
    frechetBias: frechet?.bias ?? null,
    frechetWithoutBias: frechet?.withoutBias ?? null,
  };
}

export function checks(known: (row: Row) => Known, evidence: Evidence | null): ShownCheck[] {
  const list: ShownCheck[] = [];
  const least = evidence?.bounds?.leastGrowth;
  if (least)
    list.push({
      label: "The bound grows with K, for every image",
      leftLabel: "where it grows least: with fewer draws, nats",
      rightLabel: "with more, nats",
      check: least,
    });
  const single = evidence?.bounds?.growth[0]?.bound;
  if (evidence && single && single.n > 1) {
    const { elbo, standardError } = evidence.elbo.test;
    list.push({
      label: "With one draw the bound is the ELBO",
      leftLabel: t`K = 1, n = ${formatCount(single.n)}, nats`,
      rightLabel: t`ELBO, n = ${formatCount(evidence.elbo.test.n)}, nats`,
      check: within(single.mean, elbo, 4 * (single.standardError + (standardError ?? 0))),
    });
  }
  const real = ROWS[0] && known(ROWS[0]).report;
  if (real?.frechet && real.inceptionScore) {
    const { estimate, withoutBias } = real.frechet;
    list.push({
      label: "Real digits are at no distance from real digits",
      leftLabel: "squared distance less its bias",
      rightLabel: "none",
      check: within(withoutBias, 0, 4 * estimate.standardError),
    });
    const score = real.inceptionScore.estimate.mean;
    list.push({
      label: "Their score stays below its limit",
      leftLabel: "Inception Score of real digits",
      rightLabel: "ten classes, each without doubt",
      check: { left: score, right: 10, difference: score - 10, tolerance: 0, holds: score <= 10 },
    });
  }
  return list;
}

function within(left: number, right: number, tolerance: number): ShownCheck["check"] {
  return { left, right, difference: left - right, tolerance, holds: Math.abs(left - right) <= tolerance };
}

/** The state in words. */
export function describe(step: number, known: (row: Row) => Known, evidence: Evidence | null): string {
  const parts = [t`Both models have been trained for ${formatCount(step)} steps.`];
  for (const row of ROWS) {
    const { report } = known(row);
    if (report?.inceptionScore && report.frechet)
      parts.push(
        t`${row.title}: Inception Score
          ${formatEstimate(report.inceptionScore.estimate.mean, report.inceptionScore.estimate.standardError)}, squared
          Fréchet distance ${formatEstimate(report.frechet.estimate.mean, report.frechet.estimate.standardError)}.`,
      );
  }
  if (evidence)
    parts.push(
      t`Test ELBO of the VAE: ${formatEstimate(evidence.elbo.test.elbo, evidence.elbo.test.standardError ?? NaN)}
        nats.`,
    );
  if (parts.length === 1) parts.push(t("Nothing is measured yet: score the images, or measure log p(x)."));
  return parts.join(" ");
}
