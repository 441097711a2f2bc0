/** The figures of chapter 11, fetched together: they share most of what they draw with. */

export { default as errata } from "../errata";
