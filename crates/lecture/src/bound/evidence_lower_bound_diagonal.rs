//! The evidence lower bound of probabilistic PCA in any dimension with a diagonal q, as a VAE has it (decks 000, 003).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Result, positive, same_size};
use elbo_numerics::gaussian_expectation::LOG_2_PI;
use elbo_numerics::matrices::vector;
use nalgebra::{DMatrix, DVector};
use serde::Serialize;

use crate::distributions::multivariate_gaussian::MultivariateGaussian;
use crate::latents::probabilistic_pca::ProbabilisticPca;
use crate::tools::kl::{kl_full, kl_to_standard_normal};

/// Terms of the bound in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagonalEvidenceLowerBound {
    /// `log p(x)`.
    pub log_evidence: f64,
    /// `E_q[log p(x | z)] - KL(q || p(z))`.
    pub elbo: f64,
    /// `KL(q || p(z | x))`; for a correlated posterior no diagonal q makes it 0.
    pub kl_to_posterior: f64,
    /// `E_q[log p(x | z)]`.
    pub expected_log_likelihood: f64,
    /// `KL(q || p(z))`.
    pub kl_to_prior: f64,
    /// `log p(x)` against `ELBO + KL(q || posterior)`, within 1e-9 of the largest term.
    pub sum: Check,
}

/// The bound at `q = N(m, diag(s^2))`: `E_q[log p(x | z)] = -(|x - mu - W m|^2 + sum_j s_j^2 |W_j|^2) / (2 sigma^2) - d log sigma - (d/2) log 2 pi`.
///
/// # Shapes
/// `x` `[d]`, `q_mean` and `q_sigma` `[m]`.
///
/// # Errors
/// Sizes that disagree, numbers that are not finite, a `q_sigma` that is not positive.
pub fn diagonal_evidence_lower_bound(
    model: &ProbabilisticPca,
    x: &[f64],
    q_mean: &[f64],
    q_sigma: &[f64],
) -> Result<DiagonalEvidenceLowerBound> {
    same_size("mean of q", q_mean.len(), model.w().ncols())?;
    same_size("sigma of q", q_sigma.len(), model.w().ncols())?;
    let mean = vector("mean of q", q_mean)?;
    for (index, sigma) in q_sigma.iter().enumerate() {
        positive(&format!("sigma of q in dimension {}", index + 1), *sigma)?;
    }
    let log_evidence = model.log_evidence(x)?;
    let spread: f64 =
        model.w().column_iter().zip(q_sigma).map(|(column, sigma)| column.norm_squared() * sigma * sigma).sum();
    let residual = DVector::from_column_slice(x) - model.mu() - model.w() * &mean;
    let dimension = x.len() as f64;
    let expected_log_likelihood = -0.5 * (residual.norm_squared() + spread) / model.sigma().powi(2)
        - dimension * (model.sigma().ln() + 0.5 * LOG_2_PI);
    let log_sigma: Vec<f64> = q_sigma.iter().map(|sigma| sigma.ln()).collect();
    let kl_to_prior = kl_to_standard_normal(q_mean, &log_sigma)?.total;
    let variances = DVector::from_iterator(q_sigma.len(), q_sigma.iter().map(|sigma| sigma * sigma));
    let q = MultivariateGaussian::new(mean, DMatrix::from_diagonal(&variances))?;
    let kl_to_posterior = kl_full(&q, &model.posterior(x)?)?;
    let elbo = expected_log_likelihood - kl_to_prior;
    let largest = [log_evidence, expected_log_likelihood, kl_to_prior, kl_to_posterior]
        .iter()
        .fold(1.0f64, |largest, term| largest.max(term.abs()));
    let sum = Check::absolute(log_evidence, elbo + kl_to_posterior, 1e-9 * largest);
    Ok(DiagonalEvidenceLowerBound { log_evidence, elbo, kl_to_posterior, expected_log_likelihood, kl_to_prior, sum })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bad_input_is_named() {
        let model = ProbabilisticPca::new(&[vec![1.0, 0.5]], &[0.0], 1.0).unwrap();
        assert!(diagonal_evidence_lower_bound(&model, &[1.0], &[0.0], &[1.0, 1.0]).is_err());
        assert!(diagonal_evidence_lower_bound(&model, &[1.0], &[0.0, 0.0], &[1.0, 0.0]).is_err());
        assert!(diagonal_evidence_lower_bound(&model, &[1.0, 2.0], &[0.0, 0.0], &[1.0, 1.0]).is_err());
    }

    proptest! {
        #[test]
        fn evidence_is_bound_plus_gap(w in prop::collection::vec(-2.0..2.0f64, 6), x in prop::collection::vec(-4.0..4.0f64, 3), m in prop::collection::vec(-3.0..3.0f64, 2), log_s in prop::collection::vec(-3.0..1.0f64, 2), log_sigma in -2.0..1.0f64) {
            let rows: Vec<Vec<f64>> = w.chunks(2).map(<[f64]>::to_vec).collect();
            let model = ProbabilisticPca::new(&rows, &[0.1, -0.4, 2.0], log_sigma.exp()).unwrap();
            let q_sigma: Vec<f64> = log_s.iter().map(|s| s.exp()).collect();
            let bound = diagonal_evidence_lower_bound(&model, &x, &m, &q_sigma).unwrap();
            prop_assert!(bound.sum.holds, "{bound:?}");
            prop_assert!(bound.kl_to_posterior >= -1e-12);
        }
    }
}
