/**
 * Every figure of the lecture: its number, name and title. What is not written yet is listed too, so that the page can
 * say so.
 */

import { t } from "../base/language";

export interface CatalogueEntry {
  /** As printed: chapter, point, position. */
  number: string;
  name: string;
  title: string;
}

const entries: [number: string, name: string, title: string][] = [
  ["0.1", "cover", "A model that already knows its digits"],
  ["1.1", "two-questions", "Which digit, and is it a digit at all?"],
  ["2.1", "density-or-samples", "A density, or samples"],
  ["2.2", "mle-gaussian", "Maximum likelihood of a Gaussian"],
  ["2.3", "gmm-em", "A mixture, fitted by EM"],
  ["3.1", "ae-holes", "Holes in the code of an autoencoder"],
  ["3.2", "linear-ae-pca", "A linear autoencoder finds the principal components"],
  ["3.3", "regularised-ae", "Five ways to restrain an autoencoder"],
  ["3.4", "traversal", "Walking between two codes"],
  ["3.5", "transposed-convolution", "Transposed convolution by hand"],
  ["4.1", "scale-mixture", "A hidden scale"],
  ["4.2", "ppca", "Probabilistic PCA"],
  ["4.3", "infinite-mixture", "An infinite mixture"],
  ["4.4", "intractable", "Why the denominator explodes"],
  ["5.1", "kl-gaussians", "The divergence between two Gaussians"],
  ["5.2", "kl-fit", "Covering or seeking"],
  ["5.3", "monte-carlo", "Expectation by sampling"],
  ["6.1", "elbo-bars", "The bound and its gap"],
  ["6.2", "elbo-derivation", "Three derivations, line by line"],
  ["6.3", "elbo-parts", "Reconstruction against regularisation"],
  ["6.4", "em-to-vae", "From EM to the VAE"],
  ["7.1", "reparameterization", "Moving the dice out of the way"],
  ["7.2", "gradient-variance", "Two estimators of one gradient"],
  ["7.3", "full-covariance", "A correlated posterior"],
  ["8.1", "likelihoods", "What the decoder believes about a pixel"],
  ["8.2", "loss-anatomy", "The loss of one digit, term by term"],
  ["8.3", "code-walk", "The code beside the formula"],
  ["9.1", "lab", "Train a variational autoencoder"],
  ["9.2", "compare", "Two runs side by side"],
  ["10.1", "how-good", "How good is the model?"],
  ["10.2", "collapse", "Posterior collapse, on purpose"],
  ["10.3", "blurry", "Why the pictures are blurred"],
  ["10.4", "latent-story", "How a latent space fills up"],
  ["11.1", "errata", "Slips in the decks"],
];

export const catalogue: readonly CatalogueEntry[] = entries.map(([number, name, title]) => ({ number, name, title }));

/** The entry of a figure, if the lecture has one, with its title in the language of the page. */
export function catalogued(name: string): CatalogueEntry | undefined {
  const entry = catalogue.find((entry) => entry.name === name);
  return entry && { ...entry, title: t(entry.title) };
}
