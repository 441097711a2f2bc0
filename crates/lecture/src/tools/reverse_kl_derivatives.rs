//! First and second derivatives of the reverse divergence from a Gaussian q to a mixture p.
//!
//! ```text
//! KL(q || p) = -H(q) - E_q[log p(x)],   x = mu + sigma epsilon
//! d/dmu = -E_q[s],   d/dlog_sigma = -1 - E_q[s (x - mu)],   s = d log p / dx
//! ```
//!
//! The second derivatives differentiate s once more. Source: deck 000 (reparameterization), applied to a known p.

use elbo_numerics::error::{Result, finite};
use elbo_numerics::quadrature::composite_many;
use serde::Serialize;

use crate::distributions::density::breakpoints_within;
use crate::distributions::gaussian::Gaussian;
use crate::distributions::mixture::Mixture;

/// A gradient in (mu, log sigma).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FitGradient {
    /// Derivative by mu, in nats per unit of x.
    pub mu: f64,
    /// Derivative by log sigma, in nats.
    pub log_sigma: f64,
}

/// First and second derivatives of `KL(q || p)` in (mu, log sigma).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Derivatives {
    /// First derivatives.
    pub gradient: FitGradient,
    /// By mu twice, by mu and log sigma, by log sigma twice.
    pub hessian: [f64; 3],
}

impl Derivatives {
    /// Both with mu counted in units of sigma, so that all entries are in nats.
    pub fn scaled(&self, sigma: f64) -> ([f64; 2], [f64; 3]) {
        let [a, b, c] = self.hessian;
        ([self.gradient.mu * sigma, self.gradient.log_sigma], [a * sigma * sigma, b * sigma, c])
    }
}

/// The derivatives at q, by quadrature, in nats per unit of x and of log sigma.
///
/// # Errors
/// [`Error::NotFinite`](elbo_numerics::Error::NotFinite) if they overflow.
pub fn reverse_derivatives(p: &Mixture<Gaussian>, q: &Gaussian) -> Result<Derivatives> {
    let (mu, sigma) = (q.mean(), q.sigma());
    let mut sums = [0.0; 5];
    let points = breakpoints_within(q, p)?;
    for (&low, &high) in points.iter().zip(points.iter().skip(1)) {
        let part = composite_many(low, high, 4, |x| {
            let (density, t, (score, curvature)) = (q.density(x), (x - mu) / sigma, score_and_curvature(p, x));
            [score, score * t, curvature, curvature * t, curvature * t * t].map(|value| density * value)
        });
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    let gradient = FitGradient { mu: -sums[0], log_sigma: -1.0 - sigma * sums[1] };
    // d/dlog_sigma of E_q[g(x)] is E_q[g'(x) (x - mu)].
    let hessian = [-sums[2], -sigma * sums[3], -(sigma * sigma * sums[4] + sigma * sums[1])];
    finite("the gradient", gradient.mu + gradient.log_sigma)?;
    Ok(Derivatives { gradient, hessian })
}

/// `d log p / dx` and `d^2 log p / dx^2`, through the responsibilities of the components: one pass and no lists, for a descent
/// asks tens of thousands of times.
fn score_and_curvature(p: &Mixture<Gaussian>, x: f64) -> (f64, f64) {
    let (mut largest, mut total, mut score, mut second) = (f64::NEG_INFINITY, 0.0, 0.0, 0.0);
    for (log_weight, component) in p.log_weights().iter().zip(p.components()) {
        let term = log_weight + component.log_density(x);
        if term == f64::NEG_INFINITY {
            continue;
        }
        let precision = component.sigma().powi(-2);
        let slope = (component.mean() - x) * precision;
        // The responsibility, up to a factor that the division takes out.
        let mut share = 1.0;
        if term > largest {
            let shrink = (largest - term).exp();
            (total, score, second) = (shrink * total, shrink * score, shrink * second);
            largest = term;
        } else {
            share = (term - largest).exp();
        }
        total += share;
        score += share * slope;
        second += share * (slope * slope - precision);
    }
    let score = score / total;
    (score, second / total - score * score)
}

/// `d log p / dx`.
pub(super) fn score(p: &Mixture<Gaussian>, x: f64) -> f64 {
    score_and_curvature(p, x).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gaussian_target_by_hand() {
        // log p is quadratic with curvature -1/4, so E_q[s] = (1 - mu) / 4 and E_q[s (x - mu)] = -sigma^2 / 4.
        let p = Mixture::from_variances(&[1.0], &[1.0], &[4.0]).unwrap();
        let found = reverse_derivatives(&p, &Gaussian::new(-2.0, 0.5).unwrap()).unwrap();
        assert!((found.gradient.mu + 0.75).abs() < 1e-13 && (found.gradient.log_sigma + 0.9375).abs() < 1e-13);
        let [a, b, c] = found.hessian;
        assert!((a - 0.25).abs() < 1e-13 && b.abs() < 1e-13 && (c - 0.125).abs() < 1e-13, "{found:?}");
    }

    #[test]
    fn second_derivatives_are_differences_of_the_first() {
        let p = Mixture::from_variances(&[0.4, 0.6], &[-2.0, 2.0], &[0.64, 1.0]).unwrap();
        let at = |mu: f64, log_sigma: f64| {
            reverse_derivatives(&p, &Gaussian::from_log_sigma(mu, log_sigma).unwrap()).unwrap()
        };
        let (here, step) = (at(0.3, 0.2), 1e-4);
        let by_mu = (at(0.3 + step, 0.2).gradient, at(0.3 - step, 0.2).gradient);
        let by_scale = (at(0.3, 0.2 + step).gradient, at(0.3, 0.2 - step).gradient);
        let numeric = [
            (by_mu.0.mu - by_mu.1.mu) / (2.0 * step),
            (by_mu.0.log_sigma - by_mu.1.log_sigma) / (2.0 * step),
            (by_scale.0.log_sigma - by_scale.1.log_sigma) / (2.0 * step),
        ];
        assert!(
            here.hessian.iter().zip(numeric).all(|(exact, numeric)| (exact - numeric).abs() < 1e-6),
            "{here:?} {numeric:?}"
        );
    }
}
