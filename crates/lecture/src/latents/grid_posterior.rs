//! Bayes' rule on a grid in one, two and three dimensions: exact in principle, and the cost of its denominator (decks 000, 001, 003).
//!
//! The model: `z ~ N(0, I)` in d dimensions, `x | z ~ N(|z|^2 / 2, sigma^2)`. Its posterior is two bumps in 1-D, a ring in 2-D and a
//! shell in 3-D: no Gaussian, and no closed form.

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, finite, positive, within_limit};
use elbo_numerics::gaussian_expectation::{LOG_2_PI, log_normal_density};
use elbo_numerics::log_sum_exp::log_sum_exp;
use elbo_numerics::quadrature::composite;
use serde::Serialize;

/// The grid reaches this far in each direction; the prior beyond holds 1e-8 of the mass per dimension.
const REACH: f64 = 5.7;

/// Most products `p(x | z) p(z)` that are computed.
const EVALUATION_LIMIT: usize = 2_000_000;

/// Bayes' rule on a grid.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GridPosterior {
    /// d.
    pub dimension: usize,
    /// The grid along each axis.
    pub axis: Vec<f64>,
    /// `p(z | x)` at every grid point, row-major (the last axis runs fastest); a density, per unit of z^d.
    pub posterior: Vec<f64>,
    /// Log of the denominator, `log sum_z p(x | z) p(z) h^d`, in nats.
    pub log_evidence: f64,
    /// Products computed for the denominator: `points^d`.
    pub evaluations: usize,
    /// The grid's evidence against quadrature over `|z|` alone, which this model's symmetry allows in every d; as logs, in nats.
    pub quadrature: Check,
}

/// What the denominator costs in d dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GridCost {
    /// d.
    pub dimension: usize,
    /// `points^d`.
    pub evaluations: f64,
}

/// `p(z | x) = p(x | z) p(z) / sum_z' p(x | z') p(z') h^d` with `points` grid points per axis.
///
/// The check's tolerance is 1e-6 nats, which a grid finer than the posterior's width meets (see [`points_needed`]); a coarser grid
/// steps over the posterior, and its check fails.
///
/// # Errors
/// `x` outside `[-8, 8]` (the posterior would leave the grid), `sigma` not positive; a dimension outside 1 to 3; fewer than 5 points; more than 2000000 products in all.
pub fn grid_posterior(x: f64, sigma: f64, dimension: usize, points: usize) -> Result<GridPosterior> {
    check_model(x, sigma)?;
    within_limit("dimension", dimension, 3)?;
    if points < 5 {
        return Err(Error::TooFew { name: "grid points per axis".to_owned(), found: points, needed: 5 });
    }
    let evaluations = points.saturating_pow(dimension as u32);
    within_limit("products p(x|z) p(z), grid points to the power of the dimension,", evaluations, EVALUATION_LIMIT)?;
    let step = 2.0 * REACH / (points - 1) as f64;
    let axis: Vec<f64> = (0..points).map(|index| -REACH + step * index as f64).collect();
    let squares: Vec<f64> = axis.iter().map(|z| z * z).collect();
    let mut logs = Vec::with_capacity(evaluations);
    for index in 0..evaluations {
        let (mut rest, mut radius_squared) = (index, 0.0);
        for _ in 0..dimension {
            radius_squared += squares[rest % points];
            rest /= points;
        }
        logs.push(log_product(x, sigma, dimension, radius_squared));
    }
    let d = dimension as f64;
    let log_evidence = finite("the log of the denominator", log_sum_exp(&logs) + d * step.ln())?;
    let quadrature = Check::absolute(log_evidence, log_evidence_by_radius(x, sigma, dimension)?, 1e-6);
    let posterior = logs.iter().map(|log| (log - log_evidence).exp()).collect();
    Ok(GridPosterior { dimension, axis, posterior, log_evidence, evaluations, quadrature })
}

/// `log p(x) = log int_0^inf p(x | r) S_d r^(d-1) (2 pi)^(-d/2) exp(-r^2 / 2) dr` in nats, `S_d` = 2, 2 pi, 4 pi.
///
/// # Errors
/// `x` outside `[-8, 8]`, `sigma` not positive, a dimension outside 1 to 3; a `sigma` so small that the quadrature misses the posterior.
pub fn log_evidence_by_radius(x: f64, sigma: f64, dimension: usize) -> Result<f64> {
    check_model(x, sigma)?;
    within_limit("dimension", dimension, 3)?;
    let surface = [2.0, std::f64::consts::TAU, 2.0 * std::f64::consts::TAU][dimension - 1];
    let log_integrand = |r: f64| log_product(x, sigma, dimension, r * r);
    let reach = 2.0 * REACH;
    // The scale is taken out so that an improbable x does not underflow. The peak lies near |z|^2 = 2x, and is sigma / |z| wide there.
    let panels = 2000;
    let peak = (0..=20 * panels)
        .map(|k| log_integrand(reach * k as f64 / (20 * panels) as f64))
        .fold(f64::NEG_INFINITY, f64::max);
    let integral = composite(0.0, reach, panels, |r| (log_integrand(r) - peak).exp() * r.powi(dimension as i32 - 1));
    finite("log p(x) by quadrature", peak + (surface * integral).ln())
}

/// Grid points per axis for a step of at most half the width of the posterior's ridge: its curvature across `|z|` is `2 (x - sigma^2) / sigma^2` for
/// `x > sigma^2`, else `(sigma^2 - x) / sigma^2` at 0; where both vanish the quartic keeps the width near `sqrt(sigma)`.
///
/// # Errors
/// `x` outside `[-8, 8]`, `sigma` not positive.
pub fn points_needed(x: f64, sigma: f64) -> Result<usize> {
    check_model(x, sigma)?;
    let excess = (x - sigma * sigma) / (sigma * sigma);
    let curvature = if excess > 0.0 { 2.0 * excess } else { -excess } + 1.0 / sigma + 1.0;
    Ok(((2.0 * 2.0 * REACH * curvature.sqrt()).ceil() as usize).saturating_add(1))
}

fn check_model(x: f64, sigma: f64) -> Result<()> {
    positive("sigma", sigma)?;
    if (-8.0..=8.0).contains(&x) {
        Ok(())
    } else {
        Err(Error::OutOfRange { name: "x".to_owned(), value: x, low: -8.0, high: 8.0 })
    }
}

/// The number of products for d = 1, 2, ... `dimensions` with `points` per axis: `points^d`.
///
/// # Errors
/// 0 points or dimensions; more than 1000 points or 100 dimensions.
pub fn grid_cost(points: usize, dimensions: usize) -> Result<Vec<GridCost>> {
    within_limit("grid points per axis", points, 1000)?;
    within_limit("dimensions", dimensions, 100)?;
    Ok((1..=dimensions)
        .map(|dimension| GridCost { dimension, evaluations: (points as f64).powi(dimension as i32) })
        .collect())
}

/// `log p(x | z) p(z)` in nats: the numerator of Bayes' rule, which is always cheap.
pub fn log_joint(x: f64, sigma: f64, z: &[f64]) -> f64 {
    log_product(x, sigma, z.len(), z.iter().map(|z| z * z).sum())
}

fn log_product(x: f64, sigma: f64, dimension: usize, radius_squared: f64) -> f64 {
    log_normal_density(x, 0.5 * radius_squared, sigma) - 0.5 * (radius_squared + dimension as f64 * LOG_2_PI)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn grid_sum_is_quadrature_in_every_dimension() {
        for (dimension, points) in [(1, 401), (2, 201), (3, 81)] {
            for (x, sigma) in [(1.0, 0.5), (-1.0, 1.0), (3.0, 0.4)] {
                let grid = grid_posterior(x, sigma, dimension, points).unwrap();
                assert!(grid.quadrature.holds, "{dimension} {x} {sigma} {:?}", grid.quadrature);
                let mass: f64 =
                    grid.posterior.iter().sum::<f64>() * (grid.axis[1] - grid.axis[0]).powi(dimension as i32);
                assert!((mass - 1.0).abs() < 1e-12);
                assert_eq!(grid.evaluations, points.pow(dimension as u32));
            }
        }
        // A grid that steps over the posterior shows it.
        assert!(!grid_posterior(4.8, 0.1, 1, 36).unwrap().quadrature.holds);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100))]
        #[test]
        fn the_check_holds_where_the_grid_is_fine_enough(x in -8.0..8.0f64, sigma in 0.1..2.0f64, dimension in 1..3usize) {
            let points = points_needed(x, sigma).unwrap();
            let grid = grid_posterior(x, sigma, dimension, points).unwrap();
            prop_assert!(grid.quadrature.holds, "{points} {:?}", grid.quadrature);
        }
    }

    #[test]
    fn two_bumps_in_one_dimension() {
        let grid = grid_posterior(2.0, 0.3, 1, 201).unwrap();
        let middle = grid.posterior[100];
        let largest = grid.posterior.iter().copied().fold(0.0, f64::max);
        assert!(largest > 1e3 * middle);
    }

    #[test]
    fn cost_explodes() {
        let cost = grid_cost(100, 10).unwrap();
        assert!((cost[9].evaluations - 1e20).abs() < 1e8);
        assert!(grid_posterior(1.0, 0.5, 3, 200).unwrap_err().to_string().contains("over the limit"));
    }

    #[test]
    fn bad_input_is_named() {
        assert!(grid_posterior(f64::NAN, 0.5, 1, 101).is_err());
        assert!(grid_posterior(1.0, 0.0, 1, 101).is_err());
        assert!(grid_posterior(1.0, 0.5, 4, 101).is_err());
        assert!(grid_posterior(1.0, 0.5, 0, 101).is_err());
        assert!(grid_posterior(1.0, 0.5, 1, 3).is_err());
        assert!(grid_posterior(1e200, 0.5, 1, 101).is_err());
        assert_eq!(points_needed(1.0, 1e-150), Ok(usize::MAX));
    }
}
