//! The encoder `q_phi(z | x) = N(mu(x), diag(sigma(x)^2))` (decks 000, 001, 003, 004).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::initialization::linear;
use crate::stats::random::Random;

/// Parameters of `q(z | x)` for a batch.
#[derive(Debug, Clone)]
pub struct Codes {
    /// Means, `[batch, latent]`.
    pub mu: Tensor<2>,
    /// Logarithms of the standard deviations, `[batch, latent]`.
    pub log_sigma: Tensor<2>,
}

impl Codes {
    /// `z = mu + sigma * epsilon`, with `epsilon ~ N(0, I)` drawn by the caller (Kingma and Welling 2013, section 2.4).
    ///
    /// # Shapes
    ///
    /// - epsilon: `[samples * batch, latent]`, sample by sample
    /// - output: `[samples * batch, latent]`
    pub fn reparameterize(&self, epsilon: Tensor<2>) -> Tensor<2> {
        let [batch, _] = self.mu.dims();
        let samples = epsilon.dims()[0] / batch.max(1);
        let sigma = self.log_sigma.clone().exp();
        if samples == 1 {
            return self.mu.clone() + sigma * epsilon;
        }
        self.mu.clone().repeat_dim(0, samples) + sigma.repeat_dim(0, samples) * epsilon
    }

    /// `KL(q(z_j | x) || N(0, 1)) = (mu_j^2 + sigma_j^2 - 1) / 2 - log sigma_j` for each dimension `j`, in nats
    /// (Kingma and Welling 2013, appendix B; deck 000, with the constant that it drops).
    ///
    /// # Shapes
    ///
    /// - output: `[batch, latent]`
    pub fn kl_to_standard_normal(&self) -> Tensor<2> {
        let squares = self.mu.clone().square() + self.log_sigma.clone().mul_scalar(2.0).exp();
        squares.sub_scalar(1.0).mul_scalar(0.5) - self.log_sigma.clone()
    }
}

/// One hidden layer of rectified units, then one linear map each for `mu` and `log_sigma` (deck 001).
#[derive(Module, Debug)]
pub struct Encoder {
    /// `[pixels, hidden]`.
    pub hidden: Linear,
    /// `[hidden, latent]`.
    pub mu: Linear,
    /// `[hidden, latent]`.
    pub log_sigma: Linear,
}

impl Encoder {
    /// A new encoder with random weights.
    pub fn new(pixels: usize, hidden: usize, latent: usize, random: &mut Random, device: &Device) -> Self {
        Self {
            hidden: linear(pixels, hidden, random, device),
            mu: linear(hidden, latent, random, device),
            log_sigma: linear(hidden, latent, random, device),
        }
    }

    /// Codes of images.
    ///
    /// # Shapes
    ///
    /// - images: `[batch, pixels]`
    /// - output: `mu` and `log_sigma`, each `[batch, latent]`
    pub fn forward(&self, images: Tensor<2>) -> Codes {
        let hidden = activation::relu(self.hidden.forward(images));
        Codes { mu: self.mu.forward(hidden.clone()), log_sigma: self.log_sigma.forward(hidden) }
    }
}
