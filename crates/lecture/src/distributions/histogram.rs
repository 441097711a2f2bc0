//! Samples against a density: a histogram, what each bin should hold, and how surprising the difference is.
//!
//! ```text
//! expected_i = n int_bin p(x) dx,   residual_i = (count_i - expected_i) / sqrt(expected_i (1 - expected_i / n))
//! chi^2 = sum_i (count_i - expected_i)^2 / expected_i
//! ```
//!
//! Source: Pearson (1900); the figure of decks 000 and 002 made quantitative.

use elbo_numerics::Check;
use elbo_numerics::error::{Error, Result, all_finite, finite, within_limit};
use elbo_numerics::grid::linspace;
use elbo_numerics::quadrature::composite;
use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Most samples.
pub const MOST_SAMPLES: usize = 1_000_000;
/// Bins that expect fewer are pooled before chi^2 is formed, the usual rule for its approximation to hold.
const LEAST_EXPECTED: f64 = 5.0;
/// How rarely [`Fit::check`] fails for samples that do follow the density.
const RARE: f64 = 1e-4;

/// Counts in equal bins.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Histogram {
    /// Borders of the bins, one more than there are bins.
    pub edges: Vec<f64>,
    /// Samples in each bin; the upper border belongs to the next bin, except in the last.
    pub counts: Vec<usize>,
    /// `count / (n width)`: comparable with a density, per unit of x.
    pub density: Vec<f64>,
    /// Samples below the first and above the last bin.
    pub outside: usize,
    /// All samples, those outside included.
    pub n: usize,
}

/// The comparison with a density.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fit {
    /// Expected count of each bin.
    pub expected: Vec<f64>,
    /// Standardised residual of each bin: within -3 to 3 for nearly all bins if the samples follow the density.
    pub residuals: Vec<f64>,
    /// Pearson's statistic over bins that expect at least 5, the rest and everything outside pooled into one.
    pub chi_squared: f64,
    /// Bins used minus one.
    pub degrees_of_freedom: usize,
    /// Chance of a larger `chi_squared` if the (independent) samples follow the density.
    pub p_value: f64,
    /// Samples.
    pub n: usize,
}

impl Histogram {
    /// Counts `samples` in `bins` equal bins from `low` to `high`.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::OverLimit`], [`Error::NotFinite`], [`Error::EmptyInterval`].
    pub fn of(samples: &[f64], low: f64, high: f64, bins: usize) -> Result<Self> {
        within_limit("samples", samples.len(), MOST_SAMPLES)?;
        within_limit("bins", bins, 500)?;
        all_finite("sample", samples)?;
        let edges = linspace(low, high, bins + 1)?;
        let (mut counts, mut outside, width) = (vec![0usize; bins], 0, (high - low) / bins as f64);
        for &x in samples {
            if (low..=high).contains(&x) {
                counts[(((x - low) / width) as usize).min(bins - 1)] += 1;
            } else {
                outside += 1;
            }
        }
        let density = counts.iter().map(|&count| count as f64 / (samples.len() as f64 * width)).collect();
        Ok(Self { edges, counts, density, outside, n: samples.len() })
    }

    /// Compares with a normalised density.
    ///
    /// # Errors
    /// [`Error::NotFinite`] if the density is not; [`Error::TooFew`] if fewer than two bins expect 5 samples.
    pub fn compare(&self, mut density: impl FnMut(f64) -> f64) -> Result<Fit> {
        let n = self.n as f64;
        let bins = self.edges.iter().zip(self.edges.iter().skip(1));
        let expected = bins
            .map(|(&low, &high)| finite("the density", n * composite(low, high, 2, &mut density)))
            .collect::<Result<Vec<_>>>()?;
        let residual = |(&count, &expected): (&usize, &f64)| {
            let deviation = (expected * (1.0 - expected / n)).max(0.0).sqrt();
            // A bin that can hold nothing and holds nothing is no surprise.
            if count as f64 == expected { 0.0 } else { (count as f64 - expected) / deviation.max(f64::MIN_POSITIVE) }
        };
        let residuals: Vec<f64> = self.counts.iter().zip(&expected).map(residual).collect();
        let (mut chi_squared, mut used, mut count_left, mut expected_left) = (0.0, 0usize, n, n);
        for (&count, &expected) in self.counts.iter().zip(&expected) {
            if expected >= LEAST_EXPECTED {
                chi_squared += (count as f64 - expected).powi(2) / expected;
                count_left -= count as f64;
                expected_left -= expected;
                used += 1;
            }
        }
        if expected_left >= LEAST_EXPECTED {
            chi_squared += (count_left - expected_left).powi(2) / expected_left;
            used += 1;
        }
        let too_few = || Error::TooFew { name: "bins with 5 expected samples".to_owned(), found: used, needed: 2 };
        let degrees_of_freedom = used.checked_sub(1).filter(|&degrees| degrees > 0).ok_or_else(too_few)?;
        let law = ChiSquared::new(degrees_of_freedom as f64).map_err(|_| too_few())?;
        Ok(Fit { expected, residuals, chi_squared, degrees_of_freedom, p_value: law.sf(chi_squared), n: self.n })
    }
}

impl Fit {
    /// `chi_squared` against its mean, the degrees of freedom; it lies further off in 1 of 10 000 sets of samples.
    pub fn check(&self) -> Check {
        let mean = self.degrees_of_freedom as f64;
        let reach = ChiSquared::new(mean).map_or(f64::NAN, |law| law.inverse_cdf(1.0 - RARE) - mean);
        Check::absolute(self.chi_squared, mean, reach)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::distributions::energy::{REACH, energy, metropolis, normalizer, reject};
    use crate::distributions::gaussian::Gaussian;
    use elbo_numerics::random::seeded;

    #[test]
    fn counts_by_hand() {
        let histogram = Histogram::of(&[0.0, 0.4, 0.5, 1.0, 1.1, -3.0], 0.0, 1.0, 2).unwrap();
        assert_eq!((histogram.counts.as_slice(), histogram.outside), ([2, 2].as_slice(), 2));
        assert!((histogram.density[0] - 2.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn gaussian_samples_fit_their_density_and_no_other() {
        let mut random = seeded(7);
        let samples: Vec<f64> = (0..10_000).map(|_| Gaussian::STANDARD.sample(&mut random)).collect();
        let histogram = Histogram::of(&samples, -4.0, 4.0, 40).unwrap();
        let fit = histogram.compare(|x| Gaussian::STANDARD.density(x)).unwrap();
        assert!(fit.p_value > 1e-3 && fit.residuals.iter().all(|r| r.abs() < 4.5), "{fit:?}");
        let shifted = Gaussian::new(0.2, 1.0).unwrap();
        assert!(histogram.compare(|x| shifted.density(x)).unwrap().p_value < 1e-6);
    }

    #[test]
    fn rejection_fits_the_energy_and_a_stuck_chain_does_not() {
        let z = normalizer().unwrap();
        let p_value = |samples: &[f64]| {
            let histogram = Histogram::of(samples, -REACH, REACH, 60).unwrap();
            histogram.compare(|x| (-energy(x)).exp() / z).unwrap().p_value
        };
        assert!(p_value(&reject(20_000, &mut seeded(1)).unwrap().samples) > 1e-3);
        assert!(p_value(&metropolis(20_000, -2.0, 0.05, &mut seeded(1)).unwrap().samples) < 1e-6);
    }

    #[test]
    fn bad_input_is_refused() {
        assert!(Histogram::of(&[], 0.0, 1.0, 2).is_err() && Histogram::of(&[1.0], 1.0, 0.0, 2).is_err());
        assert!(Histogram::of(&[f64::NAN], 0.0, 1.0, 2).is_err() && Histogram::of(&[0.1], 0.0, 1.0, 0).is_err());
        assert!(matches!(Histogram::of(&[0.1], 0.0, 1.0, 2).unwrap().compare(|_| 1.0), Err(Error::TooFew { .. })));
    }

    #[test]
    fn the_check_tells_the_density_from_another() {
        let (gaussian, mut random) = (Gaussian::STANDARD, seeded(5));
        let draws: Vec<f64> = (0..5000).map(|_| gaussian.sample(&mut random)).collect();
        let histogram = Histogram::of(&draws, -5.0, 5.0, 40).unwrap();
        let (same, other) = (Gaussian::STANDARD, Gaussian::new(0.2, 1.0).unwrap());
        assert!(histogram.compare(|x| same.density(x)).unwrap().check().holds);
        assert!(!histogram.compare(|x| other.density(x)).unwrap().check().holds);
    }
}
