/** Where the images of 10.1 come from, one row of the table each. */

import type { ImageSource } from "../../contract/engine";

export interface Row {
  id: "training" | "test" | "vae" | "autoencoder" | "memorised" | "blurred" | "oneEach";
  title: string;
  /** What the images are. */
  words: string;
  /** Why there is no evidence lower bound; null where there is one. */
  evidence: { value: string; reason: string } | null;
}

const NO_MODEL = { value: "–", reason: "no model, and nobody knows the density of digits" };

export const ROWS: readonly Row[] = [
  {
    id: "training",
    title: "Real digits",
    words: "training digits, none of them among those compared with",
    evidence: NO_MODEL,
  },
  { id: "test", title: "Test digits", words: "real, by other writers", evidence: NO_MODEL },
  { id: "vae", title: "VAE", words: "decoded from z drawn from N(0, I)", evidence: null },
  {
    id: "autoencoder",
    title: "Plain autoencoder",
    words: "decoded from z drawn in the box that holds its codes",
    evidence: { value: "–", reason: "no prior and no noise, so it gives no p(x)" },
  },
  {
    id: "memorised",
    title: "Control: learnt by heart",
    words: "copies of the very digits compared with",
    evidence: { value: "−∞", reason: "a list of copies gives a new digit no probability at all" },
  },
  {
    id: "blurred",
    title: "Control: blurred",
    words: "real digits out of focus",
    evidence: { value: "–", reason: "no model of a new digit" },
  },
  {
    id: "oneEach",
    title: "Control: one of each",
    words: "ten training digits, over and over",
    evidence: { value: "−∞", reason: "ten pictures, and none is a new digit" },
  },
];

/** The engine's source for a row. `sessions`: the VAE's and the autoencoder's. */
export function sourceOf(
  { id }: Row,
  [vae = 0, autoencoder = 0]: readonly number[],
  seed: number,
  blur: number,
): ImageSource {
  if (id === "vae") return { kind: "prior", session: vae, seed };
  if (id === "autoencoder") return { kind: "box", session: autoencoder, seed };
  return { kind: id, blur: id === "blurred" ? blur : 0 };
}

/** Whether a model of this figure made the images. */
export function isModel({ id }: Row): boolean {
  return id === "vae" || id === "autoencoder";
}
