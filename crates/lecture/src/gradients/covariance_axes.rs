//! A 2-D covariance through the principal axes of its ellipse, and back: what a reader drags in a picture.
//!
//! ```text
//! C = V diag(s_1^2, s_2^2) V^T,   columns of V orthonormal
//! ```
//!
//! Source: deck 000 (a Gaussian with full covariance); any text on the spectral theorem.

use elbo_numerics::error::{Error, Result, finite, positive, same_size};
use nalgebra::Matrix2;
use serde::Serialize;

/// The half axes of the ellipse of one standard deviation, perpendicular to each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EllipseAxes {
    /// Half of the long axis, as a vector in the right half plane.
    pub long: [f64; 2],
    /// Half of the short axis, a quarter turn counter-clockwise from `long`.
    pub short: [f64; 2],
    /// Their lengths: the standard deviations along the two axes.
    pub deviations: [f64; 2],
}

/// The axes of `C`, `[2, 2]`.
///
/// # Errors
/// A size other than 2 x 2, a covariance that is not symmetric and positive definite.
pub fn ellipse_axes(covariance: &[Vec<f64>]) -> Result<EllipseAxes> {
    let c = elbo_numerics::matrices::symmetric("covariance C", covariance)?;
    same_size("covariance C", c.nrows(), 2)?;
    elbo_numerics::matrices::cholesky_factor("covariance C", &c)?;
    let (mean, half_gap, off) = (0.5 * (c[(0, 0)] + c[(1, 1)]), 0.5 * (c[(0, 0)] - c[(1, 1)]), c[(0, 1)]);
    let radius = half_gap.hypot(off);
    // The determinant over the larger eigenvalue keeps the digits of the smaller.
    let large = mean + radius;
    let small = (c[(0, 0)] * c[(1, 1)] - off * off) / large;
    let deviations = [large.sqrt(), small.max(0.0).sqrt()];
    let (sin, cos) = (0.5 * off.atan2(half_gap)).sin_cos();
    Ok(EllipseAxes {
        long: [deviations[0] * cos, deviations[0] * sin],
        short: [-deviations[1] * sin, deviations[1] * cos],
        deviations,
    })
}

/// The covariance, `[2, 2]`, of the ellipse with half axis `axis` and, perpendicular to it, a half axis of length `other`.
///
/// # Errors
/// An axis of length 0 or not finite, `other` not positive.
pub fn covariance_from_axes(axis: [f64; 2], other: f64) -> Result<Vec<Vec<f64>>> {
    let length = finite("the axis", axis[0].hypot(axis[1]))?;
    if length == 0.0 {
        return Err(Error::SingularCovariance { name: "covariance C".to_owned() });
    }
    positive("the other half axis", other)?;
    let direction = Matrix2::new(axis[0], -axis[1], axis[1], axis[0]) / length;
    let c = direction * Matrix2::new(length * length, 0.0, 0.0, other * other) * direction.transpose();
    // Rounding must not make it asymmetric.
    let off = 0.5 * (c[(0, 1)] + c[(1, 0)]);
    Ok(vec![vec![c[(0, 0)], off], vec![off, c[(1, 1)]]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (axis, other) in [([2.0, 1.0], 0.5), ([0.0, 1.5], 0.2), ([1.0, -2.0], 1.0), ([3.0, 0.0], 0.01)] {
            let c = covariance_from_axes(axis, other).unwrap();
            let axes = ellipse_axes(&c).unwrap();
            let length = axis[0].hypot(axis[1]);
            assert!((axes.deviations[0] - length).abs() < 1e-12 && (axes.deviations[1] - other).abs() < 1e-10);
            let along = axes.long[0] * axis[0] + axes.long[1] * axis[1];
            assert!((along.abs() - length * length).abs() < 1e-10, "{axes:?}");
            assert!((axes.long[0] * axes.short[0] + axes.long[1] * axes.short[1]).abs() < 1e-12);
        }
    }

    #[test]
    fn by_hand() {
        let axes = ellipse_axes(&[vec![1.0, 0.0], vec![0.0, 4.0]]).unwrap();
        assert!((axes.long[1] - 2.0).abs() < 1e-15 && (axes.short[0] + 1.0).abs() < 1e-15, "{axes:?}");
        let c = covariance_from_axes([1.0, 1.0], 1.0).unwrap();
        assert!((c[0][0] - 1.5).abs() < 1e-15 && (c[0][1] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(ellipse_axes(&[vec![1.0, 1.0], vec![1.0, 1.0]]).is_err());
        assert!(ellipse_axes(&[vec![1.0]]).is_err());
        assert!(covariance_from_axes([0.0, 0.0], 1.0).is_err() && covariance_from_axes([1.0, 0.0], 0.0).is_err());
        assert!(covariance_from_axes([f64::NAN, 0.0], 1.0).is_err());
    }
}
