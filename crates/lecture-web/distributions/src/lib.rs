//! Figures of chapters 2 and 5, and what drawings and maps of latent spaces need.

pub mod density_or_samples;
pub mod drawing;
pub mod gmm_em;
pub mod gmm_em_plane;
pub mod kl_fit;
pub mod kl_gaussians;
pub mod latent_manifold;
pub mod mle_gaussian;
pub mod monte_carlo;
