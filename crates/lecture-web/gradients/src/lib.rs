//! Figures of chapters 7 and 8.

pub mod code_walk;
pub mod full_covariance;
pub mod gradient_variance;
pub mod likelihoods;
pub mod loss_anatomy;
pub mod reparameterization;
