//! Chapter 8: the loss of a VAE, pixel by pixel, and the lines of source that compute it.

pub mod code_walk;
pub mod likelihoods;
pub mod loss_anatomy;
pub mod pixel_losses;
