/** The figures of chapter 1, fetched together: they share most of what they draw with. */

export { default as twoQuestions } from "../two-questions";
