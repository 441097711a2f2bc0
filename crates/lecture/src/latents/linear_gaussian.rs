//! The one-dimensional linear-Gaussian model of chapter 6: probabilistic PCA with numbers in place of matrices (deck 001).

use elbo_numerics::error::{Error, Result, finite, positive};
use elbo_numerics::gaussian_expectation::log_integral;

use crate::distributions::gaussian::Gaussian;

/// `z ~ N(0, 1)`, `x = w z + mu + sigma * epsilon`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinearGaussian {
    w: f64,
    mu: f64,
    sigma: f64,
}

impl LinearGaussian {
    /// The model with slope `w`, offset `mu` and noise `sigma`.
    ///
    /// # Errors
    /// `w` or `mu` not finite, `sigma` not positive; `w^2 + sigma^2` or `(w / sigma)^2` beyond the range of numbers.
    pub fn new(w: f64, mu: f64, sigma: f64) -> Result<Self> {
        finite("w", w)?;
        finite("mu", mu)?;
        positive("sigma", sigma)?;
        if !(w * w + sigma * sigma).is_normal() || !(w / sigma).powi(2).is_finite() || !(sigma * sigma).is_normal() {
            return Err(Error::NotPositive { name: "sigma (beside the size of w)".to_owned(), value: sigma });
        }
        Ok(Self { w, mu, sigma })
    }

    /// Slope.
    pub fn w(&self) -> f64 {
        self.w
    }

    /// Offset, in units of x.
    pub fn mu(&self) -> f64 {
        self.mu
    }

    /// Noise, in units of x.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// `p(x) = N(mu, w^2 + sigma^2)`.
    ///
    /// # Errors
    /// None for a model that [`LinearGaussian::new`] made.
    pub fn marginal(&self) -> Result<Gaussian> {
        Gaussian::new(self.mu, self.w.hypot(self.sigma))
    }

    /// `p(z | x) = N(w (x - mu) / (w^2 + sigma^2), sigma^2 / (w^2 + sigma^2))`.
    ///
    /// # Errors
    /// `x` not finite.
    pub fn posterior(&self, x: f64) -> Result<Gaussian> {
        finite("x", x)?;
        let spread = self.w.hypot(self.sigma);
        Gaussian::new(self.w / spread * ((x - self.mu) / spread), self.sigma / spread)
    }

    /// `log p(x)` in nats, closed form.
    ///
    /// # Errors
    /// `x` not finite.
    pub fn log_evidence(&self, x: f64) -> Result<f64> {
        Ok(self.marginal()?.log_density(finite("x", x)?))
    }

    /// `log p(x) = log int p(x | z) p(z) dz` in nats, by quadrature.
    ///
    /// # Errors
    /// `x` not finite.
    pub fn log_evidence_by_quadrature(&self, x: f64) -> Result<f64> {
        let posterior = self.posterior(x)?;
        Ok(log_integral(posterior.mean(), posterior.sigma(), |z| self.log_joint(x, z)))
    }

    /// `log p(x | z)` in nats.
    pub fn log_likelihood(&self, x: f64, z: f64) -> f64 {
        elbo_numerics::gaussian_expectation::log_normal_density(x, self.w * z + self.mu, self.sigma)
    }

    /// `log p(x, z) = log p(x | z) + log p(z)` in nats.
    pub fn log_joint(&self, x: f64, z: f64) -> f64 {
        self.log_likelihood(x, z) + Gaussian::STANDARD.log_density(z)
    }

    /// `w^2 / sigma^2 + 1`, the precision of the posterior.
    pub(crate) fn posterior_precision(&self) -> f64 {
        (self.w / self.sigma).powi(2) + 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::latents::probabilistic_pca::ProbabilisticPca;

    #[test]
    fn it_is_probabilistic_pca_in_one_dimension() {
        let (w, mu, sigma, x) = (-0.7, 0.3, 0.8, 1.9);
        let (one, many) =
            (LinearGaussian::new(w, mu, sigma).unwrap(), ProbabilisticPca::new(&[vec![w]], &[mu], sigma).unwrap());
        assert!((one.log_evidence(x).unwrap() - many.log_evidence(&[x]).unwrap()).abs() < 1e-14);
        let (a, b) = (one.posterior(x).unwrap(), many.posterior(&[x]).unwrap());
        assert!((a.mean() - b.mean()[0]).abs() < 1e-14 && (a.sigma().powi(2) - b.covariance()[(0, 0)]).abs() < 1e-14);
        assert!((one.log_evidence_by_quadrature(x).unwrap() - one.log_evidence(x).unwrap()).abs() < 1e-12);
        assert!((one.posterior_precision() - a.sigma().powi(-2)).abs() < 1e-12);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(LinearGaussian::new(1.0, 0.0, 0.0).is_err());
        assert!(LinearGaussian::new(1e200, 0.0, 1e-200).is_err());
        assert!(LinearGaussian::new(f64::NAN, 0.0, 1.0).is_err());
        assert!(LinearGaussian::new(1.0, 0.0, 1.0).unwrap().posterior(f64::INFINITY).is_err());
    }
}
