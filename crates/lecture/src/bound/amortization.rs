//! A posterior model in place of Bayes' denominator: a Gaussian q for each x, found one x at a time or by one network for all x
//! (decks 000, 001, 003).
//!
//! The model is that of [`grid_posterior`](crate::latents::grid_posterior) in one dimension: `z ~ N(0, 1)`, `x | z ~ N(z^2 / 2, sigma^2)`. With
//! `q = N(m, s^2)` every expectation in the bound is a moment of a Gaussian, so
//!
//! ```text
//! ELBO = -[x^2 - x (m^2 + s^2) + (m^4 + 6 m^2 s^2 + 3 s^4) / 4] / (2 sigma^2) - 1/2 log(2 pi sigma^2)
//!        + 1/2 (1 + log s^2 - m^2 - s^2)
//! ```
//!
//! and so are its best m and s. The network has no such formulas: it sees x and is trained by gradient ascent on the mean ELBO.

use elbo_numerics::adam::Adam;
use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, finite, positive, within_limit};
use elbo_numerics::gaussian_expectation::{LOG_2_PI, gaussian_expectation, log_normal_density};
use elbo_numerics::random::{seeded, standard_normal};
use serde::Serialize;

use crate::distributions::gaussian::Gaussian;

/// Hidden units of the network.
const HIDDEN: usize = 6;
/// The x that it is trained on are spread evenly over this interval.
const TRAINED_ON: [f64; 2] = [-2.0, 6.0];
/// How many x it is trained on.
const TRAINING_POINTS: usize = 25;
/// Step size of Adam.
const LEARNING_RATE: f64 = 0.03;

/// `q(z | x) = N(mean, exp(log_sigma)^2)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GaussianPosterior {
    /// m.
    pub mean: f64,
    /// `log s`.
    pub log_sigma: f64,
}

/// The bound and its derivatives with respect to q.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// ELBO in nats.
    pub value: f64,
    /// `d ELBO / d m`, nats per unit of z.
    pub by_mean: f64,
    /// `d ELBO / d log s`, in nats.
    pub by_log_sigma: f64,
}

/// The ELBO of q at x, closed form, in nats, with its derivatives.
///
/// # Errors
/// `x` or q not finite; `sigma` not positive.
pub fn bound(x: f64, sigma: f64, q: GaussianPosterior) -> Result<Bound> {
    positive("sigma", sigma)?;
    finite("x", x)?;
    finite("mean of q", q.mean)?;
    finite("log sigma of q", q.log_sigma)?;
    Ok(bound_unchecked(x, sigma, q))
}

fn bound_unchecked(x: f64, sigma: f64, q: GaussianPosterior) -> Bound {
    let (m, precision) = (q.mean, 1.0 / (sigma * sigma));
    let (m2, s2) = (m * m, (2.0 * q.log_sigma).exp());
    let squared_error = x * x - x * (m2 + s2) + 0.25 * (m2 * m2 + 6.0 * m2 * s2 + 3.0 * s2 * s2);
    Bound {
        value: -0.5 * precision * squared_error - sigma.ln() - 0.5 * LOG_2_PI
            + 0.5 * (1.0 + 2.0 * q.log_sigma - m2 - s2),
        by_mean: -0.5 * precision * m * (m2 + 3.0 * s2 - 2.0 * x) - m,
        by_log_sigma: -0.5 * precision * s2 * (3.0 * m2 + 3.0 * s2 - 2.0 * x) + 1.0 - s2,
    }
}

/// The Gaussian of the largest ELBO at x, with `m >= 0`: the zeros of both derivatives are roots of quadratics in `s^2`, one with m = 0 and,
/// where the posterior has two bumps far enough apart, one on a bump.
///
/// # Errors
/// `x` not finite; `sigma` not positive.
pub fn best_gaussian(x: f64, sigma: f64) -> Result<GaussianPosterior> {
    let variance = positive("sigma", sigma)?.powi(2);
    let excess = finite("x", x)? - variance;
    let from_square = |mean: f64, s2: f64| GaussianPosterior { mean, log_sigma: 0.5 * s2.ln() };
    // Of a root that is a difference, the quotient of the product of the roots keeps its digits.
    let root = (excess * excess + 6.0 * variance).sqrt();
    let middle = from_square(0.0, if excess > 0.0 { (excess + root) / 3.0 } else { 2.0 * variance / (root - excess) });
    let discriminant = excess * excess - 3.0 * variance;
    if excess <= 0.0 || discriminant < 0.0 {
        return Ok(middle);
    }
    let s2 = variance / (excess + discriminant.sqrt());
    let bump = from_square((2.0 * excess - 3.0 * s2).max(0.0).sqrt(), s2);
    let better = bound(x, sigma, bump)?.value > bound(x, sigma, middle)?.value;
    Ok(if better { bump } else { middle })
}

/// `KL(q || p(z | x))` in nats by quadrature over z, given `log p(x)`.
///
/// # Errors
/// As [`bound`].
pub fn kl_to_posterior(x: f64, sigma: f64, q: GaussianPosterior, log_evidence: f64) -> Result<f64> {
    bound(x, sigma, q)?;
    let s = Gaussian::from_log_sigma(q.mean, q.log_sigma)?;
    Ok(gaussian_expectation(q.mean, s.sigma(), |z| {
        let log_joint = log_normal_density(x, 0.5 * z * z, sigma) + Gaussian::STANDARD.log_density(z);
        s.log_density(z) - (log_joint - log_evidence)
    }))
}

/// `log p(x) = ELBO + KL(q || p(z | x))`: the closed form of the ELBO and the quadrature of the divergence on the right.
///
/// Tolerance 1e-9 of the sizes that cancel in the sum.
///
/// # Errors
/// As [`bound`].
pub fn sum_check(x: f64, sigma: f64, q: GaussianPosterior, log_evidence: f64) -> Result<Check> {
    let (elbo, kl) = (bound(x, sigma, q)?.value, kl_to_posterior(x, sigma, q, log_evidence)?);
    Ok(Check::absolute(log_evidence, elbo + kl, 1e-9 * (elbo.abs() + kl.abs()).max(1.0)))
}

/// One network for all x: `x -> tanh layer -> (m, log s)`.
#[derive(Debug, Clone, PartialEq)]
pub struct InferenceNetwork {
    /// Slope, bias and the two output weights of each hidden unit, then the two output biases.
    weights: Vec<f64>,
}

impl InferenceNetwork {
    /// Small random weights from `seed`, then `steps` steps of Adam on the mean ELBO over 25 values of x from -2 to 6.
    ///
    /// # Errors
    /// `sigma` not positive; more than 20000 steps; weights that are no longer finite.
    pub fn trained(sigma: f64, steps: usize, seed: u64) -> Result<Self> {
        positive("sigma", sigma)?;
        if steps > 0 {
            within_limit("training steps", steps, 20_000)?;
        }
        let mut random = seeded(seed);
        let mut weights: Vec<f64> = (0..4 * HIDDEN + 2).map(|_| 0.5 * standard_normal(&mut random)).collect();
        let mut optimizer = Adam::new(LEARNING_RATE, weights.len());
        for _ in 0..steps {
            let mut ascent = mean_gradient(&weights, sigma);
            optimizer.step(&mut ascent);
            weights.iter_mut().zip(&ascent).for_each(|(weight, step)| *weight += step);
        }
        if weights.iter().all(|weight| weight.is_finite()) {
            return Ok(Self { weights });
        }
        Err(Error::NotConverged { what: "training of the network".to_owned(), error: f64::INFINITY, tolerance: 0.0 })
    }

    /// `q(z | x)`.
    pub fn posterior(&self, x: f64) -> GaussianPosterior {
        forward(&self.weights, x).0
    }
}

/// The network's q, and its hidden units for the way back.
fn forward(weights: &[f64], x: f64) -> (GaussianPosterior, [f64; HIDDEN]) {
    let (units, biases) = weights.split_at(4 * HIDDEN);
    let input = scaled(x);
    let mut hidden = [0.0; HIDDEN];
    let mut q = GaussianPosterior {
        mean: biases.first().copied().unwrap_or_default(),
        log_sigma: biases.get(1).copied().unwrap_or_default(),
    };
    for (unit, value) in units.chunks_exact(4).zip(&mut hidden) {
        *value = (unit[0] * input + unit[1]).tanh();
        q.mean += unit[2] * *value;
        q.log_sigma += unit[3] * *value;
    }
    (q, hidden)
}

/// The x of [`TRAINED_ON`] as numbers from -2 to 2.
fn scaled(x: f64) -> f64 {
    let [low, high] = TRAINED_ON;
    4.0 * (x - low) / (high - low) - 2.0
}

fn mean_gradient(weights: &[f64], sigma: f64) -> Vec<f64> {
    let [low, high] = TRAINED_ON;
    let share = 1.0 / TRAINING_POINTS as f64;
    let mut gradient = vec![0.0; weights.len()];
    for index in 0..TRAINING_POINTS {
        let x = low + (high - low) * index as f64 / (TRAINING_POINTS - 1) as f64;
        let (q, hidden) = forward(weights, x);
        let slope = bound_unchecked(x, sigma, q);
        let (by_mean, by_log_sigma) = (share * slope.by_mean, share * slope.by_log_sigma);
        for ((unit, sum), value) in weights.chunks_exact(4).zip(gradient.chunks_exact_mut(4)).zip(hidden) {
            let back = (by_mean * unit[2] + by_log_sigma * unit[3]) * (1.0 - value * value);
            sum[0] += back * scaled(x);
            sum[1] += back;
            sum[2] += by_mean * value;
            sum[3] += by_log_sigma * value;
        }
        gradient[4 * HIDDEN] += by_mean;
        gradient[4 * HIDDEN + 1] += by_log_sigma;
    }
    gradient
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latents::grid_posterior::log_evidence_by_radius;
    use proptest::prelude::*;

    fn mean_bound(weights: &[f64], sigma: f64) -> f64 {
        let [low, high] = TRAINED_ON;
        let at = |i: usize| low + (high - low) * i as f64 / (TRAINING_POINTS - 1) as f64;
        (0..TRAINING_POINTS).map(|i| bound_unchecked(at(i), sigma, forward(weights, at(i)).0).value).sum::<f64>()
            / TRAINING_POINTS as f64
    }

    #[test]
    fn gradients_are_finite_differences() {
        let q = GaussianPosterior { mean: 0.7, log_sigma: -0.4 };
        let (x, sigma, h) = (1.3, 0.6, 1e-6);
        let at = |mean: f64, log_sigma: f64| bound(x, sigma, GaussianPosterior { mean, log_sigma }).unwrap();
        let found = at(q.mean, q.log_sigma);
        let by_mean = (at(0.7 + h, -0.4).value - at(0.7 - h, -0.4).value) / (2.0 * h);
        let by_log_sigma = (at(0.7, -0.4 + h).value - at(0.7, -0.4 - h).value) / (2.0 * h);
        assert!((found.by_mean - by_mean).abs() < 1e-7 && (found.by_log_sigma - by_log_sigma).abs() < 1e-7);
        let network = InferenceNetwork::trained(sigma, 5, 1).unwrap();
        let gradient = mean_gradient(&network.weights, sigma);
        for index in 0..network.weights.len() {
            let shifted = |by: f64| {
                let mut weights = network.weights.clone();
                weights[index] += by;
                mean_bound(&weights, sigma)
            };
            let difference = (shifted(h) - shifted(-h)) / (2.0 * h);
            assert!((gradient[index] - difference).abs() < 1e-6, "{index} {} {difference}", gradient[index]);
        }
    }

    proptest! {
        #[test]
        fn the_sum_holds_and_the_best_is_best(x in -2.0..6.0f64, sigma in 0.2..2.0f64, mean in -4.0..4.0f64, log_sigma in -3.0..1.0f64) {
            let log_evidence = log_evidence_by_radius(x, sigma, 1).unwrap();
            let q = GaussianPosterior { mean, log_sigma };
            let check = sum_check(x, sigma, q, log_evidence).unwrap();
            prop_assert!(check.holds, "{check:?}");
            let best = best_gaussian(x, sigma).unwrap();
            let slope = bound(x, sigma, best).unwrap();
            prop_assert!(slope.by_mean.abs() < 1e-7 && slope.by_log_sigma.abs() < 1e-7, "{best:?} {slope:?}");
            prop_assert!(bound(x, sigma, q).unwrap().value <= slope.value + 1e-9);
            prop_assert!(slope.value <= log_evidence + 1e-9);
        }
    }

    #[test]
    fn one_network_comes_near_the_best_of_every_x() {
        for (sigma, seed) in [(0.3, 1), (0.6, 2), (1.5, 3)] {
            let start = mean_bound(&InferenceNetwork::trained(sigma, 0, seed).unwrap().weights, sigma);
            let network = InferenceNetwork::trained(sigma, 1000, seed).unwrap();
            let end = mean_bound(&network.weights, sigma);
            let best: f64 = (0..TRAINING_POINTS)
                .map(|i| -2.0 + 8.0 * i as f64 / (TRAINING_POINTS - 1) as f64)
                .map(|x| bound(x, sigma, best_gaussian(x, sigma).unwrap()).unwrap().value)
                .sum::<f64>()
                / TRAINING_POINTS as f64;
            assert!(start < end && end <= best && best - end < 0.35, "{sigma} {start} {end} {best}");
        }
    }

    #[test]
    fn bad_input_is_named() {
        let q = GaussianPosterior { mean: 0.0, log_sigma: 0.0 };
        assert!(bound(f64::NAN, 1.0, q).is_err() && bound(1.0, 0.0, q).is_err());
        assert!(bound(1.0, 1.0, GaussianPosterior { mean: f64::INFINITY, log_sigma: 0.0 }).is_err());
        assert!(best_gaussian(1.0, -1.0).is_err() && best_gaussian(f64::NAN, 1.0).is_err());
        assert!(InferenceNetwork::trained(0.0, 1, 1).is_err() && InferenceNetwork::trained(1.0, 30_000, 1).is_err());
    }
}
