/** The model that the figures of chapter 6 share: its controls, and how its numbers are written. */

import { formatFixed, formatNumber } from "../../base/format";
import { t } from "../../base/language";
import type { ControlTable } from "../../contract/controls";

/**
 * Ranges of the model, the observation and q. Sigma stays large enough for every posterior to lie inside the drawing.
 */
export const RANGE = {
  w: { min: -3, max: 3, step: 0.05 },
  mu: { min: -2, max: 2, step: 0.05 },
  sigma: { min: 0.3, max: 3, step: 0.05 },
  x: { min: -4, max: 4, step: 0.05 },
  qMu: { min: -10, max: 10, step: 0.05 },
  qSigma: { min: 0.05, max: 3, step: 0.05 },
} as const;

/** Controls of the model `x = w z + mu + sigma epsilon`, of one observation, and of a Gaussian q. */
export const modelControls = {
  w: {
    kind: "number",
    ...RANGE.w,
    label: "slope of the model",
    symbol: "w",
    default: 1.2,
    group: "Model and observation",
  },
  mu: {
    kind: "number",
    ...RANGE.mu,
    label: "offset of the model",
    symbol: "\\mmu",
    default: 0,
    group: "Model and observation",
  },
  sigma: {
    kind: "number",
    ...RANGE.sigma,
    label: "noise of the model",
    symbol: "\\ssigma",
    default: 0.8,
    group: "Model and observation",
  },
  x: {
    kind: "number",
    ...RANGE.x,
    label: "what was observed",
    symbol: "\\x",
    default: 1.5,
    group: "Model and observation",
  },
  qMu: {
    kind: "number",
    ...RANGE.qMu,
    label: "mean of q",
    symbol: "\\mmu_{\\q}",
    default: -0.4,
    group: "Approximation",
  },
  qSigma: {
    kind: "number",
    ...RANGE.qSigma,
    label: "standard deviation of q",
    symbol: "\\ssigma_{\\q}",
    default: 0.4,
    group: "Approximation",
  },
} as const satisfies ControlTable;

/** Values of those controls. */
export interface ModelValues {
  w: number;
  mu: number;
  sigma: number;
  x: number;
  qMu: number;
  qSigma: number;
}

/** A level in nats, as it stands beside a bar or a line. */
export function nats(value: number): string {
  return Math.abs(value) < 1000 ? formatFixed(value, Math.abs(value) < 100 ? 3 : 2) : formatNumber(value, 4);
}

/** The state of model and q in words. */
export function describeModel(c: ModelValues): string {
  return t`The model is x = ${formatNumber(c.w, 3)} z + ${formatNumber(c.mu, 3)} with noise ${formatNumber(c.sigma, 3)},
    and x = ${formatNumber(c.x, 3)} was observed. q has mean ${formatNumber(c.qMu, 3)} and standard deviation
    ${formatNumber(c.qSigma, 3)}.`;
}
