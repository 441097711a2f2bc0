/**
 * What a figure is: its controls as data, its numbers from Rust, its drawing. The element (`elbo-figure.ts`) does the
 * rest: attributes, validation, sliders, read-outs, checks, links, messages, events, theme.
 */

import type { ControlSpec, Controls } from "../contract/controls";
import type { Lecture, LectureModule } from "../contract/lecture";
import type { Check } from "../contract/results";
import type { EngineHost } from "../engine/figure/engine-link";

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
export interface Stage extends EngineHost {
  /** Draw here (inside the shadow root). */
  readonly root: HTMLElement;
  /** The figure's name, for labels. */
  readonly title: string;
  /** The lecture's mathematics on the main thread: the exports of the definition's `modules`. */
  readonly lecture: Lecture;
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
