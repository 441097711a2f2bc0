//! The bent line's density as a picture, fast enough to be drawn while its line is being bent.

use elbo_numerics::error::{Error, Result, finite, within_limit};
use elbo_numerics::gaussian_expectation::log_normal_density;

use crate::latents::infinite_mixture::InfiniteMixture;

/// Beyond so many sigmas a component adds less than 1e-8 of its peak, which no picture shows.
const REACH_IN_SIGMAS: f64 = 6.0;

/// `p_K(x)` on a grid for drawing: `rows` by `columns` values at the middles of the cells, the first row at the lowest x2, per unit area.
///
/// A component `N(x; f(z_k), sigma^2 I)` is the product of a bell in x1 and a bell in x2, so each is sampled once along each axis and
/// only their products fill the cells: K (columns + rows) exponentials in place of K columns rows.
///
/// # Errors
/// 0 or more than 8193 components; empty intervals; 0 or more than 512 cells along an axis.
pub fn density_image(
    model: &InfiniteMixture,
    k: usize,
    x1: [f64; 2],
    x2: [f64; 2],
    columns: usize,
    rows: usize,
) -> Result<Vec<f64>> {
    let components = model.components(k)?;
    within_limit("columns of the picture", columns, 512)?;
    within_limit("rows of the picture", rows, 512)?;
    let (across, up) = (Axis::new(x1, columns)?, Axis::new(x2, rows)?);
    let mut image = vec![0.0; columns * rows];
    for component in &components {
        let (first, bell1) = across.bell(component.mean[0], model.sigma());
        let (lowest, bell2) = up.bell(component.mean[1], model.sigma());
        for (row, vertical) in bell2.iter().enumerate() {
            let start = (lowest + row) * columns + first;
            let scale = component.weight * vertical;
            for (cell, horizontal) in image.iter_mut().skip(start).zip(&bell1) {
                *cell += scale * horizontal;
            }
        }
    }
    Ok(image)
}

struct Axis {
    low: f64,
    cell: f64,
    cells: usize,
}

impl Axis {
    fn new([low, high]: [f64; 2], cells: usize) -> Result<Self> {
        finite("lower end of the picture", low)?;
        finite("upper end of the picture", high)?;
        if low >= high {
            return Err(Error::EmptyInterval { low, high });
        }
        Ok(Self { low, cell: (high - low) / cells as f64, cells })
    }

    /// The cells that `N(mean, sigma^2)` reaches: the index of the first, and the density at the middle of each.
    fn bell(&self, mean: f64, sigma: f64) -> (usize, Vec<f64>) {
        let index = |x: f64| (((x - self.low) / self.cell).floor().max(0.0) as usize).min(self.cells);
        let first = index(mean - REACH_IN_SIGMAS * sigma);
        let end = index(mean + REACH_IN_SIGMAS * sigma + self.cell);
        let density = |i: usize| log_normal_density(self.low + self.cell * (i as f64 + 0.5), mean, sigma).exp();
        (first, (first..end).map(density).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_density() {
        for (bend, sigma, k) in [(0.0, 1.0, 1), (1.0, 0.3, 33), (-2.0, 0.1, 257)] {
            let model = InfiniteMixture::new(bend, sigma).unwrap();
            let (columns, rows) = (40, 30);
            let fast = density_image(&model, k, [-6.0, 6.0], [-5.0, 7.0], columns, rows).unwrap();
            let slow = model.log_density_image(k, [-6.0, 6.0], [-5.0, 7.0], columns, rows).unwrap();
            let peak = fast.iter().copied().fold(0.0, f64::max);
            assert!(peak > 0.0);
            for (a, log) in fast.iter().zip(&slow) {
                assert!((a - log.exp()).abs() < 1e-7 * peak, "{bend} {a} {}", log.exp());
            }
        }
    }

    #[test]
    fn bad_input_is_named() {
        let model = InfiniteMixture::new(1.0, 0.3).unwrap();
        assert!(density_image(&model, 0, [0.0, 1.0], [0.0, 1.0], 4, 4).is_err());
        assert!(density_image(&model, 3, [1.0, 1.0], [0.0, 1.0], 4, 4).is_err());
        assert!(density_image(&model, 3, [0.0, 1.0], [0.0, f64::NAN], 4, 4).is_err());
        assert!(density_image(&model, 3, [0.0, 1.0], [0.0, 1.0], 0, 4).is_err());
        assert!(density_image(&model, 3, [0.0, 1.0], [0.0, 1.0], 4, 1000).is_err());
    }
}
