/**
 * What a figure is: its controls as data, its numbers from Rust, its drawing. The element (`elbo-figure.ts`) does the
 * rest: attributes, validation, sliders, read-outs, checks, links, messages, events, theme.
 */

import type { Engine } from "../engine/client";
import type { Lecture, LectureModule } from "./lecture";

/** A plain JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of all controls, by camelCase name. */
export type Controls = { [name: string]: Json };

/** What every control may have. */
interface Common {
  /** In words: the accessible name. */
  label: string;
  /** KaTeX source shown in place of the label (which stays its accessible name), e.g. `\\mmu_1`. */
  symbol?: string;
  /** Controls with the same group stand together under this heading. */
  group?: string;
  /** Whether it says anything beside the other controls; where not, it is left out. Its value stays. */
  when?: (controls: Controls) => boolean;
  /** False: not in the panel; moved in the drawing, by attribute or by link. */
  panel?: boolean;
}

/** How one control is validated, shown and linked. Numbers are clamped to `min..max`; anything malformed is refused. */
export type ControlSpec = Common & ControlKind;

/** The kinds of control. */
export type ControlKind =
  | {
      kind: "number";
      min: number;
      max: number;
      step: number;
      default: number;
      unit?: string;
      /** `log`: the slider moves in equal ratios. */
      scale?: "linear" | "log";
      integer?: boolean;
    }
  | { kind: "choice"; options: { value: string; label: string }[]; default: string }
  | { kind: "boolean"; default: boolean }
  /** An integer seed with a "draw again" button. */
  | { kind: "seed"; default: number }
  /** A list (or rows) of numbers: moved in the drawing, and editable as text (`1, 2, 3`; rows end with `;`). */
  | { kind: "numbers"; min: number; max: number; minLength: number; maxLength: number; default: number[] }
  | { kind: "rows"; min: number; max: number; maxRows: number; columns: number; default: number[][] }
  /** The reader's drawing as text (`parts/picture.ts`), `""` for none: made on a pad, never in the panel. */
  | { kind: "picture"; default: string };

/** One number shown as text. */
export interface Readout {
  /** In words; shown when there is no symbol, and always the accessible name. */
  label: string;
  /** KaTeX source, coloured by its macros. */
  symbol?: string;
  value: number | string;
  unit?: string;
  /** Monte Carlo values also carry these. */
  standardError?: number;
  n?: number;
}

/** An equality computed from two sides (`stats::Check`). */
export interface Check {
  left: number;
  right: number;
  difference: number;
  tolerance: number;
  holds: boolean;
}

/** A Monte Carlo value (`stats::Estimate`). */
export interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

/** An equality as it is shown: what it says, and what each side is. */
export interface ShownCheck {
  label: string;
  leftLabel: string;
  rightLabel: string;
  check: Check;
}

/** What a figure shows after an update. */
export interface Shown {
  /** The contract's `values`: every number shown, full precision; plain data (no typed arrays). */
  values: object;
  readouts?: Readout[];
  checks?: ShownCheck[];
  /** The state in words, for the live region and for people who do not see the drawing. */
  description: string;
}

/** What the element lends to a figure. */
export interface Stage {
  /** Draw here (inside the shadow root). */
  readonly root: HTMLElement;
  /** The figure's name, for labels. */
  readonly title: string;
  /** The lecture's mathematics on the main thread: the exports of the definition's `modules`. */
  readonly lecture: Lecture;
  /** The worker's module; loaded on first use, shared by all figures of the document. */
  engine(): Promise<Engine>;
  readonly controls: Controls;
  /** The reader moved something in the drawing: the same path as a slider. */
  set(patch: Controls): void;
  /** Ask for another `update` with the same controls (an animation step, an engine's news). */
  refresh(): void;
  /** A message in the figure: what happened, and what to do. `null` clears it. */
  message(text: string | null, kind?: "note" | "error"): void;
  /** Fires `error`; the figure stays usable when recoverable. */
  fail(error: unknown, recoverable: boolean): void;
  /** True when the reader asks for less motion: jump to the end instead of animating. */
  readonly reducedMotion: boolean;
  /** The attribute `autoplay`: an animated figure starts by itself (never when `reducedMotion`). */
  readonly autoplay: boolean;
  /** Aborted when the view ends: the figure has left the page, or is far from the reader and has let its view go. */
  readonly signal: AbortSignal;
  /** What a later view of the figure goes on with beside the controls: `initial` at first, then as the view left it. */
  keep<T extends object>(initial: T): T;
}

/** A table of numbers for the reader to take away. */
export interface Table {
  /** In words, for the menu: "Training curves"; what a row is. */
  label: string;
  words: string;
  /** Ends the file's name: `elbo-room-lab-curves.csv`. */
  name: string;
  columns: readonly string[];
  /** Asked when the reader saves. */
  rows(): (number | string | boolean | null)[][];
}

/** A mounted figure. */
export interface FigureView {
  /** Computes and draws. Called at most once per frame; never concurrently with itself. */
  update(controls: Controls): Shown | Promise<Shown>;
  /** Extra methods of the element (the lab's `play`, `pause`, ...). */
  methods?: { [name: string]: (...args: never[]) => unknown };
  /** What can be saved beside the picture and the values; asked once. */
  tables?(): Table[];
  /** Whether something is under way that must not stop when the reader is far away: a training run. */
  busy?(): boolean;
}

/** A figure as the registry gives it: with its title, which is the catalogue's. */
export interface TitledFigure extends FigureDefinition {
  title: string;
}

/** A figure as its file defines it. */
export interface FigureDefinition {
  /** The `name` attribute. */
  name: string;
  /** Where the controls stand in a wide figure: beside the drawing (default) or below it. */
  layout?: "beside" | "below";
  /** One sentence: what is drawn, for screen readers and the gallery. */
  summary: string;
  /** The modules that compute it (default: `["lecture"]`). */
  modules?: readonly LectureModule[];
  controls: { [name: string]: ControlSpec };
  /**
   * Far from the reader a figure lets its view go, and makes a new one from its controls on the way back. True for a figure
   * that holds more than its controls say (a model, a drawing's strokes): its view stays, only its elements leave the page.
   */
  holdsMore?: boolean;
  create(stage: Stage): FigureView | Promise<FigureView>;
}
