/**
 * The map of a two-dimensional latent space: equal areas hold equal prior probability (`stats::latent_manifold`). Shows
 * the decoded grid, codes of images by class, one image's posterior as an ellipse, and one code that can be dragged.
 */

import { html } from "../base/dom";
import { formatFixed } from "../base/format";
import { inLanguage, t } from "../base/language";
import { onThemeChange } from "../base/theme-watch";
import type { Lecture } from "../contract/lecture";
import { inkTones, paintDigits } from "./digits";
import { drawMarks, type Points } from "./map-marks";
import { classColour, resolveColour } from "./palette";
import { tex } from "./tex";

export interface LatentMapOptions {
  lecture: Pick<Lecture, "ellipseOnMap" | "codesToMap" | "mapToCodes">;
  signal: AbortSignal;
  label: string;
  /** KaTeX names of the two axes; null leaves them out. */
  axes: [string, string] | null;
  reducedMotion: boolean;
  /** The reader moves the code; without it the map only shows. */
  move?: (z: [number, number]) => void;
}

const GLIDE_MS = 350;
const OUTLINE_POINTS = 72;

export class LatentMap {
  readonly root: HTMLElement;
  #options: LatentMapOptions;
  #digits = html("canvas", { class: "map-digits", "aria-hidden": "true" });
  #dots = html("canvas", { class: "map-dots", "aria-hidden": "true" });
  #over = html("canvas", { class: "map-over" });
  #axes: HTMLElement[] = [];
  #manifold: { images: Float32Array; columns: number } | null = null;
  #points: Points = new Float32Array();
  #labels: Uint8Array = new Uint8Array();
  #glide: { from: Points; to: Points; begin: number } | null = null;
  #only: number | null = null;
  #outlines: Points[] = [];
  #centre: Points | null = null;
  #spread: { label: number; points: Points }[] = [];
  #strong = false;
  #z: [number, number] | null = null;
  #place: Points = new Float32Array();
  #scale = 1;
  #frame = 0;
  #colours = new Map<string, string>();
  #stamps = new Map<string, HTMLCanvasElement>();

  constructor(options: LatentMapOptions) {
    this.#options = options;
    const square = html("div", { class: "map-square" }, this.#digits, this.#dots, this.#over);
    this.root = html("div", { class: "map" }, square);
    this.setAxes(options.axes);
    if (options.move) this.#listen();
    else {
      this.#over.setAttribute("role", "img");
      this.#over.setAttribute("aria-label", inLanguage(options.label));
    }
    onThemeChange(() => {
      this.#colours.clear();
      this.#stamps.clear();
      this.redraw();
    }, options.signal);
    const observer = new ResizeObserver(() => this.#schedule());
    observer.observe(this.#over);
    this.#over.addEventListener("rest", () => {
      const layers = this.#manifold ? [this.#digits, this.#dots, this.#over] : [this.#dots, this.#over];
      for (const layer of layers) layer.width = layer.height = 0;
    });
    this.#over.addEventListener("return", () => {
      if (this.#manifold) this.#paint();
      this.#drawDots();
      this.#drawOver();
    });
    options.signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  setAxes(axes: [string, string] | null): void {
    for (const old of this.#axes) old.remove();
    this.#axes = axes
      ? axes.map((name, i) => html("span", { class: `map-axis map-axis-${i + 1}`, "aria-hidden": "true" }, tex(name)))
      : [];
    this.root.append(...this.#axes);
  }

  /** The decoded grid `[columns^2 * 784]`, row by row from the top left. */
  setManifold(images: Float32Array | null, columns: number): void {
    this.#manifold = images ? { images, columns } : null;
    this.#paint();
  }

  /**
   * Codes are divided by `scale` before they are placed: 1 where they follow the prior, more where nothing keeps them
   * near it.
   */
  setScale(scale: number): void {
    if (scale === this.#scale) return;
    this.#scale = scale;
    if (this.#z) this.setPoint(this.#z);
  }

  /**
   * Codes as pairs, and their classes; points glide from where they were, unless the drawing's time is wanted
   * elsewhere.
   */
  setCodes(codes: Float32Array, labels: Uint8Array, glide = true): void {
    const to = this.#onMap(codes);
    const moved = glide && to.length === this.#points.length && !this.#options.reducedMotion;
    this.#glide = moved ? { from: this.#points, to, begin: performance.now() } : null;
    if (!moved) this.#points = to;
    this.#labels = labels;
    this.#schedule();
  }

  /** Shows one class only, or all. */
  highlight(label: number | null): void {
    this.#only = label;
    this.#schedule();
  }

  /** One image's `q(z given x)`: its centre, and outlines at one and two sigma. */
  setPosterior(code: { mu: [number, number]; sigma: [number, number] } | null): void {
    const { lecture } = this.#options;
    const s = this.#scale;
    const outline = (scale: number): Points =>
      code
        ? lecture.ellipseOnMap(
            code.mu[0] / s,
            code.mu[1] / s,
            code.sigma[0] / s,
            code.sigma[1] / s,
            scale,
            OUTLINE_POINTS,
          )
        : new Float32Array();
    this.#outlines = code ? [outline(1), outline(2)] : [];
    this.#centre = code ? this.#onMap(code.mu) : null;
    this.#schedule();
  }

  /**
   * `q(z given x)` of several images at one sigma, in the colours of their classes: codes `[n, 2]`; null takes them
   * away. `strong`: where there are few.
   */
  setSpread(codes: { mu: Float32Array; sigma: Float32Array; labels: Uint8Array } | null, strong = false): void {
    this.#strong = strong;
    const s = this.#scale;
    const outline = (label: number, i: number): { label: number; points: Points } => {
      const [x = 0, y = 0] = codes?.mu.subarray(2 * i, 2 * i + 2) ?? [];
      const [a = 0, b = 0] = codes?.sigma.subarray(2 * i, 2 * i + 2) ?? [];
      return { label, points: this.#options.lecture.ellipseOnMap(x / s, y / s, a / s, b / s, 1, OUTLINE_POINTS / 3) };
    };
    this.#spread = codes ? Array.from(codes.labels, outline) : [];
    this.#schedule();
  }

  /** The code that can be dragged. */
  setPoint(z: [number, number] | null): void {
    this.#z = z;
    this.#place = z ? this.#onMap(z) : new Float32Array();
    if (z && this.#options.move) {
      this.#over.setAttribute("aria-valuetext", `z = (${formatFixed(z[0], 2)}, ${formatFixed(z[1], 2)})`);
      this.#over.setAttribute("aria-valuenow", z[0].toFixed(2));
    }
    this.#schedule();
  }

  redraw(): void {
    this.#paint();
    this.#schedule();
  }

  #onMap(codes: ArrayLike<number>): Points {
    return this.#options.lecture.codesToMap(Float32Array.from(codes, (value) => value / this.#scale));
  }

  #listen(): void {
    const over = this.#over;
    const { signal, label } = this.#options;
    over.classList.add("map-movable");
    const words = {
      tabindex: "0",
      role: "slider",
      "aria-label": t("{0}. Arrow keys move z, with Shift in small steps.", label),
      "aria-valuemin": "-3",
      "aria-valuemax": "3",
      "aria-valuenow": "0",
    };
    for (const [name, value] of Object.entries(words)) over.setAttribute(name, value);
    let pointer: number | null = null;
    const follow = (event: PointerEvent): void => {
      const box = over.getBoundingClientRect();
      this.#moveTo((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    };
    over.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button !== 0 || pointer !== null) return;
        event.preventDefault();
        over.focus({ preventScroll: true });
        over.setPointerCapture(event.pointerId);
        pointer = event.pointerId;
        follow(event);
      },
      { signal },
    );
    over.addEventListener("pointermove", (event) => event.pointerId === pointer && follow(event), { signal });
    for (const end of ["pointerup", "pointercancel"] as const)
      over.addEventListener(end, () => (pointer = null), { signal });
    over.addEventListener(
      "keydown",
      (event) => {
        const step = event.shiftKey ? 0.005 : 0.02;
        const moves: Record<string, [number, number]> = {
          ArrowLeft: [-step, 0],
          ArrowRight: [step, 0],
          ArrowUp: [0, -step],
          ArrowDown: [0, step],
        };
        const move = moves[event.key];
        if (!move || !this.#z) return;
        event.preventDefault();
        this.#moveTo((this.#place[0] ?? 0.5) + move[0], (this.#place[1] ?? 0.5) + move[1]);
      },
      { signal },
    );
  }

  #moveTo(x: number, y: number): void {
    const bound = (value: number): number => Math.min(0.998, Math.max(0.002, value));
    const [first = 0, second = 0] = this.#options.lecture.mapToCodes(new Float32Array([bound(x), bound(y)]));
    this.#options.move?.([first * this.#scale, second * this.#scale]);
  }

  #paint(): void {
    if (!this.#manifold) {
      this.#digits.width = this.#digits.height = 1;
      return;
    }
    const { images, columns } = this.#manifold;
    paintDigits(this.#digits, images, columns, inkTones(this.root));
  }

  #schedule(): void {
    if (this.#frame !== 0 || this.#options.signal.aborted) return;
    this.#frame = requestAnimationFrame((now) => {
      this.#frame = 0;
      if (this.#glide) this.#advance(now);
      this.#drawDots();
      this.#drawOver();
      if (this.#glide) this.#schedule();
    });
  }

  #advance(now: number): void {
    if (!this.#glide) return;
    const { from, to, begin } = this.#glide;
    const t = Math.min(1, Math.max(0, (now - begin) / GLIDE_MS));
    const eased = 1 - (1 - t) ** 3;
    this.#points = t === 1 ? to : from.map((value, i) => value + eased * ((to[i] ?? 0) - value));
    if (t === 1) this.#glide = null;
  }

  #colour(css: string): string {
    let known = this.#colours.get(css);
    if (known === undefined) {
      known = resolveColour(this.root, css);
      this.#colours.set(css, known);
    }
    return known;
  }

  /** A context in units of the map's side, cleared; null while the map is not laid out. */
  #context(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; side: number } | null {
    const side = this.#over.clientWidth;
    const pixels = Math.round(side * devicePixelRatio);
    const context = canvas.getContext("2d");
    if (!context || pixels === 0) return null;
    if (canvas.width !== pixels) canvas.width = canvas.height = pixels;
    context.setTransform(pixels / side, 0, 0, pixels / side, 0, 0);
    context.clearRect(0, 0, side, side);
    return { context, side };
  }

  #drawDots(): void {
    const ready = this.#context(this.#dots);
    if (!ready) return;
    const { context, side } = ready;
    const count = this.#labels.length;
    const radius = Math.max(1.3, Math.min(2.6, side / 190)) * (count > 1200 ? 0.85 : 1);
    const span = 2 * radius + 1;
    // The last: what has no class.
    for (let label = 0; label <= 10; label += 1) {
      // A stamp is several times faster than a path for each dot.
      const stamp = this.#stamp(label, radius);
      const alone = this.#only === label ? 0.95 : 0.08;
      context.globalAlpha = this.#only === null ? 0.75 : alone;
      for (let i = 0; i < count; i += 1) {
        if (Math.min(this.#labels[i] ?? 10, 10) !== label) continue;
        context.drawImage(
          stamp,
          (this.#points[2 * i] ?? 0) * side - span / 2,
          (this.#points[2 * i + 1] ?? 0) * side - span / 2,
          span,
          span,
        );
      }
    }
    context.globalAlpha = 1;
    for (const { label, points } of this.#spread) {
      if (this.#only !== null && this.#only !== label) continue;
      context.beginPath();
      for (let j = 0; j < points.length; j += 2) context.lineTo((points[j] ?? 0) * side, (points[j + 1] ?? 0) * side);
      context.closePath();
      if (this.#strong) {
        context.strokeStyle = this.#colour("var(--surface)");
        context.lineWidth = 6;
        context.stroke();
      }
      context.strokeStyle = this.#colour(classColour(label));
      context.lineWidth = this.#strong ? 3 : 1.25;
      context.stroke();
    }
  }

  /** One dot of a class, ready to be copied. */
  #stamp(label: number, radius: number): HTMLCanvasElement {
    const key = `${label} ${radius} ${devicePixelRatio}`;
    let stamp = this.#stamps.get(key);
    if (!stamp) {
      stamp = document.createElement("canvas");
      const span = 2 * radius + 1;
      stamp.width = stamp.height = Math.ceil(span * devicePixelRatio);
      const context = stamp.getContext("2d");
      if (context) {
        context.scale(stamp.width / span, stamp.height / span);
        context.fillStyle = this.#colour(classColour(label));
        context.arc(span / 2, span / 2, radius, 0, 2 * Math.PI);
        context.fill();
      }
      this.#stamps.set(key, stamp);
    }
    return stamp;
  }

  #drawOver(): void {
    const ready = this.#context(this.#over);
    if (!ready) return;
    drawMarks(ready.context, ready.side, (name) => this.#colour(`var(--${name})`), {
      outlines: this.#outlines,
      centre: this.#centre,
      point: this.#z ? this.#place : null,
    });
  }
}
