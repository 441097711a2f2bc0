//! The encoder `q_phi(z | x) = N(mu(x), diag(sigma(x)^2))` (decks 000, 001, 003, 004).

use burn::module::Module;
use burn::tensor::{Device, Tensor, activation};
use elbo_numerics::random::Random;

use super::config::{Architecture, CHANNELS, QUARTER, VariationalAutoencoderConfig};
use super::convolution::Convolutions;
use super::linear::Linear;

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

    /// [`Self::reparameterize`], and `log p(z) - log q(z | x)` of each draw in nats: the share of an importance weight that does
    /// not depend on the decoder.
    ///
    /// # Shapes
    ///
    /// - epsilon, first output: `[samples * batch, latent]`
    /// - second output: `[samples * batch]`
    pub fn draw_with_log_ratio(&self, epsilon: Tensor<2>) -> (Tensor<2>, Tensor<1>) {
        let samples = epsilon.dims()[0] / self.mu.dims()[0].max(1);
        let z = self.reparameterize(epsilon.clone());
        // The constants of the two Gaussians cancel.
        let log_sigma = self.log_sigma.clone().repeat_dim(0, samples);
        let per_dimension = (epsilon.square() - z.clone().square()).mul_scalar(0.5) + log_sigma;
        (z, per_dimension.sum_dim(1).squeeze_dim::<1>(1))
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

/// Hidden units of `images`, then one linear map each for `mu` and `log_sigma` (deck 001).
#[derive(Module, Debug)]
pub struct Encoder {
    /// What both maps see.
    pub hidden: Hidden,
    /// `[hidden, latent]`.
    pub mu: Linear,
    /// `[hidden, latent]`.
    pub log_sigma: Linear,
}

/// The encoder's rectified hidden units.
#[derive(Module, Debug)]
pub enum Hidden {
    /// One layer, `[pixels, hidden]` (deck 001).
    FullyConnected(Linear),
    /// Two convolutions that each halve the image's side (deck 004).
    Convolutional(Convolutions),
}

impl Encoder {
    /// A new encoder with random weights.
    pub fn new(config: &VariationalAutoencoderConfig, random: &mut Random, device: &Device) -> Self {
        let (hidden, units) = match config.architecture {
            Architecture::FullyConnected => {
                (Hidden::FullyConnected(Linear::new(config.pixels, config.hidden, random, device)), config.hidden)
            }
            Architecture::Convolutional => {
                let convolutions = Convolutions::new(CHANNELS, random, device);
                (Hidden::Convolutional(convolutions), CHANNELS[1] * QUARTER * QUARTER)
            }
        };
        Self {
            hidden,
            mu: Linear::new(units, config.latent, random, device),
            log_sigma: Linear::new(units, config.latent, random, device),
        }
    }

    /// Codes of images.
    ///
    /// # Shapes
    ///
    /// - images: `[batch, pixels]`
    /// - output: `mu` and `log_sigma`, each `[batch, latent]`
    pub fn forward(&self, images: Tensor<2>) -> Codes {
        let hidden = self.hidden.forward(images);
        Codes { mu: self.mu.forward(hidden.clone()), log_sigma: self.log_sigma.forward(hidden) }
    }
}

impl Hidden {
    /// # Shapes
    ///
    /// - images: `[batch, pixels]`
    /// - output: `[batch, hidden]`
    pub fn forward(&self, images: Tensor<2>) -> Tensor<2> {
        match self {
            Self::FullyConnected(layer) => activation::relu(layer.forward(images)),
            Self::Convolutional(layers) => layers.forward(images),
        }
    }
}
