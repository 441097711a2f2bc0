//! Probabilistic PCA: the latent-variable model whose evidence and posterior are known exactly (deck 001; Tipping and Bishop 1999).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, positive, same_size, within_limit};
use elbo_numerics::gaussian_expectation::LOG_2_PI;
use elbo_numerics::log_sum_exp::log_sum_exp;
use elbo_numerics::matrices::{matrix, rows, vector};
use elbo_numerics::random::{seeded, standard_normals};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::distributions::multivariate_gaussian::MultivariateGaussian;

/// Nodes per standard deviation and their reach, in the quadrature over z: the trapezoidal rule is accurate to rounding here.
const NODES_PER_SIGMA: i32 = 3;
const REACH: i32 = 9;

/// `z ~ N(0, I)`, `x = W z + mu + sigma * epsilon` with `epsilon ~ N(0, I)`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbabilisticPca {
    w: DMatrix<f64>,
    mu: DVector<f64>,
    sigma: f64,
    marginal: MultivariateGaussian,
}

/// A Gaussian over z as the page reads it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Posterior {
    /// `M^-1 W^T (x - mu)`, `[m]`.
    pub mean: Vec<f64>,
    /// `sigma^2 M^-1`, `[m, m]`. The deck prints its inverse, `sigma^-2 M`, here: see the errata.
    pub covariance: Vec<Vec<f64>>,
}

/// One draw from the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LatentSample {
    /// The cause, `[m]`.
    pub z: Vec<f64>,
    /// What is seen, `[d]`.
    pub x: Vec<f64>,
}

impl ProbabilisticPca {
    /// The model with `W`, `mu` and the standard deviation `sigma` of the noise.
    ///
    /// # Shapes
    /// `w` `[d, m]`, `mu` `[d]`.
    ///
    /// # Errors
    /// Sizes that disagree, entries that are not finite, `sigma` not positive; `sigma` so small beside `W` that
    /// `W W^T + sigma^2 I` is singular in floating point.
    pub fn new(w: &[Vec<f64>], mu: &[f64], sigma: f64) -> Result<Self> {
        let (w, mu) = (matrix("W", w)?, vector("mu", mu)?);
        same_size("mu", mu.len(), w.nrows())?;
        positive("sigma", sigma)?;
        let noise = DMatrix::identity(w.nrows(), w.nrows()) * (sigma * sigma);
        let name = || Error::SingularCovariance { name: "covariance W W^T + sigma^2 I of x".to_owned() };
        let marginal = MultivariateGaussian::new(mu.clone(), &w * w.transpose() + noise).map_err(|_| name())?;
        Ok(Self { w, mu, sigma, marginal })
    }

    /// `W`, `[d, m]`.
    pub fn w(&self) -> &DMatrix<f64> {
        &self.w
    }

    /// `mu`, `[d]`.
    pub fn mu(&self) -> &DVector<f64> {
        &self.mu
    }

    /// Standard deviation of the noise, in units of x.
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// The evidence as a distribution: `p(x) = N(mu, W W^T + sigma^2 I)`.
    pub fn marginal(&self) -> &MultivariateGaussian {
        &self.marginal
    }

    /// `log p(x)` in nats, closed form.
    ///
    /// # Errors
    /// `x` of the wrong size or not finite.
    pub fn log_evidence(&self, x: &[f64]) -> Result<f64> {
        self.centred(x)?;
        self.marginal.log_density(x)
    }

    /// `p(z | x) = N(M^-1 W^T (x - mu), sigma^2 M^-1)` with `M = W^T W + sigma^2 I`.
    ///
    /// # Errors
    /// `x` of the wrong size or not finite; `M` singular in floating point.
    pub fn posterior(&self, x: &[f64]) -> Result<MultivariateGaussian> {
        let centred = self.centred(x)?;
        let name = || Error::SingularCovariance { name: "matrix M = W^T W + sigma^2 I".to_owned() };
        let inverse = self.m().cholesky().ok_or_else(name)?.inverse();
        let mean = &inverse * self.w.tr_mul(&centred);
        MultivariateGaussian::new(mean, &inverse * (self.sigma * self.sigma)).map_err(|_| name())
    }

    /// The posterior as plain numbers.
    ///
    /// # Errors
    /// As [`ProbabilisticPca::posterior`].
    pub fn posterior_values(&self, x: &[f64]) -> Result<Posterior> {
        let posterior = self.posterior(x)?;
        Ok(Posterior { mean: posterior.mean().as_slice().to_vec(), covariance: rows(posterior.covariance()) })
    }

    /// `log p(x | z) = -|x - W z - mu|^2 / (2 sigma^2) - d log sigma - (d/2) log 2 pi`, in nats.
    ///
    /// # Errors
    /// `x` or `z` of the wrong size or not finite.
    pub fn log_likelihood(&self, x: &[f64], z: &[f64]) -> Result<f64> {
        same_size("z", z.len(), self.w.ncols())?;
        let residual = self.centred(x)? - &self.w * vector("z", z)?;
        let dimension = self.mu.len() as f64;
        Ok(-0.5 * residual.norm_squared() / (self.sigma * self.sigma) - dimension * (self.sigma.ln() + 0.5 * LOG_2_PI))
    }

    /// `log p(x) = log int p(x | z) p(z) dz` in nats by the trapezoidal rule over z, in 1-D or 2-D.
    ///
    /// The nodes lie where the integrand does, on axes of the posterior; its value there comes from `p(x | z)` and `p(z)` alone.
    ///
    /// # Errors
    /// As [`ProbabilisticPca::posterior`]; a latent dimension over 2.
    pub fn log_evidence_by_quadrature(&self, x: &[f64]) -> Result<f64> {
        let dimension = self.w.ncols();
        within_limit("latent dimension of the quadrature", dimension, 2)?;
        let posterior = self.posterior(x)?;
        let (factor, step) = (posterior.factor(), 1.0 / f64::from(NODES_PER_SIGMA));
        let ticks: Vec<f64> =
            (-REACH * NODES_PER_SIGMA..=REACH * NODES_PER_SIGMA).map(|k| f64::from(k) * step).collect();
        let mut logs = Vec::new();
        for first in &ticks {
            for second in if dimension == 2 { ticks.as_slice() } else { &[0.0] } {
                let node = DVector::from_iterator(dimension, [*first, *second].into_iter().take(dimension));
                let z = posterior.mean() + factor * node;
                let log_prior = -0.5 * (z.norm_squared() + dimension as f64 * LOG_2_PI);
                logs.push(self.log_likelihood(x, z.as_slice())? + log_prior);
            }
        }
        Ok(log_sum_exp(&logs) + 0.5 * posterior.log_determinant() + dimension as f64 * step.ln())
    }

    /// Closed form against quadrature; tolerance 1e-9 relative, from cancellation in `|x - W z - mu|^2 / sigma^2` far from the data.
    ///
    /// # Errors
    /// As [`ProbabilisticPca::log_evidence_by_quadrature`].
    pub fn evidence_check(&self, x: &[f64]) -> Result<Check> {
        Ok(Check::relative(self.log_evidence(x)?, self.log_evidence_by_quadrature(x)?, 1e-9))
    }

    /// Bayes' rule at any `z`: `log p(x)` against `log p(x | z) + log p(z) - log p(z | x)`; tolerance 1e-9 of the terms, which cancel.
    ///
    /// # Errors
    /// As [`ProbabilisticPca::posterior`]; `z` of the wrong size or not finite.
    pub fn bayes_check(&self, x: &[f64], z: &[f64]) -> Result<Check> {
        let log_prior = -0.5 * (vector("z", z)?.norm_squared() + z.len() as f64 * LOG_2_PI);
        let (log_likelihood, log_posterior) = (self.log_likelihood(x, z)?, self.posterior(x)?.log_density(z)?);
        let scale = (log_likelihood.abs() + log_prior.abs() + log_posterior.abs()).max(1.0);
        Ok(Check::absolute(self.log_evidence(x)?, log_likelihood + log_prior - log_posterior, 1e-9 * scale))
    }

    /// `n` draws in two steps, `z ~ p(z)` then `x ~ p(x | z)`, from `seed`.
    ///
    /// # Errors
    /// `n` of 0 or over 1000000.
    pub fn samples(&self, n: usize, seed: u64) -> Result<Vec<LatentSample>> {
        within_limit("n", n, 1_000_000)?;
        let mut random = seeded(seed);
        let mut draw = || {
            let z = DVector::from_vec(standard_normals(&mut random, self.w.ncols()));
            let epsilon = DVector::from_vec(standard_normals(&mut random, self.mu.len()));
            let x = &self.w * &z + &self.mu + epsilon * self.sigma;
            LatentSample { z: z.as_slice().to_vec(), x: x.as_slice().to_vec() }
        };
        Ok((0..n).map(|_| draw()).collect())
    }

    /// `M = W^T W + sigma^2 I`, `[m, m]`.
    pub fn m(&self) -> DMatrix<f64> {
        self.w.tr_mul(&self.w) + DMatrix::identity(self.w.ncols(), self.w.ncols()) * (self.sigma * self.sigma)
    }

    fn centred(&self, x: &[f64]) -> Result<DVector<f64>> {
        same_size("x", x.len(), self.mu.len())?;
        Ok(vector("x", x)? - &self.mu)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::Estimate;

    fn model() -> ProbabilisticPca {
        ProbabilisticPca::new(&[vec![1.0, 0.3], vec![-0.5, 0.8]], &[0.2, -0.1], 0.4).unwrap()
    }

    #[test]
    fn quadrature_gives_the_evidence() {
        for x in [[0.2, -0.1], [3.0, 3.0], [-40.0, 10.0]] {
            assert!(model().evidence_check(&x).unwrap().holds, "{:?}", model().evidence_check(&x));
        }
        for sigma in [1e-2, 0.3, 5.0] {
            let line = ProbabilisticPca::new(&[vec![1.0], vec![2.0]], &[0.0, 0.0], sigma).unwrap();
            let check = line.evidence_check(&[0.4, -0.9]).unwrap();
            assert!(check.holds, "{sigma} {check:?}");
        }
    }

    #[test]
    fn bayes_rule_holds_at_any_z() {
        let (x, z) = ([1.0, 0.5], [0.3, -1.1]);
        assert!(model().bayes_check(&x, &z).unwrap().holds && model().bayes_check(&x, &[0.0]).is_err());
        let log_prior = -0.5 * (z.iter().map(|z| z * z).sum::<f64>() + 2.0 * LOG_2_PI);
        let joint = model().log_likelihood(&x, &z).unwrap() + log_prior;
        let other = model().posterior(&x).unwrap().log_density(&z).unwrap() + model().log_evidence(&x).unwrap();
        assert!((joint - other).abs() < 1e-12);
    }

    #[test]
    fn samples_have_the_marginal_covariance() {
        let samples = model().samples(20_000, 2).unwrap();
        let product = Estimate::from_samples(samples.iter().map(|sample| (sample.x[0] - 0.2) * (sample.x[1] + 0.1)));
        assert!(product.check_against(model().marginal().covariance()[(0, 1)], 4.0).holds);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(ProbabilisticPca::new(&[vec![1.0]], &[0.0], 0.0).is_err());
        assert!(ProbabilisticPca::new(&[vec![1.0]], &[0.0, 1.0], 1.0).is_err());
        let singular = ProbabilisticPca::new(&[vec![1.0], vec![1.0]], &[0.0, 0.0], 1e-12).unwrap_err();
        assert!(singular.to_string().contains("W W^T"), "{singular}");
        assert!(model().log_evidence(&[1.0]).is_err());
        assert!(model().log_evidence(&[1.0, f64::NAN]).is_err());
        let three = ProbabilisticPca::new(&[vec![1.0, 1.0, 1.0]], &[0.0], 1.0).unwrap();
        assert!(three.log_evidence_by_quadrature(&[1.0]).is_err());
    }
}
