//! The encoder `q_phi(z | x) = N(mu(x), diag(sigma(x)^2))` (decks 000, 001, 003, 004).

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, activation};

use super::SIDE;
use super::convolution::StridedConvolution;
use super::initialization::linear;
use super::variational_autoencoder::{Architecture, CHANNELS, QUARTER, VariationalAutoencoderConfig};
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

/// Two convolutions with rectified units: `[batch, 784]` to `[batch, 64 * 7 * 7]`, channel by channel.
#[derive(Module, Debug)]
pub struct Convolutions {
    /// 28 x 28 pixels to 14 x 14 of 32 channels.
    pub first: StridedConvolution,
    /// To 7 x 7 of 64 channels.
    pub second: StridedConvolution,
}

impl Encoder {
    /// A new encoder with random weights.
    pub fn new(config: &VariationalAutoencoderConfig, random: &mut Random, device: &Device) -> Self {
        let (hidden, units) = match config.architecture {
            Architecture::FullyConnected => {
                (Hidden::FullyConnected(linear(config.pixels, config.hidden, random, device)), config.hidden)
            }
            Architecture::Convolutional => {
                let [first, second] = CHANNELS;
                let convolutions = Convolutions {
                    first: StridedConvolution::new(1, first, random, device),
                    second: StridedConvolution::new(first, second, random, device),
                };
                (Hidden::Convolutional(convolutions), second * QUARTER * QUARTER)
            }
        };
        Self {
            hidden,
            mu: linear(units, config.latent, random, device),
            log_sigma: linear(units, config.latent, random, device),
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
            Self::Convolutional(Convolutions { first, second }) => {
                let [batch, _] = images.dims();
                let images = images.reshape([batch, SIDE, SIDE, 1]);
                let halved = activation::relu(first.forward(images));
                let quartered = activation::relu(second.forward(halved));
                quartered.permute([0, 3, 1, 2]).flatten::<2>(1, 3)
            }
        }
    }
}
