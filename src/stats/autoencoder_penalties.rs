//! Regularised autoencoders on one small layer: sparse, contractive and denoising losses with their gradients (decks 003, 004).

use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use super::check::Check;
use super::error::{Error, Result, positive, same_size};
use super::likelihoods::sigmoid;
use super::matrices::{matrix, rows, vector};
use super::random::{seeded, standard_normal, uniform};

/// `h = sigmoid(W x + b)`, decoded with the same weights as `x_hat = W^T h`.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmoidEncoder {
    weights: DMatrix<f64>,
    biases: DVector<f64>,
}

/// A loss term and its gradient in the encoder's parameters.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Penalty {
    /// The value, without unit.
    pub value: f64,
    /// Gradient in `W`, `[h, d]`.
    pub weights: Vec<Vec<f64>>,
    /// Gradient in `b`, `[h]`.
    pub biases: Vec<f64>,
}

/// Which term is added to (or replaces) the reconstruction error.
#[derive(Debug, Clone, PartialEq)]
pub enum PenaltyKind {
    /// `strength * sum_j |h_j|` (deck 003).
    Sparse {
        /// The factor `lambda`.
        strength: f64,
    },
    /// `strength * |dh/dx|_F^2` (deck 003; Rifai et al. 2011).
    Contractive {
        /// The factor `lambda`.
        strength: f64,
    },
    /// `|x - x_hat(corrupted)|^2`: reconstruct the clean input from the corrupted one (deck 003; Vincent et al. 2008).
    Denoising {
        /// The corrupted input, `[d]`; `x` itself gives the plain autoencoder's loss.
        corrupted: Vec<f64>,
    },
}

impl SigmoidEncoder {
    /// An encoder from `W`, `[h, d]`, and `b`, `[h]`.
    ///
    /// # Errors
    /// Sizes that disagree, entries that are not finite.
    pub fn new(weights: &[Vec<f64>], biases: &[f64]) -> Result<Self> {
        let (weights, biases) = (matrix("weights", weights)?, vector("bias", biases)?);
        same_size("biases", biases.len(), weights.nrows())?;
        Ok(Self { weights, biases })
    }

    /// The code `h = sigmoid(W x + b)`, `[h]`.
    ///
    /// # Errors
    /// `x` of the wrong size or not finite.
    pub fn encode(&self, x: &[f64]) -> Result<Vec<f64>> {
        Ok(self.code(&self.input("input", x)?).iter().copied().collect())
    }

    /// The reconstruction `x_hat = W^T h`, `[d]`.
    ///
    /// # Errors
    /// `x` of the wrong size or not finite.
    pub fn reconstruct(&self, x: &[f64]) -> Result<Vec<f64>> {
        Ok(self.weights.tr_mul(&self.code(&self.input("input", x)?)).iter().copied().collect())
    }

    /// Value and exact gradient of a penalty at the input `x`.
    ///
    /// With `h' = h (1 - h)`: sparse `lambda h'_j x_i`; contractive `lambda (2 h'_j^2 W_ji + 2 h'_j^2 (1 - 2 h_j) |W_j|^2 x_i)`;
    /// denoising by the chain rule through both uses of `W`.
    ///
    /// # Errors
    /// Sizes that disagree, numbers that are not finite, a strength that is not positive.
    pub fn penalty(&self, x: &[f64], kind: &PenaltyKind) -> Result<Penalty> {
        let x = self.input("input", x)?;
        let (value, weights, biases) = match kind {
            PenaltyKind::Sparse { strength } => {
                positive("strength of the penalty", *strength)?;
                let h = self.code(&x);
                let slope = h.map(|h| strength * h * (1.0 - h));
                (strength * h.sum(), &slope * x.transpose(), slope)
            }
            PenaltyKind::Contractive { strength } => {
                positive("strength of the penalty", *strength)?;
                let h = self.code(&x);
                let squared_slope = h.map(|h| (h * (1.0 - h)).powi(2));
                let norms = DVector::from_iterator(h.len(), self.weights.row_iter().map(|row| row.norm_squared()));
                let biases =
                    DVector::from_fn(h.len(), |j, _| strength * 2.0 * squared_slope[j] * (1.0 - 2.0 * h[j]) * norms[j]);
                let direct = DMatrix::from_diagonal(&squared_slope) * &self.weights * (2.0 * strength);
                (strength * squared_slope.dot(&norms), direct + &biases * x.transpose(), biases)
            }
            PenaltyKind::Denoising { corrupted } => {
                let corrupted = self.input("corrupted input", corrupted)?;
                let h = self.code(&corrupted);
                let residual = self.weights.tr_mul(&h) - &x;
                let biases = (&self.weights * &residual).zip_map(&h, |back, h| 2.0 * back * h * (1.0 - h));
                let weights = &h * residual.transpose() * 2.0 + &biases * corrupted.transpose();
                (residual.norm_squared(), weights, biases)
            }
        };
        Ok(Penalty { value, weights: rows(&weights), biases: biases.iter().copied().collect() })
    }

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
                        moved.weights[(row, column)] += by
                    } else {
                        moved.biases[row] += by
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

    fn input(&self, name: &str, x: &[f64]) -> Result<DVector<f64>> {
        same_size(name, x.len(), self.weights.ncols())?;
        vector(name, x)
    }

    fn code(&self, x: &DVector<f64>) -> DVector<f64> {
        (&self.weights * x + &self.biases).map(sigmoid)
    }
}

/// Sets each entry to 0 with `probability`, drawn from `seed` (deck 003).
///
/// # Errors
/// An empty or non-finite `x`; a probability outside `[0, 1]`.
pub fn corrupt_by_masking(x: &[f64], probability: f64, seed: u64) -> Result<Vec<f64>> {
    vector("input", x)?;
    if !(0.0..=1.0).contains(&probability) {
        return Err(Error::OutOfRange {
            name: "masking probability".to_owned(),
            value: probability,
            low: 0.0,
            high: 1.0,
        });
    }
    let mut random = seeded(seed);
    Ok(x.iter().map(|x| if uniform(&mut random) < probability { 0.0 } else { *x }).collect())
}

/// Adds `sigma * epsilon`, `epsilon ~ N(0, 1)`, to each entry, drawn from `seed` (deck 003).
///
/// # Errors
/// An empty or non-finite `x`; `sigma` not positive.
pub fn corrupt_by_gaussian_noise(x: &[f64], sigma: f64, seed: u64) -> Result<Vec<f64>> {
    vector("input", x)?;
    positive("sigma of the noise", sigma)?;
    let mut random = seeded(seed);
    Ok(x.iter().map(|x| x + sigma * standard_normal(&mut random)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoder() -> SigmoidEncoder {
        SigmoidEncoder::new(&[vec![0.5, -1.2, 0.3], vec![2.0, 0.1, -0.7]], &[0.1, -0.4]).unwrap()
    }

    const X: [f64; 3] = [0.9, -0.2, 0.6];

    #[test]
    fn every_gradient_is_its_finite_difference() {
        let kinds = [
            PenaltyKind::Sparse { strength: 0.7 },
            PenaltyKind::Contractive { strength: 1.3 },
            PenaltyKind::Denoising { corrupted: corrupt_by_masking(&X, 0.5, 3).unwrap() },
            PenaltyKind::Denoising { corrupted: corrupt_by_gaussian_noise(&X, 0.3, 3).unwrap() },
        ];
        for kind in kinds {
            let check = encoder().gradient_check(&X, &kind).unwrap();
            assert!(check.holds, "{kind:?} {check:?}");
        }
    }

    #[test]
    fn the_contractive_value_is_the_norm_of_a_numerical_jacobian() {
        let mut sum = 0.0;
        for i in 0..3 {
            let shifted = |by: f64| {
                let mut x = X;
                x[i] += by;
                encoder().encode(&x).unwrap()
            };
            let (up, down) = (shifted(1e-5), shifted(-1e-5));
            sum += up.iter().zip(&down).map(|(up, down)| ((up - down) / 2e-5).powi(2)).sum::<f64>();
        }
        let value = encoder().penalty(&X, &PenaltyKind::Contractive { strength: 1.0 }).unwrap().value;
        assert!((value - sum).abs() < 1e-9);
    }

    #[test]
    fn corruption_does_what_it_says() {
        assert_eq!(corrupt_by_masking(&X, 0.0, 1).unwrap(), X);
        assert_eq!(corrupt_by_masking(&X, 1.0, 1).unwrap(), [0.0; 3]);
        let kept = corrupt_by_masking(&vec![1.0; 10_000], 0.3, 1).unwrap().iter().sum::<f64>() / 1e4;
        assert!((kept - 0.7).abs() < 4.0 * (0.21f64 / 1e4).sqrt());
    }

    #[test]
    fn bad_input_is_named() {
        assert!(SigmoidEncoder::new(&[vec![1.0]], &[1.0, 2.0]).is_err());
        assert!(encoder().encode(&[1.0]).is_err());
        assert!(encoder().penalty(&X, &PenaltyKind::Sparse { strength: 0.0 }).is_err());
        assert!(encoder().penalty(&X, &PenaltyKind::Denoising { corrupted: vec![1.0] }).is_err());
        assert!(corrupt_by_masking(&X, 1.5, 1).is_err());
        assert!(corrupt_by_gaussian_noise(&X, 0.0, 1).is_err());
    }
}
