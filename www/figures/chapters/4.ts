/** The figures of chapter 4, fetched together: they share most of what they draw with. */

export { default as infiniteMixture } from "../infinite-mixture";
export { default as intractable } from "../intractable";
export { default as ppca } from "../ppca";
export { default as scaleMixture } from "../scale-mixture";
