//! What training minimises: one loss for each family, from one model and one batch.

use burn::tensor::Tensor;
use elbo_model::penalties::{absolute_code, squared_jacobian};
use elbo_model::variational_autoencoder::log_mean_exp;
use elbo_model::{Terms, VariationalAutoencoder};

use super::TrainingConfig;
use super::config::{Bound, Family};

/// One batch as the model sees it.
pub struct Batch {
    /// What is reconstructed, `[batch, 784]`.
    pub x: Tensor<2>,
    /// What the encoder sees: the same, or a corrupted copy.
    pub input: Tensor<2>,
    /// Standard normal numbers: `[samples * batch, latent]`, sample by sample, for a VAE; `[batch, 784]` for a contractive
    /// autoencoder; nothing is drawn for the others.
    pub noise: Option<Tensor<2>>,
}

/// The loss, and the terms that are reported, all in nats per image, `[1]`.
pub struct Objective {
    /// What is minimised.
    pub loss: Tensor<1>,
    /// Mean reconstruction term.
    pub reconstruction: Tensor<1>,
    /// Mean KL term; 0 where there is no prior.
    pub kl: Tensor<1>,
}

/// The loss of `config`'s family for one batch at a step of the optimizer.
pub fn objective(model: &VariationalAutoencoder, config: &TrainingConfig, step: u64, batch: Batch) -> Objective {
    let Batch { x, input, noise } = batch;
    let Some(noise) = noise else { return deterministic(model, config, x, input, None) };
    match (config.family, config.bound) {
        (Family::Vae, Bound::Elbo) => {
            let terms = model.terms(input, x, noise, config.likelihood);
            variational(&terms, terms.loss_with_free_bits(config.beta_at(step), config.free_bits))
        }
        (Family::Vae, Bound::ImportanceWeighted) => {
            let (terms, log_weights) = model.terms_and_log_weights(x, noise, config.likelihood);
            variational(&terms, -log_mean_exp(log_weights).mean())
        }
        _ => deterministic(model, config, x, input, Some(noise)),
    }
}

fn variational(terms: &Terms, loss: Tensor<1>) -> Objective {
    Objective { loss, reconstruction: terms.reconstruction.clone().mean(), kl: terms.kl().mean() }
}

/// Reconstruction from the code `mu`, and what the family adds to it.
fn deterministic(
    model: &VariationalAutoencoder,
    config: &TrainingConfig,
    x: Tensor<2>,
    input: Tensor<2>,
    direction: Option<Tensor<2>>,
) -> Objective {
    let mu = model.encoder.forward(input).mu;
    let reconstruction = model.negative_log_likelihood(x.clone(), mu.clone(), config.likelihood).mean();
    let penalty = match (config.family, direction) {
        (Family::Sparse, _) => Some(absolute_code(mu)),
        (Family::Contractive, Some(direction)) => Some(squared_jacobian(&model.encoder, x, mu, direction)),
        _ => None,
    };
    let loss = penalty.map_or_else(
        || reconstruction.clone(),
        |penalty| reconstruction.clone() + penalty.mean().mul_scalar(config.penalty),
    );
    Objective { loss, kl: reconstruction.zeros_like(), reconstruction }
}
