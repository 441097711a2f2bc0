//! The evidence lower bound on the one-dimensional linear-Gaussian model, every term in closed form and by quadrature
//! (decks 000, 003, 004).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, finite};
use elbo_numerics::gaussian_expectation::{LOG_2_PI, gaussian_expectation};
use serde::Serialize;

use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;
use crate::tools::kl::kl_gaussian;

/// `log p(x) = ELBO + KL(q || posterior)`, with its parts, in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLowerBound {
    /// `log p(x)`.
    pub log_evidence: f64,
    /// `E_q[log p(x | z)] - KL(q || p(z))`.
    pub elbo: f64,
    /// `KL(q(z | x) || p(z | x))`, the gap.
    pub kl_to_posterior: f64,
    /// `E_q[log p(x | z)]`, reconstruction.
    pub expected_log_likelihood: f64,
    /// `KL(q(z | x) || p(z))`, regularisation.
    pub kl_to_prior: f64,
    /// Mean of the exact posterior.
    pub posterior_mu: f64,
    /// Standard deviation of the exact posterior.
    pub posterior_sigma: f64,
    /// `log p(x)` against `ELBO + KL(q || posterior)`.
    pub sum: Check,
    /// Closed forms against quadrature, in the order evidence, expected log-likelihood, KL to the prior, KL to the posterior.
    pub quadrature: [Check; 4],
}

/// `E_q[log p(x | z)] = -(1/2) log(2 pi sigma^2) - ((x - mu - w m)^2 + w^2 s^2) / (2 sigma^2)` in nats, for `q = N(m, s^2)`.
pub fn expected_log_likelihood(model: &LinearGaussian, x: f64, q: &Gaussian) -> f64 {
    let error = (x - model.mu() - model.w() * q.mean()) / model.sigma();
    let spread = model.w() * q.sigma() / model.sigma();
    -0.5 * LOG_2_PI - model.sigma().ln() - 0.5 * (error * error + spread * spread)
}

/// `ELBO_beta = E_q[log p(x | z)] - beta KL(q || p(z))` in nats; a lower bound on `log p(x)` for `beta >= 1` (Higgins et al. 2017).
///
/// # Errors
/// `x` or `beta` not finite; `beta` negative.
pub fn beta_weighted(model: &LinearGaussian, x: f64, q: &Gaussian, beta: f64) -> Result<f64> {
    finite("x", x)?;
    if !(beta >= 0.0 && beta.is_finite()) {
        return Err(Error::OutOfRange { name: "beta".to_owned(), value: beta, low: 0.0, high: f64::INFINITY });
    }
    Ok(expected_log_likelihood(model, x, q) - beta * kl_gaussian(q, &Gaussian::STANDARD))
}

/// The q that maximises [`beta_weighted`]: precision `1 + w^2 / (beta sigma^2)`, mean `w (x - mu) / (w^2 + beta sigma^2)`. At `beta = 1` it
/// is the posterior, beyond that it shrinks towards the prior.
///
/// # Errors
/// `x` not finite, `beta` not positive.
pub fn best_q(model: &LinearGaussian, x: f64, beta: f64) -> Result<Gaussian> {
    elbo_numerics::error::positive("beta", beta)?;
    LinearGaussian::new(model.w(), model.mu(), model.sigma() * beta.sqrt())?.posterior(x)
}

/// The bound and its parts at `q = N(m, s^2)`, with every check.
///
/// Tolerances are 1e-9 relative to the largest term: `log p(x)` may be a small difference of large ones.
///
/// # Errors
/// `x` not finite; terms beyond the range of numbers.
pub fn evidence_lower_bound(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<EvidenceLowerBound> {
    let posterior = model.posterior(x)?;
    let log_evidence = finite("log p(x)", model.log_evidence(x)?)?;
    let expected = finite("the expected log-likelihood", expected_log_likelihood(model, x, q))?;
    let kl_to_prior = finite("KL(q || prior)", kl_gaussian(q, &Gaussian::STANDARD))?;
    let kl_to_posterior = finite("KL(q || posterior)", kl_gaussian(q, &posterior))?;
    let elbo = expected - kl_to_prior;
    let largest = [log_evidence, expected, kl_to_prior, kl_to_posterior]
        .iter()
        .fold(1.0f64, |largest, term| largest.max(term.abs()));
    let check = |left: f64, right: f64| Check::absolute(left, right, 1e-9 * largest);
    let under_q = |f: &dyn Fn(f64) -> f64| gaussian_expectation(q.mean(), q.sigma(), f);
    let quadrature = [
        check(log_evidence, model.log_evidence_by_quadrature(x)?),
        check(expected, under_q(&|z| model.log_likelihood(x, z))),
        check(kl_to_prior, under_q(&|z| q.log_density(z) - Gaussian::STANDARD.log_density(z))),
        check(kl_to_posterior, under_q(&|z| q.log_density(z) - posterior.log_density(z))),
    ];
    Ok(EvidenceLowerBound {
        log_evidence,
        elbo,
        kl_to_posterior,
        expected_log_likelihood: expected,
        kl_to_prior,
        posterior_mu: posterior.mean(),
        posterior_sigma: posterior.sigma(),
        sum: check(log_evidence, elbo + kl_to_posterior),
        quadrature,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn at_the_posterior_the_gap_is_closed() {
        let model = LinearGaussian::new(1.4, -0.2, 0.6).unwrap();
        let bound = evidence_lower_bound(&model, 2.0, &model.posterior(2.0).unwrap()).unwrap();
        assert!(bound.kl_to_posterior.abs() < 1e-14 && (bound.elbo - bound.log_evidence).abs() < 1e-12);
    }

    #[test]
    fn the_best_q_for_beta_cannot_be_improved() {
        let model = LinearGaussian::new(1.4, -0.2, 0.6).unwrap();
        for beta in [0.1, 1.0, 4.0, 100.0] {
            let q = best_q(&model, 2.0, beta).unwrap();
            let best = beta_weighted(&model, 2.0, &q, beta).unwrap();
            for (m, s) in [(0.01, 0.0), (-0.01, 0.0), (0.0, 0.01), (0.0, -0.01)] {
                let other = Gaussian::from_log_sigma(q.mean() + m, q.sigma().ln() + s).unwrap();
                assert!(beta_weighted(&model, 2.0, &other, beta).unwrap() < best);
            }
        }
        assert!(best_q(&model, 2.0, 0.0).is_err());
        assert!(beta_weighted(&model, 2.0, &Gaussian::STANDARD, -1.0).is_err());
    }

    #[test]
    fn extremes_give_a_message() {
        let model = LinearGaussian::new(1.0, 0.0, 1.0).unwrap();
        assert!(evidence_lower_bound(&model, f64::NAN, &Gaussian::STANDARD).is_err());
        assert!(evidence_lower_bound(&model, 1e200, &Gaussian::STANDARD).is_err());
    }

    proptest! {
        #[test]
        fn evidence_is_bound_plus_gap(w in -5.0..5.0f64, mu in -5.0..5.0f64, log_sigma in -4.0..2.0f64, x in -9.0..9.0f64, m in -5.0..5.0f64, log_s in -5.0..2.0f64) {
            let model = LinearGaussian::new(w, mu, log_sigma.exp()).unwrap();
            let bound = evidence_lower_bound(&model, x, &Gaussian::from_log_sigma(m, log_s).unwrap()).unwrap();
            prop_assert!(bound.sum.holds, "{bound:?}");
            prop_assert!(bound.quadrature.iter().all(|check| check.holds), "{bound:?}");
            prop_assert!(bound.kl_to_posterior >= 0.0);
        }
    }
}
