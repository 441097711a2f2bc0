//! `z = mu + C^(1/2) epsilon`: reparameterization with a full covariance (deck 000), by either square root.

use elbo_numerics::check::Check;
use elbo_numerics::error::{Result, same_size, within_limit};
use elbo_numerics::matrices::{cholesky_factor, rows, symmetric, symmetric_square_root, vector};
use elbo_numerics::random::{seeded, standard_normals};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Which matrix `A` with `A A^T = C` is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum CovarianceRoot {
    /// Lower triangular: cheap, and what an encoder can return directly.
    Cholesky,
    /// Symmetric: the deck's `C^(1/2)`; it stretches along the axes of the ellipse.
    Symmetric,
}

/// A Gaussian with a full covariance and a root of it.
#[derive(Debug, Clone, PartialEq)]
pub struct FullCovarianceGaussian {
    mu: DVector<f64>,
    covariance: DMatrix<f64>,
    root: DMatrix<f64>,
}

/// Sample covariance, entry by entry with its standard error.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleCovariance {
    /// Covariance over `n - 1`, `[d, d]`.
    pub covariance: Vec<Vec<f64>>,
    /// `sqrt((C_ii C_jj + C_ij^2) / (n - 1))`, exact for Gaussian samples, `[d, d]`.
    pub standard_errors: Vec<Vec<f64>>,
    /// Each entry against `C` within 4 standard errors: upper triangle, row by row.
    pub checks: Vec<Check>,
    /// Number of samples.
    pub n: usize,
}

impl FullCovarianceGaussian {
    /// `N(mu, C)` with the root that `root` names.
    ///
    /// # Shapes
    /// `mu` `[d]`, `covariance` `[d, d]`.
    ///
    /// # Errors
    /// Sizes that disagree, entries that are not finite, a covariance that is not symmetric and positive definite.
    pub fn new(mu: &[f64], covariance: &[Vec<f64>], root: CovarianceRoot) -> Result<Self> {
        let (mu, covariance) = (vector("mu", mu)?, symmetric("covariance C", covariance)?);
        same_size("covariance C", covariance.nrows(), mu.len())?;
        let cholesky = cholesky_factor("covariance C", &covariance)?;
        let root = match root {
            CovarianceRoot::Cholesky => cholesky,
            CovarianceRoot::Symmetric => symmetric_square_root("covariance C", &covariance)?,
        };
        Ok(Self { mu, covariance, root })
    }

    /// The root `A`, `[d, d]`.
    pub fn root(&self) -> Vec<Vec<f64>> {
        rows(&self.root)
    }

    /// `z = mu + A epsilon`.
    ///
    /// # Errors
    /// `epsilon` of the wrong size or not finite.
    pub fn transform(&self, epsilon: &[f64]) -> Result<Vec<f64>> {
        same_size("epsilon", epsilon.len(), self.mu.len())?;
        Ok((&self.mu + &self.root * vector("epsilon", epsilon)?).iter().copied().collect())
    }

    /// `n` samples from `seed`, `[n, d]`.
    ///
    /// # Errors
    /// `n` of 0 or over 1000000.
    pub fn samples(&self, n: usize, seed: u64) -> Result<Vec<Vec<f64>>> {
        within_limit("n", n, 1_000_000)?;
        let mut random = seeded(seed);
        (0..n).map(|_| self.transform(&standard_normals(&mut random, self.mu.len()))).collect()
    }

    /// The entry of `A A^T` that is farthest from `C`, against it.
    pub fn root_check(&self) -> Check {
        let product = &self.root * self.root.transpose();
        let index = (&product - &self.covariance).iamax_full();
        Check::absolute(product[index], self.covariance[index], 1e-12 * self.covariance.amax())
    }

    /// Covariance of `n` samples from `seed` with standard errors, each compared with `C`.
    ///
    /// # Errors
    /// `n` below 2 or over 1000000.
    pub fn sample_covariance(&self, n: usize, seed: u64) -> Result<SampleCovariance> {
        let samples = self.samples(n, seed)?;
        let moments = crate::quality::frechet_distance::FeatureMoments::from_features(&samples)?;
        let c = &self.covariance;
        let error = |i: usize, j: usize| ((c[(i, i)] * c[(j, j)] + c[(i, j)].powi(2)) / (n - 1) as f64).sqrt();
        let standard_errors = DMatrix::from_fn(c.nrows(), c.ncols(), error);
        let pairs = (0..c.nrows()).flat_map(|i| (i..c.ncols()).map(move |j| (i, j)));
        let checks = pairs
            .map(|entry| Check::absolute(moments.covariance[entry], c[entry], 4.0 * standard_errors[entry]))
            .collect();
        Ok(SampleCovariance {
            covariance: rows(&moments.covariance),
            standard_errors: rows(&standard_errors),
            checks,
            n,
        })
    }

    /// `points` points of the ellipse `mu + radius * A (cos t, sin t)`, the image of a circle of noise, for drawing in 2-D.
    ///
    /// # Errors
    /// A dimension other than 2; 0 or more than 10000 points.
    pub fn ellipse(&self, radius: f64, points: usize) -> Result<Vec<Vec<f64>>> {
        same_size("dimension of z for an ellipse", self.mu.len(), 2)?;
        within_limit("points", points, 10_000)?;
        let angle = |k: usize| std::f64::consts::TAU * k as f64 / points as f64;
        (0..points).map(|k| self.transform(&[radius * angle(k).cos(), radius * angle(k).sin()])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOTS: [CovarianceRoot; 2] = [CovarianceRoot::Cholesky, CovarianceRoot::Symmetric];

    #[test]
    fn either_root_gives_the_covariance() {
        for root in ROOTS {
            let gaussian =
                FullCovarianceGaussian::new(&[1.0, -2.0], &[vec![2.0, -0.9], vec![-0.9, 0.6]], root).unwrap();
            assert!(gaussian.root_check().holds);
            let sample = gaussian.sample_covariance(20_000, 4).unwrap();
            assert!(sample.checks.iter().all(|check| check.holds), "{sample:?}");
            assert_eq!(sample.checks.len(), 3);
            assert_eq!(gaussian.transform(&[0.0, 0.0]).unwrap(), vec![1.0, -2.0]);
        }
    }

    #[test]
    fn every_point_of_the_ellipse_has_the_same_density() {
        let c = [vec![2.0, -0.9], vec![-0.9, 0.6]];
        let inverse = symmetric("C", &c).unwrap().try_inverse().unwrap();
        for root in ROOTS {
            for point in FullCovarianceGaussian::new(&[0.0, 0.0], &c, root).unwrap().ellipse(1.5, 12).unwrap() {
                let z = DVector::from_vec(point);
                assert!((z.dot(&(&inverse * &z)) - 2.25).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn bad_covariances_are_named() {
        for c in [
            [[1.0, 1.0], [1.0, 1.0]],
            [[1.0, 2.0], [2.0, 1.0]],
            [[0.0, 0.0], [0.0, 1.0]],
            [[-1.0, 0.0], [0.0, 1.0]],
            [[f64::NAN, 0.0], [0.0, 1.0]],
        ] {
            let c: Vec<Vec<f64>> = c.iter().map(|row| row.to_vec()).collect();
            assert!(ROOTS.iter().all(|root| FullCovarianceGaussian::new(&[0.0, 0.0], &c, *root).is_err()), "{c:?}");
        }
    }
}
