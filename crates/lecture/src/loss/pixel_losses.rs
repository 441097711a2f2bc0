//! What one pixel costs as the decoder's output moves, and what each likelihood would draw (figure `likelihoods`; decks 000, 001, 003).
//!
//! Both losses push their output by the same thing, the error: `d CE / d logit = sigmoid(logit) - x` and
//! `d NLL / d mean = (mean - x) / sigma_x^2`.

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, finite, positive};
use elbo_numerics::gaussian_expectation::log_normal_density;
use elbo_numerics::quadrature::adaptive;
use elbo_numerics::random::{seeded, standard_normal, uniform};
use elbo_numerics::special::sigmoid;

use crate::loss::likelihoods::bernoulli_cross_entropy;

/// Step of the central differences. Softplus' third derivative is at most 1/8, so they are off by less than 3e-10; the Gaussian's
/// loss is a parabola, for which they are exact.
const STEP: f64 = 1e-4;

/// `d CE / d logit = sigmoid(logit) - x`, nats per unit of log-odds.
pub fn bernoulli_slope(x: f64, logit: f64) -> f64 {
    sigmoid(logit) - x
}

/// `-log N(x; mean, sigma_x^2)` of one pixel, in nats.
///
/// # Errors
/// Numbers that are not finite, `sigma_x` not positive.
pub fn gaussian_loss(x: f64, mean: f64, sigma_x: f64) -> Result<f64> {
    finite("pixel", x)?;
    finite("mean of pixel", mean)?;
    positive("sigma_x", sigma_x)?;
    Ok(-log_normal_density(x, mean, sigma_x))
}

/// `d (-log N(x; mean, sigma_x^2)) / d mean = (mean - x) / sigma_x^2`, nats per unit of the mean.
pub fn gaussian_slope(x: f64, mean: f64, sigma_x: f64) -> f64 {
    (mean - x) / (sigma_x * sigma_x)
}

/// A slope in closed form against the central difference of its loss at `at`, within 1e-6 of the larger (at least 1).
pub fn slope_check(slope: f64, at: f64, loss: impl Fn(f64) -> f64) -> Check {
    Check::relative(slope, (loss(at + STEP) - loss(at - STEP)) / (2.0 * STEP), 1e-6)
}

/// `int_0^1 exp(-CE(x, logit)) dx = (2 s - 1) / logit = tanh(logit / 2) / logit`, `s = sigmoid(logit)`: the mass that a Bernoulli's
/// cross-entropy gives to grey pixels. At most 1/2: as a density of grey pixels it is not normalised. What is missing is the
/// constant of the continuous Bernoulli (Loaiza-Ganem and Cunningham 2019).
pub fn grey_mass(logit: f64) -> f64 {
    // Below 1e-4 the next term of the series, logit^4 / 240, is under rounding, and at 0 the quotient would be 0 / 0.
    if logit.abs() < 1e-4 { 0.5 - logit * logit / 24.0 } else { (0.5 * logit).tanh() / logit }
}

/// [`grey_mass`] against quadrature, within 1e-10.
///
/// # Errors
/// A logit that is not finite, or so large that the quadrature cannot follow.
pub fn grey_mass_check(logit: f64) -> Result<Check> {
    finite("logit", logit)?;
    let integral = adaptive(0.0, 1.0, 1e-12, |x| (-bernoulli_cross_entropy(x, logit)).exp())?;
    Ok(Check::absolute(grey_mass(logit), integral.value, 1e-10))
}

/// `log(s / (1 - s))` of probabilities held at least `margin` away from 0 and 1, where a logit would be infinite.
///
/// # Errors
/// A probability outside `[0, 1]`; a margin that is not inside 0 to 1/2.
pub fn logits(probabilities: &[f64], margin: f64) -> Result<Vec<f64>> {
    positive("margin", margin)?;
    if margin >= 0.5 {
        return Err(Error::OutOfRange { name: "margin".to_owned(), value: margin, low: 0.0, high: 0.5 });
    }
    probabilities
        .iter()
        .map(|&s| {
            if !(0.0..=1.0).contains(&s) {
                return Err(Error::OutOfRange { name: "probability".to_owned(), value: s, low: 0.0, high: 1.0 });
            }
            let s = s.clamp(margin, 1.0 - margin);
            Ok(s.ln() - (-s).ln_1p())
        })
        .collect()
}

/// One draw of every pixel from `p(x_j = 1) = sigmoid(logit_j)`.
pub fn sample_bernoulli(logits: &[f64], seed: u64) -> Vec<f64> {
    let mut random = seeded(seed);
    logits.iter().map(|&logit| if uniform(&mut random) < sigmoid(logit) { 1.0 } else { 0.0 }).collect()
}

/// One draw of every pixel from `N(mean_j, sigma_x^2)`: most lie outside `[0, 1]` when `sigma_x` is large.
///
/// # Errors
/// `sigma_x` not positive.
pub fn sample_gaussian(means: &[f64], sigma_x: f64, seed: u64) -> Result<Vec<f64>> {
    positive("sigma_x", sigma_x)?;
    let mut random = seeded(seed);
    Ok(means.iter().map(|mean| mean + sigma_x * standard_normal(&mut random)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_the_losses() {
        for x in [0.0, 0.3, 1.0] {
            for logit in [-12.0, -0.7, 0.0, 3.0, 12.0] {
                let check = slope_check(bernoulli_slope(x, logit), logit, |l| bernoulli_cross_entropy(x, l));
                assert!(check.holds, "{check:?}");
            }
            for (mean, sigma) in [(-0.5, 0.02), (0.4, 1.0), (1.5, 0.02)] {
                let check = slope_check(gaussian_slope(x, mean, sigma), mean, |m| gaussian_loss(x, m, sigma).unwrap());
                assert!(check.holds, "{check:?}");
            }
        }
    }

    #[test]
    fn grey_pixels_have_at_most_half_the_mass() {
        for logit in [-12.0, -1e-5, 0.0, 2e-4, 3.0, 12.0] {
            assert!(grey_mass_check(logit).unwrap().holds, "{logit} {:?}", grey_mass_check(logit));
            assert!(grey_mass(logit) <= 0.5);
        }
        assert!(grey_mass_check(f64::NAN).is_err());
    }

    #[test]
    fn samples_follow_their_distributions() {
        let n = 40_000.0;
        let draws = sample_bernoulli(&vec![1.0; 40_000], 7);
        let share = draws.iter().sum::<f64>() / n;
        assert!((share - sigmoid(1.0)).abs() < 4.0 * (0.2 / n).sqrt(), "{share}");
        let draws = sample_gaussian(&vec![0.3; 40_000], 0.5, 7).unwrap();
        let mean = draws.iter().sum::<f64>() / n;
        assert!((mean - 0.3).abs() < 4.0 * 0.5 / n.sqrt(), "{mean}");
        assert!(sample_gaussian(&[0.0], 0.0, 1).is_err());
    }

    #[test]
    fn logits_undo_the_sigmoid() {
        let found = logits(&[0.0, 0.25, 1.0], 0.01).unwrap();
        assert!((sigmoid(found[1]) - 0.25).abs() < 1e-15);
        assert!((sigmoid(found[0]) - 0.01).abs() < 1e-15 && (sigmoid(found[2]) - 0.99).abs() < 1e-15);
        assert!(logits(&[1.2], 0.01).is_err() && logits(&[f64::NAN], 0.01).is_err() && logits(&[0.5], 0.7).is_err());
        assert!(gaussian_loss(0.0, 0.0, -1.0).is_err() && gaussian_loss(f64::NAN, 0.0, 1.0).is_err());
    }
}
