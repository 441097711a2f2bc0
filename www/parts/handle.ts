/**
 * A point that the reader moves: by pointer, by touch, by arrow keys (with Shift, ten steps; Home and End, to the
 * ends). It is a slider to assistive technology: role, value, and the value in words.
 */

import { svg } from "../base/dom";
import type { Plot } from "./plot";

export interface HandleOptions {
  /** What is moved, e.g. "mean of p". */
  label: string;
  /** Colour, e.g. `sym-p`. */
  className: string;
  /** The directions in which it moves. */
  axis: "x" | "y" | "both";
  /** Where it may go, in data coordinates. */
  bounds: { x?: readonly [number, number]; y?: readonly [number, number] };
  /** One press of an arrow key, in data coordinates. */
  step: { x?: number; y?: number };
  /** Moved to this place; the figure calls `stage.set` and then `place`. */
  onMove(x: number, y: number): void;
  /** The value in words: "μ₁ = 0.5". */
  valueText(x: number, y: number): string;
  /** A ring (for a width) instead of a dot (for a place). */
  shape?: "dot" | "ring";
}

export interface Handle {
  root: SVGGElement;
  /** Shows the handle at a place, in data coordinates. */
  place(x: number, y: number): void;
  remove(): void;
}

/** Radius of what the finger hits; the mark itself is smaller. */
const TARGET_RADIUS = 18;

export function createHandle(plot: Plot, options: HandleOptions): Handle {
  const { axis, bounds, step } = options;
  let at = { x: 0, y: 0 };
  let grab: { dx: number; dy: number } | null = null;
  const mark = svg("circle", { class: "handle-mark", r: options.shape === "ring" ? 6.5 : 7.5 });
  const root = svg(
    "g",
    {
      class: `handle handle-${options.shape ?? "dot"} handle-axis-${axis} ${options.className}`,
      tabindex: 0,
      role: "slider",
      "aria-label": options.label,
      "aria-orientation": axis === "y" ? "vertical" : "horizontal",
    },
    svg("circle", { class: "handle-target", r: TARGET_RADIUS }),
    svg("circle", { class: "handle-halo", r: 13 }),
    mark,
  );
  const range = (axis === "y" ? bounds.y : bounds.x) ?? (axis === "y" ? plot.y.domain() : plot.x.domain());
  root.setAttribute("aria-valuemin", String(range[0]));
  root.setAttribute("aria-valuemax", String(range[1]));
  plot.overlay.append(root);

  const move = (x: number, y: number) => {
    const next = { x: axis === "y" ? at.x : inside(x, bounds.x), y: axis === "x" ? at.y : inside(y, bounds.y) };
    if (next.x === at.x && next.y === at.y) return;
    options.onMove(round(next.x, step.x), round(next.y, step.y));
  };

  root.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    root.focus({ preventScroll: true });
    root.setPointerCapture(event.pointerId);
    const pointer = plot.locate(event);
    grab = { dx: plot.x(at.x) - pointer.x, dy: plot.y(at.y) - pointer.y };
    root.classList.add("dragging");
  });
  root.addEventListener("pointermove", (event) => {
    if (grab === null) return;
    const pointer = plot.locate(event);
    move(plot.x.invert(pointer.x + grab.dx), plot.y.invert(pointer.y + grab.dy));
  });
  const release = () => {
    grab = null;
    root.classList.remove("dragging");
  };
  root.addEventListener("pointerup", release);
  root.addEventListener("pointercancel", release);
  root.addEventListener("keydown", (event) => {
    const target = keyTarget(event, at, options);
    if (target === null) return;
    event.preventDefault();
    event.stopPropagation();
    move(target.x, target.y);
  });

  return {
    root,
    place(x, y) {
      at = { x, y };
      root.setAttribute("transform", `translate(${plot.x(x)},${plot.y(y)}) scale(${plot.unit})`);
      root.setAttribute("aria-valuenow", String(axis === "y" ? y : x));
      root.setAttribute("aria-valuetext", options.valueText(x, y));
    },
    remove() {
      root.remove();
    },
  };
}

function keyTarget(
  event: KeyboardEvent,
  at: { x: number; y: number },
  { axis, step, bounds }: HandleOptions,
): { x: number; y: number } | null {
  if (event.altKey || event.ctrlKey || event.metaKey) return null;
  const times = event.shiftKey ? 10 : 1;
  const dx = times * (step.x ?? 0);
  const dy = times * (step.y ?? 0);
  const ends = axis === "y" ? bounds.y : bounds.x;
  switch (event.key) {
    case "ArrowRight":
      return axis === "y" ? { x: at.x, y: at.y + dy } : { x: at.x + dx, y: at.y };
    case "ArrowLeft":
      return axis === "y" ? { x: at.x, y: at.y - dy } : { x: at.x - dx, y: at.y };
    case "ArrowUp":
      return axis === "x" ? { x: at.x + dx, y: at.y } : { x: at.x, y: at.y + dy };
    case "ArrowDown":
      return axis === "x" ? { x: at.x - dx, y: at.y } : { x: at.x, y: at.y - dy };
    case "Home":
    case "End": {
      const end = ends?.[event.key === "Home" ? 0 : 1];
      if (end === undefined) return null;
      return axis === "y" ? { x: at.x, y: end } : { x: end, y: at.y };
    }
    default:
      return null;
  }
}

function inside(value: number, range: readonly [number, number] | undefined): number {
  return range === undefined ? value : Math.min(range[1], Math.max(range[0], value));
}

/** A tenth of a step is as fine as a pointer deserves; links stay short. */
function round(value: number, step: number | undefined): number {
  if (step === undefined || step <= 0) return value;
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(step)));
  return Number(value.toFixed(Math.min(12, decimals)));
}
