//! The gradients of an autoencoder's loss terms against finite differences, entry by entry or along one direction.

use elbo_numerics::check::Check;
use elbo_numerics::error::Result;
use elbo_numerics::matrices::{matrix, vector};
use elbo_numerics::random::{seeded, standard_normals};
use elbo_numerics::special::sigmoid;
use nalgebra::{DMatrix, DVector};

use crate::autoencoders::autoencoder_penalties::{PenaltyKind, SigmoidEncoder};

impl SigmoidEncoder {
    /// The gradient's entry that differs most from a central difference, against that difference.
    ///
    /// # Errors
    /// As [`SigmoidEncoder::penalty`].
    pub fn gradient_check(&self, x: &[f64], kind: &PenaltyKind) -> Result<Check> {
        let exact = self.penalty(x, kind)?;
        let h = 1e-5;
        let tolerance = 1e-7 * exact.value.abs().max(1.0);
        let mut worst = Check::absolute(0.0, 0.0, tolerance);
        for row in 0..self.weights.nrows() {
            for column in 0..=self.weights.ncols() {
                let shifted = |by: f64| -> Result<f64> {
                    let mut moved = self.clone();
                    if column < self.weights.ncols() {
                        moved.weights[(row, column)] += by;
                    } else {
                        moved.biases[row] += by;
                    }
                    Ok(moved.penalty(x, kind)?.value)
                };
                let left = if column < self.weights.ncols() { exact.weights[row][column] } else { exact.biases[row] };
                let check = Check::absolute(left, (shifted(h)? - shifted(-h)?) / (2.0 * h), tolerance);
                if check.difference.abs() >= worst.difference.abs() || !check.difference.is_finite() {
                    worst = check;
                }
            }
        }
        Ok(worst)
    }

    /// The slope of a penalty along one random direction of all parameters together (of length 1): gradient times direction against
    /// a central difference of fourth order. What [`SigmoidEncoder::gradient_check`] asks of every entry, at a price that does not
    /// grow with their number.
    ///
    /// # Errors
    /// As [`SigmoidEncoder::penalty`].
    pub fn slope_check(&self, x: &[f64], kind: &PenaltyKind, seed: u64) -> Result<Check> {
        let exact = self.penalty(x, kind)?;
        let mut random = seeded(seed);
        let (units, inputs) = self.weights.shape();
        let direction = DVector::from_vec(standard_normals(&mut random, units * (inputs + 1))).normalize();
        let along_weights = DMatrix::from_column_slice(units, inputs, &direction.as_slice()[..units * inputs]);
        let along_biases = DVector::from_column_slice(&direction.as_slice()[units * inputs..]);
        let shifted = |by: f64| -> Result<f64> {
            let moved =
                Self { weights: &self.weights + &along_weights * by, biases: &self.biases + &along_biases * by };
            Ok(moved.penalty(x, kind)?.value)
        };
        // Truncation of about h^4 / 30 of a fifth derivative, rounding of about eps * value / h.
        let h = 1e-3;
        let difference = (8.0 * (shifted(h)? - shifted(-h)?) - (shifted(2.0 * h)? - shifted(-2.0 * h)?)) / (12.0 * h);
        let slope = matrix("gradient", &exact.weights)?.dot(&along_weights)
            + along_biases.dot(&vector("gradient", &exact.biases)?);
        Ok(Check::absolute(slope, difference, 1e-8 * exact.value.abs().max(1.0)))
    }

    /// `|dh/dx|_F^2` by its formula against central differences, input by input.
    ///
    /// # Errors
    /// `x` of the wrong size or not finite.
    pub fn jacobian_check(&self, x: &[f64]) -> Result<Check> {
        let value = self.penalty(x, &PenaltyKind::Contractive { strength: 1.0 })?.value;
        let before = &self.weights * self.input("input", x)? + &self.biases;
        let h = 1e-4;
        let slope = |a: f64, w: f64| (sigmoid(a + h * w) - sigmoid(a - h * w)) / (2.0 * h);
        let columns = self.weights.column_iter();
        let numerical: f64 = columns.map(|column| before.zip_map(&column, slope).norm_squared()).sum();
        // Central differences leave (h w)^2 / 6 of each slope.
        Ok(Check::absolute(value, numerical, 1e-6 * value.max(1.0)))
    }
}
