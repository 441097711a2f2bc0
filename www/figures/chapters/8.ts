/** The figures of chapter 8, fetched together: they share most of what they draw with. */

export { default as codeWalk } from "../code-walk";
export { default as likelihoods } from "../likelihoods";
export { default as lossAnatomy } from "../loss-anatomy";
