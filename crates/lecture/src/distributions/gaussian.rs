//! The Gaussian on the real line.

use std::f64::consts::PI;

use elbo_numerics::error::{Error, Result, finite, positive};
use elbo_numerics::gaussian_expectation::LOG_2_PI;
use elbo_numerics::random::{Random, standard_normal};
use statrs::distribution::{ContinuousCDF, Normal};

use crate::distributions::density::Density;

/// `N(mean, sigma^2)`; sigma is the standard deviation, positive and finite.
///
/// ```text
/// p(x) = exp( -(x - mu)^2 / (2 sigma^2) ) / sqrt(2 pi sigma^2)
/// ```
///
/// Source: deck 000.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    mean: f64,
    sigma: f64,
    /// Kept, for quadratures ask for the density hundreds of thousands of times.
    log_sigma: f64,
}

impl Gaussian {
    /// `N(0, 1)`.
    pub const STANDARD: Self = Self { mean: 0.0, sigma: 1.0, log_sigma: 0.0 };

    /// `N(mean, sigma^2)`.
    ///
    /// # Errors
    /// [`Error::NotFinite`] for the mean, [`Error::NotPositive`] for sigma.
    pub fn new(mean: f64, sigma: f64) -> Result<Self> {
        let sigma = positive("sigma", sigma)?;
        Ok(Self { mean: finite("mu", mean)?, sigma, log_sigma: sigma.ln() })
    }

    /// `N(mean, exp(2 log_sigma))`.
    ///
    /// # Errors
    /// As [`Self::new`]; a `log_sigma` beyond +-700 has no finite sigma.
    pub fn from_log_sigma(mean: f64, log_sigma: f64) -> Result<Self> {
        Self::new(mean, finite("log_sigma", log_sigma)?.exp())
    }

    /// mu, in the unit of x.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation, in the unit of x.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// `log p(x) = -1/2 ((x - mu) / sigma)^2 - log sigma - 1/2 log 2 pi`, in nats.
    pub fn log_density(&self, x: f64) -> f64 {
        let epsilon = (x - self.mean) / self.sigma;
        -0.5 * epsilon * epsilon - self.log_sigma - 0.5 * LOG_2_PI
    }

    /// `p(x)`, per unit of x.
    pub fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }

    /// One draw `x = mu + sigma epsilon`, epsilon ~ N(0, 1).
    pub fn sample(&self, random: &mut Random) -> f64 {
        self.mean + self.sigma * standard_normal(random)
    }

    /// Entropy `E[-log p(x)] = 1/2 log(2 pi e sigma^2)`, in nats; negative for a narrow density.
    pub fn entropy(&self) -> f64 {
        0.5 + 0.5 * (2.0 * PI).ln() + self.sigma.ln()
    }

    /// Cumulative distribution function `P(x' <= x)`.
    pub fn cumulative(&self, x: f64) -> f64 {
        Normal::standard().cdf((x - self.mean) / self.sigma)
    }

    /// The x with `P(x' <= x) = probability`: the inverse of [`Self::cumulative`].
    ///
    /// Deck 004 maps a regular grid of the unit square to latent values with it.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] unless `0 < probability < 1`.
    pub fn quantile(&self, probability: f64) -> Result<f64> {
        if probability > 0.0 && probability < 1.0 {
            Ok(self.mean + self.sigma * Normal::standard().inverse_cdf(probability))
        } else {
            Err(Error::OutOfRange { name: "probability".to_owned(), value: probability, low: 0.0, high: 1.0 })
        }
    }
}

impl Density for Gaussian {
    fn log_density(&self, x: f64) -> f64 {
        Gaussian::log_density(self, x)
    }

    fn sample(&self, random: &mut Random) -> f64 {
        Gaussian::sample(self, random)
    }

    fn gaussians(&self) -> Vec<(f64, f64)> {
        vec![(self.mean, self.sigma)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::Estimate;
    use elbo_numerics::quadrature::{adaptive_between, gaussian_breakpoints};
    use elbo_numerics::random::seeded;

    #[test]
    fn known_values() {
        assert!((Gaussian::STANDARD.density(0.0) - 0.398_942_280_401_432_7).abs() < 1e-15);
        assert!((Gaussian::STANDARD.entropy() - 1.418_938_533_204_672_7).abs() < 1e-14);
        assert!((Gaussian::STANDARD.quantile(0.975).unwrap() - 1.959_963_984_540_054).abs() < 1e-9);
        let gaussian = Gaussian::new(1.0, 2.0).unwrap();
        assert!((gaussian.cumulative(gaussian.quantile(0.2).unwrap()) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn integrates_to_one_and_has_its_entropy() {
        let gaussian = Gaussian::from_log_sigma(-3.0, -1.2).unwrap();
        let points = gaussian_breakpoints(&gaussian.gaussians()).unwrap();
        let mass = adaptive_between(&points, 1e-13, |x| gaussian.density(x)).unwrap().value;
        let entropy =
            adaptive_between(&points, 1e-13, |x| -gaussian.density(x) * gaussian.log_density(x)).unwrap().value;
        assert!((mass - 1.0).abs() < 1e-12);
        assert!((entropy - gaussian.entropy()).abs() < 1e-12);
    }

    #[test]
    fn samples_have_its_mean_and_variance() {
        let (gaussian, mut random) = (Gaussian::new(2.0, 3.0).unwrap(), seeded(0));
        let draws: Vec<f64> = (0..20_000).map(|_| gaussian.sample(&mut random)).collect();
        assert!(Estimate::from_samples(draws.iter().copied()).check_against(2.0, 4.0).holds);
        assert!(Estimate::from_samples(draws.iter().map(|x| (x - 2.0).powi(2))).check_against(9.0, 4.0).holds);
    }

    #[test]
    fn refuses_what_is_no_gaussian() {
        for sigma in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(Gaussian::new(0.0, sigma).is_err());
        }
        assert!(Gaussian::new(f64::NAN, 1.0).is_err());
        assert!(Gaussian::from_log_sigma(0.0, 1e3).is_err());
        assert!(Gaussian::STANDARD.quantile(0.0).is_err() && Gaussian::STANDARD.quantile(f64::NAN).is_err());
    }
}
