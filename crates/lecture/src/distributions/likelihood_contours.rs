//! Level curves of the Gaussian log-likelihood over (mu, sigma), in closed form.
//!
//! Where the log-likelihood of N points lies d nats below its maximum at (m, s):
//!
//! ```text
//! ((mu - m) / s)^2 = e^(2u) (1 + 2 d / N - 2 u) - 1,   u = log(sigma / s)
//! ```
//!
//! The right side rises from -1 to its top at `u = d / N` and falls again: the curve is closed.
//!
//! Source: the log-likelihood of deck 000, solved for mu.

use elbo_numerics::error::{Result, positive};

use crate::distributions::maximum_likelihood::Maximum;

/// Bisections for each end of the curve: more than doubles can tell apart.
const BISECTIONS: usize = 60;

/// The closed curve on which the log-likelihood of `count` points is `drop` nats below `maximum`, as `(mu, sigma)`; the
/// first point is repeated at the end.
///
/// # Errors
/// [`Error::NotPositive`](elbo_numerics::Error::NotPositive) for the drop or for no points.
pub fn contour(maximum: &Maximum, count: usize, drop: f64, points: usize) -> Result<Vec<(f64, f64)>> {
    let per_point = positive("drop", drop)? / positive("the number of data points", count as f64)?;
    let squared = |u: f64| (2.0 * u).exp() * (1.0 + 2.0 * (per_point - u)) - 1.0;
    let mut below = -1.0;
    while squared(below) > 0.0 {
        below *= 2.0;
    }
    let (low, high) = (zero(below, 0.0, squared), zero(per_point + 0.5, 0.0, squared));
    let at = |index: usize| {
        let angle = std::f64::consts::TAU * index as f64 / points as f64;
        let u = 0.5 * (low + high) - 0.5 * (high - low) * angle.cos();
        let side = if 2 * index < points { 1.0 } else { -1.0 };
        (maximum.mu + side * maximum.sigma * squared(u).max(0.0).sqrt(), maximum.sigma * u.exp())
    };
    Ok((0..=points).map(at).collect())
}

/// The zero of f between a place where it is negative and one where it is positive.
fn zero(mut negative: f64, mut positive: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (negative + positive);
        if f(middle) > 0.0 {
            positive = middle;
        } else {
            negative = middle;
        }
    }
    0.5 * (negative + positive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::maximum_likelihood::{log_likelihood, maximum};

    #[test]
    fn the_likelihood_is_level_along_the_curve() {
        let data = [2.7, 4.2, 4.6, 1.5, 2.9];
        let top = maximum(&data).unwrap();
        for drop in [1e-3, 0.5, 8.0, 200.0] {
            let curve = contour(&top, data.len(), drop, 60).unwrap();
            assert_eq!(curve.len(), 61);
            for (mu, sigma) in curve {
                let found = top.log_likelihood - log_likelihood(&data, mu, sigma).unwrap();
                assert!((found - drop).abs() < 1e-9 * drop.max(1.0), "{drop}: {found}");
            }
        }
        assert!(contour(&top, 5, 0.0, 60).is_err() && contour(&top, 0, 1.0, 60).is_err());
    }
}
