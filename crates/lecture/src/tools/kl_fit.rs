//! One Gaussian q fitted to a mixture p by either divergence: forward covers p, reverse seeks one of its bumps.
//!
//! ```text
//! forward: argmin_q KL(p || q)    matches mean and variance of p, in closed form
//! reverse: argmin_q KL(q || p)    has as many local minima as p has well separated bumps
//! ```
//!
//! A VAE fits its posterior model by the reverse one. Source: decks 000 and 003; Bishop, Pattern Recognition and Machine
//! Learning, section 10.1.2.

use elbo_numerics::error::{Error, Result, finite, positive};
use elbo_numerics::grid::{Surface, linspace};
use elbo_numerics::quadrature::{Tolerance, adaptive_between, gaussian_breakpoints};
use serde::Serialize;

use crate::distributions::density::{Density, breakpoints_within};
use crate::distributions::gaussian::Gaussian;
use crate::distributions::mixture::Mixture;
use crate::tools::reverse_kl_derivatives::{reverse_derivatives, score};

pub use crate::tools::reverse_kl_derivatives::FitGradient;

/// The one-dimensional mixture that is fitted.
pub type Target = Mixture<Gaussian>;

/// Most steps of the descent.
const MOST_STEPS: usize = 500;
/// Descent ends when no gradient component, in units of sigma, is larger; adaptive quadrature is good to about 1e-12.
const GRADIENT_TOLERANCE: f64 = 1e-10;
/// Below this the gradient is taken adaptively: the descent's own rule errs by some 1e-8 where log p has a sharp bend.
const NEAR: f64 = 1e-5;

/// The score's integral vanishes at an optimum: what counts is its error beside the slope of one nat per sigma.
const SCORE_TOLERANCE: Tolerance = Tolerance { relative: 1e-13, absolute: 1e-14 };

/// Which divergence is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `KL(p || q)`.
    Forward,
    /// `KL(q || p)`.
    Reverse,
}

/// One point of a descent, or an optimum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FitStep {
    /// Mean of q.
    pub mu: f64,
    /// Standard deviation of q.
    pub sigma: f64,
    /// The divergence there, in nats.
    pub kl: f64,
}

/// `KL(p || q)` or `KL(q || p)` by adaptive quadrature, in nats.
///
/// # Errors
/// Those of [`adaptive_between`].
pub fn divergence(direction: Direction, p: &Target, q: &Gaussian) -> Result<f64> {
    let kl = match direction {
        Direction::Forward => crate::tools::kl::kl_quadrature(p, q)?,
        Direction::Reverse => crate::tools::kl::kl_quadrature(q, p)?,
    };
    Ok(kl.value)
}

/// The gradient of [`divergence`] in (mu, log sigma), by quadrature.
///
/// ```text
/// forward: d/dmu = -E_p[x - mu] / sigma^2,       d/dlog_sigma = 1 - E_p[(x - mu)^2] / sigma^2
/// reverse: d/dmu = -E_q[s(x)],                   d/dlog_sigma = -1 - E_q[s(x) (x - mu)],   s = d log p / dx
/// ```
///
/// The reverse one is the pathwise gradient: x = mu + sigma epsilon is differentiated, not q.
///
/// # Errors
/// Those of [`adaptive_between`].
pub fn gradient(direction: Direction, p: &Target, q: &Gaussian) -> Result<FitGradient> {
    let (mu, sigma) = (q.mean(), q.sigma());
    match direction {
        Direction::Forward => {
            let points = gaussian_breakpoints(&p.gaussians())?;
            // The size of the integrand, not of its nearly vanishing sum, sets what the quadrature must reach.
            let expect =
                |f: &dyn Fn(f64) -> f64| adaptive_between(&points, 1e-14, |x| p.density(x) * f((x - mu) / sigma));
            Ok(FitGradient { mu: -expect(&|t| t)?.value / sigma, log_sigma: 1.0 - expect(&|t| t * t)?.value })
        }
        Direction::Reverse => {
            // Adaptive, unlike the derivatives of the descent: between narrow bumps log p has a kink.
            let points = breakpoints_within(q, p)?;
            let expect = |f: &dyn Fn(f64) -> f64| {
                adaptive_between(&points, SCORE_TOLERANCE, |x| q.density(x) * score(p, x) * f((x - mu) / sigma))
            };
            Ok(FitGradient { mu: -expect(&|_| 1.0)?.value, log_sigma: -1.0 - sigma * expect(&|t| t)?.value })
        }
    }
}

/// The gradient by central differences of [`divergence`], for the check beside [`gradient`].
///
/// # Errors
/// Those of [`divergence`].
pub fn finite_difference(direction: Direction, p: &Target, q: &Gaussian) -> Result<FitGradient> {
    let step = 1e-3;
    let difference = |along_mu: f64, along_log_sigma: f64| -> Result<f64> {
        let at = |steps: f64| {
            let moved =
                Gaussian::new(q.mean() + steps * along_mu * q.sigma(), q.sigma() * (steps * along_log_sigma).exp())?;
            divergence(direction, p, &moved)
        };
        Ok((8.0 * (at(step)? - at(-step)?) - (at(2.0 * step)? - at(-2.0 * step)?)) / (12.0 * step))
    };
    Ok(FitGradient { mu: difference(1.0, 0.0)? / q.sigma(), log_sigma: difference(0.0, 1.0)? })
}

/// `argmin_q KL(p || q)`: the Gaussian with the mean and the variance of p.
///
/// # Errors
/// Those of [`Gaussian::new`].
pub fn forward_fit(p: &Target) -> Result<Gaussian> {
    let (mean, variance) = p.moments();
    Gaussian::new(mean, positive("the variance of p", variance)?.sqrt())
}

/// `argmin_q KL(q || p)` downhill from a start, as a path that includes the start: which minimum it ends in depends on it.
///
/// Newton steps where the surface is convex, else along the gradient; at most half a sigma in mu and 1/2 in log sigma,
/// and halved until the divergence falls.
///
/// # Errors
/// [`Error::NotFinite`], [`Error::NotPositive`]; [`Error::NotConverged`] after 500 steps.
pub fn reverse_fit(p: &Target, mu: f64, sigma: f64) -> Result<Vec<FitStep>> {
    let mut here = Gaussian::new(finite("mu", mu)?, positive("sigma", sigma)?)?;
    let step = |q: &Gaussian| -> Result<FitStep> {
        Ok(FitStep { mu: q.mean(), sigma: q.sigma(), kl: divergence(Direction::Reverse, p, q)? })
    };
    let mut path = vec![step(&here)?];
    let mut size = f64::INFINITY;
    while path.len() <= MOST_STEPS {
        let mut derivatives = reverse_derivatives(p, &here)?;
        // Both components in units of one sigma of mu and one unit of log sigma.
        let (mut g, [a, b, c]) = derivatives.scaled(here.sigma());
        size = g[0].abs().max(g[1].abs());
        if size < NEAR {
            derivatives.gradient = gradient(Direction::Reverse, p, &here)?;
            g = derivatives.scaled(here.sigma()).0;
            size = g[0].abs().max(g[1].abs());
        }
        if size <= GRADIENT_TOLERANCE {
            return Ok(path);
        }
        let determinant = a * c - b * b;
        let newton = a > 0.0 && determinant > 1e-6 * a * c.abs();
        let direction = if newton {
            [(b * g[1] - c * g[0]) / determinant, (b * g[0] - a * g[1]) / determinant]
        } else {
            [-g[0], -g[1]]
        };
        let shorten = (0.5 / direction[0].abs().max(direction[1].abs())).min(1.0);
        let before = path.last().map_or(f64::INFINITY, |last| last.kl);
        let mut rate = shorten;
        let (next, recorded) = loop {
            let next = Gaussian::new(
                here.mean() + rate * direction[0] * here.sigma(),
                here.sigma() * (rate * direction[1]).exp(),
            )?;
            let recorded = step(&next)?;
            // Near the minimum rounding hides the fall; Newton's step is then trusted.
            if recorded.kl < before || (newton && size < NEAR) {
                break (next, recorded);
            }
            rate *= 0.5;
            if rate < 1e-12 {
                return Err(Error::NotConverged {
                    what: "the reverse fit".to_owned(),
                    error: size,
                    tolerance: GRADIENT_TOLERANCE,
                });
            }
        };
        here = next;
        path.push(recorded);
    }
    Err(Error::NotConverged { what: "the reverse fit".to_owned(), error: size, tolerance: GRADIENT_TOLERANCE })
}

/// The divergence on a grid, mu along x and log sigma along y, in nats.
///
/// The reverse one takes 97 quadrature nodes a point instead of the adaptive rule: good to 1e-3 or better, for colour.
///
/// # Errors
/// Those of [`linspace`]; [`Error::OverLimit`] for axes over 512 points.
pub fn surface(
    direction: Direction,
    p: &Target,
    mu: (f64, f64, usize),
    log_sigma: (f64, f64, usize),
) -> Result<Surface> {
    let (columns, rows) = (linspace(mu.0, mu.1, mu.2)?, linspace(log_sigma.0, log_sigma.1, log_sigma.2)?);
    // log sigma beyond this over- or underflows sigma^2.
    for end in [log_sigma.0, log_sigma.1] {
        if end.abs() > 300.0 {
            return Err(Error::OutOfRange { name: "log sigma".to_owned(), value: end, low: -300.0, high: 300.0 });
        }
    }
    Ok(match direction {
        Direction::Forward => {
            // KL(p || q) = KL(p || m) + KL(m || q) for m the moment match, whatever p is: log m and log q are quadratic.
            let matched = forward_fit(p)?;
            let least = divergence(Direction::Forward, p, &matched)?;
            Surface::evaluate(columns, rows, |mu, log_sigma| {
                Gaussian::from_log_sigma(mu, log_sigma)
                    .map_or(f64::NAN, |q| least + crate::tools::kl::kl_gaussian(&matched, &q))
            })
        }
        Direction::Reverse => {
            // The trapezoidal rule converges fast under a Gaussian; its nodes are the same everywhere.
            let standard = Gaussian::STANDARD;
            let step = 0.125;
            let nodes: Vec<(f64, f64)> =
                (-48..=48).map(|k| step * f64::from(k)).map(|t| (t, step * standard.density(t))).collect();
            Surface::evaluate(columns, rows, |mu, log_sigma| {
                let sigma = log_sigma.exp();
                let cross: f64 = nodes.iter().map(|(t, weight)| weight * Density::log_density(p, mu + sigma * t)).sum();
                -standard.entropy() - log_sigma - cross
            })
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_bumps() -> Target {
        Mixture::from_variances(&[0.4, 0.6], &[-3.0, 3.0], &[0.64, 1.0]).unwrap()
    }

    #[test]
    fn gradients_are_finite_differences() {
        let p = two_bumps();
        for direction in [Direction::Forward, Direction::Reverse] {
            for (mu, sigma) in [(0.0, 1.0), (2.0, 3.0), (-3.5, 0.4)] {
                let q = Gaussian::new(mu, sigma).unwrap();
                let (exact, numeric) =
                    (gradient(direction, &p, &q).unwrap(), finite_difference(direction, &p, &q).unwrap());
                let scale = exact.mu.abs().max(exact.log_sigma.abs()).max(1.0);
                assert!((exact.mu - numeric.mu).abs() < 1e-7 * scale, "{direction:?} {mu} {exact:?} {numeric:?}");
                assert!(
                    (exact.log_sigma - numeric.log_sigma).abs() < 1e-7 * scale,
                    "{direction:?} {exact:?} {numeric:?}"
                );
            }
        }
    }

    #[test]
    fn forward_covers_and_its_gradient_vanishes() {
        let p = two_bumps();
        let q = forward_fit(&p).unwrap();
        assert!((q.mean() - 0.6).abs() < 1e-14 && q.sigma() > 3.0);
        let slope = gradient(Direction::Forward, &p, &q).unwrap();
        assert!(slope.mu.abs() < 1e-12 && slope.log_sigma.abs() < 1e-12, "{slope:?}");
    }

    #[test]
    fn reverse_seeks_the_bump_where_it_starts() {
        let p = two_bumps();
        for (start, bump) in [(-2.0, -3.0), (2.0, 3.0)] {
            let path = reverse_fit(&p, start, 1.0).unwrap();
            let end = path.last().unwrap();
            assert!((end.mu - bump).abs() < 0.2 && end.sigma < 1.2, "{end:?}");
            let slope = gradient(Direction::Reverse, &p, &Gaussian::new(end.mu, end.sigma).unwrap()).unwrap();
            assert!(slope.mu.abs() < 1e-9 && slope.log_sigma.abs() < 1e-9, "{slope:?}");
            assert!(path.windows(2).all(|pair| pair[1].kl <= pair[0].kl + 1e-12));
        }
    }

    #[test]
    fn reverse_finds_a_single_gaussian_from_far() {
        let p = Mixture::from_variances(&[1.0], &[1.0], &[4.0]).unwrap();
        for (mu, sigma) in [(-30.0, 0.1), (50.0, 40.0), (1.0, 2.0)] {
            let end = *reverse_fit(&p, mu, sigma).unwrap().last().unwrap();
            assert!((end.mu - 1.0).abs() < 1e-9 && (end.sigma - 2.0).abs() < 1e-9 && end.kl.abs() < 1e-12, "{end:?}");
        }
    }

    #[test]
    fn a_sharp_bend_of_log_p_does_not_move_the_end() {
        // Between the narrow bumps log p bends within 0.03: a rule with fixed nodes errs there by 3e-8.
        let p = Mixture::new(
            vec![0.036242040613446345, 0.601617249391294, 0.36214070999525966],
            vec![
                Gaussian::new(2.1273417681706066, 0.1548842623744284).unwrap(),
                Gaussian::new(-2.4131800477300462, 0.2221712485160214).unwrap(),
                Gaussian::new(-1.0952595638503775, 0.2304672502004586).unwrap(),
            ],
        )
        .unwrap();
        let end = *reverse_fit(&p, 0.0, 1.0).unwrap().last().unwrap();
        let slope = gradient(Direction::Reverse, &p, &Gaussian::new(end.mu, end.sigma).unwrap()).unwrap();
        assert!((slope.mu * end.sigma).abs() < 1e-9 && slope.log_sigma.abs() < 1e-9, "{slope:?}");
    }

    #[test]
    fn surfaces_agree_with_the_divergence() {
        let p = two_bumps();
        for direction in [Direction::Forward, Direction::Reverse] {
            let surface = surface(direction, &p, (-5.0, 5.0, 6), (-2.0, 2.0, 5)).unwrap();
            for (index, value) in surface.values.iter().enumerate() {
                let q = Gaussian::from_log_sigma(surface.x[index % 6], surface.y[index / 6]).unwrap();
                let exact = divergence(direction, &p, &q).unwrap();
                assert!((value - exact).abs() < 1e-3 * exact.max(1.0), "{direction:?} {q:?} {value} {exact}");
            }
        }
        assert!(surface(Direction::Forward, &p, (0.0, 1.0, 3), (-800.0, 0.0, 3)).is_err());
    }

    #[test]
    fn bad_starts_are_refused() {
        assert!(reverse_fit(&two_bumps(), 0.0, 0.0).is_err() && reverse_fit(&two_bumps(), f64::NAN, 1.0).is_err());
    }
}
