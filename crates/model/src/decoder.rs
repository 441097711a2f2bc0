//! The decoder: the parameters of `p_theta(x | z)` (decks 000, 001, 003, 004).

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation};
use elbo_numerics::random::Random;

use super::config::{Architecture, CHANNELS, QUARTER, Sigma, VariationalAutoencoderConfig};
use super::convolution::TransposedConvolution;
use super::linear::Linear;

/// One hidden layer of rectified units, then one number a pixel: a logit (Bernoulli) or a mean (Gaussian).
#[derive(Module, Debug)]
pub struct Decoder {
    /// `[latent, hidden]`.
    pub hidden: Linear,
    /// From hidden units to pixels.
    pub output: Output,
    /// Logarithm of the Gaussian likelihood's sigma, `[1]`, where it is learnt: one for all pixels (Rybkin, Daniilidis and
    /// Levine 2021).
    pub learned_log_sigma: Option<Param<Tensor<1>>>,
    /// Its logarithm where it is not.
    #[module(skip)]
    fixed_log_sigma: f32,
}

/// From the decoder's hidden units to one number a pixel.
#[derive(Module, Debug)]
pub enum Output {
    /// One linear map, `[hidden, pixels]` (deck 001).
    FullyConnected(Linear),
    /// Two transposed convolutions that each double the image's side (deck 004).
    Convolutional(TransposedConvolutions),
}

/// Two transposed convolutions, with rectified units between them: `[batch, 64 * 7 * 7]` to `[batch, 784]`.
#[derive(Module, Debug)]
pub struct TransposedConvolutions {
    /// 7 x 7 of 64 channels to 14 x 14 of 32.
    pub first: TransposedConvolution,
    /// To 28 x 28 pixels.
    pub second: TransposedConvolution,
}

impl Decoder {
    /// A new decoder with random weights.
    pub fn new(config: &VariationalAutoencoderConfig, random: &mut Random, device: &Device) -> Self {
        let [second, first] = CHANNELS;
        let (hidden, output) = match config.architecture {
            Architecture::FullyConnected => (
                Linear::new(config.latent, config.hidden, random, device),
                Output::FullyConnected(Linear::new(config.hidden, config.pixels, random, device)),
            ),
            Architecture::Convolutional => (
                Linear::new(config.latent, first * QUARTER * QUARTER, random, device),
                Output::Convolutional(TransposedConvolutions {
                    first: TransposedConvolution::new(first, second, random, device),
                    second: TransposedConvolution::new(second, 1, random, device),
                }),
            ),
        };
        let (learned_log_sigma, fixed_log_sigma) = match config.sigma {
            Sigma::Fixed(sigma) => (None, sigma.ln()),
            Sigma::Learned => (Some(Param::from_tensor(Tensor::zeros([1], device))), 0.0),
        };
        Self { hidden, output, learned_log_sigma, fixed_log_sigma }
    }

    /// `log sigma` of the Gaussian likelihood, `[1]`.
    pub fn log_sigma(&self, device: &Device) -> Tensor<1> {
        self.learned_log_sigma.as_ref().map_or_else(|| Tensor::full([1], self.fixed_log_sigma, device), Param::val)
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

impl Output {
    /// # Shapes
    ///
    /// - hidden: `[batch, hidden]`
    /// - output: `[batch, pixels]`
    pub fn forward(&self, hidden: Tensor<2>) -> Tensor<2> {
        match self {
            Self::FullyConnected(layer) => layer.forward(hidden),
            Self::Convolutional(TransposedConvolutions { first, second }) => {
                let doubled = activation::relu(first.forward(hidden.transpose(), QUARTER));
                second.forward(doubled, 2 * QUARTER).transpose()
            }
        }
    }
}
