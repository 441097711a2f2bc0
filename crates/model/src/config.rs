//! What a variational autoencoder is made of.

use serde::{Deserialize, Serialize};

use super::SIDE;

/// Channels after the first and the second convolution.
pub(crate) const CHANNELS: [usize; 2] = [32, 64];
/// Side of an image after two convolutions of stride 2.
pub(crate) const QUARTER: usize = SIDE / 4;

/// What encoder and decoder are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Architecture {
    /// One hidden layer each.
    #[default]
    #[serde(rename = "mlp")]
    FullyConnected,
    /// Two strided convolutions, and two transposed ones back; 28 x 28 pixels.
    #[serde(rename = "conv")]
    Convolutional,
}

/// Architecture of a [`VariationalAutoencoder`](super::VariationalAutoencoder).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VariationalAutoencoderConfig {
    /// Pixels of an image.
    pub pixels: usize,
    /// What encoder and decoder are made of.
    pub architecture: Architecture,
    /// Units of the fully connected hidden layers, of encoder and decoder alike.
    pub hidden: usize,
    /// Dimensions of `z`.
    pub latent: usize,
    /// Standard deviation of a pixel under the Gaussian likelihood.
    pub sigma: Sigma,
}

/// Standard deviation of every pixel under the Gaussian likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sigma {
    /// A constant, above 0.
    Fixed(f32),
    /// A parameter, which starts at 1.
    Learned,
}
