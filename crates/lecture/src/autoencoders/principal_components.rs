//! Principal components, and the angles between subspaces (deck 001: a linear autoencoder finds the same subspace).

use elbo_numerics::error::{Error, Result, all_finite, same_size};
use elbo_numerics::matrices::{matrix, rows};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// Directions of largest variance of a data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrincipalComponents {
    /// Mean of the data, `[d]`.
    pub mean: Vec<f64>,
    /// Unit vectors, one a row, `[d, d]`, by falling variance. Each one's largest entry is positive, so that the sign is settled.
    pub components: Vec<Vec<f64>>,
    /// Variance along each component, over `n` as in maximum likelihood, in squared units of the data.
    pub variances: Vec<f64>,
    /// Share of the total variance, between 0 and 1; 0 throughout if the data do not vary.
    pub explained: Vec<f64>,
}

/// Eigenvectors of the covariance `S = (1/n) sum_i (x_i - mean)(x_i - mean)^T` (deck 001).
///
/// # Shapes
/// `data` is `[n, d]`.
///
/// # Errors
/// No rows, rows of different lengths, entries that are not finite, fewer than two points.
pub fn principal_components(data: &[Vec<f64>]) -> Result<PrincipalComponents> {
    let (mean, covariance) = mean_and_covariance(data)?;
    let eigen = covariance.symmetric_eigen();
    let mut order: Vec<usize> = (0..mean.len()).collect();
    order.sort_by(|a, b| eigen.eigenvalues[*b].total_cmp(&eigen.eigenvalues[*a]));
    let components = order.iter().map(|index| {
        let column = eigen.eigenvectors.column(*index);
        let sign = column[column.iamax()].signum();
        column.iter().map(|entry| sign * entry).collect()
    });
    let variances: Vec<f64> = order.iter().map(|index| eigen.eigenvalues[*index].max(0.0)).collect();
    let total: f64 = variances.iter().sum();
    let explained = variances.iter().map(|variance| if total > 0.0 { variance / total } else { 0.0 }).collect();
    Ok(PrincipalComponents {
        mean: mean.iter().copied().collect(),
        components: components.collect(),
        variances,
        explained,
    })
}

/// Mean `[d]` and covariance over `n`, `[d, d]`, of `data`, `[n, d]`.
///
/// # Errors
/// As [`principal_components`].
pub fn mean_and_covariance(data: &[Vec<f64>]) -> Result<(DVector<f64>, DMatrix<f64>)> {
    let table = matrix("data", data)?;
    if data.len() < 2 {
        return Err(Error::TooFew { name: "data points".to_owned(), found: data.len(), needed: 2 });
    }
    let mean = table.row_mean().transpose();
    let centred = DMatrix::from_fn(table.nrows(), table.ncols(), |row, column| table[(row, column)] - mean[column]);
    let covariance = centred.tr_mul(&centred) / data.len() as f64;
    // Finite data can have squares that are not, and no eigenvalue iteration ends on them.
    all_finite("covariance entry", covariance.as_slice())?;
    Ok((mean, covariance))
}

/// The principal angles between the spans of two lists of vectors, smallest first, in degrees from 0 to 90.
///
/// Cosines are the singular values of `A^T B` for orthonormal bases `A`, `B`; angles below 45 degrees are taken from the sines,
/// where cosines have lost their digits (Bjorck and Golub 1973).
///
/// # Shapes
/// `first` and `second` are `[k, d]`: the same number `k <= d` of linearly independent vectors, one a row.
///
/// # Errors
/// Sizes that disagree, entries that are not finite, vectors that are not linearly independent.
pub fn principal_angles_degrees(first: &[Vec<f64>], second: &[Vec<f64>]) -> Result<Vec<f64>> {
    let (a, b) = (orthonormal("first basis", first)?, orthonormal("second basis", second)?);
    same_size("vectors of the second basis", b.nrows(), a.nrows())?;
    same_size("second basis", b.ncols(), a.ncols())?;
    let overlap = a.tr_mul(&b);
    let mut cosines: Vec<f64> = overlap.singular_values().iter().copied().collect();
    let mut sines: Vec<f64> = (&b - &a * &overlap).singular_values().iter().copied().collect();
    cosines.sort_by(|x, y| y.total_cmp(x));
    sines.sort_by(f64::total_cmp);
    let angle = |(cosine, sine): (&f64, &f64)| {
        let radians = if cosine * cosine > 0.5 { sine.clamp(0.0, 1.0).asin() } else { cosine.clamp(0.0, 1.0).acos() };
        radians.to_degrees()
    };
    Ok(cosines.iter().zip(&sines).map(angle).collect())
}

/// An orthonormal basis of the span, as columns.
fn orthonormal(name: &str, vectors: &[Vec<f64>]) -> Result<DMatrix<f64>> {
    let columns = matrix(name, vectors)?.transpose();
    if columns.ncols() > columns.nrows() {
        return Err(Error::OverLimit {
            name: format!("vectors in the {name}"),
            found: columns.ncols(),
            limit: columns.nrows(),
        });
    }
    let lengths: Vec<f64> = columns.column_iter().map(|column| column.norm()).collect();
    let decomposition = columns.qr();
    let triangle = decomposition.r();
    for (index, length) in lengths.iter().enumerate() {
        if triangle[(index, index)].abs() <= 1e-12 * length {
            return Err(Error::NotPositive {
                name: format!("length of vector {} of the {name} beyond the span of those before it", index + 1),
                value: 0.0,
            });
        }
    }
    Ok(decomposition.q())
}

/// The first `k` components as rows.
///
/// # Errors
/// `k` is 0 or over the dimension.
pub fn leading(components: &PrincipalComponents, k: usize) -> Result<Vec<Vec<f64>>> {
    elbo_numerics::error::within_limit("components", k, components.components.len())?;
    Ok(components.components.iter().take(k).cloned().collect())
}

/// The columns of a matrix as rows of vectors.
pub(super) fn column_vectors(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    rows(&matrix.transpose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_with_known_variance() {
        let data: Vec<Vec<f64>> = (-2..=2).map(|k| vec![1.0 + 3.0 * f64::from(k), 2.0 + 4.0 * f64::from(k)]).collect();
        let result = principal_components(&data).unwrap();
        assert!((result.components[0][0] - 0.6).abs() < 1e-12 && (result.components[0][1] - 0.8).abs() < 1e-12);
        assert!((result.variances[0] - 25.0 * 2.0).abs() < 1e-12 && result.variances[1] < 1e-12);
        assert!((result.explained[0] - 1.0).abs() < 1e-12);
        assert_eq!(result.mean, vec![1.0, 2.0]);
    }

    #[test]
    fn angles_known_by_construction() {
        let angle = |degrees: f64| vec![degrees.to_radians().cos(), degrees.to_radians().sin(), 0.0];
        for degrees in [0.0, 1e-7, 1.0, 44.0, 46.0, 89.0, 90.0] {
            let found = principal_angles_degrees(&[angle(0.0)], &[angle(degrees)]).unwrap()[0];
            assert!((found - degrees).abs() < 1e-12, "{degrees} {found}");
        }
        let two =
            principal_angles_degrees(&[angle(0.0), vec![0.0, 0.0, 2.0]], &[vec![0.0, 1.0, 1.0], vec![3.0, 0.0, 0.0]])
                .unwrap();
        assert!(two[0] < 1e-12 && (two[1] - 45.0).abs() < 1e-12);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(principal_components(&[]).is_err());
        assert!(principal_components(&[vec![1.0, 2.0]]).is_err());
        assert!(principal_components(&[vec![1e200, 0.0], vec![-1e200, 1.0]]).is_err());
        assert!(
            principal_angles_degrees(&[vec![1.0, 0.0], vec![2.0, 0.0]], &[vec![1.0, 0.0], vec![0.0, 1.0]]).is_err()
        );
        assert!(principal_angles_degrees(&[vec![0.0, 0.0]], &[vec![1.0, 0.0]]).is_err());
        assert!(principal_angles_degrees(&[vec![1.0], vec![2.0]], &[vec![1.0], vec![2.0]]).is_err());
        assert!(leading(&principal_components(&[vec![1.0], vec![2.0]]).unwrap(), 2).is_err());
    }
}
