//! `z = mu + sigma * epsilon`: the randomness moved to a node without parameters (decks 000, 001, 003, 004; Kingma and Welling 2013).

use elbo_numerics::check::{Check, Estimate};
use elbo_numerics::error::{Result, finite, positive, within_limit};
use elbo_numerics::random::{seeded, standard_normals};
use serde::Serialize;

use crate::gradients::gradient_estimators::{Estimator, PerParameter, TestFunction};

/// One sample and how it moves with the parameters.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reparameterized {
    /// The noise, fixed while the parameters move.
    pub epsilon: f64,
    /// `mu + sigma * epsilon`.
    pub z: f64,
    /// `dz/dmu = 1`.
    pub dz_dmu: f64,
    /// `dz/dsigma = epsilon`.
    pub dz_dsigma: f64,
    /// `dz/dlog_sigma = sigma * epsilon`, which is what an encoder that returns log sigma receives.
    pub dz_dlog_sigma: f64,
}

/// The derivatives of [`Reparameterized`] against central differences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReparameterizationChecks {
    /// `dz/dmu`.
    pub mu: Check,
    /// `dz/dsigma`.
    pub sigma: Check,
    /// `dz/dlog_sigma`.
    pub log_sigma: Check,
    /// `(z - mu) / sigma` gives epsilon back.
    pub inverse: Check,
}

/// `z = mu + sigma * epsilon` with its derivatives, in units of `z` per unit of the parameter.
///
/// # Errors
/// `mu` or `epsilon` not finite, `sigma` not positive.
pub fn reparameterize(mu: f64, sigma: f64, epsilon: f64) -> Result<Reparameterized> {
    finite("mu", mu)?;
    positive("sigma", sigma)?;
    finite("epsilon", epsilon)?;
    Ok(Reparameterized {
        epsilon,
        z: mu + sigma * epsilon,
        dz_dmu: 1.0,
        dz_dsigma: epsilon,
        dz_dlog_sigma: sigma * epsilon,
    })
}

/// Checks the derivatives by central differences of `z` with epsilon held fixed.
///
/// # Errors
/// As [`reparameterize`].
pub fn reparameterization_checks(mu: f64, sigma: f64, epsilon: f64) -> Result<ReparameterizationChecks> {
    let sample = reparameterize(mu, sigma, epsilon)?;
    let z = |mu: f64, sigma: f64| mu + sigma * epsilon;
    // The step is relative to the parameters; what remains is rounding, eps * |z| / step.
    let step = 1e-4 * (1.0 + mu.abs().max(sigma));
    let log_step: f64 = 1e-4;
    let scale = 1.0 + mu.abs() + (sigma * epsilon).abs() + epsilon.abs();
    let difference = |up: f64, down: f64, step: f64| (up - down) / (2.0 * step);
    let in_log = difference(z(mu, sigma * log_step.exp()), z(mu, sigma * (-log_step).exp()), log_step);
    Ok(ReparameterizationChecks {
        mu: Check::absolute(sample.dz_dmu, difference(z(mu + step, sigma), z(mu - step, sigma), step), 1e-10 * scale),
        sigma: Check::absolute(
            sample.dz_dsigma,
            difference(z(mu, sigma + step), z(mu, sigma - step), step),
            1e-10 * scale,
        ),
        // sinh(h) / h - 1 = h^2 / 6 remains.
        log_sigma: Check::absolute(sample.dz_dlog_sigma, in_log, 1e-8 * scale),
        inverse: Check::absolute(epsilon, (sample.z - mu) / sigma, 1e-12 * (1.0 + epsilon.abs() + mu.abs() / sigma)),
    })
}

/// The pathwise gradient of `f(z)` for one fixed epsilon against central differences of `f(mu + sigma epsilon)`:
/// `df/dmu = f'(z)`, `df/dsigma = f'(z) epsilon`.
///
/// # Errors
/// As [`reparameterize`].
pub fn chain_rule_checks(f: TestFunction, mu: f64, sigma: f64, epsilon: f64) -> Result<PerParameter<Check>> {
    reparameterize(mu, sigma, epsilon)?;
    let exact = Estimator::Pathwise.single_sample(f, mu, sigma, epsilon);
    let value = |mu: f64, sigma: f64| f.value(mu + sigma * epsilon);
    // Fourth order: what remains is below h^4 f^(5) / 30 (0 for the polynomials) and rounding, eps |f| / h.
    let step = 1e-3;
    let difference =
        |at: &dyn Fn(f64) -> f64| (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
    let scale = 1.0 + value(mu, sigma).abs() + exact.mu.abs() + epsilon.abs().powi(5);
    let check = |exact: f64, numeric: f64| Check::absolute(exact, numeric, 1e-11 * scale);
    Ok(PerParameter {
        mu: check(exact.mu, difference(&|h| value(mu + h, sigma))),
        sigma: check(exact.sigma, difference(&|h| value(mu, sigma + h))),
    })
}

/// `n` samples of `N(mu, sigma^2)` made from `epsilon ~ N(0, 1)`, with the estimates of their mean and variance.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReparameterizedSamples {
    /// The noise.
    pub epsilon: Vec<f64>,
    /// `mu + sigma * epsilon`.
    pub z: Vec<f64>,
    /// Estimate of `E[z] = mu`.
    pub mean: Estimate,
    /// Estimate of `E[(z - mu)^2] = sigma^2`.
    pub variance: Estimate,
}

/// Draws [`ReparameterizedSamples`] from `seed`.
///
/// # Errors
/// As [`reparameterize`]; `n` of 0 or over 1000000.
pub fn reparameterized_samples(mu: f64, sigma: f64, n: usize, seed: u64) -> Result<ReparameterizedSamples> {
    finite("mu", mu)?;
    positive("sigma", sigma)?;
    within_limit("n", n, 1_000_000)?;
    let epsilon = standard_normals(&mut seeded(seed), n);
    let z: Vec<f64> = epsilon.iter().map(|epsilon| mu + sigma * epsilon).collect();
    let mean = Estimate::from_samples(z.iter().copied());
    let variance = Estimate::from_samples(z.iter().map(|z| (z - mu).powi(2)));
    Ok(ReparameterizedSamples { epsilon, z, mean, variance })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_finite_differences() {
        for (mu, sigma, epsilon) in [(0.0, 1.0, 0.0), (-3.0, 0.01, 2.5), (40.0, 7.0, -4.0), (1.0, 1e-3, 1.0)] {
            let checks = reparameterization_checks(mu, sigma, epsilon).unwrap();
            assert!(
                [checks.mu, checks.sigma, checks.log_sigma, checks.inverse].iter().all(|check| check.holds),
                "{checks:?}"
            );
        }
    }

    #[test]
    fn the_chain_rule_is_a_finite_difference() {
        for f in [TestFunction::Square, TestFunction::Sin, TestFunction::Cubic] {
            for (mu, sigma, epsilon) in [(0.0, 1.0, 0.0), (-3.0, 0.1, 2.5), (3.0, 2.5, -5.0), (1.0, 0.1, 5.0)] {
                let checks = chain_rule_checks(f, mu, sigma, epsilon).unwrap();
                assert!(checks.mu.holds && checks.sigma.holds, "{f:?} {mu} {sigma} {epsilon} {checks:?}");
            }
        }
        assert!(chain_rule_checks(TestFunction::Sin, 0.0, -1.0, 1.0).is_err());
    }

    #[test]
    fn samples_have_the_moments() {
        let samples = reparameterized_samples(1.2, 0.4, 20_000, 8).unwrap();
        assert!(samples.mean.check_against(1.2, 4.0).holds);
        assert!(samples.variance.check_against(0.16, 4.0).holds);
        assert_eq!(samples, reparameterized_samples(1.2, 0.4, 20_000, 8).unwrap());
    }

    #[test]
    fn bad_input_is_named() {
        assert!(reparameterize(0.0, 0.0, 1.0).is_err());
        assert!(reparameterize(f64::NAN, 1.0, 1.0).is_err());
        assert!(reparameterized_samples(0.0, 1.0, 0, 1).is_err());
        assert!(reparameterized_samples(0.0, 1.0, 2_000_000, 1).is_err());
    }
}
