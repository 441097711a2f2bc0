/** What a figure is built into: what its parts may know of the element around them. */

import type { Controls, Json } from "./controls";
import type { LectureModule, LectureOf } from "./lecture";

export interface Host {
  /** Draw here (inside the shadow root). */
  readonly root: HTMLElement;
  /** The figure's name, for labels. */
  readonly title: string;
  readonly controls: Controls;
  /** The reader moved something in the drawing: the same path as a slider. */
  set(patch: { [name: string]: Json | undefined }): void;
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

/** A figure with these controls, and perhaps more. */
export type HostOf<Values> = Omit<Host, "controls" | "set"> & {
  readonly controls: Values;
  set(patch: Partial<Values>): void;
};

/** A figure that computes with these modules of the lecture. */
export interface LectureHost<Module extends LectureModule> extends Host {
  /** The lecture's mathematics on the main thread. */
  readonly lecture: LectureOf<Module>;
}
