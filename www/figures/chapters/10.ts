/** The figures of chapter 10, fetched together: they share most of what they draw with. */

export { default as blurry } from "../blurry";
export { default as collapse } from "../collapse";
export { default as howGood } from "../how-good";
export { default as latentStory } from "../latent-story";
