/** The page as hands reach it: what each browser's driver offers, and no more. */
import type { ControlKind } from "./acts";

/**
 * How controls are found. `role`: by their role where the driver can (in Chromium), for which styles are computed out
 * of view too.
 * `tree`: by CSS, while the browser keeps its accessibility tree, as for a screen reader.
 */
export type Mode = "role" | "tree";

export interface HandsPage {
  /** The browser and how controls are found in it, for reports. */
  readonly name: string;
  /** What went wrong behind the scenes so far. */
  readonly problems: string[];
  /** Rejects when the page's process is gone; never resolves. */
  readonly gone: Promise<never>;
  /** Runs a script in the page; what it is given and what it gives travel as JSON. */
  run<Result, Given extends unknown[]>(
    script: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result>;
  /**
   * Gives focus to one of a figure's controls, picked by a number in [0, 1), and says where it is; undefined: there
   * is none.
   */
  reach(figure: string, kind: ControlKind, which: number): Promise<Point | undefined>;
  /** Moves the mouse through `points`, pressed where `pressed` is set. */
  drag(points: Point[]): Promise<void>;
  click(at: Point, times: 1 | 2): Promise<void>;
  wheel(at: Point, by: number): Promise<void>;
  /**
   * Presses and releases a key: a character, or a name as `KeyboardEvent.key` has it, with "Shift+" or "Control+"
   * before it.
   */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** The page as it is printed, as far as the driver can, and back. */
  print(): Promise<void>;
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** In CSS pixels of the window. */
export interface Point {
  x: number;
  y: number;
}
