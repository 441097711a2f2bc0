//! The map of a two-dimensional latent space.
//!
//! The prior is `z ~ N(0, I)`, so equal areas of the map should hold equal probability: map coordinate
//! `u = Phi(z)` in `(0, 1)`, and back by the inverse normal cumulative distribution function. Decoding a regular grid of
//! the map shows what the prior generates, each picture standing for the same mass (deck 004; Kingma and Welling 2014,
//! figure 4). The map's `y` points down, as on a screen; `z_2` points up.

use crate::distributions::gaussian::Gaussian;

/// Map coordinates are kept this far from the border, where the inverse is infinite; `|z| < 3.1`.
pub const BORDER: f64 = 1e-3;

/// Cumulative distribution function of `N(0, 1)`.
pub fn standard_normal_cdf(z: f64) -> f64 {
    Gaussian::STANDARD.cumulative(z)
}

/// Inverse of [`standard_normal_cdf`]; `u` is clamped to `[BORDER, 1 - BORDER]`, and NaN stays NaN.
pub fn standard_normal_quantile(u: f64) -> f64 {
    Gaussian::STANDARD.quantile(u.clamp(BORDER, 1.0 - BORDER)).unwrap_or(f64::NAN)
}

/// Codes at the centres of an `n` by `n` grid of the map, row by row from the top left.
///
/// # Shapes
///
/// - output: `[n * n * 2]`, pairs `(z_1, z_2)`
pub fn grid(n: usize) -> Vec<f64> {
    let quantiles: Vec<f64> = (0..n).map(|i| standard_normal_quantile((i as f64 + 0.5) / n as f64)).collect();
    quantiles.iter().rev().flat_map(|&z_2| quantiles.iter().flat_map(move |&z_1| [z_1, z_2])).collect()
}

/// Places codes on the map.
///
/// # Shapes
///
/// - `codes`: pairs `(z_1, z_2)`; output: as many pairs `(x, y)` in `[0, 1]`
pub fn to_map(codes: &[f64]) -> Vec<f64> {
    codes.chunks_exact(2).flat_map(|z| [standard_normal_cdf(z[0]), 1.0 - standard_normal_cdf(z[1])]).collect()
}

/// Codes of points of the map; the inverse of [`to_map`] inside the border.
pub fn from_map(points: &[f64]) -> Vec<f64> {
    points
        .chunks_exact(2)
        .flat_map(|p| [standard_normal_quantile(p[0]), standard_normal_quantile(1.0 - p[1])])
        .collect()
}

/// Outline on the map of the ellipse `mu + scale * sigma * (cos t, sin t)`.
///
/// # Shapes
///
/// - output: `[points * 2]`, pairs `(x, y)` in `[0, 1]`
pub fn ellipse(mu: [f64; 2], sigma: [f64; 2], scale: f64, points: usize) -> Vec<f64> {
    let codes: Vec<f64> = (0..points)
        .flat_map(|i| {
            let (sin, cos) = (std::f64::consts::TAU * i as f64 / points as f64).sin_cos();
            [mu[0] + scale * sigma[0] * cos, mu[1] + scale * sigma[1] * sin]
        })
        .collect();
    to_map(&codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantiles_are_the_tabulated_ones() {
        // Phi(1.959964) = 0.975, any table of the normal distribution.
        assert!((standard_normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-9);
        assert!(standard_normal_quantile(0.5).abs() < 1e-12);
        assert!(standard_normal_quantile(f64::NAN).is_nan());
        assert!(standard_normal_quantile(0.0).is_finite() && standard_normal_quantile(1.0).is_finite());
    }

    #[test]
    fn the_grid_starts_top_left_and_is_symmetric() {
        let codes = grid(3);
        assert_eq!(codes.len(), 18);
        assert!(codes[0] < 0.0 && codes[1] > 0.0, "left is negative z_1, top is positive z_2");
        assert!(codes[8].abs() < 1e-12 && codes[9].abs() < 1e-12, "the middle is the origin");
        assert!((codes[0] + codes[16]).abs() < 1e-9 && (codes[1] + codes[17]).abs() < 1e-9);
    }

    #[test]
    fn an_ellipse_passes_through_its_vertices() {
        let outline = ellipse([0.5, -0.5], [0.1, 0.2], 2.0, 4);
        let expected = to_map(&[0.7, -0.5, 0.5, -0.1, 0.3, -0.5, 0.5, -0.9]);
        for (a, b) in outline.iter().zip(&expected) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    proptest! {
        #[test]
        fn the_map_has_an_inverse(z_1 in -3.0f64..3.0, z_2 in -3.0f64..3.0) {
            let back = from_map(&to_map(&[z_1, z_2]));
            prop_assert!((back[0] - z_1).abs() < 1e-6 && (back[1] - z_2).abs() < 1e-6);
        }
    }
}
