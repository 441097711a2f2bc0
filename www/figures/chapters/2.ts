/** The figures of chapter 2, fetched together: they share most of what they draw with. */

export { default as densityOrSamples } from "../density-or-samples";
export { default as gmmEm } from "../gmm-em";
export { default as mleGaussian } from "../mle-gaussian";
