/** The divergence of each latent dimension as a staircase of its pieces, and the whole loss as one bar. */

import type { LossDimension, LossTerms } from "wasm/lecture-gradients";
import { svg } from "../../base/dom";
import { formatFixed, formatNumber } from "../../base/format";
import { t } from "../../base/language";
import type { Host } from "../../contract/host";
import { rule } from "../../parts/curves";
import { niceTop } from "../../parts/layout";
import { Plot } from "../../parts/plot";

/** Dimensions that have room. */
const MOST = 6;
/** Columns of a dimension: four pieces, their sum, and a gap. */
const COLUMNS = 5.8;

const pieces: [name: string, className: string, value: (dimension: LossDimension) => number][] = [
  ["½μ²", "sym-mu", (dimension) => dimension.halfMuSquared],
  ["½σ²", "sym-sigma", (dimension) => dimension.halfSigmaSquared],
  ["−log σ", "sym-sigma", (dimension) => dimension.minusLogSigma],
  ["−½", "ink-soft", (dimension) => dimension.minusHalf],
];

export function createStaircase(stage: Host) {
  const plot = new Plot(stage.root, stage, {
    label: "Each dimension's divergence, piece by piece",
    x: { domain: [0, 2 * COLUMNS], show: false },
    y: { domain: [0, 5], label: "divergence", unit: "nats" },
    height: 260,
    margin: { top: 34, bottom: 40 },
  });
  const zero = rule(plot, "horizontal", "ink-soft");
  const marks = svg("g");
  plot.overlay.append(marks);
  return {
    draw(dimensions: readonly LossDimension[]): void {
      const shown = dimensions.slice(0, MOST);
      const heights: number[] = [];
      const stairs = shown.map((dimension) => {
        let level = 0;
        const steps = pieces.map(([name, className, value]) => {
          const [from, to] = [level, level + value(dimension)];
          level = to;
          heights.push(to);
          return { name, className, from, to, amount: value(dimension) };
        });
        return [
          ...steps,
          { name: "KL", className: "part-kl sum", from: 0, to: dimension.kl.closed, amount: dimension.kl.closed },
        ];
      });
      const lowest = Math.min(0, ...heights);
      plot.domains({
        x: [0, COLUMNS * shown.length],
        y: [lowest < -0.02 ? -niceTop([-lowest], 0.5) : 0, niceTop(heights, 1)],
      });
      zero.draw(0);
      const unit = plot.x(1) - plot.x(0);
      // Where columns are narrow, their names stand aslant and their numbers are short.
      const narrow = unit < 42 * plot.unit;
      const nodes: SVGElement[] = [];
      stairs.forEach((steps, j) => {
        steps.forEach((step, k) => {
          const left = plot.x(j * COLUMNS + 0.4 + k);
          const [top, bottom] = [plot.y(Math.max(step.from, step.to)), plot.y(Math.min(step.from, step.to))];
          const middle = left + 0.41 * unit;
          nodes.push(
            svg("rect", {
              class: `piece ${step.className}`,
              x: left,
              width: 0.82 * unit,
              y: top,
              height: Math.max(1, bottom - top),
            }),
          );
          if (k < steps.length - 1)
            nodes.push(
              svg("line", {
                class: "piece-link",
                x1: left + 0.82 * unit,
                x2: left + unit,
                y1: plot.y(step.to),
                y2: plot.y(step.to),
              }),
            );
          nodes.push(
            svg(
              "text",
              { class: "piece-value", x: middle, y: top - 5, "text-anchor": "middle" },
              formatFixed(step.amount, narrow ? 1 : 2),
            ),
          );
          const place = narrow
            ? {
                x: 0,
                y: 0,
                "text-anchor": "end",
                transform: `translate(${middle + 4},${plot.height + 12 * plot.unit}) rotate(-52)`,
              }
            : { x: middle, y: plot.height + 17 * plot.unit, "text-anchor": "middle" };
          nodes.push(svg("text", { class: "piece-label", ...place }, step.name));
        });
        nodes.push(
          svg(
            "text",
            {
              class: "piece-dimension",
              x: plot.x(j * COLUMNS + 0.4 + 2.5),
              y: -16 * plot.unit,
              "text-anchor": "middle",
            },
            "z",
            svg("tspan", { "font-size": "0.7em", dy: "0.25em" }, String(j + 1)),
          ),
        );
      });
      marks.replaceChildren(...nodes);
    },
  };
}

/** The negative bound as one bar: reconstruction, then the divergence of each dimension. */
export function createWholeBar(stage: Host) {
  const plot = new Plot(stage.root, stage, {
    label: "The loss as one bar",
    x: { domain: [0, 200], label: "loss of this digit", unit: "nats" },
    y: { domain: [0, 1], show: false },
    height: 112,
    margin: { top: 26 },
  });
  const marks = svg("g");
  plot.overlay.append(marks);
  return {
    draw(values: LossTerms): void {
      const reconstruction = -values.expectedLogLikelihood.mean;
      plot.domains({ x: [0, niceTop([-values.simplified.mean], 50)] });
      const nodes: SVGElement[] = [];
      const block = (className: string, from: number, to: number) =>
        nodes.push(
          svg("rect", {
            class: `piece ${className}`,
            x: plot.x(from),
            width: Math.max(1, plot.x(to) - plot.x(from)),
            y: 0,
            height: plot.height,
          }),
        );
      block("part-reconstruction", 0, reconstruction);
      let level = reconstruction;
      for (const { kl } of values.dimensions) {
        block("part-kl", level, level + kl.closed);
        level += kl.closed;
      }
      const text = (className: string, x: number, anchor: string, words: string) =>
        nodes.push(
          svg("text", { class: `plot-label ${className}`, x, y: -8 * plot.unit, "text-anchor": anchor }, words),
        );
      text("part-reconstruction", plot.x(0), "start", t`reconstruction ${formatNumber(reconstruction, 4)}`);
      text(
        "part-kl",
        Math.min(plot.width, Math.max(plot.x(level), 260)),
        "end",
        t`divergence ${formatNumber(values.klToPrior.closed, 3)}`,
      );
      marks.replaceChildren(...nodes);
    },
  };
}
