//! The Inception Score from class probabilities (deck 004; Salimans et al. 2016).

use elbo_numerics::error::{Error, Result};
use elbo_numerics::matrices::matrix;
use serde::Serialize;

/// The score and what it is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InceptionScore {
    /// `exp(mean KL)`, between 1 and the number of classes.
    pub score: f64,
    /// `KL(p(y | x_i) || p(y))` of each image, in nats.
    pub kl_per_image: Vec<f64>,
    /// `p(y)`, the mean of the rows.
    pub marginal: Vec<f64>,
}

/// `exp((1/I) sum_i KL(p(y | x_i) || p(y)))` with `p(y) = (1/I) sum_i p(y | x_i)`; no unit (an effective number of classes).
///
/// `0 log 0` counts as 0. The classifier is whoever made the rows: name it beside the score.
///
/// # Shapes
/// `probabilities` is `[images, classes]`; each row sums to 1 (within 1e-6, as 32-bit softmax leaves it) and is normalised here.
///
/// # Errors
/// No rows, rows of different lengths, an entry outside `[0, 1]`, a row that does not sum to 1.
pub fn inception_score(probabilities: &[Vec<f64>]) -> Result<InceptionScore> {
    let mut table = matrix("class probabilities", probabilities)?;
    for (index, mut row) in table.row_iter_mut().enumerate() {
        if let Some(value) = row.iter().find(|value| !(0.0..=1.0 + 1e-6).contains(*value)) {
            let name = format!("a class probability of image {}", index + 1);
            return Err(Error::OutOfRange { name, value: *value, low: 0.0, high: 1.0 });
        }
        let sum = row.sum();
        if (sum - 1.0).abs() > 1e-6 {
            return Err(Error::WeightsNotNormalised {
                name: format!("class probabilities of image {}", index + 1),
                sum,
            });
        }
        row /= sum;
    }
    let marginal = table.row_mean();
    let kl = |row: usize| -> f64 {
        let terms = table.row(row).into_owned();
        terms.iter().zip(marginal.iter()).map(|(p, m)| if *p > 0.0 { p * (p / m).ln() } else { 0.0 }).sum()
    };
    let kl_per_image: Vec<f64> = (0..table.nrows()).map(kl).collect();
    let mean = kl_per_image.iter().sum::<f64>() / kl_per_image.len() as f64;
    Ok(InceptionScore { score: mean.exp(), kl_per_image, marginal: marginal.iter().copied().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_limits() {
        let sharp_and_diverse: Vec<Vec<f64>> =
            (0..10).map(|i| (0..10).map(|j| f64::from(u8::from(i == j))).collect()).collect();
        assert!((inception_score(&sharp_and_diverse).unwrap().score - 10.0).abs() < 1e-12);
        assert!((inception_score(&vec![vec![0.1; 10]; 7]).unwrap().score - 1.0).abs() < 1e-12);
        assert!((inception_score(&vec![vec![1.0, 0.0]; 3]).unwrap().score - 1.0).abs() < 1e-12);
    }

    #[test]
    fn bad_rows_are_named() {
        assert!(inception_score(&[]).is_err());
        assert!(inception_score(&[vec![0.5, 0.6]]).is_err());
        assert!(inception_score(&[vec![-0.5, 1.5]]).is_err());
        assert!(inception_score(&[vec![1.0], vec![0.5, 0.5]]).is_err());
    }
}
