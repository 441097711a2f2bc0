/**
 * The drawing pad: pen, touch, mouse and keyboard. What is drawn becomes an MNIST-like image through the lecture module
 * (`normalizeDrawing`), so the pad works before, and without, the engine.
 */

import { button, html } from "../base/dom";
import { inLanguage, t } from "../base/language";
import { onThemeChange } from "../base/theme-watch";
import type { Lecture } from "../contract/lecture";
import { inkTones, paintDigits } from "./digits";
import { resolveColour } from "./palette";
import { pictureOf, pictureText } from "./picture";
import { drawStrokes, lineWidth, rasterise, type Stroke } from "./strokes";

export interface PadOptions {
  lecture: Pick<Lecture, "normalizeDrawing">;
  signal: AbortSignal;
  label: string;
  /** What stands on the empty pad. */
  invitation: string;
  /** The image changed (also in mid-stroke), or the pad was cleared (`null`). */
  changed(image: Float32Array | null): void;
  /** The drawing is done for now, as text for a link (`picture.ts`); `""`: the pad is empty. */
  kept?(drawing: string): void;
  /** Something the reader should know. */
  failed(error: unknown): void;
  /** A digit to begin with on request; without it there is no such button. */
  testDigit?: () => Promise<Float32Array>;
}

/** Side of the raster from which the image is made. */
const RASTER = 140;
/** The keyboard's pen moves by this fraction of the side. */
const KEY_STEP = 0.03;
/** Where the pen is, is said when it has come to rest. */
const SPEAK_AFTER_MS = 350;

const keys = (): string => t("Arrow keys move the pen, Space or Enter lowers and lifts it.");

export class Pad {
  readonly root: HTMLElement;
  /** The image on the pad, `[784]`, or null when it is empty. */
  image: Float32Array | null = null;
  #options: PadOptions;
  #canvas: HTMLCanvasElement;
  #invitation: HTMLElement;
  #live = html("p", { class: "visually-hidden", role: "status" });
  #speaking: ReturnType<typeof setTimeout> | undefined;
  #undoButton: HTMLButtonElement;
  #clearButton: HTMLButtonElement;
  #strokes: Stroke[] = [];
  /** A digit that was loaded instead of drawn. */
  #loaded: Float32Array | null = null;
  #drawing: number | null = null;
  #pen = { x: 0.5, y: 0.3, shown: false, down: false };
  #frame = 0;

  constructor(options: PadOptions) {
    this.#options = options;
    this.#canvas = html("canvas", {
      class: "pad-canvas",
      tabindex: 0,
      role: "application",
      "aria-label": `${inLanguage(options.label)}. ${keys()} ${t("Shift makes small steps, U undoes, Delete clears.")}`,
    });
    this.#invitation = html("span", { class: "pad-invitation", "aria-hidden": "true" }, options.invitation);
    this.#undoButton = button(t("Undo"), () => this.undo(), { class: "button button-small", disabled: true });
    this.#clearButton = button(t("Clear"), () => this.clear(), { class: "button button-small", disabled: true });
    const { testDigit } = options;
    const random = testDigit
      ? button(t("Test digit"), () => void testDigit().then((image) => this.load(image), options.failed), {
          class: "button button-small",
        })
      : null;
    this.root = html(
      "div",
      { class: "pad" },
      html("div", { class: "pad-paper" }, this.#canvas, this.#invitation, this.#live),
      html("div", { class: "pad-tools" }, random, this.#undoButton, this.#clearButton),
    );
    this.#listen();
    onThemeChange(() => this.#schedule(), options.signal);
    const observer = new ResizeObserver(() => this.#draw());
    observer.observe(this.#canvas);
    this.#canvas.addEventListener("rest", () => {
      this.#canvas.width = this.#canvas.height = 0;
    });
    this.#canvas.addEventListener("return", () => this.#draw());
    options.signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  /** Whether the image was drawn here, not loaded. */
  get drawn(): boolean {
    return this.#strokes.length > 0;
  }

  /** Removes the last stroke. */
  undo(): void {
    this.#strokes.pop();
    this.#loaded = null;
    this.#pen.down = false;
    this.#schedule(true);
  }

  /** Empties the pad. */
  clear(): void {
    this.#strokes = [];
    this.#loaded = null;
    this.#pen.down = false;
    this.#schedule(true);
  }

  /** Shows a digit `[784]` as it is. */
  load(image: Float32Array): void {
    this.#strokes = [];
    this.#loaded = image;
    this.#schedule(true);
  }

  /** Shows the drawing of a link, unless it is the one that the pad itself told of; says whether it is another one. */
  follow(drawing: string): boolean {
    if (drawing === this.#kept) return false;
    this.#kept = drawing;
    const image = pictureOf(drawing);
    if (image) this.load(image);
    else this.clear();
    return true;
  }

  #kept = "";

  /** Tells of the drawing when the pen is up. */
  #keep(): void {
    if (this.#drawing !== null || this.#pen.down || this.#changed) return;
    const drawing = pictureText(this.image);
    if (drawing === this.#kept) return;
    this.#kept = drawing;
    this.#options.kept?.(drawing);
  }

  #listen(): void {
    const canvas = this.#canvas;
    const { signal } = this.#options;
    const begin = (event: PointerEvent): void => {
      if (event.button !== 0 || this.#drawing !== null) return;
      event.preventDefault();
      canvas.focus({ preventScroll: true });
      canvas.setPointerCapture(event.pointerId);
      this.#drawing = event.pointerId;
      this.#pen = { ...this.#pen, shown: false, down: false };
      this.#loaded = null;
      this.#strokes.push([]);
      this.#extend(event);
    };
    const end = (event: PointerEvent): void => {
      if (event.pointerId !== this.#drawing) return;
      this.#drawing = null;
      this.#keep();
    };
    canvas.addEventListener("pointerdown", begin, { signal });
    canvas.addEventListener("pointermove", (event) => event.pointerId === this.#drawing && this.#extend(event), {
      signal,
    });
    canvas.addEventListener("pointerup", end, { signal });
    canvas.addEventListener("pointercancel", end, { signal });
    canvas.addEventListener("keydown", (event) => this.#key(event), { signal });
    canvas.addEventListener(
      "focus",
      () => {
        // Who comes by keyboard sees the pen, and how it is moved.
        if (!canvas.matches(":focus-visible")) return;
        this.#pen.shown = true;
        this.#schedule();
      },
      { signal },
    );
    canvas.addEventListener("blur", () => this.#lift(), { signal });
  }

  /** Adds where the pointer has been since the last event. */
  #extend(event: PointerEvent): void {
    const stroke = this.#strokes.at(-1);
    if (!stroke) return;
    const box = this.#canvas.getBoundingClientRect();
    const events = event.type === "pointermove" ? (event.getCoalescedEvents?.() ?? []) : [];
    for (const { clientX, clientY, pointerType, pressure } of events.length > 0 ? events : [event]) {
      stroke.push({
        x: (clientX - box.left) / box.width,
        y: (clientY - box.top) / box.height,
        width: lineWidth(pointerType, pressure),
      });
    }
    this.#schedule(true);
  }

  #key(event: KeyboardEvent): void {
    const step = event.shiftKey ? KEY_STEP / 3 : KEY_STEP;
    const moves: Record<string, [number, number]> = {
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    };
    const move = moves[event.key];
    if (move) {
      const bound = (value: number): number => Math.min(0.96, Math.max(0.04, value));
      this.#pen = { ...this.#pen, x: bound(this.#pen.x + move[0]), y: bound(this.#pen.y + move[1]), shown: true };
      if (this.#pen.down) this.#strokes.at(-1)?.push(this.#penPoint());
      this.#schedule(this.#pen.down);
    } else if (event.key === " " || event.key === "Enter") {
      this.#pen = { ...this.#pen, shown: true, down: !this.#pen.down };
      if (this.#pen.down) {
        this.#loaded = null;
        this.#strokes.push([this.#penPoint()]);
      }
      this.#schedule(true);
    } else if (event.key === "Delete" || event.key === "Backspace") this.clear();
    else if (event.key.toLowerCase() === "u" && !event.ctrlKey && !event.metaKey) this.undo();
    else return;
    event.preventDefault();
    this.#speak();
  }

  /** Says where the keyboard's pen is. */
  #speak(): void {
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      const { x, y, down } = this.#pen;
      const percent = (share: number): string => `${Math.round(100 * share)} %`;
      const place = [percent(x), percent(y)] as const;
      const pen = down
        ? t("Pen down, {0} across and {1} down.", ...place)
        : t("Pen up, {0} across and {1} down.", ...place);
      this.#live.textContent = this.#strokes.length === 0 ? `${pen} ${t("The pad is empty.")}` : pen;
    }, SPEAK_AFTER_MS);
  }

  #penPoint(): { x: number; y: number; width: number } {
    return { x: this.#pen.x, y: this.#pen.y, width: lineWidth("keyboard", 0) };
  }

  #lift(): void {
    this.#pen = { ...this.#pen, shown: false, down: false };
    this.#schedule();
  }

  /** Draws with the next frame; tells the image when the ink has changed. */
  #schedule(changed = false): void {
    if (changed) this.#changed = true;
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
      if (!this.#changed) return;
      this.#changed = false;
      this.#tell();
    });
  }

  #changed = false;

  #tell(): void {
    const empty = this.#strokes.length === 0 && this.#loaded === null;
    this.#undoButton.disabled = this.#clearButton.disabled = empty;
    try {
      if (empty) this.image = null;
      else
        this.image =
          this.#loaded ?? this.#options.lecture.normalizeDrawing(rasterise(this.#strokes, RASTER), RASTER, RASTER);
      this.#options.changed(this.image);
      this.#keep();
    } catch (error) {
      this.#options.failed(error);
    }
  }

  #draw(): void {
    const canvas = this.#canvas;
    const side = Math.round(canvas.clientWidth * devicePixelRatio);
    const context = canvas.getContext("2d");
    if (!context || side === 0) return;
    if (canvas.width !== side) canvas.width = canvas.height = side;
    context.clearRect(0, 0, side, side);
    this.#invitation.hidden = this.#strokes.length > 0 || this.#loaded !== null;
    this.#invitation.textContent = this.#pen.shown ? keys() : inLanguage(this.#options.invitation);
    if (this.#loaded) {
      const digit = document.createElement("canvas");
      paintDigits(digit, this.#loaded, 1, inkTones(canvas));
      context.imageSmoothingQuality = "high";
      context.drawImage(digit, 0, 0, side, side);
    }
    context.fillStyle = context.strokeStyle = resolveColour(this.root, "var(--pixel-high)");
    drawStrokes(context, this.#strokes, side);
    if (!this.#pen.shown) return;
    context.strokeStyle = context.fillStyle = resolveColour(this.root, "var(--accent)");
    context.lineWidth = 2 * devicePixelRatio;
    context.beginPath();
    context.arc(this.#pen.x * side, this.#pen.y * side, lineWidth("keyboard", 0) * side * 0.6, 0, 2 * Math.PI);
    if (this.#pen.down) context.fill();
    else context.stroke();
  }
}
