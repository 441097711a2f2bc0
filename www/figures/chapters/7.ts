/** The figures of chapter 7, fetched together: they share most of what they draw with. */

export { default as fullCovariance } from "../full-covariance";
export { default as gradientVariance } from "../gradient-variance";
export { default as reparameterization } from "../reparameterization";
