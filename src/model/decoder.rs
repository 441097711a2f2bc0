//! The decoder: the parameters of `p_theta(x | z)` (decks 000, 001, 003, 004).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::initialization::linear;
use crate::stats::random::Random;

/// One hidden layer of rectified units, then one number a pixel: a logit (Bernoulli) or a mean (Gaussian).
#[derive(Module, Debug)]
pub struct Decoder {
    /// `[latent, hidden]`.
    pub hidden: Linear,
    /// `[hidden, pixels]`.
    pub output: Linear,
}

impl Decoder {
    /// A new decoder with random weights.
    pub fn new(latent: usize, hidden: usize, pixels: usize, random: &mut Random, device: &Device) -> Self {
        Self { hidden: linear(latent, hidden, random, device), output: linear(hidden, pixels, random, device) }
    }

    /// Logits or means, as the likelihood reads them.
    ///
    /// # Shapes
    ///
    /// - z: `[batch, latent]`
    /// - output: `[batch, pixels]`
    pub fn forward(&self, z: Tensor<2>) -> Tensor<2> {
        self.output.forward(activation::relu(self.hidden.forward(z)))
    }
}
