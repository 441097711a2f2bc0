//! How certain a number is that was computed from a whole sample: computed again without each part of it.

use serde::Serialize;

use crate::Estimate;

/// A statistic, and what leaving out one part of the sample after the other says about it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Jackknife {
    /// The statistic of the whole sample of `n`, with its standard error.
    pub estimate: Estimate,
    /// By how much a sample of this size makes it too large on average, to first order in `1 / n`.
    pub bias: f64,
    /// The statistic less its bias.
    pub without_bias: f64,
}

impl Jackknife {
    /// From the statistic of the whole sample and those without each of `G` parts of equal size:
    ///
    /// ```text
    /// bias = (G - 1) (mean_g without_g - whole)
    /// standard error^2 = (G - 1)/G sum_g (without_g - mean)^2
    /// ```
    ///
    /// Source: Quenouille 1956; Tukey 1958; Efron, "The jackknife, the bootstrap and other resampling plans" (1982).
    pub fn of(whole: f64, without: &[f64], n: usize) -> Self {
        let parts = without.len() as f64;
        let mean = without.iter().sum::<f64>() / parts;
        let squares: f64 = without.iter().map(|value| (value - mean).powi(2)).sum();
        let standard_error = ((parts - 1.0) / parts * squares).sqrt();
        let bias = (parts - 1.0) * (mean - whole);
        Self { estimate: Estimate { mean: whole, standard_error, n }, bias, without_bias: whole - bias }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_mean_it_is_the_standard_error_and_of_a_variance_over_n_the_missing_part() {
        let sample = [1.0, 4.0, 2.0, 8.0, 5.0];
        let others = |i: usize| sample.iter().enumerate().filter(move |(j, _)| *j != i).map(|(_, x)| *x);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let without: Vec<f64> = (0..5).map(|i| mean(&others(i).collect::<Vec<_>>())).collect();
        let of_mean = Jackknife::of(mean(&sample), &without, 5);
        let plain = Estimate::from_samples(sample);
        assert!((of_mean.estimate.standard_error - plain.standard_error).abs() < 1e-12);
        assert!(of_mean.bias.abs() < 1e-12);
        let variance = |values: &[f64]| mean(&values.iter().map(|x| (x - mean(values)).powi(2)).collect::<Vec<_>>());
        let without: Vec<f64> = (0..5).map(|i| variance(&others(i).collect::<Vec<_>>())).collect();
        let of_variance = Jackknife::of(variance(&sample), &without, 5);
        // Divided by n it is too small by a factor (n - 1)/n; without its bias it is divided by n - 1.
        assert!((of_variance.without_bias - 5.0 * plain.standard_error.powi(2)).abs() < 1e-12);
    }
}
