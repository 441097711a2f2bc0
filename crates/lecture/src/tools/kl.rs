//! The Kullback-Leibler divergence, from p to q: how many nats p's samples are worth more under p than under q.
//!
//! ```text
//! KL(p || q) = int p(x) log( p(x) / q(x) ) dx = E_p[ log p(x) - log q(x) ]  >=  0
//! ```
//!
//! Zero only if p = q; not symmetric; convex in the pair (p, q). Source: deck 000.

use elbo_numerics::Estimate;
use elbo_numerics::error::{Error, Result, all_finite, same_size};
use elbo_numerics::quadrature::{Integral, Tolerance, adaptive_between};
use elbo_numerics::random::seeded;
use serde::Serialize;

use crate::distributions::density::{Density, breakpoints_within};
use crate::distributions::gaussian::Gaussian;
use crate::distributions::multivariate_gaussian::MultivariateGaussian;
use crate::tools::monte_carlo::sample_count;

/// Accuracy asked of the quadrature; log p - log q is rounding noise where p and q nearly agree, hence the absolute part.
const TOLERANCE: Tolerance = Tolerance { relative: 1e-13, absolute: 1e-14 };

/// KL divergence of a factorised Gaussian: one term per dimension and their sum, in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagonalKl {
    /// The term of each dimension, in nats.
    pub per_dimension: Vec<f64>,
    /// Their sum, in nats.
    pub total: f64,
}

/// `KL(N(mu1, sigma1^2) || N(mu2, sigma2^2))` in closed form, in nats.
///
/// ```text
/// log(sigma2 / sigma1) + sigma1^2 / (2 sigma2^2) - 1/2 + (mu1 - mu2)^2 / (2 sigma2^2)
/// ```
///
/// Swap the arguments for the other direction. Source: deck 000.
pub fn kl_gaussian(p: &Gaussian, q: &Gaussian) -> f64 {
    let distance = (p.mean() - q.mean()) / q.sigma();
    0.5 * distance * distance + scale_term(p.sigma().ln() - q.sigma().ln())
}

/// `KL(N(mu, diag exp(2 log_sigma)) || N(0, I))` in closed form, in nats.
///
/// ```text
/// sum_j 1/2 ( mu_j^2 + sigma_j^2 - 1 ) - log sigma_j
/// ```
///
/// Deck 000's simplified loss drops the -1/2 of each dimension; it is kept here, so that a perfect match costs 0.
///
/// # Shapes
/// `mu: [m]`, `log_sigma: [m]`.
///
/// # Errors
/// [`Error::SizeMismatch`], [`Error::Empty`] or [`Error::NotFinite`].
pub fn kl_to_standard_normal(mu: &[f64], log_sigma: &[f64]) -> Result<DiagonalKl> {
    let zeros = vec![0.0; mu.len()];
    kl_diagonal(mu, log_sigma, &zeros, &zeros)
}

/// `KL(N(mu1, diag exp(2 log_sigma1)) || N(mu2, diag exp(2 log_sigma2)))` in closed form, in nats: [`kl_gaussian`] of
/// each dimension.
///
/// # Shapes
/// All `[m]`.
///
/// # Errors
/// [`Error::SizeMismatch`], [`Error::Empty`] or [`Error::NotFinite`].
pub fn kl_diagonal(mu1: &[f64], log_sigma1: &[f64], mu2: &[f64], log_sigma2: &[f64]) -> Result<DiagonalKl> {
    for (name, values) in [("mu1", mu1), ("log_sigma1", log_sigma1), ("mu2", mu2), ("log_sigma2", log_sigma2)] {
        all_finite(name, values)?;
        same_size(name, values.len(), mu1.len())?;
    }
    let per_dimension: Vec<f64> = (mu1.iter().zip(log_sigma1).zip(mu2.iter().zip(log_sigma2)))
        .map(|((m1, s1), (m2, s2))| 0.5 * ((m1 - m2) * (-s2).exp()).powi(2) + scale_term(s1 - s2))
        .collect();
    // A sigma of exp(400) overflows: an infinity here would be a NaN two formulas later.
    all_finite("KL of dimension", &per_dimension)?;
    Ok(DiagonalKl { total: per_dimension.iter().sum(), per_dimension })
}

/// `1/2 (r^2 - 1) - log r` for `log r`: at least 0, and without cancellation near r = 1.
fn scale_term(log_ratio: f64) -> f64 {
    (0.5 * (2.0 * log_ratio).exp_m1() - log_ratio).max(0.0)
}

/// `KL(N(mu1, C1) || N(mu2, C2))` in closed form, in nats.
///
/// ```text
/// 1/2 ( tr(C2^-1 C1) + (mu2 - mu1)^T C2^-1 (mu2 - mu1) - d + log det C2 - log det C1 )
/// ```
///
/// With `C = L L^T` the trace is the squared norm of `L2^-1 L1`. Source: deck 000's formula in d dimensions.
///
/// # Errors
/// [`Error::SizeMismatch`] if the dimensions differ, [`Error::SingularCovariance`] if a factor cannot be inverted.
pub fn kl_full(p: &MultivariateGaussian, q: &MultivariateGaussian) -> Result<f64> {
    same_size("the dimension of q", q.dimension(), p.dimension())?;
    let ratio = q
        .factor()
        .solve_lower_triangular(p.factor())
        .ok_or_else(|| Error::SingularCovariance { name: "covariance of q".to_owned() })?;
    let distance = q.whiten(p.mean().as_slice())?.norm_squared();
    let log_determinants = q.log_determinant() - p.log_determinant();
    Ok((0.5 * (ratio.norm_squared() + distance - p.dimension() as f64 + log_determinants)).max(0.0))
}

/// `KL(p || q)` by adaptive quadrature over the reach of p, in nats, with its estimated error.
///
/// # Errors
/// Those of [`adaptive_between`]; a q that underflows where p has mass gives [`Error::NotFinite`].
pub fn kl_quadrature(p: &impl Density, q: &impl Density) -> Result<Integral> {
    adaptive_between(&breakpoints_within(p, q)?, TOLERANCE, |x| integrand(p, q, x))
}

/// `KL(p || q)` as the mean of `log p(x) - log q(x)` over n samples x ~ p, in nats, with its standard error.
///
/// # Errors
/// [`Error::TooFew`] or [`Error::OverLimit`] unless n is between 2 and 1 000 000.
pub fn kl_monte_carlo(p: &impl Density, q: &impl Density, n: usize, seed: u64) -> Result<Estimate> {
    sample_count(n)?;
    let mut random = seeded(seed);
    Ok(Estimate::from_samples((0..n).map(|_| {
        let x = p.sample(&mut random);
        p.log_density(x) - q.log_density(x)
    })))
}

/// `p(x) log( p(x) / q(x) )` at each of `xs`, in nats per unit of x: the area under it is `KL(p || q)`.
///
/// Negative where q is above p; 0 where p underflows.
pub fn kl_integrand(p: &impl Density, q: &impl Density, xs: &[f64]) -> Vec<f64> {
    xs.iter().map(|&x| integrand(p, q, x)).collect()
}

fn integrand(p: &impl Density, q: &impl Density, x: f64) -> f64 {
    let log_p = p.log_density(x);
    // p log p -> 0 as p -> 0, also where q is 0 too.
    if log_p.exp() == 0.0 { 0.0 } else { log_p.exp() * (log_p - q.log_density(x)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(mean: f64, sigma: f64) -> Gaussian {
        Gaussian::new(mean, sigma).unwrap()
    }

    #[test]
    fn known_values() {
        assert!((kl_gaussian(&gaussian(1.0, 1.0), &Gaussian::STANDARD) - 0.5).abs() < 1e-15);
        let wide = kl_gaussian(&Gaussian::STANDARD, &gaussian(1.0, 2.0));
        assert!((wide - (2f64.ln() - 0.25)).abs() < 1e-15, "{wide}");
        assert_eq!(kl_gaussian(&gaussian(3.0, 0.1), &gaussian(3.0, 0.1)), 0.0);
        assert_eq!(kl_to_standard_normal(&[0.0; 20], &[0.0; 20]).unwrap().total, 0.0);
    }

    #[test]
    fn closed_form_quadrature_and_monte_carlo_agree() {
        for (p, q) in [
            (gaussian(0.0, 1.0), gaussian(1.0, 2.0)),
            (gaussian(-2.0, 0.05), gaussian(3.0, 1.0)),
            (gaussian(0.0, 3.0), gaussian(0.5, 0.3)),
            (gaussian(0.0, 1.0), gaussian(1e-7, 1.0 + 1e-7)),
        ] {
            for (p, q) in [(p, q), (q, p)] {
                let closed = kl_gaussian(&p, &q);
                let quadrature = kl_quadrature(&p, &q).unwrap().value;
                assert!((closed - quadrature).abs() < 1e-11 * closed.max(1.0), "{closed} {quadrature}");
                let estimate = kl_monte_carlo(&p, &q, 20_000, 0).unwrap();
                assert!(estimate.check_against(closed, 4.0).holds, "{closed} {estimate:?}");
            }
        }
    }

    #[test]
    fn full_covariance_contains_the_diagonal() {
        let full = |mean: &[f64], variances: [f64; 2]| {
            MultivariateGaussian::from_rows(mean, &[vec![variances[0], 0.0], vec![0.0, variances[1]]]).unwrap()
        };
        let diagonal = kl_diagonal(&[0.3, -1.0], &[0.2, -0.4], &[1.0, 0.0], &[-0.3, 0.5]).unwrap();
        let p = full(&[0.3, -1.0], [0.4f64.exp(), (-0.8f64).exp()]);
        let q = full(&[1.0, 0.0], [(-0.6f64).exp(), 1f64.exp()]);
        assert!((kl_full(&p, &q).unwrap() - diagonal.total).abs() < 1e-13);
        assert!(kl_full(&p, &p).unwrap() < 1e-14);
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(kl_to_standard_normal(&[0.0], &[0.0, 0.0]).is_err());
        assert!(kl_to_standard_normal(&[], &[]).is_err());
        assert!(kl_to_standard_normal(&[f64::NAN], &[0.0]).is_err());
        assert!(kl_to_standard_normal(&[0.0, 0.0], &[0.0, 400.0]).is_err());
        assert!(kl_monte_carlo(&Gaussian::STANDARD, &Gaussian::STANDARD, 1, 0).is_err());
        assert!(kl_monte_carlo(&Gaussian::STANDARD, &Gaussian::STANDARD, 1_000_001, 0).is_err());
    }

    #[test]
    fn the_integrand_is_negative_where_q_is_above_p() {
        let values = kl_integrand(&gaussian(0.0, 1.0), &gaussian(1.0, 1.0), &[0.0, 0.5, 1.0, 1e9]);
        assert!(values[0] > 0.0 && values[1].abs() < 1e-15 && values[2] < 0.0 && values[3] == 0.0, "{values:?}");
    }
}
