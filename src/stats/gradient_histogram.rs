//! Histograms of single-sample gradients, and their variance against the number L of samples (figure `gradient-variance`).

use serde::Serialize;

use super::error::{Result, within_limit};
use super::gradient_estimators::{Estimator, TestFunction, sample_gradients};
use super::random::seeded;

/// Counts in equal bins, with what fell outside counted too.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GradientHistogram {
    /// Left end of the first bin.
    pub low: f64,
    /// Right end of the last bin.
    pub high: f64,
    /// Number of samples in each bin.
    pub counts: Vec<usize>,
    /// Samples below `low`.
    pub below: usize,
    /// Samples at or above `high`.
    pub above: usize,
}

/// Bins `samples` between `low` and `high`.
///
/// # Errors
/// 0 or more than 1000 bins; an empty interval.
pub fn gradient_histogram(samples: &[f64], low: f64, high: f64, bins: usize) -> Result<GradientHistogram> {
    within_limit("bins", bins, 1000)?;
    if low.is_nan() || high.is_nan() || low >= high {
        return Err(super::error::Error::EmptyInterval { low, high });
    }
    let mut histogram = GradientHistogram { low, high, counts: vec![0; bins], below: 0, above: 0 };
    for sample in samples {
        if *sample < low {
            histogram.below += 1;
        } else if *sample >= high {
            histogram.above += 1;
        } else {
            let bin = ((sample - low) / (high - low) * bins as f64) as usize;
            histogram.counts[bin.min(bins - 1)] += 1;
        }
    }
    Ok(histogram)
}

/// Variance of the mean of L single-sample gradients in `mu`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VarianceAtSampleCount {
    /// Samples averaged, L.
    pub samples: usize,
    /// Exact: the single-sample variance over L.
    pub exact: f64,
    /// Sample variance of `repeats` such means.
    pub measured: f64,
}

/// Variance of the mean over L samples for each L in `sample_counts`, measured from `repeats` repetitions with `seed`.
///
/// # Errors
/// As [`sample_gradients`]; fewer than 2 repeats; more than 10000000 draws in all.
pub fn variance_against_samples(
    estimator: Estimator,
    f: TestFunction,
    mu: f64,
    sigma: f64,
    sample_counts: &[usize],
    repeats: usize,
    seed: u64,
) -> Result<Vec<VarianceAtSampleCount>> {
    if repeats < 2 {
        return Err(super::error::Error::TooFew { name: "repeats".to_owned(), found: repeats, needed: 2 });
    }
    let draws = sample_counts.iter().fold(0usize, |sum, count| sum.saturating_add(count.saturating_mul(repeats)));
    within_limit("draws", draws, 10_000_000)?;
    let single = estimator.moments(f, mu, sigma)?.mu.variance;
    let mut random = seeded(seed);
    let mut results = Vec::with_capacity(sample_counts.len());
    for samples in sample_counts {
        let mut means = Vec::with_capacity(repeats);
        for _ in 0..repeats {
            let gradients = sample_gradients(estimator, f, mu, sigma, *samples, &mut random)?;
            means.push(gradients.mu.iter().sum::<f64>() / *samples as f64);
        }
        let estimate = super::check::Estimate::from_samples(means);
        let measured = estimate.standard_error.powi(2) * repeats as f64;
        results.push(VarianceAtSampleCount { samples: *samples, exact: single / *samples as f64, measured });
    }
    Ok(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_is_counted_once() {
        let histogram = gradient_histogram(&[-1.0, 0.0, 0.49, 0.5, 0.999_999, 1.0, 7.0], 0.0, 1.0, 2).unwrap();
        assert_eq!((histogram.below, histogram.counts, histogram.above), (1, vec![2, 2], 2));
        assert!(gradient_histogram(&[], 1.0, 1.0, 3).is_err());
        assert!(gradient_histogram(&[], 0.0, 1.0, 0).is_err());
    }

    #[test]
    fn variance_falls_as_one_over_samples() {
        let result =
            variance_against_samples(Estimator::Score, TestFunction::Square, 0.5, 1.0, &[1, 10, 100], 2000, 3).unwrap();
        for point in &result {
            assert!((point.measured / point.exact - 1.0).abs() < 0.3, "{point:?}");
        }
        assert!((result[0].exact / result[2].exact - 100.0).abs() < 1e-9);
        assert!(variance_against_samples(Estimator::Score, TestFunction::Square, 0.5, 1.0, &[0], 20, 3).is_err());
        assert!(variance_against_samples(Estimator::Score, TestFunction::Square, 0.5, 1.0, &[1], 1, 3).is_err());
    }
}
