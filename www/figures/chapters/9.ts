/** The figures of chapter 9, fetched together: they share most of what they draw with. */

export { default as compare } from "../compare";
export { default as lab } from "../lab";
