/**
 * Curves, areas, bars and points for a `Plot`. Each is made once and moved by its method: no node is made while
 * dragging.
 */

import { svg } from "../base/dom";
import { clippedPath } from "./clip";
import type { Plot } from "./plot";

/** A line through points. `className` gives the colour, e.g. `sym-p`, and `dashed`, `thin`. */
export function curve(plot: Plot, className: string) {
  const path = svg("path", { class: `curve ${className}` });
  plot.marks.append(path);
  return {
    path,
    draw(xs: ArrayLike<number>, ys: ArrayLike<number>): void {
      const points = indices(Math.min(xs.length, ys.length)).map(
        (i) => [plot.x(xs[i] ?? 0), plot.y(ys[i] ?? 0)] as const,
      );
      path.setAttribute("d", clippedPath(points, plot.width, plot.height));
    },
  };
}

/** The area between a curve and a base (0, or another curve). */
export function area(plot: Plot, className: string) {
  const path = svg("path", { class: `area ${className}` });
  plot.marks.append(path);
  return {
    path,
    draw(xs: ArrayLike<number>, ys: ArrayLike<number>, base: ArrayLike<number> | number = 0): void {
      const low = (i: number) => (typeof base === "number" ? base : (base[i] ?? 0));
      const whole = (i: number) => Number.isFinite(ys[i]) && Number.isFinite(low(i));
      const at = (i: number, y: number) => `${plot.x(xs[i] ?? 0)},${plot.y(y)}`;
      let d = "";
      const n = Math.min(xs.length, ys.length);
      for (let start = 0; start < n; start++) {
        let end = start;
        while (end < n && whole(end)) end++;
        const run = indices(n).slice(start, end);
        if (run.length > 1)
          d += `M${run.map((i) => at(i, ys[i] ?? 0)).join("L")}L${run
            .reverse()
            .map((i) => at(i, low(i)))
            .join("L")}Z`;
        start = end;
      }
      path.setAttribute("d", d);
    },
  };
}

/** A horizontal or vertical line across the plot at one value. */
export function rule(plot: Plot, direction: "horizontal" | "vertical", className: string) {
  const line = svg("line", { class: `rule ${className}` });
  plot.marks.append(line);
  return {
    line,
    draw(value: number): void {
      const horizontal = direction === "horizontal";
      const at = horizontal ? plot.y(value) : plot.x(value);
      line.setAttribute("x1", String(horizontal ? 0 : at));
      line.setAttribute("x2", String(horizontal ? plot.width : at));
      line.setAttribute("y1", String(horizontal ? at : 0));
      line.setAttribute("y2", String(horizontal ? at : plot.height));
    },
  };
}

/** Points (a scatter or a rug); `classes` colours each on its own. */
export function points(plot: Plot, className: string, radius = 3.5) {
  const group = svg("g", { class: `points ${className}` });
  plot.marks.append(group);
  let circles: SVGCircleElement[] = [];
  return {
    group,
    draw(xs: ArrayLike<number>, ys: ArrayLike<number>, classes?: (index: number) => string): void {
      const n = Math.min(xs.length, ys.length);
      if (circles.length !== n) {
        circles = indices(n).map(() => svg("circle", { r: radius }));
        group.replaceChildren(...circles);
      }
      circles.forEach((circle, i) => {
        circle.setAttribute("r", String(radius * plot.unit));
        circle.setAttribute("cx", String(plot.x(xs[i] ?? 0)));
        circle.setAttribute("cy", String(plot.y(ys[i] ?? 0)));
        if (classes !== undefined) circle.setAttribute("class", classes(i));
      });
    },
  };
}

/** Thousands of points as one path: a scatter of samples. `small` makes them finer. */
export function cloud(plot: Plot, className: string) {
  const path = svg("path", { class: `cloud ${className}` });
  plot.marks.append(path);
  return {
    path,
    draw(xs: ArrayLike<number>, ys: ArrayLike<number>): void {
      const parts = indices(Math.min(xs.length, ys.length)).map(
        (i) => `M${plot.x(xs[i] ?? 0).toFixed(1)},${plot.y(ys[i] ?? 0).toFixed(1)}h0`,
      );
      path.setAttribute("d", parts.join(""));
    },
  };
}

/** Bars of a histogram: `edges` has one entry more than `heights`. */
export function histogram(plot: Plot, className: string) {
  const path = svg("path", { class: `bars ${className}` });
  plot.marks.append(path);
  return {
    path,
    draw(edges: ArrayLike<number>, heights: ArrayLike<number>): void {
      const base = plot.y(0);
      const parts = indices(heights.length).map((i) => {
        const [left, right, top] = [plot.x(edges[i] ?? 0), plot.x(edges[i + 1] ?? 0), plot.y(heights[i] ?? 0)];
        return `M${left + 0.5},${base}V${top}H${Math.max(left + 1, right - 0.5)}V${base}Z`;
      });
      path.setAttribute("d", parts.join(""));
    },
  };
}

/** Text at a place of the plane, over the marks. */
export function label(plot: Plot, text: string, className = "", anchor: "start" | "middle" | "end" = "middle") {
  const element = svg("text", { class: `plot-label ${className}`, "text-anchor": anchor }, text);
  plot.overlay.append(element);
  return {
    element,
    draw(x: number, y: number, dx = 0, dy = 0): void {
      element.setAttribute("x", String(plot.x(x) + dx));
      element.setAttribute("y", String(plot.y(y) + dy));
    },
  };
}

/** Points of the plane as the two lists that `draw` takes: `outline.draw(...columns(points))`. */
export function columns(points: readonly (readonly number[])[]): [xs: number[], ys: number[]] {
  return [points.map((point) => point[0] ?? Number.NaN), points.map((point) => point[1] ?? Number.NaN)];
}

/** Height of an evenly sampled curve at x: where a handle or a label sits on it. */
export function heightAt(xs: ArrayLike<number>, ys: ArrayLike<number>, x: number): number {
  const first = xs[0] ?? 0;
  const position = Math.min(xs.length - 1, Math.max(0, (x - first) / ((xs[1] ?? first + 1) - first)));
  const index = Math.floor(position);
  const left = ys[index] ?? 0;
  return left + (position - index) * ((ys[index + 1] ?? left) - left);
}

function indices(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}
