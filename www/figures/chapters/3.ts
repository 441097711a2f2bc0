/** The figures of chapter 3, fetched together: they share most of what they draw with. */

export { default as linearAePca } from "../linear-ae-pca";
export { default as transposedConvolution } from "../transposed-convolution";
