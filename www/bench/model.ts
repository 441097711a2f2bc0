/** What is timed. */

/** Layers 784 - hidden - latent, one draw of z an image, Bernoulli pixels, Adam at 0.001. */
export interface Setting {
  batch: number;
  hidden: number;
  latent: number;
}

/** A model to be timed: every method ends when its result is there. */
export interface Model {
  steps(n: number): Promise<unknown>;
  /** Codes of one image. */
  encode(): Promise<unknown>;
  /** Images of `n` codes. */
  decode(n: number): Promise<unknown>;
  close(): Promise<unknown>;
}
