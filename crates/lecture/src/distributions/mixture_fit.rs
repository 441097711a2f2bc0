//! The M step of one mixture component: the Gaussian that fits weighted data best.
//!
//! ```text
//! N_k = sum_n r_nk,   mu_k = (1/N_k) sum_n r_nk x_n,   C_k = (1/N_k) sum_n r_nk (x_n - mu_k)(x_n - mu_k)^T
//! ```
//!
//! A variance below the floor is raised to it, since a component that holds a single point has an unbounded likelihood.
//! The raised value is the best one above the floor, so EM still never lowers the likelihood.
//!
//! Source: deck 003; Bishop, Pattern Recognition and Machine Learning, section 9.2.

use elbo_numerics::error::{Error, Result, all_finite, finite, positive, same_size};
use nalgebra::{DMatrix, DVector};

use crate::distributions::gaussian::Gaussian;
use crate::distributions::mixture::Component;
use crate::distributions::multivariate_gaussian::MultivariateGaussian;

/// A component fitted to weighted data.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted<C> {
    /// The component.
    pub component: C,
    /// Whether a variance had to be raised to the floor.
    pub floored: bool,
}

/// A component that an M step can fit.
pub trait Fit: Component + Clone {
    /// Variance of the data per dimension (over N): the scale to which a variance floor is relative.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NotFinite`], [`Error::SizeMismatch`]; [`Error::NoSpread`] if all points coincide.
    fn spread(data: &[Self::Point]) -> Result<f64>;

    /// The maximiser of `sum_n r_n log p_k(x_n)` with no variance below `floor`.
    ///
    /// # Shapes
    /// `data: [N]`, `responsibilities: [N]`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] if the responsibilities sum to 0, or for a floor that is not positive.
    fn fit(data: &[Self::Point], responsibilities: &[f64], floor: f64) -> Result<Fitted<Self>>;

    /// A component of this mean and, in every direction, this variance.
    ///
    /// # Errors
    /// Those of the component's constructor.
    fn round(mean: &Self::Point, variance: f64) -> Result<Self>;
}

impl Fit for Gaussian {
    fn spread(data: &[f64]) -> Result<f64> {
        all_finite("data point", data)?;
        let count = data.len() as f64;
        let mean = data.iter().sum::<f64>() / count;
        if data.iter().all(|x| *x == data[0]) {
            return Err(Error::NoSpread { count: data.len(), value: data[0].to_string() });
        }
        positive("the variance of the data", data.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count)
    }

    fn fit(data: &[f64], responsibilities: &[f64], floor: f64) -> Result<Fitted<Self>> {
        positive("the variance floor", floor)?;
        same_size("the list of responsibilities", responsibilities.len(), data.len())?;
        let total = positive("the sum of responsibilities", responsibilities.iter().sum())?;
        let weighted =
            |f: &dyn Fn(f64) -> f64| data.iter().zip(responsibilities).map(|(x, r)| r * f(*x)).sum::<f64>() / total;
        let mean = weighted(&|x| x);
        let variance = weighted(&|x| (x - mean).powi(2));
        let component = Gaussian::new(mean, variance.max(floor).sqrt())?;
        Ok(Fitted { component, floored: variance < floor })
    }

    fn round(mean: &f64, variance: f64) -> Result<Self> {
        Gaussian::new(*mean, positive("the variance", variance)?.sqrt())
    }
}

impl Fit for MultivariateGaussian {
    fn spread(data: &[Vec<f64>]) -> Result<f64> {
        let first = data.first().ok_or_else(|| Error::Empty { name: "data points".to_owned() })?;
        for (index, x) in data.iter().enumerate() {
            same_size(&format!("data point {}", index + 1), x.len(), first.len())?;
            x.iter().try_for_each(|&value| finite(&format!("data point {}", index + 1), value).map(drop))?;
        }
        if first.is_empty() {
            return Err(Error::Empty { name: "coordinates in the data points".to_owned() });
        }
        if data.iter().all(|x| x == first) {
            return Err(Error::NoSpread { count: data.len(), value: format!("{first:?}") });
        }
        let count = data.len() as f64;
        let variance = |axis: usize| {
            let mean = data.iter().map(|x| x[axis]).sum::<f64>() / count;
            data.iter().map(|x| (x[axis] - mean).powi(2)).sum::<f64>() / count
        };
        positive("the variance of the data", (0..first.len()).map(variance).sum::<f64>() / first.len() as f64)
    }

    fn fit(data: &[Vec<f64>], responsibilities: &[f64], floor: f64) -> Result<Fitted<Self>> {
        positive("the variance floor", floor)?;
        same_size("the list of responsibilities", responsibilities.len(), data.len())?;
        let total = positive("the sum of responsibilities", responsibilities.iter().sum())?;
        let dimension = data.first().map_or(0, Vec::len);
        let mut mean = DVector::<f64>::zeros(dimension);
        for (x, r) in data.iter().zip(responsibilities) {
            same_size("a data point", x.len(), dimension)?;
            mean.iter_mut().zip(x).for_each(|(sum, value)| *sum += r / total * value);
        }
        let mut covariance = DMatrix::<f64>::zeros(dimension, dimension);
        let mut difference = DVector::<f64>::zeros(dimension);
        for (x, r) in data.iter().zip(responsibilities) {
            difference.copy_from_slice(x);
            difference -= &mean;
            covariance.ger(r / total, &difference, &difference, 1.0);
        }
        let mut eigen = covariance.clone().symmetric_eigen();
        let floored = eigen.eigenvalues.iter().any(|&variance| variance < floor);
        if floored {
            eigen.eigenvalues.iter_mut().for_each(|variance| *variance = variance.max(floor));
            covariance = eigen.recompose();
            // The product of three matrices is symmetric up to rounding; make it exactly so.
            covariance = 0.5 * (&covariance + covariance.transpose());
        }
        Ok(Fitted { component: MultivariateGaussian::new(mean, covariance)?, floored })
    }

    fn round(mean: &Vec<f64>, variance: f64) -> Result<Self> {
        let dimension = mean.len();
        MultivariateGaussian::new(DVector::from_column_slice(mean), DMatrix::identity(dimension, dimension) * variance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighted_moments() {
        let fitted = Gaussian::fit(&[0.0, 1.0, 5.0], &[1.0, 3.0, 0.0], 1e-9).unwrap();
        assert!((fitted.component.mean() - 0.75).abs() < 1e-15);
        assert!((fitted.component.sigma().powi(2) - 0.1875).abs() < 1e-15 && !fitted.floored);
    }

    #[test]
    fn one_point_gets_the_floor_and_says_so() {
        let fitted = Gaussian::fit(&[0.0, 1.0], &[0.0, 1.0], 0.01).unwrap();
        assert!(fitted.floored && (fitted.component.sigma() - 0.1).abs() < 1e-15);
        let line = [vec![0.0, 0.0], vec![1.0, 1.0], vec![2.0, 2.0]];
        let fitted = MultivariateGaussian::fit(&line, &[1.0; 3], 0.01).unwrap();
        let eigenvalues = fitted.component.covariance().symmetric_eigenvalues();
        assert!(
            fitted.floored && (eigenvalues.min() - 0.01).abs() < 1e-14 && (eigenvalues.max() - 4.0 / 3.0).abs() < 1e-14
        );
    }

    #[test]
    fn dimension_two_contains_dimension_one() {
        let data = [0.3, -1.0, 2.0];
        let responsibilities = [0.2, 0.9, 0.5];
        let plane: Vec<Vec<f64>> = data.iter().map(|&x| vec![x, -2.0 * x * x]).collect();
        let one = Gaussian::fit(&data, &responsibilities, 1e-9).unwrap().component;
        let two = MultivariateGaussian::fit(&plane, &responsibilities, 1e-9).unwrap().component;
        assert!((two.mean()[0] - one.mean()).abs() < 1e-14);
        assert!((two.covariance()[(0, 0)] - one.sigma().powi(2)).abs() < 1e-14);
    }

    #[test]
    fn data_without_spread_is_refused() {
        assert!(matches!(Gaussian::spread(&[2.0]), Err(Error::NoSpread { count: 1, .. })));
        assert!(matches!(Gaussian::spread(&[]), Err(Error::Empty { .. })));
        assert!(matches!(Gaussian::spread(&[1.0, f64::NAN]), Err(Error::NotFinite { .. })));
        assert!(matches!(MultivariateGaussian::spread(&[vec![1.0, 2.0]]), Err(Error::NoSpread { .. })));
        assert!(matches!(MultivariateGaussian::spread(&[vec![1.0], vec![1.0, 2.0]]), Err(Error::SizeMismatch { .. })));
        assert!(Gaussian::fit(&[1.0], &[0.0], 1.0).is_err());
    }
}
