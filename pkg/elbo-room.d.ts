/** Types of `<elbo-figure>`. What each figure's controls and values are is in README.md. */

/** A plain JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of controls, by camelCase name: numbers, choices as text, switches, lists and rows of numbers. */
export type Controls = { [name: string]: Json };

/** What a figure shows, as plain JSON; README.md tells for each. */
// biome-ignore lint/suspicious/noExplicitAny: `figure.values.kl.mean` is to be written without casts.
export type Values = { [name: string]: any };

/** An equality computed from two sides, in `values`. */
export interface Check {
  left: number;
  right: number;
  difference: number;
  tolerance: number;
  holds: boolean;
}

/** A Monte Carlo value, in `values`. */
export interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

/** Names of the figures. */
export type FigureName =
  | "cover"
  | "two-questions"
  | "density-or-samples"
  | "mle-gaussian"
  | "gmm-em"
  | "ae-holes"
  | "linear-ae-pca"
  | "regularised-ae"
  | "traversal"
  | "transposed-convolution"
  | "scale-mixture"
  | "ppca"
  | "infinite-mixture"
  | "intractable"
  | "kl-gaussians"
  | "kl-fit"
  | "monte-carlo"
  | "elbo-bars"
  | "elbo-derivation"
  | "elbo-parts"
  | "em-to-vae"
  | "reparameterization"
  | "gradient-variance"
  | "full-covariance"
  | "likelihoods"
  | "loss-anatomy"
  | "code-walk"
  | "lab"
  | "compare"
  | "how-good"
  | "collapse"
  | "blurry"
  | "latent-story"
  | "errata";

/** The attributes, for templates that check them. */
export interface ElboFigureAttributes {
  name: FigureName;
  theme?: "auto" | "light" | "dark";
  /** Controls that are not shown, by name: `"mu2 sigma2"`. */
  hide?: string;
  autoplay?: boolean;
  /** Every control, in kebab-case. */
  [control: string]: string | number | boolean | undefined;
}

/** `event.detail` of `change`, after each update. It bubbles. */
export interface FigureChange {
  controls: Controls;
  values: Values;
}

/** `event.detail` of `error`. It does not bubble. */
export interface FigureError {
  /** For the reader; the figure shows it too. */
  message: string;
  /** Whether the figure still works. */
  recoverable: boolean;
}

export interface ElboFigureEventMap extends HTMLElementEventMap {
  change: CustomEvent<FigureChange>;
  error: CustomEvent<FigureError> & ErrorEvent;
}

/**
 * One figure of the lecture. Attributes: `name`; every control in kebab-case (`train-images="20000"`); `hide="mu2
 * sigma2"`; `theme` (`auto`, `light`, `dark`); `autoplay`. Nothing here throws into the page.
 */
export class ElboFigure extends HTMLElement {
  /** The attribute `name`. */
  readonly name: string;
  /**
   * Resolves when the first values are shown, also before the figure comes into view; rejects with an `Error` for the
   * reader.
   */
  readonly ready: Promise<void>;
  /** Resolves when the values shown belong to the latest controls; rejects when they cannot be computed. */
  readonly updated: Promise<void>;
  /** All controls; setting merges, validates and clamps, and the figure says so. */
  get controls(): Controls;
  set controls(patch: Controls);
  /** Every number the figure shows, in full precision; null before the first. */
  readonly values: Values | null;
  /** The address of this page that opens the figure in this state. */
  readonly link: string;

  // Methods that some figures have once they are `ready`; README.md tells which.
  play?(): Promise<void>;
  pause?(): Promise<void>;
  step?(n?: number): Promise<void>;
  reset?(): Promise<void>;
  train?(steps?: number): Promise<void>;
  press?(job: string): Promise<void>;
  arrived?(): Promise<void>;
  evaluate?(): Promise<Json>;
  encode?(image: number[]): Promise<{ mu: number[]; logSigma: number[] }>;
  decode?(z: number[]): Promise<number[]>;
  sample?(n: number): Promise<{ z: number[][]; images: number[][] }>;
  checkpoint?(): Promise<Blob>;
  weights?(): Promise<Blob>;
  restore?(file: Blob): Promise<void>;
  useImages?(images: Blob, labels?: Blob): Promise<{ images: number; labels: number }>;

  addEventListener<K extends keyof ElboFigureEventMap>(
    type: K,
    listener: (this: ElboFigure, event: ElboFigureEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof ElboFigureEventMap>(
    type: K,
    listener: (this: ElboFigure, event: ElboFigureEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "elbo-figure": ElboFigure;
  }
}
