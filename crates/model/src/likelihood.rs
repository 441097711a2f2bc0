//! What the decoder's output means: `p(x | z)` for binary or for real pixels (decks 000, 001, 003).

use burn::tensor::{Tensor, activation};
use elbo_numerics::random::{Random, standard_normal, uniform};
use elbo_numerics::special::sigmoid;
use serde::{Deserialize, Serialize};

use super::bernoulli;

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
    /// Bernoulli: the cross-entropy from logits, `softplus(logit) - x logit`, which never takes the logarithm of a sigmoid; on
    /// the CPU in one pass ([`bernoulli`]).
    /// Gaussian: `((x - mean) / sigma)^2 / 2 + log sigma + log(2 pi) / 2`; deck 003 drops the constants, here they stay.
    ///
    /// # Shapes
    ///
    /// - x, output: `[batch, pixels]`
    /// - log_sigma: `[1]`, of the Gaussian
    /// - result: `[batch]`
    pub fn negative_log_likelihood(self, x: Tensor<2>, output: Tensor<2>, log_sigma: Tensor<1>) -> Tensor<1> {
        if self == Self::Bernoulli
            && let Some(costs) = bernoulli::negative_log_likelihood(&x, &output)
        {
            return costs;
        }
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

    /// `E[x | z]` in `[0, 1]` for display: the sigmoid of the logits (on the CPU in one pass), or the means cut to the range of a pixel.
    ///
    /// # Shapes
    ///
    /// - output, result: `[batch, pixels]`
    pub fn mean(self, output: Tensor<2>) -> Tensor<2> {
        if self == Self::Bernoulli
            && let Some(means) = bernoulli::means(&output)
        {
            return means;
        }
        match self {
            Self::Bernoulli => activation::sigmoid(output),
            Self::Gaussian => output.clamp(0.0, 1.0),
        }
    }

    /// One draw of every pixel from `p(x | z)`, independent of its neighbours; a Gaussian's may lie outside `[0, 1]`.
    pub fn draw(self, output: &[f32], sigma: f32, random: &mut Random) -> Vec<f32> {
        let mut pixel = |output: f32| match self {
            Self::Bernoulli => f32::from(u8::from(uniform(random) < sigmoid(output.into()))),
            Self::Gaussian => output + sigma * standard_normal(random) as f32,
        };
        output.iter().map(|&output| pixel(output)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::seeded;

    #[test]
    fn draws_have_the_means_and_the_spread_of_their_pixels() {
        let n = 20_000;
        let mean = |values: &[f32]| values.iter().map(|&x| f64::from(x)).sum::<f64>() / n as f64;
        let ink = Likelihood::Bernoulli.draw(&vec![-1.0; n], 0.3, &mut seeded(1));
        assert!(ink.iter().all(|&pixel| pixel == 0.0 || pixel == 1.0));
        assert!((mean(&ink) - sigmoid(-1.0)).abs() < 0.01);
        let grey = Likelihood::Gaussian.draw(&vec![0.4; n], 0.3, &mut seeded(1));
        let squares: Vec<f32> = grey.iter().map(|x| (x - 0.4).powi(2)).collect();
        assert!((mean(&grey) - 0.4).abs() < 0.01 && (mean(&squares) - 0.09).abs() < 0.004);
    }
}
