/** Figure 2.3 on the line: data, weighted bells that can be dragged, responsibilities as stacked columns, samples. */

import type { GmmEm, GmmEmControls } from "wasm/lecture";
import { html, svg } from "../../base/dom";
import { formatFixed, formatNumber } from "../../base/format";
import { t } from "../../base/language";
import type { HostOf } from "../../contract/host";
import { curve, heightAt, points } from "../../parts/curves";
import { createHandle, type Handle } from "../../parts/handle";
import { niceTop, row } from "../../parts/layout";
import { Plot } from "../../parts/plot";
import { colourPoints, componentClass, componentTable, MOST_COMPONENTS } from "./look";

export const LOW = -6;
export const HIGH = 6;
const MOST_POINTS = 100;
/** Rows under the axis, as shares of the axis' height: the data, and what the mixture draws. */
const DATA_ROW = -0.07;
const SAMPLE_ROW = -0.17;
const BOTTOM = -0.24;
/** Pixels within which a press means the point that is there. */
const NEAR = 7;
const SPREAD = { min: 0.1, max: 4 };

export function createLine(
  stage: HostOf<Pick<GmmEmControls, "data" | "weights" | "means" | "variances"> & { step: number }>,
) {
  const plot = new Plot(stage.root, stage, {
    label: "Data and mixture",
    x: { domain: [LOW, HIGH], show: false },
    y: {
      domain: [-0.1, 0.5],
      label: "density",
      unit: "per unit of x",
      format: (y) => (y < 0 ? "" : formatFixed(y, 2)),
    },
    height: 270,
    margin: { top: 22, left: 58 },
  });
  const shares = new Plot(stage.root, stage, {
    label: "Responsibilities",
    x: { domain: [LOW, HIGH], label: "x", symbol: true },
    y: { domain: [0, 1], label: "responsibilities", ticks: 2 },
    height: 130,
    margin: { top: 20, left: 58 },
  });
  const table = componentTable(["α", "μ", "σ²"]);
  const below = row(
    table.root,
    html(
      "p",
      { class: "figure-note" },
      "Under the axis: the data, in the colours of the components that share them, and below them samples from " +
        "the mixture.",
    ),
  );
  stage.root.append(below);
  const columns = Array.from({ length: MOST_COMPONENTS }, (_, k) => {
    const path = svg("path", { class: `bars full ${componentClass(k)}` });
    shares.marks.append(path);
    return path;
  });
  const bells = Array.from({ length: MOST_COMPONENTS }, (_, k) => curve(plot, `thin ${componentClass(k)}`));
  const total = curve(plot, "ink");
  const data = points(plot, "outlined", 4.5);
  const samples = points(plot, "", 3);
  const handles: { mean: Handle; spread: Handle }[] = [];
  let shown: GmmEm | null = null;
  let top = 0.5;

  plot.onPress((x, y) => {
    const list = [...stage.controls.data];
    const hit = list.findIndex(
      (point) =>
        Math.abs(plot.x(point) - plot.x(x)) <= NEAR && Math.abs(plot.y(y) - plot.y(DATA_ROW * top)) <= 2 * NEAR,
    );
    if (hit >= 0) list.splice(hit, 1);
    else if (list.length < MOST_POINTS) list.push(Number(x.toFixed(2)));
    stage.set({ data: list });
  });

  /** What is dragged is where EM starts again. */
  function restart(k: number, change: { mean?: number; variance?: number }): void {
    if (shown === null) return;
    const { weights, means, variances } = shown.values;
    stage.set({
      weights,
      means: means.map((mean, j) => (j === k ? (change.mean ?? mean) : mean)),
      variances: variances.map((variance, j) => (j === k ? (change.variance ?? variance) : variance)),
      step: 0,
    });
  }

  function createHandles(k: number): { mean: Handle; spread: Handle } {
    const mean = () => shown?.values.means[k] ?? 0;
    return {
      mean: createHandle(plot, {
        label: t`mean of component ${k + 1}`,
        className: componentClass(k),
        axis: "x",
        bounds: { x: [LOW, HIGH] },
        step: { x: 0.1 },
        onMove: (x) => restart(k, { mean: x }),
        valueText: (x) => formatNumber(x, 3),
      }),
      spread: createHandle(plot, {
        label: t`standard deviation of component ${k + 1}`,
        className: componentClass(k),
        axis: "x",
        shape: "ring",
        bounds: { x: [LOW, HIGH + SPREAD.max] },
        step: { x: 0.1 },
        onMove: (x) => {
          const sigma = Math.min(SPREAD.max, Math.max(SPREAD.min, x - mean()));
          restart(k, { variance: Number((sigma * sigma).toFixed(4)) });
        },
        valueText: (x) => formatNumber(x - mean(), 3),
      }),
    };
  }

  return {
    plots: [plot.root, shares.root, below],
    /** The data alone: also when there is no mixture to show. */
    drawData(list: readonly number[]): void {
      data.draw(
        list,
        list.map(() => DATA_ROW * top),
      );
    },
    draw(next: GmmEm, controls: GmmEmControls): void {
      shown = next;
      const { values, x } = next;
      top = niceTop(next.density, 0.2);
      plot.domains({ y: [BOTTOM * top, top] });
      this.drawData(controls.data);
      colourPoints(data.group, values.responsibilities, stage.root);
      samples.draw(
        next.samples,
        next.samples.map(() => SAMPLE_ROW * top),
        (i) => componentClass(next.sampleComponents[i] ?? 0),
      );
      total.draw(x, next.density);
      for (const [k, bell] of bells.entries()) bell.draw(x, next.components[k] ?? []);
      while (handles.length > values.means.length) {
        const last = handles.pop();
        last?.mean.remove();
        last?.spread.remove();
      }
      while (handles.length < values.means.length) handles.push(createHandles(handles.length));
      handles.forEach(({ mean, spread }, k) => {
        const [mu, ys] = [values.means[k] ?? 0, next.components[k] ?? []];
        const side = mu + Math.sqrt(values.variances[k] ?? 0);
        mean.place(mu, Math.min(top, heightAt(x, ys, mu)));
        spread.place(side, Math.min(top, heightAt(x, ys, side)));
      });
      for (const [k, path] of columns.entries())
        path.setAttribute("d", stacked(controls.data, values.responsibilities, k));
      table.show(
        values.means.map((mean, k) =>
          [values.weights[k] ?? 0, mean, values.variances[k] ?? 0].map((value) => formatNumber(value, 3)),
        ),
      );
    },
  };

  /** Component k's share of each data point's column. */
  function stacked(list: readonly number[], rows: readonly (readonly number[])[], k: number): string {
    return list
      .map((point, n) => {
        const row = rows[n] ?? [];
        const below = row.slice(0, k).reduce((sum, share) => sum + share, 0);
        const [x, bottom, topEdge] = [shares.x(point), shares.y(below), shares.y(below + (row[k] ?? 0))];
        return `M${x - 2.5},${bottom}V${topEdge}H${x + 2.5}V${bottom}Z`;
      })
      .join("");
  }
}
