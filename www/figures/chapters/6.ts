/** The figures of chapter 6, fetched together: they share most of what they draw with. */

export { default as elboBars } from "../elbo-bars";
export { default as elboDerivation } from "../elbo-derivation";
export { default as elboParts } from "../elbo-parts";
export { default as emToVae } from "../em-to-vae";
