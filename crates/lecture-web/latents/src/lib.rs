//! Figures of chapters 4 and 6.

pub mod elbo_bars;
pub mod elbo_derivation;
pub mod elbo_parts;
pub mod elbo_scene;
pub mod em_to_vae;
pub mod infinite_mixture;
pub mod intractable;
pub mod ppca;
pub mod scale_mixture;
