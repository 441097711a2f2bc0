//! What the decoder says about a pixel: Bernoulli from log-odds, or Gaussian with its full constant (decks 000, 001, 003).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, all_finite, positive, same_size};
use elbo_numerics::gaussian_expectation::log_normal_density;
use serde::Serialize;

/// A log-likelihood in nats, term by term.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageLogLikelihood {
    /// `log p(x_j | z)` of each pixel, in nats.
    pub per_pixel: Vec<f64>,
    /// Sum over the pixels: `log p(x | z)` of the image, in nats.
    pub image: f64,
}

impl ImageLogLikelihood {
    fn from_pixels(per_pixel: Vec<f64>) -> Self {
        let image = per_pixel.iter().sum();
        Self { per_pixel, image }
    }
}

/// Cross-entropy of one pixel from its log-odds `l`, in nats: `max(l, 0) - x l + log(1 + exp(-|l|))`.
///
/// For `x` 0 or 1 this is `-log p(x | z)` with `p(x = 1 | z) = sigmoid(l)`; for grey `x` it is a cross-entropy but not the negative
/// log of a normalised density. Stable for every finite `l`.
pub fn bernoulli_cross_entropy(x: f64, logit: f64) -> f64 {
    logit.max(0.0) - x * logit + (-logit.abs()).exp().ln_1p()
}

/// `log p(x | z) = sum_j x_j log s_j + (1 - x_j) log(1 - s_j)`, `s = sigmoid(logits)`, in nats (deck 000), computed from log-odds.
///
/// # Errors
/// Sizes that disagree, no pixels, a pixel outside `[0, 1]`, a logit that is not finite.
pub fn bernoulli_log_likelihood(x: &[f64], logits: &[f64]) -> Result<ImageLogLikelihood> {
    check_pixels(x)?;
    all_finite("logit", logits)?;
    same_size("logits", logits.len(), x.len())?;
    Ok(ImageLogLikelihood::from_pixels(
        x.iter().zip(logits).map(|(x, logit)| -bernoulli_cross_entropy(*x, *logit)).collect(),
    ))
}

/// `cross-entropy from log-odds = -log p(x)` with `p(1) = s`, `p(0) = 1 - s`, for a binary pixel.
///
/// The tolerance grows with `|logit|`: the right side loses the digits of `1 - s`, which is why the left side is the one in use.
///
/// # Errors
/// `x` neither 0 nor 1; a logit beyond 30 in magnitude, where `1 - s` has no digits left to compare.
pub fn bernoulli_check(x: f64, logit: f64) -> Result<Check> {
    if x != 0.0 && x != 1.0 {
        return Err(Error::OutOfRange { name: "a binary pixel x".to_owned(), value: x, low: 0.0, high: 1.0 });
    }
    if !(-30.0..=30.0).contains(&logit) {
        return Err(Error::OutOfRange { name: "logit".to_owned(), value: logit, low: -30.0, high: 30.0 });
    }
    let s = 1.0 / (1.0 + (-logit).exp());
    let probability = if x == 1.0 { s } else { 1.0 - s };
    let tolerance = 4.0 * f64::EPSILON * (1.0 + 1.0 / probability);
    Ok(Check::absolute(bernoulli_cross_entropy(x, logit), -probability.ln(), tolerance.max(1e-12)))
}

/// `log p(x | z) = sum_j -(x_j - mean_j)^2 / (2 sigma_x^2) - log sigma_x - (1/2) log 2 pi`, in nats, constant included (deck 003
/// drops it). A density of real pixels: it can be positive.
///
/// # Errors
/// Sizes that disagree, no pixels, a number that is not finite, `sigma_x` not positive.
pub fn gaussian_log_likelihood(x: &[f64], mean: &[f64], sigma_x: f64) -> Result<ImageLogLikelihood> {
    all_finite("pixel", x)?;
    all_finite("mean of pixel", mean)?;
    same_size("means", mean.len(), x.len())?;
    positive("sigma_x", sigma_x)?;
    Ok(ImageLogLikelihood::from_pixels(
        x.iter().zip(mean).map(|(x, mean)| log_normal_density(*x, *mean, sigma_x)).collect(),
    ))
}

/// Squared error and log-likelihood are one line: `log p(x | z) = -|x - mean|^2 / (2 sigma_x^2) - D log sigma_x - (D/2) log 2 pi`.
///
/// # Errors
/// As [`gaussian_log_likelihood`].
pub fn gaussian_check(x: &[f64], mean: &[f64], sigma_x: f64) -> Result<Check> {
    let left = gaussian_log_likelihood(x, mean, sigma_x)?.image;
    let dimension = x.len() as f64;
    let squared_error: f64 = x.iter().zip(mean).map(|(x, mean)| (x - mean).powi(2)).sum();
    let normaliser = 0.5 * dimension * (2.0 * std::f64::consts::PI * sigma_x * sigma_x).ln();
    Ok(Check::relative(left, -squared_error / (2.0 * sigma_x * sigma_x) - normaliser, 1e-12))
}

/// The `sigma_x` that maximises the Gaussian log-likelihood: `sqrt(|x - mean|^2 / D)`, in units of `x` (sigma-VAE, Rybkin et al. 2021).
///
/// # Errors
/// Sizes that disagree, no pixels, a number that is not finite; a perfect reconstruction, for which the likelihood has no maximum.
pub fn best_sigma_x(x: &[f64], mean: &[f64]) -> Result<f64> {
    all_finite("pixel", x)?;
    all_finite("mean of pixel", mean)?;
    same_size("means", mean.len(), x.len())?;
    let mean_square = x.iter().zip(mean).map(|(x, mean)| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    positive(
        "best sigma_x (the reconstruction is perfect, so the likelihood grows without bound as sigma_x goes to 0)",
        mean_square.sqrt(),
    )
}

fn check_pixels(x: &[f64]) -> Result<()> {
    all_finite("pixel", x)?;
    match x.iter().position(|x| !(0.0..=1.0).contains(x)) {
        Some(index) => {
            Err(Error::OutOfRange { name: format!("pixel {}", index + 1), value: x[index], low: 0.0, high: 1.0 })
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert!((bernoulli_cross_entropy(1.0, 0.0) - 2.0f64.ln()).abs() < 1e-15);
        assert!((bernoulli_cross_entropy(0.0, 1000.0) - 1000.0).abs() < 1e-12);
        assert_eq!(bernoulli_cross_entropy(1.0, 1000.0), 0.0);
        let gaussian = gaussian_log_likelihood(&[0.0, 1.0], &[0.0, 0.0], 1.0).unwrap();
        assert!((gaussian.image + 0.5 + 1.837_877_066_409_345_3).abs() < 1e-14);
    }

    #[test]
    fn checks_hold() {
        for logit in [-30.0, -3.3, 0.0, 0.2, 17.0, 30.0] {
            for x in [0.0, 1.0] {
                assert!(bernoulli_check(x, logit).unwrap().holds, "{x} {logit} {:?}", bernoulli_check(x, logit));
            }
        }
        assert!(gaussian_check(&[0.1, 0.9, 0.4], &[0.2, 0.7, 0.4], 0.05).unwrap().holds);
    }

    #[test]
    fn best_sigma_has_zero_slope() {
        let (x, mean) = ([0.1, 0.9, 0.4], [0.3, 0.7, 0.5]);
        let sigma = best_sigma_x(&x, &mean).unwrap();
        let at = |sigma| gaussian_log_likelihood(&x, &mean, sigma).unwrap().image;
        assert!(((at(sigma + 1e-5) - at(sigma - 1e-5)) / 2e-5).abs() < 1e-5);
        assert!(at(sigma) > at(sigma * 1.1) && at(sigma) > at(sigma * 0.9));
    }

    #[test]
    fn bad_input_is_named() {
        assert!(bernoulli_log_likelihood(&[1.2], &[0.0]).is_err());
        assert!(bernoulli_log_likelihood(&[], &[]).is_err());
        assert!(bernoulli_log_likelihood(&[1.0], &[0.0, 1.0]).is_err());
        assert!(bernoulli_check(0.5, 0.0).is_err());
        assert!(gaussian_log_likelihood(&[1.0], &[1.0], 0.0).is_err());
        assert!(best_sigma_x(&[1.0], &[1.0]).is_err());
    }
}
