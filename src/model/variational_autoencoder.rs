//! The variational autoencoder and its evidence lower bound (Kingma and Welling 2013; decks 000, 001, 003, 004).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::{Codes, Decoder, Encoder, Likelihood};
use crate::stats::random::Random;

/// Architecture of a [`VariationalAutoencoder`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VariationalAutoencoderConfig {
    /// Pixels of an image.
    pub pixels: usize,
    /// Units of the hidden layer, of encoder and decoder alike.
    pub hidden: usize,
    /// Dimensions of `z`.
    pub latent: usize,
}

/// The terms of the bound, image by image, in nats: `ELBO = -(reconstruction + kl)`.
#[derive(Debug, Clone)]
pub struct Terms {
    /// `-E_q[log p(x | z)]`, averaged over the samples of epsilon: `[batch]`.
    pub reconstruction: Tensor<1>,
    /// `KL(q(z_j | x) || N(0, 1))` for each dimension: `[batch, latent]`.
    pub kl_per_dimension: Tensor<2>,
}

impl Terms {
    /// `KL(q(z | x) || p(z))`: the sum over dimensions, `[batch]`.
    pub fn kl(&self) -> Tensor<1> {
        self.kl_per_dimension.clone().sum_dim(1).squeeze_dim::<1>(1)
    }

    /// What training minimises: `mean(reconstruction + beta * kl)`, `[1]`, in nats per image. `beta = 1` is the negative
    /// evidence lower bound; other values are the beta-VAE (Higgins et al. 2017).
    pub fn loss(&self, beta: f32) -> Tensor<1> {
        let reconstruction = self.reconstruction.clone().mean();
        if beta == 0.0 { reconstruction } else { reconstruction + self.kl().mean().mul_scalar(beta) }
    }
}

/// Encoder, decoder, and what lies between.
#[derive(Module, Debug)]
pub struct VariationalAutoencoder {
    /// `q_phi(z | x)`.
    pub encoder: Encoder,
    /// `p_theta(x | z)`.
    pub decoder: Decoder,
}

impl VariationalAutoencoderConfig {
    /// A new model with weights from `random`; the encoder's are drawn first.
    pub fn init(&self, random: &mut Random, device: &Device) -> VariationalAutoencoder {
        VariationalAutoencoder {
            encoder: Encoder::new(self.pixels, self.hidden, self.latent, random, device),
            decoder: Decoder::new(self.latent, self.hidden, self.pixels, random, device),
        }
    }
}

impl VariationalAutoencoder {
    /// The terms of the bound for images `x`, with `samples` draws of epsilon an image.
    ///
    /// # Shapes
    ///
    /// - input, x: `[batch, pixels]`; the encoder sees `input` (the same as `x`, or a corrupted copy of it)
    /// - epsilon: `[samples * batch, latent]`, sample by sample
    pub fn terms(&self, input: Tensor<2>, x: Tensor<2>, epsilon: Tensor<2>, likelihood: Likelihood) -> Terms {
        let codes = self.encoder.forward(input);
        let z = codes.reparameterize(epsilon);
        let reconstruction = mean_over_samples(self.negative_log_likelihood(x, z, likelihood), codes.mu.dims()[0]);
        Terms { reconstruction, kl_per_dimension: codes.kl_to_standard_normal() }
    }

    /// A plain autoencoder's reconstruction term with the code `mu`, `[batch]`: no sample and no prior (deck 000).
    ///
    /// # Shapes
    ///
    /// - input, x: `[batch, pixels]`
    pub fn deterministic_reconstruction(&self, input: Tensor<2>, x: Tensor<2>, likelihood: Likelihood) -> Tensor<1> {
        likelihood.negative_log_likelihood(x, self.decoder.forward(self.encoder.forward(input).mu))
    }

    /// `log p(x, z_k) / q(z_k | x)` for `K` codes `z_k ~ q(z | x)` an image, in nats: the logarithm of the mean of these
    /// weights is a lower bound of `log p(x)` that grows with `K` in expectation (Burda, Grosse and Salakhutdinov 2015,
    /// equation 8).
    ///
    /// # Shapes
    ///
    /// - x: `[batch, pixels]`
    /// - epsilon: `[K * batch, latent]`, sample by sample
    /// - output: `[K, batch]`
    pub fn log_importance_weights(&self, x: Tensor<2>, epsilon: Tensor<2>, likelihood: Likelihood) -> Tensor<2> {
        let codes = self.encoder.forward(x.clone());
        let batch = codes.mu.dims()[0];
        let samples = epsilon.dims()[0] / batch.max(1);
        let z = codes.reparameterize(epsilon.clone());
        // log p(z) - log q(z | x); the constants of the two Gaussians cancel.
        let Codes { log_sigma, .. } = codes;
        let log_ratio = (epsilon.square() - z.clone().square()).mul_scalar(0.5) + log_sigma.repeat_dim(0, samples);
        let log_weights = log_ratio.sum_dim(1).squeeze_dim::<1>(1) - self.negative_log_likelihood(x, z, likelihood);
        log_weights.reshape([samples, batch])
    }

    /// `log (1/K) sum_k p(x, z_k) / q(z_k | x)` from [`Self::log_importance_weights`], in nats.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, pixels]`
    /// - epsilon: `[K * batch, latent]`, sample by sample
    /// - output: `[batch]`
    pub fn importance_weighted_bound(&self, x: Tensor<2>, epsilon: Tensor<2>, likelihood: Likelihood) -> Tensor<1> {
        let log_weights = self.log_importance_weights(x, epsilon, likelihood);
        let largest = log_weights.clone().max_dim(0);
        let mean = (log_weights - largest.clone()).exp().mean_dim(0);
        (mean.log() + largest).squeeze_dim::<1>(0)
    }

    /// `-log p(x | z)` for several codes an image: `[samples * batch]` from x `[batch, pixels]`, z `[samples * batch, latent]`.
    fn negative_log_likelihood(&self, x: Tensor<2>, z: Tensor<2>, likelihood: Likelihood) -> Tensor<1> {
        let samples = z.dims()[0] / x.dims()[0].max(1);
        let x = if samples == 1 { x } else { x.repeat_dim(0, samples) };
        likelihood.negative_log_likelihood(x, self.decoder.forward(z))
    }
}

/// Averages `[samples * batch]` to `[batch]`.
fn mean_over_samples(values: Tensor<1>, batch: usize) -> Tensor<1> {
    let samples = values.dims()[0] / batch.max(1);
    if samples == 1 { values } else { values.reshape([samples, batch]).mean_dim(0).squeeze_dim::<1>(0) }
}
