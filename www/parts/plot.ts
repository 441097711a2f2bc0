/**
 * A responsive plot: SVG, D3 scales, a clipped layer for curves and one above it for handles. Colours are CSS
 * variables. When its width changes it asks the stage for another `update`, in which the figure draws again.
 */

import { type ScaleContinuousNumeric, scaleLinear, scaleLog } from "d3-scale";
import { svg, uniqueId } from "../base/dom";
import { formatTick } from "../base/format";
import { inLanguage } from "../base/language";

/** Type size, in pixels, for which lengths are given. */
const BASE_FONT = 15;

/** One axis. The label is text; `symbol` sets it in italics, `unit` follows in brackets. */
export interface AxisOptions {
  domain: readonly [number, number];
  label?: string;
  symbol?: boolean;
  unit?: string;
  scale?: "linear" | "log";
  ticks?: number;
  /** False: no axis, no grid lines. */
  show?: boolean;
  format?: (value: number) => string;
}

export interface PlotOptions {
  x: AxisOptions;
  y: AxisOptions;
  /**
   * Height in pixels (less where the page is narrow; a function of the width is taken as it is), or as a share of the
   * width.
   */
  height?: number | ((width: number) => number);
  aspect?: number;
  /** Nothing grows above this width (square plots). */
  maxWidth?: number;
  margin?: Partial<Margin>;
  /** In words, for people who listen; the figure's description tells the state. */
  label: string;
}

interface Margin {
  top: number;
  right: number;
  bottom: number;
  left: number;
}

/** The part of the stage that a plot needs. */
interface Redraws {
  refresh(): void;
  readonly signal: AbortSignal;
}

type Scale = ScaleContinuousNumeric<number, number>;

export class Plot {
  readonly root: HTMLDivElement;
  /** Clipped to the plot's area. */
  readonly marks: SVGGElement;
  /** Above the marks, not clipped: handles and labels. */
  readonly overlay: SVGGElement;
  /** Data to pixels. */
  x: Scale;
  y: Scale;
  /** Pixels between the axes. */
  width = 0;
  height = 0;
  /** How much larger than usual everything is drawn (lecture mode): 1 at a type size of 15 pixels. */
  unit = 1;
  readonly #svg: SVGSVGElement;
  readonly #plane: SVGGElement;
  readonly #grid: SVGGElement;
  readonly #xAxis: SVGGElement;
  readonly #yAxis: SVGGElement;
  readonly #xLabel: SVGTextElement;
  readonly #yLabel: SVGTextElement;
  readonly #clip: SVGRectElement;
  readonly #background: SVGRectElement;
  readonly #options: PlotOptions;
  readonly #margin: Margin;
  #outerWidth = 0;

  constructor(parent: HTMLElement, stage: Redraws, options: PlotOptions) {
    this.#options = options;
    const bare = options.y.show === false;
    this.#margin = {
      top: options.y.label === undefined ? 12 : 30,
      right: 14,
      bottom: options.x.show === false ? 6 : 42,
      left: bare ? 14 : 52,
      ...options.margin,
    };
    this.x = makeScale(options.x);
    this.y = makeScale(options.y);
    const clipId = uniqueId("clip");
    this.#clip = svg("rect");
    this.#background = svg("rect", { class: "plot-background" });
    this.#grid = svg("g", { class: "grid" });
    this.#xAxis = svg("g", { class: "axis" });
    this.#yAxis = svg("g", { class: "axis" });
    this.#xLabel = axisLabel(options.x, "middle");
    this.#yLabel = axisLabel(options.y, "start");
    this.marks = svg("g", { class: "marks", "clip-path": `url(#${clipId})` });
    this.overlay = svg("g", { class: "overlay" });
    this.#plane = svg(
      "g",
      {},
      this.#background,
      this.#grid,
      this.marks,
      this.#xAxis,
      this.#yAxis,
      this.#xLabel,
      this.#yLabel,
      this.overlay,
    );
    this.#svg = svg(
      "svg",
      { class: "plot-svg", role: "group", "aria-label": options.label },
      svg("defs", {}, svg("clipPath", { id: clipId }, this.#clip)),
      this.#plane,
    );
    this.root = document.createElement("div");
    this.root.className = "plot";
    if (options.maxWidth !== undefined) this.root.style.maxWidth = `${options.maxWidth / BASE_FONT}em`;
    this.root.append(this.#svg);
    parent.append(this.root);
    this.#resize(this.root.clientWidth || 640);
    const fit = () => {
      const width = this.root.clientWidth;
      if (width === 0 || width === this.#outerWidth) return;
      this.#resize(width);
      stage.refresh();
    };
    onResize(this.root, fit, stage.signal);
  }

  /** Moves the axes to other ranges. */
  domains(domains: { x?: readonly [number, number]; y?: readonly [number, number] }): void {
    if (domains.x !== undefined) this.x.domain(domains.x);
    if (domains.y !== undefined) this.y.domain(domains.y);
    this.#drawAxes();
  }

  /** Calls `listener` where the empty plane is pressed, in data coordinates. */
  onPress(listener: (x: number, y: number) => void): void {
    this.#background.classList.add("pressable");
    this.#svg.addEventListener("click", (event) => {
      if (event.target instanceof Element && event.target.closest(".handle") !== null) return;
      const { x, y } = this.locate(event);
      if (x < 0 || x > this.width || y < 0 || y > this.height) return;
      listener(this.x.invert(x), this.y.invert(y));
    });
  }

  /** A pointer's place in pixels of the plot's area. */
  locate(event: { clientX: number; clientY: number }): { x: number; y: number } {
    const box = this.#svg.getBoundingClientRect();
    // An enlarged figure (lecture mode, zoom) has more pixels on screen than in the drawing.
    const ratio = box.width === 0 ? 1 : this.#outerWidth / box.width;
    return {
      x: (event.clientX - box.left) * ratio - this.#margin.left * this.unit,
      y: (event.clientY - box.top) * ratio - this.#margin.top * this.unit,
    };
  }

  #resize(outer: number): void {
    this.unit = Math.max(0.8, (Number.parseFloat(getComputedStyle(this.root).fontSize) || BASE_FONT) / BASE_FONT);
    const [top, right, bottom, left] = [
      this.#margin.top,
      this.#margin.right,
      this.#margin.bottom,
      this.#margin.left,
    ].map((side) => side * this.unit) as [number, number, number, number];
    this.#outerWidth = outer;
    const { aspect } = this.#options;
    const { height = 320 } = this.#options;
    const fitted = (most: number) => (outer < 480 ? Math.min(most, Math.max(220, outer * 0.72)) : most);
    const wanted = typeof height === "function" ? height(outer / this.unit) * this.unit : fitted(height * this.unit);
    const outerHeight = Math.round(aspect === undefined ? wanted : outer * aspect);
    this.width = Math.max(40, outer - left - right);
    this.height = Math.max(40, outerHeight - top - bottom);
    this.#svg.setAttribute("width", String(outer));
    this.#svg.setAttribute("height", String(outerHeight));
    this.#svg.setAttribute("viewBox", `0 0 ${outer} ${outerHeight}`);
    this.#plane.setAttribute("transform", `translate(${left},${top})`);
    for (const rect of [this.#clip, this.#background]) {
      rect.setAttribute("width", String(this.width));
      rect.setAttribute("height", String(this.height));
    }
    this.x.range([0, this.width]);
    this.y.range([this.height, 0]);
    this.#xAxis.setAttribute("transform", `translate(0,${this.height})`);
    this.#xLabel.setAttribute("x", String(this.width / 2));
    this.#xLabel.setAttribute("y", String(this.height + 36 * this.unit));
    this.#yLabel.setAttribute("x", String(6 * this.unit - left));
    this.#yLabel.setAttribute("y", String(-13 * this.unit));
    this.#drawAxes();
  }

  #drawAxes(): void {
    const { x, y } = this.#options;
    const xTicks = x.ticks ?? Math.max(3, Math.min(10, Math.round(this.width / (80 * this.unit))));
    const yTicks = y.ticks ?? Math.max(3, Math.min(8, Math.round(this.height / (48 * this.unit))));
    this.#grid.replaceChildren();
    if (x.show !== false) {
      const ticks = tickMarks(this.x, xTicks, x);
      this.#grid.append(...ticks.map(({ at }) => svg("line", { x1: at, x2: at, y1: 0, y2: this.height })));
      this.#xAxis.replaceChildren(
        svg("path", { d: `M0,0H${this.width}` }),
        ...ticks.flatMap(({ at, text }) => [
          svg("line", { x1: at, x2: at, y2: 4 }),
          svg("text", { x: at, y: 10, dy: "0.71em", "text-anchor": "middle" }, text),
        ]),
      );
    }
    if (y.show !== false) {
      const ticks = tickMarks(this.y, yTicks, y);
      this.#grid.append(...ticks.map(({ at }) => svg("line", { x1: 0, x2: this.width, y1: at, y2: at })));
      this.#yAxis.replaceChildren(
        svg("path", { d: `M0,0V${this.height}` }),
        ...ticks.flatMap(({ at, text }) => [
          svg("line", { x2: -4, y1: at, y2: at }),
          svg("text", { x: -10, y: at, dy: "0.32em", "text-anchor": "end" }, text),
        ]),
      );
    }
  }
}

/**
 * Calls `listener` in the frame in which `element` first appears, and in the one after each change of its size. Not at
 * once: the height of a plot follows its width, and who changes what is observed (here, or around it) before all
 * observers are told leaves some untold, which is an error in the window.
 */
function onResize(element: Element, listener: () => void, signal: AbortSignal): void {
  let frame = 0;
  const schedule = () => {
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      listener();
    });
  };
  const observer = new ResizeObserver(schedule);
  observer.observe(element);
  schedule();
  signal.addEventListener("abort", () => {
    observer.disconnect();
    cancelAnimationFrame(frame);
  });
}

function makeScale(axis: AxisOptions): Scale {
  return (axis.scale === "log" ? scaleLog() : scaleLinear()).domain(axis.domain);
}

/** Where the ticks are, in pixels, and what they say. */
function tickMarks(scale: Scale, count: number, { format }: AxisOptions): { at: number; text: string }[] {
  const write = scale.tickFormat(count);
  const say = format ?? ((tick: number) => formatTick(write(tick)));
  return scale.ticks(count).map((tick) => ({ at: scale(tick), text: say(tick) }));
}

function axisLabel(axis: AxisOptions, anchor: string): SVGTextElement {
  const text = svg("text", { class: `axis-label${axis.symbol === true ? " axis-symbol" : ""}`, "text-anchor": anchor });
  if (axis.label !== undefined) text.append(inLanguage(axis.label));
  if (axis.unit !== undefined) text.append(svg("tspan", { class: "axis-unit" }, ` (${inLanguage(axis.unit)})`));
  return text;
}
