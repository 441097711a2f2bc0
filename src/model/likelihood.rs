//! What the decoder's output means: `p(x | z)` for binary or for real pixels (decks 000, 001, 003).

use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

/// The distribution of a pixel given the decoder's output for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// `p(x = 1) = sigmoid(logit)`.
    Bernoulli,
    /// `x ~ N(mean, sigma^2)`, one sigma for all pixels.
    Gaussian,
}

impl Likelihood {
    /// `-log p(x | z)` in nats, summed over the pixels of each image.
    ///
    /// Bernoulli: the cross-entropy from logits, `softplus(logit) - x logit`, which never takes the logarithm of a sigmoid.
    /// Gaussian: `((x - mean) / sigma)^2 / 2 + log sigma + log(2 pi) / 2`; deck 003 drops the constants, here they stay.
    ///
    /// # Shapes
    ///
    /// - x, output: `[batch, pixels]`
    /// - log_sigma: `[1]`, of the Gaussian
    /// - result: `[batch]`
    pub fn negative_log_likelihood(self, x: Tensor<2>, output: Tensor<2>, log_sigma: Tensor<1>) -> Tensor<1> {
        let per_pixel = match self {
            // log(1 + exp(l)) = -log sigmoid(-l)
            Self::Bernoulli => -activation::log_sigmoid(-output.clone()) - x * output,
            Self::Gaussian => {
                let half_log_two_pi = 0.5 * (2.0 * std::f32::consts::PI).ln();
                let log_sigma = log_sigma.unsqueeze::<2>();
                let standardised = (x - output) * (-log_sigma.clone()).exp();
                standardised.square().mul_scalar(0.5) + log_sigma.add_scalar(half_log_two_pi)
            }
        };
        per_pixel.sum_dim(1).squeeze_dim::<1>(1)
    }

    /// `E[x | z]` in `[0, 1]` for display: the sigmoid of the logits, or the means cut to the range of a pixel.
    ///
    /// # Shapes
    ///
    /// - output, result: `[batch, pixels]`
    pub fn mean(self, output: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Bernoulli => activation::sigmoid(output),
            Self::Gaussian => output.clamp(0.0, 1.0),
        }
    }
}
