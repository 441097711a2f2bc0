/**
 * Bars in nats, as in Bishop's picture of the bound: they stand on a floor that is only the end of the drawing (levels
 * are mostly negative), so they fade towards it. What counts are their tops.
 */

import { svg, uniqueId } from "../../base/dom";
import { niceTop } from "../../parts/layout";
import type { Plot } from "../../parts/plot";

/** Ends of an axis that shows every level, and rests while one drags. */
export function levels(all: readonly number[], least = 3): [floor: number, top: number] {
  // A bar keeps a visible body above the floor.
  const floor = -niceTop(
    all.map((level) => -1.3 * level),
    least,
  );
  const highest = Math.max(...all.filter(Number.isFinite));
  return [floor, highest > 0.3 ? niceTop(all, 0.5) : 0.5];
}

/** A bar from the floor (`fading`) or between two levels. `x0` and `x1` are in the plot's units. */
export function bar(plot: Plot, className: string, fading: boolean) {
  const rect = svg("rect", { class: "bar", rx: 2 });
  const edge = svg("line", { class: "bar-edge" });
  const group = svg("g", { class: className }, rect, edge);
  if (fading) {
    const id = uniqueId("fade");
    const stop = (offset: number, opacity: number) =>
      svg("stop", { offset, "stop-color": "currentColor", "stop-opacity": opacity });
    group.prepend(
      svg(
        "defs",
        {},
        svg("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, stop(0, 0.55), stop(0.5, 0.42), stop(1, 0.04)),
      ),
    );
    rect.setAttribute("fill", `url(#${id})`);
  } else {
    rect.setAttribute("fill", "currentColor");
    rect.setAttribute("fill-opacity", "0.5");
  }
  plot.marks.append(group);
  return {
    group,
    draw(x0: number, x1: number, low: number, high: number): void {
      const [left, right, top, bottom] = [plot.x(x0), plot.x(x1), plot.y(high), plot.y(low)];
      rect.setAttribute("x", String(left));
      rect.setAttribute("width", String(Math.max(0, right - left)));
      rect.setAttribute("y", String(top));
      rect.setAttribute("height", String(Math.max(0, bottom - top)));
      // An empty bar has no edge.
      edge.toggleAttribute("hidden", bottom - top < 1);
      edge.setAttribute("x1", String(left));
      edge.setAttribute("x2", String(right));
      edge.setAttribute("y1", String(top));
      edge.setAttribute("y2", String(top));
    },
  };
}
