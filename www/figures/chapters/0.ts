/** The figures of chapter 0, fetched together: they share most of what they draw with. */

export { default as cover } from "../cover";
