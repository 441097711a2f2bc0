//! The walk of q to the posterior by gradient ascent on the ELBO (figure `elbo-bars`; deck 003).

use elbo_numerics::error::{Result, finite, within_limit};
use serde::Serialize;

use crate::bound::evidence_lower_bound::expected_log_likelihood;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;
use crate::tools::kl::kl_gaussian;

/// One stop of the walk.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AscentPoint {
    /// Mean of q.
    pub q_mu: f64,
    /// Standard deviation of q.
    pub q_sigma: f64,
    /// ELBO in nats; never falls along the walk.
    pub elbo: f64,
    /// `KL(q || posterior)` in nats; never rises.
    pub kl_to_posterior: f64,
}

/// Gradient of the ELBO in nats per unit of the parameter.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EvidenceLowerBoundGradient {
    /// `w (x - mu - w m) / sigma^2 - m`.
    pub q_mu: f64,
    /// `1 - s^2 (w^2 / sigma^2 + 1)`, in `log s`.
    pub log_q_sigma: f64,
}

/// The gradient of the ELBO in the mean `m` and the log standard deviation `log s` of q.
///
/// # Errors
/// `x` not finite; a gradient beyond the range of numbers.
pub fn gradient(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<EvidenceLowerBoundGradient> {
    finite("x", x)?;
    let error = (x - model.mu() - model.w() * q.mean()) / model.sigma();
    let q_mu = finite("the gradient in q_mu", model.w() / model.sigma() * error - q.mean())?;
    let log_q_sigma = finite("the gradient in log q_sigma", 1.0 - q.sigma() * q.sigma() * model.posterior_precision())?;
    Ok(EvidenceLowerBoundGradient { q_mu, log_q_sigma })
}

/// At most `steps` steps of gradient ascent from `q`, the start included, ending when the gap is below 1e-12 nats.
///
/// Each step follows the gradient divided by the curvature at the optimum (`w^2/sigma^2 + 1` in `m`, 2 in `log s`), times `rate`,
/// capped at 1/2 in `log s`, and halved until the ELBO does not fall: the walk is monotone for every start.
///
/// # Errors
/// `x` not finite; `rate` outside `(0, 1]`; 0 or more than 10000 steps.
pub fn walk_to_posterior(
    model: &LinearGaussian,
    x: f64,
    q: &Gaussian,
    rate: f64,
    steps: usize,
) -> Result<Vec<AscentPoint>> {
    within_limit("steps", steps, 10_000)?;
    if !(rate > 0.0 && rate <= 1.0) {
        return Err(elbo_numerics::error::Error::OutOfRange {
            name: "rate".to_owned(),
            value: rate,
            low: 0.0,
            high: 1.0,
        });
    }
    let posterior = model.posterior(x)?;
    let point = |q: &Gaussian| AscentPoint {
        q_mu: q.mean(),
        q_sigma: q.sigma(),
        elbo: expected_log_likelihood(model, x, q) - kl_gaussian(q, &Gaussian::STANDARD),
        kl_to_posterior: kl_gaussian(q, &posterior),
    };
    let mut q = *q;
    let mut path = vec![point(&q)];
    let mut here = path[0];
    for _ in 0..steps {
        if here.kl_to_posterior < 1e-12 {
            break;
        }
        let slope = gradient(model, x, &q)?;
        let mut by_mu = rate * slope.q_mu / model.posterior_precision();
        let mut by_log_sigma = (0.5 * rate * slope.log_q_sigma).clamp(-0.5, 0.5);
        let mut moved = None;
        for _ in 0..60 {
            let candidate = Gaussian::from_log_sigma(q.mean() + by_mu, q.sigma().ln() + by_log_sigma)?;
            let there = point(&candidate);
            // The gap is compared, not the ELBO: it is the same quantity up to sign and constant, without the cancellation.
            if there.kl_to_posterior < here.kl_to_posterior {
                moved = Some((candidate, there));
                break;
            }
            (by_mu, by_log_sigma) = (0.5 * by_mu, 0.5 * by_log_sigma);
        }
        let Some((candidate, there)) = moved else { break };
        (q, here) = (candidate, there);
        path.push(there);
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gradient_is_the_finite_difference() {
        let (model, x, h) = (LinearGaussian::new(1.4, -0.2, 0.6).unwrap(), 1.7, 1e-5);
        let elbo = |m: f64, log_s: f64| {
            let q = Gaussian::from_log_sigma(m, log_s).unwrap();
            expected_log_likelihood(&model, x, &q) - kl_gaussian(&q, &Gaussian::STANDARD)
        };
        for (m, log_s) in [(0.0, 0.0), (2.0, -1.0), (-1.0, 0.7)] {
            let slope = gradient(&model, x, &Gaussian::from_log_sigma(m, log_s).unwrap()).unwrap();
            assert!((slope.q_mu - (elbo(m + h, log_s) - elbo(m - h, log_s)) / (2.0 * h)).abs() < 1e-7);
            assert!((slope.log_q_sigma - (elbo(m, log_s + h) - elbo(m, log_s - h)) / (2.0 * h)).abs() < 1e-7);
        }
    }

    #[test]
    fn bad_input_is_named() {
        let model = LinearGaussian::new(1.0, 0.0, 1.0).unwrap();
        assert!(walk_to_posterior(&model, 1.0, &Gaussian::STANDARD, 0.0, 10).is_err());
        assert!(walk_to_posterior(&model, 1.0, &Gaussian::STANDARD, 0.5, 0).is_err());
        assert!(walk_to_posterior(&model, f64::NAN, &Gaussian::STANDARD, 0.5, 10).is_err());
    }

    proptest! {
        #[test]
        fn the_walk_is_monotone_and_arrives(w in -5.0..5.0f64, log_sigma in -3.0..1.0f64, x in -9.0..9.0f64, m in -5.0..5.0f64, log_s in -5.0..3.0f64) {
            let model = LinearGaussian::new(w, 0.3, log_sigma.exp()).unwrap();
            let path = walk_to_posterior(&model, x, &Gaussian::from_log_sigma(m, log_s).unwrap(), 0.3, 400).unwrap();
            prop_assert!(path.windows(2).all(|pair| pair[1].kl_to_posterior < pair[0].kl_to_posterior));
            prop_assert!(path.windows(2).all(|pair| pair[1].elbo >= pair[0].elbo - 1e-9 * pair[0].elbo.abs().max(1.0)));
            prop_assert!(path.last().unwrap().kl_to_posterior < 1e-10, "{:?}", path.last());
        }
    }
}
