//! Histograms of single-sample gradients, and their variance against the number L of samples (figure `gradient-variance`).

use elbo_numerics::error::{Result, within_limit};
use elbo_numerics::gaussian_expectation::gaussian_expectation;
use elbo_numerics::random::seeded;
use serde::Serialize;

use crate::gradients::gradient_estimators::{Estimator, PerParameter, SampleMoments, TestFunction, sample_gradients};

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
        return Err(elbo_numerics::error::Error::EmptyInterval { low, high });
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

/// Variance of the mean of L single-sample gradients.
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
) -> Result<PerParameter<Vec<VarianceAtSampleCount>>> {
    if repeats < 2 {
        return Err(elbo_numerics::error::Error::TooFew { name: "repeats".to_owned(), found: repeats, needed: 2 });
    }
    let draws = sample_counts.iter().fold(0usize, |sum, count| sum.saturating_add(count.saturating_mul(repeats)));
    within_limit("draws", draws, 10_000_000)?;
    let single = estimator.moments(f, mu, sigma)?;
    let mut random = seeded(seed);
    let mut results = PerParameter { mu: Vec::new(), sigma: Vec::new() };
    for &samples in sample_counts {
        let (mut by_mu, mut by_sigma) = (Vec::with_capacity(repeats), Vec::with_capacity(repeats));
        for _ in 0..repeats {
            let gradients = sample_gradients(estimator, f, mu, sigma, samples, &mut random)?;
            by_mu.push(gradients.mu.iter().sum::<f64>() / samples as f64);
            by_sigma.push(gradients.sigma.iter().sum::<f64>() / samples as f64);
        }
        let point = |means: Vec<f64>, single: f64| {
            let estimate = elbo_numerics::check::Estimate::from_samples(means);
            let measured = estimate.standard_error.powi(2) * repeats as f64;
            VarianceAtSampleCount { samples, exact: single / samples as f64, measured }
        };
        results.mu.push(point(by_mu, single.mu.variance));
        results.sigma.push(point(by_sigma, single.sigma.variance));
    }
    Ok(results)
}

/// Standard error of the sample variance of `n` single-sample gradients: `sqrt((m4 - v^2 (n - 3) / (n - 1)) / n)`, with the exact
/// variance `v` and fourth central moment `m4` of one sample, by quadrature.
///
/// # Errors
/// As [`Estimator::moments`]; fewer than 2 samples.
pub fn variance_standard_error(
    estimator: Estimator,
    f: TestFunction,
    mu: f64,
    sigma: f64,
    n: usize,
) -> Result<PerParameter<f64>> {
    if n < 2 {
        return Err(elbo_numerics::error::Error::TooFew { name: "samples".to_owned(), found: n, needed: 2 });
    }
    let moments = estimator.moments(f, mu, sigma)?;
    let count = n as f64;
    let error = |moments: SampleMoments, pick: fn(PerParameter<f64>) -> f64| {
        let fourth = gaussian_expectation(0.0, 1.0, |epsilon| {
            (pick(estimator.single_sample(f, mu, sigma, epsilon)) - moments.mean).powi(4)
        });
        ((fourth - moments.variance.powi(2) * (count - 3.0) / (count - 1.0)).max(0.0) / count).sqrt()
    };
    Ok(PerParameter { mu: error(moments.mu, |pair| pair.mu), sigma: error(moments.sigma, |pair| pair.sigma) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradients::gradient_estimators::summarize;

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
        // The tails of one sample are the heaviest: its relative error bounds that of every mean.
        let error = variance_standard_error(Estimator::Score, TestFunction::Square, 0.5, 1.0, 2000).unwrap();
        for (points, error) in [(&result.mu, error.mu), (&result.sigma, error.sigma)] {
            let relative = 4.0 * error / points[0].exact;
            assert!(points.iter().all(|point| (point.measured / point.exact - 1.0).abs() < relative), "{points:?}");
        }
        assert!((result.mu[0].exact / result.mu[2].exact - 100.0).abs() < 1e-9);
        assert!(variance_against_samples(Estimator::Score, TestFunction::Square, 0.5, 1.0, &[0], 20, 3).is_err());
        assert!(variance_against_samples(Estimator::Score, TestFunction::Square, 0.5, 1.0, &[1], 1, 3).is_err());
    }

    #[test]
    fn the_sample_variance_stays_within_its_standard_error() {
        // Pathwise, z^2, d/dmu: 2 z is Gaussian, so the error is v sqrt(2 / (n - 1)).
        let error = variance_standard_error(Estimator::Pathwise, TestFunction::Square, 0.3, 0.5, 101).unwrap();
        assert!((error.mu - (2.0f64 / 100.0).sqrt()).abs() < 1e-12, "{error:?}");
        for (seed, f) in [(1, TestFunction::Square), (2, TestFunction::Sin), (3, TestFunction::Cubic)] {
            let error = variance_standard_error(Estimator::Score, f, 0.7, 1.3, 20_000).unwrap();
            let found = summarize(Estimator::Score, f, 0.7, 1.3, 20_000, seed).unwrap();
            assert!((found.mu.variance - found.mu.exact_variance).abs() < 4.0 * error.mu, "{f:?}");
            assert!((found.sigma.variance - found.sigma.exact_variance).abs() < 4.0 * error.sigma, "{f:?}");
        }
    }
}
