//! Chapter 4: models with latent variables, and their posteriors.

pub mod grid_posterior;
pub mod infinite_mixture;
pub mod infinite_mixture_image;
pub mod latent_manifold;
pub mod linear_gaussian;
pub mod probabilistic_pca;
pub mod scale_mixture;
