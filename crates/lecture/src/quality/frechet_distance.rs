//! The squared Frechet (2-Wasserstein) distance between two Gaussians, and between the moments of two sets of features.

use elbo_numerics::error::{Error, Result, same_size};
use elbo_numerics::matrices::{matrix, symmetric, symmetric_square_root, vector};
use nalgebra::{DMatrix, DVector};

/// Mean and covariance of a set of feature vectors.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMoments {
    /// Mean, `[d]`.
    pub mean: DVector<f64>,
    /// Covariance over `n - 1`, `[d, d]`.
    pub covariance: DMatrix<f64>,
}

impl FeatureMoments {
    /// Moments as given.
    ///
    /// # Errors
    /// Sizes that disagree, entries that are not finite, a covariance that is not symmetric.
    pub fn new(mean: &[f64], covariance: &[Vec<f64>]) -> Result<Self> {
        let (mean, covariance) = (vector("mean", mean)?, symmetric("covariance", covariance)?);
        same_size("covariance", covariance.nrows(), mean.len())?;
        Ok(Self { mean, covariance })
    }

    /// Moments of `features`, `[n, d]`, with the covariance over `n - 1`.
    ///
    /// # Errors
    /// Fewer than two vectors, vectors of different sizes, entries that are not finite.
    pub fn from_features(features: &[Vec<f64>]) -> Result<Self> {
        if features.len() < 2 {
            return Err(Error::TooFew { name: "feature vectors".to_owned(), found: features.len(), needed: 2 });
        }
        let data = matrix("features", features)?;
        let mean = data.row_mean().transpose();
        let centred = DMatrix::from_fn(data.nrows(), data.ncols(), |row, column| data[(row, column)] - mean[column]);
        let covariance = centred.tr_mul(&centred) / (features.len() - 1) as f64;
        Ok(Self { mean, covariance })
    }
}

/// `|m1 - m2|^2 + tr(C1 + C2 - 2 (C1^(1/2) C2 C1^(1/2))^(1/2))`, in squared units of the features: the squared 2-Wasserstein
/// distance between `N(m1, C1)` and `N(m2, C2)` (Dowson and Landau 1982; deck 004 names it FID when the features come from
/// Inception-v3, which ours do not).
///
/// # Errors
/// Sizes that disagree; a covariance with a negative eigenvalue.
pub fn frechet_distance_squared(first: &FeatureMoments, second: &FeatureMoments) -> Result<f64> {
    symmetric_square_root("second covariance", &second.covariance)?;
    FrechetReference::new(first.clone())?.distance_squared(second)
}

/// The first side of [`frechet_distance_squared`], with the square root of its covariance: one for many second sides.
#[derive(Debug, Clone)]
pub struct FrechetReference {
    moments: FeatureMoments,
    root: DMatrix<f64>,
}

impl FrechetReference {
    /// # Errors
    /// A covariance with a negative eigenvalue.
    pub fn new(moments: FeatureMoments) -> Result<Self> {
        let root = symmetric_square_root("first covariance", &moments.covariance)?;
        Ok(Self { moments, root })
    }

    /// [`frechet_distance_squared`] from here to `second`, whose covariance must have no negative eigenvalue.
    ///
    /// # Errors
    /// Sizes that disagree.
    pub fn distance_squared(&self, second: &FeatureMoments) -> Result<f64> {
        let first = &self.moments;
        same_size("second mean", second.mean.len(), first.mean.len())?;
        let product = &self.root * &second.covariance * &self.root;
        let eigenvalues = ((&product + product.transpose()) * 0.5).symmetric_eigenvalues();
        let cross: f64 = eigenvalues.iter().map(|value| value.max(0.0).sqrt()).sum();
        let distance = (&first.mean - &second.mean).norm_squared();
        Ok((distance + first.covariance.trace() + second.covariance.trace() - 2.0 * cross).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_one_dimension_it_is_the_difference_of_means_and_of_sigmas() {
        let first = FeatureMoments::new(&[1.0], &[vec![4.0]]).unwrap();
        let second = FeatureMoments::new(&[-2.0], &[vec![0.25]]).unwrap();
        assert!((frechet_distance_squared(&first, &second).unwrap() - (9.0 + 2.25)).abs() < 1e-13);
    }

    #[test]
    fn zero_from_itself_and_symmetric() {
        let a = FeatureMoments::new(&[0.0, 1.0], &[vec![2.0, 0.6], vec![0.6, 0.5]]).unwrap();
        let b = FeatureMoments::from_features(&[vec![0.0, 1.0], vec![2.0, -1.0], vec![1.0, 4.0]]).unwrap();
        assert!(frechet_distance_squared(&a, &a).unwrap() < 1e-13);
        let (ab, ba) = (frechet_distance_squared(&a, &b).unwrap(), frechet_distance_squared(&b, &a).unwrap());
        assert!((ab - ba).abs() < 1e-12 * ab);
    }

    #[test]
    fn bad_moments_are_named() {
        assert!(FeatureMoments::new(&[0.0], &[vec![1.0, 0.0], vec![0.0, 1.0]]).is_err());
        assert!(FeatureMoments::from_features(&[vec![1.0]]).is_err());
        let good = FeatureMoments::new(&[0.0, 0.0], &[vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap();
        let bad = FeatureMoments::new(&[0.0, 0.0], &[vec![1.0, 2.0], vec![2.0, 1.0]]).unwrap();
        assert!(frechet_distance_squared(&bad, &good).is_err());
        assert!(frechet_distance_squared(&good, &bad).is_err());
    }
}
