//! The variational autoencoder and its evidence lower bound (Kingma and Welling 2013; decks 000, 001, 003, 004).

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use elbo_numerics::random::Random;

use super::config::VariationalAutoencoderConfig;
use super::{Decoder, Encoder, Likelihood};

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
        self.loss_with_free_bits(beta, 0.0)
    }

    /// [`Self::loss`] where each dimension's KL term, averaged over the batch, counts as at least `free_bits` nats: below
    /// that, nothing pulls it to the prior (Kingma et al. 2016, appendix C.8).
    pub fn loss_with_free_bits(&self, beta: f32, free_bits: f32) -> Tensor<1> {
        let reconstruction = self.reconstruction.clone().mean();
        if beta == 0.0 {
            return reconstruction;
        }
        let kl = if free_bits == 0.0 {
            self.kl().mean()
        } else {
            self.kl_per_dimension.clone().mean_dim(0).clamp_min(free_bits).sum()
        };
        reconstruction + kl.mul_scalar(beta)
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
            encoder: Encoder::new(self, random, device),
            decoder: Decoder::new(self, random, device),
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
        self.negative_log_likelihood(x, self.encoder.forward(input).mu, likelihood)
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
        self.terms_and_log_weights(x, epsilon, likelihood).1
    }

    /// [`Self::terms`] and [`Self::log_importance_weights`] from the same draws.
    pub fn terms_and_log_weights(
        &self,
        x: Tensor<2>,
        epsilon: Tensor<2>,
        likelihood: Likelihood,
    ) -> (Terms, Tensor<2>) {
        let codes = self.encoder.forward(x.clone());
        let batch = codes.mu.dims()[0];
        let samples = epsilon.dims()[0] / batch.max(1);
        let kl_per_dimension = codes.kl_to_standard_normal();
        let (z, log_ratio) = codes.draw_with_log_ratio(epsilon);
        let cost = self.negative_log_likelihood(x, z, likelihood);
        let log_weights = log_ratio - cost.clone();
        let terms = Terms { reconstruction: mean_over_samples(cost, batch), kl_per_dimension };
        (terms, log_weights.reshape([samples, batch]))
    }

    /// `log (1/K) sum_k p(x, z_k) / q(z_k | x)` from [`Self::log_importance_weights`], in nats.
    ///
    /// # Shapes
    ///
    /// - x: `[batch, pixels]`
    /// - epsilon: `[K * batch, latent]`, sample by sample
    /// - output: `[batch]`
    pub fn importance_weighted_bound(&self, x: Tensor<2>, epsilon: Tensor<2>, likelihood: Likelihood) -> Tensor<1> {
        log_mean_exp(self.log_importance_weights(x, epsilon, likelihood))
    }

    /// `-log p(x | z)` for several codes an image: `[samples * batch]` from x `[batch, pixels]`, z `[samples * batch, latent]`.
    pub fn negative_log_likelihood(&self, x: Tensor<2>, z: Tensor<2>, likelihood: Likelihood) -> Tensor<1> {
        let samples = z.dims()[0] / x.dims()[0].max(1);
        let x = if samples == 1 { x } else { x.repeat_dim(0, samples) };
        let log_sigma = self.decoder.log_sigma(&x.device());
        likelihood.negative_log_likelihood(x, self.decoder.forward(z), log_sigma)
    }
}

/// `log (1/K) sum_k exp(values_k)`: `[batch]` from `[K, batch]`, without overflow.
pub fn log_mean_exp(values: Tensor<2>) -> Tensor<1> {
    let largest = values.clone().max_dim(0);
    let mean = (values - largest.clone()).exp().mean_dim(0);
    (mean.log() + largest).squeeze_dim::<1>(0)
}

/// Averages `[samples * batch]` to `[batch]`.
fn mean_over_samples(values: Tensor<1>, batch: usize) -> Tensor<1> {
    let samples = values.dims()[0] / batch.max(1);
    if samples == 1 { values } else { values.reshape([samples, batch]).mean_dim(0).squeeze_dim::<1>(0) }
}
