/**
 * The data on the axis of figure 2.2: each point is a handle; pressing the plane adds one, Delete (or a button) takes
 * one away.
 */

import { button, html } from "../../base/dom";
import { formatNumber } from "../../base/format";
import { t } from "../../base/language";
import type { HostOf } from "../../contract/host";
import { createHandle, type Handle } from "../../parts/handle";
import type { Plot } from "../../parts/plot";

/** As many as the control takes. */
const MOST = 60;

export interface DataPoints {
  /** The buttons. */
  root: HTMLElement;
  draw(data: readonly number[]): void;
}

export function createDataPoints(
  plot: Plot,
  stage: HostOf<{ data: number[] }>,
  bounds: readonly [number, number],
): DataPoints {
  const handles: Handle[] = [];
  /** The point that "Remove" takes: the last one touched. */
  let chosen = -1;
  const data = () => [...stage.controls.data];
  const remove = button("Remove a point", () => take(chosen));
  const root = html(
    "div",
    { class: "player", role: "group", "aria-label": "Data points" },
    button("Add a point", () => add(bounds[0] + Math.random() * (bounds[1] - bounds[0]))),
    remove,
    html("span", { class: "player-status" }, "or press the plane to add, Delete to remove"),
  );
  plot.onPress((x) => add(x));

  function add(x: number): void {
    const points = data();
    if (points.length >= MOST) return;
    chosen = points.length;
    stage.set({ data: [...points, Number(Math.min(bounds[1], Math.max(bounds[0], x)).toFixed(2))] });
  }

  function take(index: number): void {
    const points = data();
    if (points.length === 0) return;
    points.splice(index >= 0 && index < points.length ? index : points.length - 1, 1);
    chosen = -1;
    stage.set({ data: points });
  }

  function create(index: number): Handle {
    const handle = createHandle(plot, {
      label: t`data point ${index + 1}`,
      className: "sym-x",
      axis: "x",
      bounds: { x: bounds },
      step: { x: 0.1 },
      onMove: (x) => {
        const points = data();
        points[index] = x;
        stage.set({ data: points });
      },
      valueText: (x) => `x${index + 1} = ${formatNumber(x, 3)}`,
    });
    handle.root.addEventListener("focus", () => (chosen = index));
    handle.root.addEventListener("keydown", (event) => {
      if (event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      take(index);
      handles[Math.min(index, data().length - 1)]?.root.focus();
    });
    return handle;
  }

  return {
    root,
    draw(points) {
      while (handles.length > points.length) handles.pop()?.remove();
      while (handles.length < points.length) handles.push(create(handles.length));
      for (const [i, x] of points.entries()) handles[i]?.place(x, 0);
      remove.disabled = points.length === 0;
    },
  };
}
