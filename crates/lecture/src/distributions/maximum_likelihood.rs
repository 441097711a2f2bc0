//! Maximum likelihood for a Gaussian: the surface, its gradient, the closed form, and gradient ascent to it.
//!
//! ```text
//! l(mu, sigma) = sum_n log N(x_n; mu, sigma^2)
//! ```
//!
//! Source: deck 000 (example and notebook), deck 004.

use std::f64::consts::TAU;

use elbo_numerics::error::{Error, Result, all_finite, finite, positive, within_limit};
use elbo_numerics::grid::{Surface, linspace};
use serde::Serialize;

/// Most data points.
pub const MOST_POINTS: usize = 100_000;
/// Most steps of gradient ascent.
const MOST_STEPS: usize = 500;
/// From here (gradient per data point, in units of sigma) two full steps end at rounding: the step is then Newton's, so
/// the remaining error is squared each time. Rounding hides the rise of the likelihood, which is no longer asked for.
const NEAR: f64 = 1e-5;

/// The gradient of the log-likelihood.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Gradient {
    /// `dl/dmu = sum_n (x_n - mu) / sigma^2`, in nats per unit of x.
    pub mu: f64,
    /// `dl/dsigma = sum_n (x_n - mu)^2 / sigma^3 - N / sigma`, in nats per unit of x.
    pub sigma: f64,
}

/// The maximum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Maximum {
    /// Mean of the data.
    pub mu: f64,
    /// Root of the variance.
    pub sigma: f64,
    /// `(1/N) sum_n (x_n - mu)^2`: divided by N, not N - 1.
    pub variance: f64,
    /// `-N/2 (log(2 pi variance) + 1)`, in nats.
    pub log_likelihood: f64,
}

/// One point of the ascent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AscentStep {
    /// mu.
    pub mu: f64,
    /// sigma.
    pub sigma: f64,
    /// In nats, summed over the data.
    pub log_likelihood: f64,
}

/// What the likelihood needs of the data: count, mean, and mean squared deviation from it.
#[derive(Debug, Clone, Copy)]
struct Moments {
    count: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    fn of(data: &[f64]) -> Result<Self> {
        within_limit("data points", data.len(), MOST_POINTS)?;
        all_finite("data point", data)?;
        let count = data.len() as f64;
        let mean = data.iter().sum::<f64>() / count;
        Ok(Self { count, mean, variance: data.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count })
    }

    /// `(1/N) sum_n (x_n - mu)^2`.
    fn about(&self, mu: f64) -> f64 {
        self.variance + (self.mean - mu).powi(2)
    }

    fn log_likelihood(&self, mu: f64, sigma: f64) -> f64 {
        -self.count * (0.5 * self.about(mu) / (sigma * sigma) + sigma.ln() + 0.5 * TAU.ln())
    }
}

/// `l(mu, sigma) = sum_n log N(x_n; mu, sigma^2)`, in nats.
///
/// # Errors
/// [`Error::Empty`], [`Error::OverLimit`], [`Error::NotFinite`] or [`Error::NotPositive`].
pub fn log_likelihood(data: &[f64], mu: f64, sigma: f64) -> Result<f64> {
    Ok(Moments::of(data)?.log_likelihood(finite("mu", mu)?, positive("sigma", sigma)?))
}

/// The gradient of [`log_likelihood`] in (mu, sigma), in closed form.
///
/// # Errors
/// As [`log_likelihood`].
pub fn gradient(data: &[f64], mu: f64, sigma: f64) -> Result<Gradient> {
    let moments = Moments::of(data)?;
    let (mu, sigma) = (finite("mu", mu)?, positive("sigma", sigma)?);
    Ok(Gradient {
        mu: moments.count * (moments.mean - mu) / (sigma * sigma),
        sigma: moments.count * (moments.about(mu) / (sigma * sigma) - 1.0) / sigma,
    })
}

/// The gradient by central differences, for the check beside [`gradient`]; accurate to about 1e-9 of the curvature.
///
/// # Errors
/// As [`log_likelihood`].
pub fn finite_difference(data: &[f64], mu: f64, sigma: f64) -> Result<Gradient> {
    let moments = Moments::of(data)?;
    let (mu, sigma) = (finite("mu", mu)?, positive("sigma", sigma)?);
    let difference = |f: &dyn Fn(f64) -> f64| {
        // Fourth order, so that a step large enough for rounding is small enough for the series.
        let step = 1e-3 * sigma;
        (8.0 * (f(step) - f(-step)) - (f(2.0 * step) - f(-2.0 * step))) / (12.0 * step)
    };
    Ok(Gradient {
        mu: difference(&|step| moments.log_likelihood(mu + step, sigma)),
        sigma: difference(&|step| moments.log_likelihood(mu, sigma + step)),
    })
}

/// The closed form: `mu = (1/N) sum x_n`, `sigma^2 = (1/N) sum (x_n - mu)^2`.
///
/// # Errors
/// As [`log_likelihood`]; [`Error::NoSpread`] if all points coincide (one point always does): sigma would be 0.
pub fn maximum(data: &[f64]) -> Result<Maximum> {
    let Moments { count, mean, variance } = Moments::of(data)?;
    if variance <= 0.0 || data.iter().all(|x| *x == data[0]) {
        return Err(Error::NoSpread { count: data.len(), value: mean.to_string() });
    }
    let log_likelihood = -0.5 * count * ((TAU * variance).ln() + 1.0);
    Ok(Maximum { mu: mean, sigma: positive("sigma", variance.sqrt())?, variance, log_likelihood })
}

/// Gradient ascent in (mu, log sigma) from any start to the closed form; the path includes the start.
///
/// The step is along the natural gradient `(sigma^2 dl/dmu, 1/2 dl/dlog_sigma) / N` (Amari 1998), shortened to at most
/// one sigma in mu and 1/2 in log sigma, and halved until the likelihood rises, so no start diverges.
///
/// # Errors
/// Those of [`maximum`] and [`log_likelihood`]; [`Error::NotConverged`] after 500 steps.
pub fn ascend(data: &[f64], mu: f64, sigma: f64) -> Result<Vec<AscentStep>> {
    maximum(data)?;
    let moments = Moments::of(data)?;
    let step = |mu, sigma| AscentStep { mu, sigma, log_likelihood: moments.log_likelihood(mu, sigma) };
    let towards = |at: &AscentStep| {
        ((moments.mean - at.mu) / at.sigma, 0.5 * (moments.about(at.mu) / (at.sigma * at.sigma) - 1.0))
    };
    let mut here = step(finite("mu", mu)?, positive("sigma", sigma)?);
    let mut path = vec![here];
    let mut size = 0.0;
    while path.len() <= MOST_STEPS {
        let (to_mean, to_spread) = towards(&here);
        size = to_mean.abs().max(to_spread.abs());
        if size <= NEAR {
            for _ in 0..2 {
                let (to_mean, to_spread) = towards(&here);
                here = step(here.mu + to_mean * here.sigma, here.sigma * to_spread.exp());
                path.push(here);
            }
            return Ok(path);
        }
        let (along_mu, along_sigma) = (to_mean.clamp(-1.0, 1.0), to_spread.clamp(-0.5, 0.5));
        let mut rate = 1.0;
        let next = loop {
            let next = step(here.mu + rate * along_mu * here.sigma, here.sigma * (rate * along_sigma).exp());
            if next.log_likelihood >= here.log_likelihood {
                break next;
            }
            rate *= 0.5;
            if rate < 1e-9 {
                // Rounding hides any further rise: this is the top.
                return Ok(path);
            }
        };
        here = next;
        path.push(here);
    }
    Err(Error::NotConverged { what: "gradient ascent".to_owned(), error: size, tolerance: NEAR })
}

/// The log-likelihood on a grid: mu along x, sigma along y, in nats.
///
/// # Errors
/// Those of [`log_likelihood`] and [`linspace`].
pub fn surface(data: &[f64], mu: (f64, f64, usize), sigma: (f64, f64, usize)) -> Result<Surface> {
    let moments = Moments::of(data)?;
    positive("the smallest sigma of the grid", sigma.0)?;
    let (columns, rows) = (linspace(mu.0, mu.1, mu.2)?, linspace(sigma.0, sigma.1, sigma.2)?);
    Ok(Surface::evaluate(columns, rows, |mu, sigma| moments.log_likelihood(mu, sigma)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::gaussian::Gaussian;

    const DATA: [f64; 5] = [2.7, 4.2, 4.6, 1.5, 2.9];

    #[test]
    fn the_sum_of_log_densities() {
        let gaussian = Gaussian::new(0.5, 1.5).unwrap();
        let sum: f64 = DATA.iter().map(|&x| gaussian.log_density(x)).sum();
        assert!((log_likelihood(&DATA, 0.5, 1.5).unwrap() - sum).abs() < 1e-12);
    }

    #[test]
    fn the_gradient_is_the_finite_difference() {
        for (mu, sigma) in [(0.5, 1.5), (3.0, 0.2), (-20.0, 7.0)] {
            let (exact, numeric) = (gradient(&DATA, mu, sigma).unwrap(), finite_difference(&DATA, mu, sigma).unwrap());
            let scale = exact.mu.abs().max(exact.sigma.abs()).max(1.0);
            assert!((exact.mu - numeric.mu).abs() < 1e-8 * scale, "{exact:?} {numeric:?}");
            assert!((exact.sigma - numeric.sigma).abs() < 1e-8 * scale, "{exact:?} {numeric:?}");
        }
    }

    #[test]
    fn ascent_reaches_the_closed_form_from_anywhere() {
        let top = maximum(&DATA).unwrap();
        for (mu, sigma) in [(0.0, 1.0), (100.0, 0.01), (-50.0, 80.0), (3.18, 1e-3), (3.0, 1e4)] {
            let path = ascend(&DATA, mu, sigma).unwrap();
            let end = path.last().unwrap();
            assert!((end.mu - top.mu).abs() < 1e-12 && (end.sigma - top.sigma).abs() < 1e-12, "{end:?}");
            assert!(path.windows(2).all(|pair| pair[1].log_likelihood >= pair[0].log_likelihood - 1e-12));
        }
        let slope = gradient(&DATA, top.mu, top.sigma).unwrap();
        assert!(slope.mu.abs() < 1e-12 && slope.sigma.abs() < 1e-12);
    }

    #[test]
    fn the_surface_has_its_top_near_the_maximum() {
        let surface = surface(&DATA, (0.0, 6.0, 61), (0.1, 4.1, 41)).unwrap();
        let best = surface.values.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        let top = maximum(&DATA).unwrap();
        assert!((surface.x[best % 61] - top.mu).abs() <= 0.051 && (surface.y[best / 61] - top.sigma).abs() <= 0.051);
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(matches!(maximum(&[1.0]), Err(Error::NoSpread { count: 1, .. })));
        assert!(matches!(maximum(&[0.1, 0.1, 0.1]), Err(Error::NoSpread { count: 3, .. })));
        assert!(matches!(maximum(&[]), Err(Error::Empty { .. })));
        assert!(matches!(log_likelihood(&[1.0], 0.0, 0.0), Err(Error::NotPositive { .. })));
        assert!(matches!(gradient(&[1.0, f64::NAN], 0.0, 1.0), Err(Error::NotFinite { .. })));
        assert!(ascend(&DATA, 0.0, -1.0).is_err() && surface(&DATA, (0.0, 1.0, 5), (0.0, 1.0, 5)).is_err());
        assert!(log_likelihood(&[1.0], 5.0, 1.0).is_ok());
    }
}
