/** The figures of chapter 5, fetched together: they share most of what they draw with. */

export { default as klFit } from "../kl-fit";
export { default as klGaussians } from "../kl-gaussians";
export { default as monteCarlo } from "../monte-carlo";
