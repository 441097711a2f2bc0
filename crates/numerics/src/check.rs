//! The two shapes in which the page shows evidence: an equality with both sides computed, and a Monte Carlo value.

use serde::Serialize;

/// An equality that was computed from two sides, just now.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Left side.
    pub left: f64,
    /// Right side, computed another way.
    pub right: f64,
    /// `left - right`.
    pub difference: f64,
    /// The largest `|difference|` that still counts as equal; its reason is stated where the check is made.
    pub tolerance: f64,
    /// Whether `|difference| <= tolerance`; false if either side is not finite.
    pub holds: bool,
}

impl Check {
    /// Compares two sides within an absolute `tolerance`.
    pub fn absolute(left: f64, right: f64, tolerance: f64) -> Self {
        let difference = left - right;
        Self { left, right, difference, tolerance, holds: difference.abs() <= tolerance }
    }

    /// Compares two sides within `relative` times the larger magnitude (at least 1).
    pub fn relative(left: f64, right: f64, relative: f64) -> Self {
        Self::absolute(left, right, relative * left.abs().max(right.abs()).max(1.0))
    }
}

/// A Monte Carlo estimate, never shown without its standard error and sample count.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// Sample mean.
    pub mean: f64,
    /// Standard error of the mean: sample standard deviation (over `n - 1`) divided by `sqrt(n)`.
    pub standard_error: f64,
    /// Number of samples.
    pub n: usize,
}

impl Estimate {
    /// Mean and standard error of `samples`, in one pass (Welford's recurrence).
    pub fn from_samples(samples: impl IntoIterator<Item = f64>) -> Self {
        let (mut n, mut mean, mut sum_of_squares) = (0usize, 0.0, 0.0);
        for sample in samples {
            n += 1;
            let delta = sample - mean;
            mean += delta / n as f64;
            sum_of_squares += delta * (sample - mean);
        }
        let variance = if n > 1 { sum_of_squares / (n - 1) as f64 } else { f64::NAN };
        Self { mean, standard_error: (variance / n as f64).sqrt(), n }
    }

    /// Mean of samples that depend on their neighbours (a Markov chain), with a standard error from the means of `batches`
    /// runs of neighbours: longer than the dependence reaches, they are nearly independent. A chain that has not yet been
    /// everywhere deceives this too.
    ///
    /// Source: the method of batch means, e.g. Flegal, Haran, Jones, "Markov chain Monte Carlo: can we trust the third
    /// significant figure?" (2008).
    pub fn from_chain(samples: &[f64], batches: usize) -> Self {
        let size = (samples.len() / batches.max(1)).max(1);
        let means = samples.chunks_exact(size).map(|batch| batch.iter().sum::<f64>() / size as f64);
        let n = samples.len();
        let mean = samples.iter().sum::<f64>() / n as f64;
        Self { mean, standard_error: Self::from_samples(means).standard_error, n }
    }

    /// Compares with an exact value within `standard_errors` standard errors.
    pub fn check_against(&self, exact: f64, standard_errors: f64) -> Check {
        Check::absolute(self.mean, exact, standard_errors * self.standard_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{seeded, standard_normal};

    #[test]
    fn batches_see_the_dependence_that_samples_hide() {
        // x' = 0.9 x + noise of variance 1 - 0.81: variance 1, and a mean as uncertain as that of n / 19 independent draws.
        let (mut random, mut x, n) = (seeded(1), 0.0, 40_000);
        let chain: Vec<f64> = (0..n)
            .map(|_| {
                x = 0.9 * x + 0.19f64.sqrt() * standard_normal(&mut random);
                x
            })
            .collect();
        let (naive, batched) =
            (Estimate::from_samples(chain.iter().copied()), Estimate::from_chain(&chain, 100).standard_error);
        assert!((batched / naive.standard_error / 19.0f64.sqrt() - 1.0).abs() < 0.25);
        assert!((Estimate::from_chain(&chain, 100).mean - naive.mean).abs() < 1e-12);
    }
}
