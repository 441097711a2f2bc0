//! Lists of rows as matrices, checked at the door; and the two square roots of a covariance.

use nalgebra::{DMatrix, DVector};

use crate::error::{Error, Result, all_finite, same_size};

/// A matrix from its rows.
///
/// # Shapes
/// `rows` is `[rows, columns]`, all rows of one length.
///
/// # Errors
/// No rows, an empty row, rows of different lengths, an entry that is not finite.
pub fn matrix(name: &str, rows: &[Vec<f64>]) -> Result<DMatrix<f64>> {
    let columns = rows.first().map(Vec::len).ok_or_else(|| Error::Empty { name: format!("rows in {name}") })?;
    for (index, row) in rows.iter().enumerate() {
        same_size(&format!("row {} of {name}", index + 1), row.len(), columns)?;
        all_finite(&format!("{name}, row {}, entry", index + 1), row)?;
    }
    Ok(DMatrix::from_fn(rows.len(), columns, |row, column| rows[row][column]))
}

/// A vector from its entries.
///
/// # Errors
/// No entries, or an entry that is not finite.
pub fn vector(name: &str, entries: &[f64]) -> Result<DVector<f64>> {
    all_finite(&format!("{name} entry"), entries)?;
    Ok(DVector::from_column_slice(entries))
}

/// The rows of a matrix, as the page reads them.
pub fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix.row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// A square, symmetric matrix from its rows.
///
/// # Errors
/// As [`matrix`]; not square; entries `(i, j)` and `(j, i)` differ by more than 1e-9 of the largest entry.
pub fn symmetric(name: &str, entries: &[Vec<f64>]) -> Result<DMatrix<f64>> {
    let matrix = matrix(name, entries)?;
    same_size(&format!("a row of {name}"), matrix.ncols(), matrix.nrows())?;
    for row in 0..matrix.nrows() {
        for column in 0..row {
            if (matrix[(row, column)] - matrix[(column, row)]).abs() > 1e-9 * matrix.amax() {
                return Err(Error::NotSymmetric { name: name.to_owned(), row, column });
            }
        }
    }
    Ok((&matrix + matrix.transpose()) * 0.5)
}

/// The Cholesky factor `L`, lower triangular, with `L L^T = C`.
///
/// # Errors
/// [`Error::SingularCovariance`] unless `C` is positive definite in floating point.
pub fn cholesky_factor(name: &str, covariance: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let singular = || Error::SingularCovariance { name: name.to_owned() };
    let factor = covariance.clone().cholesky().ok_or_else(singular)?.l();
    // A pivot that has lost all its digits to cancellation is rounding noise, not a variance.
    let floor = 64.0 * f64::EPSILON;
    let lost = (0..factor.nrows()).any(|i| factor[(i, i)].powi(2) <= floor * covariance[(i, i)]);
    if lost || factor.iter().any(|entry| !entry.is_finite()) { Err(singular()) } else { Ok(factor) }
}

/// The symmetric square root `S = V diag(sqrt(lambda)) V^T`, with `S S = C`, from the eigenvectors `V` of `C`.
///
/// A positive semi-definite `C` is allowed: eigenvalues down to `-1e-10` of the largest count as rounding and are taken as 0.
///
/// # Errors
/// [`Error::SingularCovariance`] if an eigenvalue is negative beyond rounding.
pub fn symmetric_square_root(name: &str, covariance: &DMatrix<f64>) -> Result<DMatrix<f64>> {
    let eigen = covariance.clone().symmetric_eigen();
    let largest = eigen.eigenvalues.amax();
    if eigen.eigenvalues.iter().any(|value| !value.is_finite() || *value < -1e-10 * largest) {
        return Err(Error::SingularCovariance { name: name.to_owned() });
    }
    let roots = eigen.eigenvalues.map(|value| value.max(0.0).sqrt());
    Ok(&eigen.eigenvectors * DMatrix::from_diagonal(&roots) * eigen.eigenvectors.transpose())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_roots_give_the_covariance_back() {
        let covariance = symmetric("C", &[vec![2.0, 0.6], vec![0.6, 0.5]]).unwrap();
        let lower = cholesky_factor("C", &covariance).unwrap();
        let root = symmetric_square_root("C", &covariance).unwrap();
        assert!((&lower * lower.transpose() - &covariance).amax() < 1e-14);
        assert!((&root * &root - &covariance).amax() < 1e-14);
        assert_eq!(lower[(0, 1)], 0.0);
        assert!((root[(0, 1)] - root[(1, 0)]).abs() < 1e-15);
    }

    #[test]
    fn bad_matrices_are_named() {
        assert!(matches!(matrix("W", &[]), Err(Error::Empty { .. })));
        assert!(matches!(matrix("W", &[vec![]]), Err(Error::Empty { .. })));
        assert!(matches!(matrix("W", &[vec![1.0], vec![1.0, 2.0]]), Err(Error::SizeMismatch { .. })));
        assert!(matches!(matrix("W", &[vec![f64::NAN]]), Err(Error::NotFinite { .. })));
        assert!(matches!(symmetric("C", &[vec![1.0, 2.0]]), Err(Error::SizeMismatch { .. })));
        assert!(matches!(symmetric("C", &[vec![1.0, 2.0], vec![0.0, 1.0]]), Err(Error::NotSymmetric { .. })));
        let indefinite = symmetric("C", &[vec![1.0, 2.0], vec![2.0, 1.0]]).unwrap();
        assert!(cholesky_factor("C", &indefinite).is_err());
        assert!(symmetric_square_root("C", &indefinite).is_err());
        let singular = symmetric("C", &[vec![1.0, 1.0], vec![1.0, 1.0]]).unwrap();
        assert!(cholesky_factor("C", &singular).is_err());
        assert!(symmetric_square_root("C", &singular).is_ok());
    }
}
