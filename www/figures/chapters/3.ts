/** The figures of chapter 3, fetched together: they share most of what they draw with. */

export { default as aeHoles } from "../ae-holes";
export { default as linearAePca } from "../linear-ae-pca";
export { default as regularisedAe } from "../regularised-ae";
export { default as transposedConvolution } from "../transposed-convolution";
export { default as traversal } from "../traversal";
