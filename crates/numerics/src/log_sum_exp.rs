//! Sums of exponentials that neither overflow nor underflow.

use crate::Estimate;

/// `log sum_i exp(a_i)`, in nats when the `a_i` are log-probabilities.
///
/// ```text
/// log sum_i exp(a_i) = m + log sum_i exp(a_i - m),   m = max_i a_i
/// ```
///
/// No terms, or only terms of minus infinity, give minus infinity (the logarithm of an empty sum).
///
/// Source: the evidence as a sum over latent values, decks 001 and 003; the shift by the maximum is folklore.
pub fn log_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return if terms.iter().any(|term| term.is_nan()) { f64::NAN } else { largest };
    }
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

/// `log ( (1/n) sum_i exp(a_i) )`, in nats: the logarithm of a mean of probabilities.
///
/// This is how an importance-weighted bound is averaged. No terms give NaN, since an empty mean is undefined.
pub fn log_mean_exp(terms: &[f64]) -> f64 {
    log_sum_exp(terms) - (terms.len() as f64).ln()
}

/// [`log_mean_exp`] of independent draws `w_i = exp(a_i)`, with its standard error to first order (the delta method):
///
/// ```text
/// standard error of log m = s / (m sqrt(n)),   m and s the mean and standard deviation of the w_i
/// ```
///
/// Honest only while many draws share the weight: if one carries nearly all of it, the true error is larger.
pub fn log_mean_exp_estimate(terms: &[f64]) -> Estimate {
    let n = terms.len();
    // softmax gives w_i / (n m).
    let relative = softmax(terms).into_iter().map(|share| share * n as f64);
    Estimate { mean: log_mean_exp(terms), standard_error: Estimate::from_samples(relative).standard_error, n }
}

/// `exp(a_i) / sum_j exp(a_j)` for every i: probabilities from log-weights.
///
/// # Shapes
/// `[K] -> [K]`; the result sums to 1 if any `a_i` is finite.
pub fn softmax(terms: &[f64]) -> Vec<f64> {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shifted: Vec<f64> = terms.iter().map(|term| (term - largest).exp()).collect();
    let total: f64 = shifted.iter().sum();
    shifted.iter().map(|term| term / total).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_what_would_underflow_and_overflow() {
        assert!((log_sum_exp(&[-1000.0, -1000.0]) - (-1000.0 + 2f64.ln())).abs() < 1e-12);
        assert!((log_sum_exp(&[1000.0, 0.0]) - 1000.0).abs() < 1e-12);
        assert_eq!(log_sum_exp(&[]), f64::NEG_INFINITY);
        assert_eq!(log_sum_exp(&[f64::NEG_INFINITY; 3]), f64::NEG_INFINITY);
        assert!(log_sum_exp(&[f64::NAN, 1.0]).is_nan());
    }

    #[test]
    fn mean_of_equal_terms_is_the_term() {
        assert!((log_mean_exp(&[-3.0; 7]) + 3.0).abs() < 1e-14);
        assert!(log_mean_exp(&[]).is_nan());
    }

    #[test]
    fn the_error_of_a_logarithm_is_relative() {
        // Weights 1 and 3: mean 2, standard deviation sqrt 2, so sqrt(2) / (2 sqrt(2)); any common factor cancels.
        for shift in [0.0, -900.0] {
            let estimate = log_mean_exp_estimate(&[shift, shift + 3f64.ln()]);
            assert!((estimate.mean - shift - 2f64.ln()).abs() < 1e-12);
            assert!((estimate.standard_error - 0.5).abs() < 1e-12);
        }
    }

    #[test]
    fn softmax_sums_to_one() {
        let probabilities = softmax(&[-800.0, -801.0, -1e9]);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-14);
        assert!((probabilities[0] - 1.0 / (1.0 + (-1f64).exp())).abs() < 1e-14);
    }
}
