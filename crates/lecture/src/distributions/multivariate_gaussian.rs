//! The Gaussian in several dimensions, with a full covariance.

use std::f64::consts::TAU;

use elbo_numerics::error::{Error, Result, all_finite, same_size};
use elbo_numerics::random::{Random, standard_normals};
use nalgebra::{Cholesky, DMatrix, DVector};

/// A pivot below this fraction of its variance means that the axes coincide up to rounding.
const SMALLEST_PIVOT: f64 = 1e-14;
/// Entries (i, j) and (j, i) may differ by rounding, relative to the two variances.
const ASYMMETRY: f64 = 1e-9;

/// `N(mean, covariance)` in d dimensions; the covariance is symmetric and positive definite.
///
/// ```text
/// log p(x) = -1/2 (x - mu)^T C^-1 (x - mu) - 1/2 log det C - d/2 log 2 pi
/// ```
///
/// Computed from the Cholesky factor `C = L L^T`, never from an inverse.
///
/// Source: deck 000 (full-covariance reparameterization).
#[derive(Debug, Clone, PartialEq)]
pub struct MultivariateGaussian {
    mean: DVector<f64>,
    covariance: DMatrix<f64>,
    factor: DMatrix<f64>,
    /// `-1/2 log det C - d/2 log 2 pi`, in nats: the log-density at the mean.
    peak: f64,
}

/// Up to this dimension the log-density needs no memory of its own.
const SMALL: usize = 8;

impl MultivariateGaussian {
    /// From a mean and a covariance.
    ///
    /// # Shapes
    /// `mean: [d]`, `covariance: [d, d]`.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NotFinite`], [`Error::SizeMismatch`], [`Error::NotSymmetric`] or
    /// [`Error::SingularCovariance`].
    pub fn new(mean: DVector<f64>, covariance: DMatrix<f64>) -> Result<Self> {
        all_finite("mean entry", mean.as_slice())?;
        all_finite("covariance entry", covariance.as_slice())?;
        let dimension = mean.len();
        same_size("the number of rows of the covariance", covariance.nrows(), dimension)?;
        same_size("the number of columns of the covariance", covariance.ncols(), dimension)?;
        for row in 0..dimension {
            for column in row + 1..dimension {
                let scale = (covariance[(row, row)] * covariance[(column, column)]).abs().sqrt();
                if (covariance[(row, column)] - covariance[(column, row)]).abs() > ASYMMETRY * scale {
                    return Err(Error::NotSymmetric { name: "covariance".to_owned(), row, column });
                }
            }
        }
        let singular = || Error::SingularCovariance { name: "covariance".to_owned() };
        let factor = Cholesky::new(covariance.clone()).ok_or_else(singular)?.unpack();
        if (0..dimension).any(|i| factor[(i, i)].powi(2) <= SMALLEST_PIVOT * covariance[(i, i)]) {
            return Err(singular());
        }
        let log_determinant = 2.0 * (0..dimension).map(|i| factor[(i, i)].ln()).sum::<f64>();
        let peak = -0.5 * (log_determinant + dimension as f64 * TAU.ln());
        Ok(Self { mean, covariance, factor, peak })
    }

    /// From plain numbers: the covariance as a list of rows.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn from_rows(mean: &[f64], covariance: &[Vec<f64>]) -> Result<Self> {
        same_size("the number of rows of the covariance", covariance.len(), mean.len())?;
        for row in covariance {
            same_size("a row of the covariance", row.len(), mean.len())?;
        }
        let flat: Vec<f64> = covariance.iter().flatten().copied().collect();
        Self::new(DVector::from_column_slice(mean), DMatrix::from_row_slice(mean.len(), mean.len(), &flat))
    }

    /// mu.
    pub fn mean(&self) -> &DVector<f64> {
        &self.mean
    }

    /// C.
    pub fn covariance(&self) -> &DMatrix<f64> {
        &self.covariance
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.mean.len()
    }

    /// The lower triangular L with `C = L L^T`.
    pub fn factor(&self) -> &DMatrix<f64> {
        &self.factor
    }

    /// `log det C = 2 sum_i log L_ii`, in nats.
    pub fn log_determinant(&self) -> f64 {
        2.0 * (0..self.dimension()).map(|i| self.factor[(i, i)].ln()).sum::<f64>()
    }

    /// `L^-1 (x - mu)`: the epsilon that gives x.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] unless x has d entries.
    pub fn whiten(&self, x: &[f64]) -> Result<DVector<f64>> {
        same_size("x", x.len(), self.dimension())?;
        let mut difference = DVector::from_column_slice(x) - &self.mean;
        // The pivots were checked on construction, so the triangular solve cannot fail.
        self.factor.solve_lower_triangular_mut(&mut difference);
        Ok(difference)
    }

    /// `log p(x)`, in nats.
    ///
    /// # Errors
    /// [`Error::SizeMismatch`] unless x has d entries.
    pub fn log_density(&self, x: &[f64]) -> Result<f64> {
        let dimension = self.dimension();
        if dimension > SMALL {
            return Ok(self.peak - 0.5 * self.whiten(x)?.norm_squared());
        }
        same_size("x", x.len(), dimension)?;
        // What `whiten` does, on the stack: mixtures ask for this hundreds of thousands of times.
        let (mut epsilon, mut squared) = ([0.0; SMALL], 0.0);
        for (row, &value) in x.iter().enumerate() {
            let explained: f64 = (0..row).map(|column| self.factor[(row, column)] * epsilon[column]).sum();
            epsilon[row] = (value - self.mean[row] - explained) / self.factor[(row, row)];
            squared += epsilon[row] * epsilon[row];
        }
        Ok(self.peak - 0.5 * squared)
    }

    /// One draw `x = mu + L epsilon`, epsilon ~ N(0, I).
    pub fn sample(&self, random: &mut Random) -> Vec<f64> {
        let epsilon = DVector::from_vec(standard_normals(random, self.dimension()));
        (&self.mean + &self.factor * epsilon).as_slice().to_vec()
    }

    /// Entropy `1/2 log det(2 pi e C)`, in nats.
    pub fn entropy(&self) -> f64 {
        0.5 * (self.log_determinant() + self.dimension() as f64 * (1.0 + TAU.ln()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::gaussian::Gaussian;
    use elbo_numerics::Estimate;
    use elbo_numerics::random::seeded;

    fn example() -> MultivariateGaussian {
        MultivariateGaussian::from_rows(&[1.0, -2.0], &[vec![2.0, 0.6], vec![0.6, 0.5]]).unwrap()
    }

    #[test]
    fn a_diagonal_covariance_factorises() {
        let diagonal = MultivariateGaussian::from_rows(&[1.0, -2.0], &[vec![4.0, 0.0], vec![0.0, 0.25]]).unwrap();
        let (first, second) = (Gaussian::new(1.0, 2.0).unwrap(), Gaussian::new(-2.0, 0.5).unwrap());
        let joint = diagonal.log_density(&[0.3, -1.0]).unwrap();
        assert!((joint - first.log_density(0.3) - second.log_density(-1.0)).abs() < 1e-13);
        assert!((diagonal.entropy() - first.entropy() - second.entropy()).abs() < 1e-13);
    }

    #[test]
    fn density_by_the_inverse() {
        // (x - mu) = (1, 1); C^-1 = [[0.5, -0.6], [-0.6, 2]] / 0.64, so the squared distance is 1.3 / 0.64.
        let expected = -0.5 * 1.3 / 0.64 - 0.5 * 0.64f64.ln() - TAU.ln();
        assert!((example().log_density(&[2.0, -1.0]).unwrap() - expected).abs() < 1e-13);
    }

    #[test]
    fn samples_have_its_covariance() {
        let (gaussian, mut random) = (example(), seeded(5));
        let draws: Vec<Vec<f64>> = (0..20_000).map(|_| gaussian.sample(&mut random)).collect();
        let product = Estimate::from_samples(draws.iter().map(|x| (x[0] - 1.0) * (x[1] + 2.0)));
        assert!(product.check_against(0.6, 4.0).holds);
    }

    #[test]
    fn refuses_what_is_no_covariance() {
        let new = |rows: &[Vec<f64>]| MultivariateGaussian::from_rows(&[0.0, 0.0], rows);
        assert!(matches!(new(&[vec![1.0, 1.0], vec![1.0, 1.0]]), Err(Error::SingularCovariance { .. })));
        assert!(matches!(new(&[vec![1.0, 2.0], vec![2.0, 1.0]]), Err(Error::SingularCovariance { .. })));
        assert!(matches!(new(&[vec![1.0, 0.2], vec![0.1, 1.0]]), Err(Error::NotSymmetric { .. })));
        assert!(matches!(new(&[vec![1.0, f64::NAN], vec![0.1, 1.0]]), Err(Error::NotFinite { .. })));
        assert!(matches!(new(&[vec![1.0], vec![0.1, 1.0]]), Err(Error::SizeMismatch { .. })));
        assert!(matches!(MultivariateGaussian::from_rows(&[], &[]), Err(Error::Empty { .. })));
        assert!(example().log_density(&[1.0]).is_err());
    }
}
