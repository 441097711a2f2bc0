//! A function of two variables on a regular grid, as figures draw it.

use serde::Serialize;

use crate::error::{Error, Result, finite, within_limit};

/// Most points of a grid along one axis.
const MOST_PER_AXIS: usize = 512;

/// `n` equally spaced numbers from `low` to `high`, both included; a single number is the middle.
///
/// # Errors
/// [`Error::NotFinite`], [`Error::EmptyInterval`] unless `low < high`, [`Error::OverLimit`] for more than 512 points.
pub fn linspace(low: f64, high: f64, n: usize) -> Result<Vec<f64>> {
    finite("lower end", low)?;
    finite("upper end", high)?;
    within_limit("grid points", n, MOST_PER_AXIS)?;
    if low >= high {
        return Err(Error::EmptyInterval { low, high });
    }
    if n == 1 {
        return Ok(vec![0.5 * (low + high)]);
    }
    let fraction = |i: usize| i as f64 / (n - 1) as f64;
    // Weighting the ends, not adding steps, so that the last number is exactly `high`.
    Ok((0..n).map(|i| low * (1.0 - fraction(i)) + high * fraction(i)).collect())
}

/// Values on the grid of two axes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Surface {
    /// Positions of the columns.
    pub x: Vec<f64>,
    /// Positions of the rows.
    pub y: Vec<f64>,
    /// Row-major: the value at `(x[i], y[j])` is `values[j * x.len() + i]`.
    pub values: Vec<f64>,
}

impl Surface {
    /// Evaluates `f(x, y)` on the grid.
    pub fn evaluate(x: Vec<f64>, y: Vec<f64>, mut f: impl FnMut(f64, f64) -> f64) -> Self {
        let mut values = Vec::with_capacity(x.len() * y.len());
        for &row in &y {
            values.extend(x.iter().map(|&column| f(column, row)));
        }
        Self { x, y, values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_exact() {
        assert_eq!(linspace(0.1, 0.7, 4).unwrap().first(), Some(&0.1));
        assert_eq!(linspace(0.1, 0.7, 4).unwrap().last(), Some(&0.7));
        assert_eq!(linspace(0.0, 1.0, 1).unwrap(), [0.5]);
        assert!(linspace(1.0, 0.0, 3).is_err() && linspace(0.0, 1.0, 0).is_err() && linspace(0.0, 1.0, 513).is_err());
    }

    #[test]
    fn rows_follow_y() {
        let surface = Surface::evaluate(vec![0.0, 1.0, 2.0], vec![10.0, 20.0], |x, y| x + y);
        assert_eq!(surface.values, [10.0, 11.0, 12.0, 20.0, 21.0, 22.0]);
    }
}
