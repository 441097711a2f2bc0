//! Regularised autoencoders on one small layer: sparse, contractive and denoising losses with their gradients (decks 003, 004).

use elbo_numerics::error::{Result, positive, same_size};
use elbo_numerics::matrices::{matrix, rows, vector};
use elbo_numerics::special::sigmoid;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

/// `h = sigmoid(W x + b)`, decoded with the same weights as `x_hat = W^T h`.
#[derive(Debug, Clone, PartialEq)]
pub struct SigmoidEncoder {
    pub(super) weights: DMatrix<f64>,
    pub(super) biases: DVector<f64>,
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

const STRENGTH: &str = "strength of the penalty";

/// [`PenaltyKind`] for many inputs at once, the columns of a matrix.
#[derive(Clone, Copy)]
pub(super) enum Term<'a> {
    /// Strength of `sum_j |h_j|`.
    Sparse(f64),
    /// Strength of `|dh/dx|_F^2`.
    Contractive(f64),
    /// `|x - x_hat(seen)|^2`, with what the encoder sees, `[d, n]`.
    Reconstruction(&'a DMatrix<f64>),
}

/// A term's value and its gradient in `W`, `[h, d]`, and `b`, `[h]`.
pub(super) struct Gradient {
    pub(super) value: f64,
    pub(super) weights: DMatrix<f64>,
    pub(super) biases: DVector<f64>,
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
        let x = DMatrix::from_column_slice(x.len(), 1, x.as_slice());
        let Gradient { value, weights, biases } = match kind {
            PenaltyKind::Sparse { strength } => self.term(&x, Term::Sparse(positive(STRENGTH, *strength)?)),
            PenaltyKind::Contractive { strength } => self.term(&x, Term::Contractive(positive(STRENGTH, *strength)?)),
            PenaltyKind::Denoising { corrupted } => {
                let seen = self.input("corrupted input", corrupted)?;
                self.term(&x, Term::Reconstruction(&DMatrix::from_column_slice(seen.len(), 1, seen.as_slice())))
            }
        };
        Ok(Penalty { value, weights: rows(&weights), biases: biases.iter().copied().collect() })
    }

    /// A term of the loss, summed over the columns of `x`, `[d, n]`, with its gradient.
    pub(super) fn term(&self, x: &DMatrix<f64>, term: Term<'_>) -> Gradient {
        let row_sums = |matrix: &DMatrix<f64>| matrix.column_sum();
        match term {
            Term::Sparse(strength) => {
                let h = self.codes(x);
                let slope = h.map(|h| strength * h * (1.0 - h));
                Gradient { value: strength * h.sum(), weights: &slope * x.transpose(), biases: row_sums(&slope) }
            }
            Term::Contractive(strength) => {
                let h = self.codes(x);
                let squared_slope = h.map(|h| (h * (1.0 - h)).powi(2));
                let norms = DVector::from_iterator(h.nrows(), self.weights.row_iter().map(|row| row.norm_squared()));
                let along = DMatrix::from_fn(h.nrows(), h.ncols(), |j, n| {
                    2.0 * strength * squared_slope[(j, n)] * (1.0 - 2.0 * h[(j, n)]) * norms[j]
                });
                let shares = row_sums(&squared_slope);
                let mut weights = &along * x.transpose();
                for (j, mut row) in weights.row_iter_mut().enumerate() {
                    row += self.weights.row(j) * (2.0 * strength * shares[j]);
                }
                Gradient { value: strength * shares.dot(&norms), weights, biases: row_sums(&along) }
            }
            Term::Reconstruction(seen) => {
                let h = self.codes(seen);
                let residual = self.weights.tr_mul(&h) - x;
                let back = (&self.weights * &residual).zip_map(&h, |back, h| 2.0 * back * h * (1.0 - h));
                let weights = &h * residual.transpose() * 2.0 + &back * seen.transpose();
                Gradient { value: residual.norm_squared(), weights, biases: row_sums(&back) }
            }
        }
    }

    pub(super) fn input(&self, name: &str, x: &[f64]) -> Result<DVector<f64>> {
        same_size(name, x.len(), self.weights.ncols())?;
        vector(name, x)
    }

    fn code(&self, x: &DVector<f64>) -> DVector<f64> {
        (&self.weights * x + &self.biases).map(sigmoid)
    }

    /// The codes `[h, n]` of the columns of `x`, `[d, n]`.
    pub(super) fn codes(&self, x: &DMatrix<f64>) -> DMatrix<f64> {
        let mut before = &self.weights * x;
        for mut column in before.column_iter_mut() {
            column += &self.biases;
        }
        before.map(sigmoid)
    }

    /// `|x - x_hat(seen)|^2` of each column.
    pub(super) fn squared_errors(&self, x: &DMatrix<f64>, seen: &DMatrix<f64>) -> Vec<f64> {
        (self.weights.tr_mul(&self.codes(seen)) - x).column_iter().map(|column| column.norm_squared()).collect()
    }
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
            PenaltyKind::Denoising { corrupted: vec![0.9, 0.0, 0.0] },
            PenaltyKind::Denoising { corrupted: vec![1.1, -0.4, 0.5] },
        ];
        for kind in kinds {
            let check = encoder().gradient_check(&X, &kind).unwrap();
            assert!(check.holds, "{kind:?} {check:?}");
            for seed in 0..5 {
                let check = encoder().slope_check(&X, &kind, seed).unwrap();
                assert!(check.holds && check.left != 0.0, "{kind:?} {check:?}");
            }
        }
        assert!(encoder().jacobian_check(&X).unwrap().holds);
    }

    #[test]
    fn many_inputs_at_once_are_the_sum_over_them() {
        let others = [X, [0.1, 0.8, -0.4]];
        let columns = DMatrix::from_fn(3, 2, |row, column| others[column][row]);
        let seen = columns.map(|x| 0.5 * x);
        let cases = [(Term::Sparse(0.7), 0), (Term::Contractive(1.3), 1), (Term::Reconstruction(&seen), 2)];
        for (term, case) in cases {
            let kind = |x: &[f64; 3]| match case {
                0 => PenaltyKind::Sparse { strength: 0.7 },
                1 => PenaltyKind::Contractive { strength: 1.3 },
                _ => PenaltyKind::Denoising { corrupted: x.map(|x| 0.5 * x).to_vec() },
            };
            let all = encoder().term(&columns, term);
            let each: Vec<Penalty> = others.iter().map(|x| encoder().penalty(x, &kind(x)).unwrap()).collect();
            assert!((all.value - each.iter().map(|penalty| penalty.value).sum::<f64>()).abs() < 1e-14);
            for j in 0..2 {
                assert!((all.biases[j] - each.iter().map(|penalty| penalty.biases[j]).sum::<f64>()).abs() < 1e-14);
                for i in 0..3 {
                    let sum: f64 = each.iter().map(|penalty| penalty.weights[j][i]).sum();
                    assert!((all.weights[(j, i)] - sum).abs() < 1e-14);
                }
            }
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
    fn bad_input_is_named() {
        assert!(SigmoidEncoder::new(&[vec![1.0]], &[1.0, 2.0]).is_err());
        assert!(encoder().encode(&[1.0]).is_err());
        assert!(encoder().penalty(&X, &PenaltyKind::Sparse { strength: 0.0 }).is_err());
        assert!(encoder().penalty(&X, &PenaltyKind::Denoising { corrupted: vec![1.0] }).is_err());
    }
}
