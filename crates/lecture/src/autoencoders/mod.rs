//! Chapter 3: autoencoders that are not generative, and the images that its figures use.

pub mod autoencoder_checks;
pub mod autoencoder_penalties;
pub mod autoencoder_training;
pub mod corruption;
pub mod drawn_digit;
pub mod gaussian_cloud;
pub mod linear_autoencoder;
pub mod pooled_digit;
pub mod principal_components;
pub mod transposed_convolution;
