/**
 * What a figure is: its controls as data, its numbers from Rust, its drawing. The element (`elbo-figure.ts`) does the
 * rest: attributes, validation, sliders, read-outs, checks, links, messages, events, theme.
 */

import type { ControlTable, ValuesOf } from "../contract/controls";
import type { HostOf, LectureHost } from "../contract/host";
import type { LectureModule } from "../contract/lecture";
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

/** What the element lends to a figure: controls as its table types them, functions of the modules that it names. */
export type Stage<Specs extends ControlTable, Modules extends readonly LectureModule[]> = HostOf<ValuesOf<Specs>> &
  Pick<EngineHost, "engine"> &
  Pick<LectureHost<Modules[number]>, "lecture">;

/** A stage as the element makes it, with all that was loaded. */
export type AnyStage = EngineHost & LectureHost<LectureModule>;

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
export interface FigureView<Specs extends ControlTable = ControlTable> {
  /** Computes and draws. Called at most once per frame; never concurrently with itself. */
  update(controls: ValuesOf<Specs>): Shown | Promise<Shown>;
  /** Extra methods of the element (the lab's `play`, `pause`, ...). */
  methods?: { [name: string]: (...args: never[]) => unknown };
  /** What can be saved beside the picture and the values; asked once. */
  tables?(): Table[];
  /** Whether something is under way that must not stop when the reader is far away: a training run. */
  busy?(): boolean;
}

/** A figure as the registry gives it: with its title, which is the catalogue's. */
export interface TitledFigure extends Figure {
  title: string;
}

/** A figure as its file defines it: what its table and its modules say is what `create` gets. */
export type FigureDefinition<Specs extends ControlTable, Modules extends readonly LectureModule[]> = Omit<
  Figure,
  "modules" | "controls" | "create"
> & {
  modules: Modules;
  controls: Specs;
  create(stage: Stage<Specs, Modules>): FigureView<Specs> | Promise<FigureView<Specs>>;
};

/** A figure of any table. */
export interface Figure {
  /** The `name` attribute. */
  name: string;
  /** Where the controls stand in a wide figure: beside the drawing (default) or below it. */
  layout?: "beside" | "below";
  /** One sentence: what is drawn, for screen readers and the gallery. */
  summary: string;
  /** The modules that compute it. */
  modules: readonly LectureModule[];
  controls: ControlTable;
  /**
   * Far from the reader a figure lets its view go, and makes a new one from its controls on the way back. True for a
   * figure that holds more than its controls say (a model, a drawing's strokes): its view stays, only its elements
   * leave the page.
   */
  holdsMore?: boolean;
  /** Its stage is made from its own table and modules: see `FigureDefinition`. */
  create(stage: never): FigureView | Promise<FigureView>;
}
