//! Why gradient and expectation must not change places for phi: the swapped estimator on the ELBO (decks 000, 003).

use elbo_numerics::check::{Check, Estimate};
use elbo_numerics::error::{Result, within_limit};
use elbo_numerics::random::{seeded, standard_normals};
use serde::Serialize;

use crate::bound::evidence_lower_bound_ascent::gradient;
use crate::distributions::gaussian::Gaussian;
use crate::latents::linear_gaussian::LinearGaussian;

/// Both estimators of the ELBO's gradient in one parameter of q, from the same noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SwapComparison {
    /// Closed form.
    pub exact: f64,
    /// `E_q[d/dphi log (p(x, z) / q(z))]` with z held fixed: its mean is 0, whatever the gradient is.
    pub naive: Estimate,
    /// `E[d/dphi log (p(x, g(epsilon)) / q(g(epsilon)))]` along the path `z = m + s epsilon`.
    pub pathwise: Estimate,
    /// The naive mean against 0 within 4 standard errors.
    pub naive_is_zero: Check,
    /// The pathwise mean against the exact gradient within 4 standard errors.
    pub pathwise_is_exact: Check,
}

/// The comparison in the mean `m` and in `log s` of `q = N(m, s^2)`, nats per unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NaiveSwap {
    /// For `m`.
    pub q_mu: SwapComparison,
    /// For `log s`.
    pub log_q_sigma: SwapComparison,
}

/// Estimates both gradients from `n` draws with `seed`. With z fixed only `-log q` contains phi, so the naive term is minus the score:
/// `-epsilon / s` for `m`, `-(epsilon^2 - 1)` for `log s`; the score has mean 0.
///
/// # Errors
/// `x` not finite; `n` of 0 or over 1000000.
pub fn naive_swap(model: &LinearGaussian, x: f64, q: &Gaussian, n: usize, seed: u64) -> Result<NaiveSwap> {
    within_limit("n", n, 1_000_000)?;
    let exact = gradient(model, x, q)?;
    let noise = standard_normals(&mut seeded(seed), n);
    // d log p(x, z) / dz along the path; log q(m + s epsilon) = -epsilon^2 / 2 - log s depends on phi only through log s.
    let slope = |epsilon: f64| {
        let z = q.mean() + q.sigma() * epsilon;
        model.w() * (x - model.mu() - model.w() * z) / (model.sigma() * model.sigma()) - z
    };
    let compare = |exact: f64, naive: &dyn Fn(f64) -> f64, pathwise: &dyn Fn(f64) -> f64| {
        let naive = Estimate::from_samples(noise.iter().map(|epsilon| naive(*epsilon)));
        let pathwise = Estimate::from_samples(noise.iter().map(|epsilon| pathwise(*epsilon)));
        SwapComparison {
            exact,
            naive,
            pathwise,
            naive_is_zero: naive.check_against(0.0, 4.0),
            pathwise_is_exact: pathwise.check_against(exact, 4.0),
        }
    };
    Ok(NaiveSwap {
        q_mu: compare(exact.q_mu, &|epsilon| -epsilon / q.sigma(), &slope),
        log_q_sigma: compare(exact.log_q_sigma, &|epsilon| 1.0 - epsilon * epsilon, &|epsilon| {
            slope(epsilon) * q.sigma() * epsilon + 1.0
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_naive_mean_is_zero_and_the_pathwise_mean_is_the_gradient() {
        let model = LinearGaussian::new(1.5, 0.0, 0.7).unwrap();
        let q = Gaussian::new(-0.5, 1.2).unwrap();
        let result = naive_swap(&model, 2.0, &q, 20_000, 9).unwrap();
        for comparison in [result.q_mu, result.log_q_sigma] {
            assert!(comparison.naive_is_zero.holds && comparison.pathwise_is_exact.holds, "{comparison:?}");
            assert!(!comparison.naive.check_against(comparison.exact, 4.0).holds);
        }
        assert!(naive_swap(&model, 2.0, &q, 0, 9).is_err());
        assert!(naive_swap(&model, f64::NAN, &q, 10, 9).is_err());
    }
}
