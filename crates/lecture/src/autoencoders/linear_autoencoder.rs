//! A linear autoencoder trained by gradient descent, and its subspace on the way to that of PCA (deck 001; Baldi and Hornik 1989).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, positive, same_size, within_limit};
use elbo_numerics::matrices::{rows, vector};
use elbo_numerics::random::{seeded, standard_normal};
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::autoencoders::principal_components::{
    PrincipalComponents, column_vectors, leading, mean_and_covariance, principal_angles_degrees, principal_components,
};

/// `x - mean -> W_e (x - mean) -> W_d W_e (x - mean)`: two matrices and nothing else.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearAutoencoder {
    /// Encoder `W_e`, `[m, d]`.
    encoder: DMatrix<f64>,
    /// Decoder `W_d`, `[d, m]`.
    decoder: DMatrix<f64>,
    /// Mean of the data, `[d]`, taken off before the encoder and put back after the decoder.
    mean: DVector<f64>,
    /// Covariance of the data over `n`, `[d, d]`: all that the loss knows of the data.
    covariance: DMatrix<f64>,
    target: Vec<Vec<f64>>,
    floor: f64,
    learning_rate: f64,
    step: usize,
}

/// One moment of the training.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LinearAutoencoderState {
    /// Gradient steps taken.
    pub step: usize,
    /// `(1/n) sum_i |x_i - x_hat_i|^2`, in squared units of the data.
    pub loss: f64,
    /// The smallest loss that a subspace of this size allows: the sum of the variances that PCA leaves out.
    pub loss_of_pca: f64,
    /// Principal angles between the decoder's columns and the leading principal components, in degrees.
    pub angles_degrees: Vec<f64>,
    /// Decoder `W_d`, `[d, m]`: its columns span the subspace.
    pub decoder: Vec<Vec<f64>>,
}

impl LinearAutoencoder {
    /// Small random weights (standard deviation 0.1) from `seed`, for `data` `[n, d]` and a code of `code_size` numbers.
    ///
    /// The learning rate is in units of `1 / variance of the first component`; 0.1 is safe.
    ///
    /// # Errors
    /// As [`principal_components`]; a code size of 0 or over `d`; a learning rate outside `(0, 0.5]`; data that do not vary.
    pub fn new(data: &[Vec<f64>], code_size: usize, learning_rate: f64, seed: u64) -> Result<Self> {
        let components: PrincipalComponents = principal_components(data)?;
        let target = leading(&components, code_size)?;
        positive("learning rate", learning_rate)?;
        if learning_rate > 0.5 {
            return Err(Error::OutOfRange {
                name: "learning rate".to_owned(),
                value: learning_rate,
                low: 0.0,
                high: 0.5,
            });
        }
        let scale = positive("largest variance of the data", components.variances.first().copied().unwrap_or(0.0))?;
        let floor = components.variances.iter().skip(code_size).sum();
        let (mean, covariance) = mean_and_covariance(data)?;
        let dimension = covariance.nrows();
        let mut random = seeded(seed);
        let encoder = DMatrix::from_fn(code_size, dimension, |_, _| 0.1 * standard_normal(&mut random));
        let decoder = DMatrix::from_fn(dimension, code_size, |_, _| 0.1 * standard_normal(&mut random));
        Ok(Self { encoder, decoder, mean, covariance, target, floor, learning_rate: learning_rate / scale, step: 0 })
    }

    /// `tr((I - W_d W_e) S (I - W_d W_e)^T)`: the mean squared error over the data.
    pub fn loss(&self) -> f64 {
        let rest = self.residual();
        (&rest * &self.covariance * rest.transpose()).trace()
    }

    /// Gradients of the loss: `-2 (I - W_d W_e) S W_e^T` for `W_d`, `-2 W_d^T (I - W_d W_e) S` for `W_e`.
    pub fn gradient(&self) -> (DMatrix<f64>, DMatrix<f64>) {
        let error = self.residual() * &self.covariance * -2.0;
        let encoder = self.decoder.tr_mul(&error);
        (encoder, error * self.encoder.transpose())
    }

    /// `steps` steps of gradient descent.
    ///
    /// # Errors
    /// More than 100000 steps; a loss that is not finite, with the weights left as they were.
    pub fn train(&mut self, steps: usize) -> Result<()> {
        within_limit("steps", steps, 100_000)?;
        let before = self.clone();
        for _ in 0..steps {
            let (encoder, decoder) = self.gradient();
            self.encoder -= encoder * self.learning_rate;
            self.decoder -= decoder * self.learning_rate;
        }
        self.step += steps;
        if self.loss().is_finite() {
            return Ok(());
        }
        *self = before;
        Err(Error::NotConverged {
            what: "gradient descent of the linear autoencoder".to_owned(),
            error: f64::INFINITY,
            tolerance: 0.0,
        })
    }

    /// What the figure shows now.
    ///
    /// # Errors
    /// Decoder columns that are not linearly independent.
    pub fn state(&self) -> Result<LinearAutoencoderState> {
        let angles_degrees = principal_angles_degrees(&self.target, &column_vectors(&self.decoder))?;
        Ok(LinearAutoencoderState {
            step: self.step,
            loss: self.loss(),
            loss_of_pca: self.floor,
            angles_degrees,
            decoder: rows(&self.decoder),
        })
    }

    /// `mean + W_d W_e (x - mean)` for every x of `data`, `[n, d]`.
    ///
    /// # Errors
    /// A point of another size than the data that it was made for, or not finite.
    pub fn reconstruct(&self, data: &[Vec<f64>]) -> Result<Vec<Vec<f64>>> {
        let product = &self.decoder * &self.encoder;
        data.iter()
            .map(|x| {
                let centred = vector("x", x)?;
                same_size("x", centred.len(), self.mean.len())?;
                Ok((&self.mean + &product * (centred - &self.mean)).as_slice().to_vec())
            })
            .collect()
    }

    /// The gradient's entry of the largest magnitude against a central difference of the loss.
    pub fn gradient_check(&self) -> Check {
        let (encoder, decoder) = self.gradient();
        let in_encoder = encoder.amax() >= decoder.amax();
        let index = if in_encoder { encoder.iamax_full() } else { decoder.iamax_full() };
        let left = if in_encoder { encoder[index] } else { decoder[index] };
        let shifted = |by: f64| {
            let mut moved = self.clone();
            if in_encoder {
                moved.encoder[index] += by;
            } else {
                moved.decoder[index] += by;
            }
            moved.loss()
        };
        // Central difference: rounding of about eps * loss / h, truncation of h^2 times a third derivative of the loss's size.
        let h = 1e-5;
        let tolerance = 1e-7 * (self.loss() + self.covariance.trace()).max(1.0);
        Check::absolute(left, (shifted(h) - shifted(-h)) / (2.0 * h), tolerance)
    }

    fn residual(&self) -> DMatrix<f64> {
        DMatrix::identity(self.covariance.nrows(), self.covariance.nrows()) - &self.decoder * &self.encoder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::standard_normals;

    fn data() -> Vec<Vec<f64>> {
        let mut random = seeded(5);
        (0..200)
            .map(|_| {
                let e = standard_normals(&mut random, 3);
                vec![2.0 * e[0] + 0.2 * e[1] + 3.0, e[0] - e[1] - 1.0, 0.5 * e[1] + 0.3 * e[2]]
            })
            .collect()
    }

    #[test]
    fn its_subspace_becomes_that_of_pca() {
        for code_size in 1..=2 {
            let mut autoencoder = LinearAutoencoder::new(&data(), code_size, 0.1, 1).unwrap();
            let mut path = vec![autoencoder.state().unwrap()];
            for _ in 0..6 {
                autoencoder.train(500).unwrap();
                path.push(autoencoder.state().unwrap());
            }
            assert!(path[0].angles_degrees.iter().any(|angle| *angle > 5.0));
            let last = path.last().unwrap();
            assert!(last.angles_degrees.iter().all(|angle| *angle < 0.1), "{last:?}");
            assert!((last.loss - last.loss_of_pca).abs() < 1e-6 * last.loss_of_pca);
            assert!(path.windows(2).all(|pair| pair[1].loss <= pair[0].loss + 1e-12));
        }
    }

    #[test]
    fn reconstructions_have_the_loss() {
        let mut autoencoder = LinearAutoencoder::new(&data(), 1, 0.1, 3).unwrap();
        autoencoder.train(40).unwrap();
        let rebuilt = autoencoder.reconstruct(&data()).unwrap();
        let squared: f64 = data().iter().flatten().zip(rebuilt.iter().flatten()).map(|(a, b)| (a - b).powi(2)).sum();
        assert!((squared / 200.0 - autoencoder.loss()).abs() < 1e-12 * autoencoder.loss().max(1.0));
        assert!(autoencoder.reconstruct(&[vec![1.0]]).is_err());
    }

    #[test]
    fn gradient_is_the_finite_difference() {
        let mut autoencoder = LinearAutoencoder::new(&data(), 2, 0.1, 7).unwrap();
        for _ in 0..5 {
            let check = autoencoder.gradient_check();
            assert!(check.holds, "{check:?}");
            autoencoder.train(10).unwrap();
        }
    }

    #[test]
    fn bad_input_is_named() {
        assert!(LinearAutoencoder::new(&data(), 0, 0.1, 1).is_err());
        assert!(LinearAutoencoder::new(&data(), 4, 0.1, 1).is_err());
        assert!(LinearAutoencoder::new(&data(), 1, 0.0, 1).is_err());
        assert!(LinearAutoencoder::new(&data(), 1, 9.0, 1).is_err());
        assert!(LinearAutoencoder::new(&vec![vec![1.0, 1.0]; 4], 1, 0.1, 1).is_err());
    }
}
