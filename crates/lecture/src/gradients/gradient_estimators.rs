//! Two unbiased estimators of the gradient of `E_{z ~ N(mu, sigma^2)}[f(z)]`, and one that is wrong (decks 000, 003, 004).

use elbo_numerics::check::Check;
use elbo_numerics::error::{Error, Result, finite, positive, within_limit};
use elbo_numerics::gaussian_expectation::gaussian_expectation;
use elbo_numerics::random::{Random, seeded, standard_normals};
use serde::{Deserialize, Serialize};

/// The functions whose expectation is differentiated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TestFunction {
    /// `z^2`
    Square,
    /// `sin z`
    Sin,
    /// `z^3 - z`
    Cubic,
}

/// How one sample becomes a gradient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Estimator {
    /// `f'(z) dz/dmu`, `f'(z) dz/dsigma` with `z = mu + sigma * epsilon` (Kingma and Welling 2013).
    Pathwise,
    /// `f(z) d log q(z) / d(mu, sigma)` (REINFORCE, Williams 1992).
    Score,
    /// `d f(z) / d(mu, sigma)` with `z` held fixed: always 0 here, because `f` itself does not contain `mu` or `sigma`. Swapping
    /// gradient and expectation forgets that the distribution of `z` moves; deck 000 warns of it, deck 003 prints it.
    NaiveSwap,
}

/// A pair, one number for each parameter of q.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PerParameter<T> {
    /// For `mu`.
    pub mu: T,
    /// For `sigma`.
    pub sigma: T,
}

/// `E[f]` and its gradient in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExactGradient {
    /// `E[f(z)]`.
    pub expectation: f64,
    /// `dE[f] / dmu` and `dE[f] / dsigma`.
    pub gradient: PerParameter<f64>,
}

impl TestFunction {
    /// The function that a figure calls `name`: `square`, `sin` or `cubic`.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "square" => Ok(Self::Square),
            "sin" => Ok(Self::Sin),
            "cubic" => Ok(Self::Cubic),
            _ => Err(Error::UnknownName {
                name: "function f".to_owned(),
                found: name.to_owned(),
                choices: "square, sin, cubic".to_owned(),
            }),
        }
    }

    /// `f(z)`.
    pub fn value(self, z: f64) -> f64 {
        match self {
            Self::Square => z * z,
            Self::Sin => z.sin(),
            Self::Cubic => z * z * z - z,
        }
    }

    /// `f'(z)`.
    pub fn derivative(self, z: f64) -> f64 {
        match self {
            Self::Square => 2.0 * z,
            Self::Sin => z.cos(),
            Self::Cubic => 3.0 * z * z - 1.0,
        }
    }

    /// Closed forms: `z^2`: `mu^2 + sigma^2`; `sin z`: `exp(-sigma^2/2) sin mu`; `z^3 - z`: `mu^3 + 3 mu sigma^2 - mu`; and their derivatives.
    ///
    /// # Errors
    /// `mu` not finite, `sigma` not positive.
    pub fn exact(self, mu: f64, sigma: f64) -> Result<ExactGradient> {
        finite("mu", mu)?;
        positive("sigma", sigma)?;
        let variance = sigma * sigma;
        let damping = (-0.5 * variance).exp();
        let (expectation, d_mu, d_sigma) = match self {
            Self::Square => (mu * mu + variance, 2.0 * mu, 2.0 * sigma),
            Self::Sin => (damping * mu.sin(), damping * mu.cos(), -sigma * damping * mu.sin()),
            Self::Cubic => {
                (mu.powi(3) + 3.0 * mu * variance - mu, 3.0 * mu * mu + 3.0 * variance - 1.0, 6.0 * mu * sigma)
            }
        };
        Ok(ExactGradient { expectation, gradient: PerParameter { mu: d_mu, sigma: d_sigma } })
    }
}

impl Estimator {
    /// The gradient that one sample gives, with `z = mu + sigma * epsilon`: pathwise `f'(z)`, `f'(z) epsilon`; score
    /// `f(z) epsilon / sigma`, `f(z) (epsilon^2 - 1) / sigma`; naive swap 0, 0. `sigma` must be positive.
    pub fn single_sample(self, f: TestFunction, mu: f64, sigma: f64, epsilon: f64) -> PerParameter<f64> {
        let z = mu + sigma * epsilon;
        match self {
            Self::Pathwise => PerParameter { mu: f.derivative(z), sigma: f.derivative(z) * epsilon },
            Self::Score => {
                PerParameter { mu: f.value(z) * epsilon / sigma, sigma: f.value(z) * (epsilon * epsilon - 1.0) / sigma }
            }
            Self::NaiveSwap => PerParameter { mu: 0.0, sigma: 0.0 },
        }
    }

    /// Exact mean and variance of one sample's gradient, by quadrature over epsilon (449 nodes, accurate to rounding for `sigma` up to
    /// about 8 with `sin`, and for any `sigma` with the polynomials).
    ///
    /// # Errors
    /// `mu` not finite, `sigma` not positive.
    pub fn moments(self, f: TestFunction, mu: f64, sigma: f64) -> Result<PerParameter<SampleMoments>> {
        finite("mu", mu)?;
        positive("sigma", sigma)?;
        let moments = |pick: fn(PerParameter<f64>) -> f64| {
            let mean = gaussian_expectation(0.0, 1.0, |epsilon| pick(self.single_sample(f, mu, sigma, epsilon)));
            let variance = gaussian_expectation(0.0, 1.0, |epsilon| {
                (pick(self.single_sample(f, mu, sigma, epsilon)) - mean).powi(2)
            });
            SampleMoments { mean, variance }
        };
        Ok(PerParameter { mu: moments(|pair| pair.mu), sigma: moments(|pair| pair.sigma) })
    }
}

/// Exact moments of one sample's gradient.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SampleMoments {
    /// Mean.
    pub mean: f64,
    /// Variance of one sample; of a mean over L samples it is this over L.
    pub variance: f64,
}

/// Single-sample gradients drawn from a seed: what the figure's histograms hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EstimatorSummary {
    /// Sample mean.
    pub mean: f64,
    /// Sample variance over `n - 1` of a single-sample gradient.
    pub variance: f64,
    /// Standard error of the mean.
    pub standard_error: f64,
    /// Number of samples.
    pub n: usize,
    /// Exact variance of one sample, by quadrature.
    pub exact_variance: f64,
    /// The mean against the exact gradient within 4 exact standard errors. It fails for the naive swap wherever the gradient is not 0.
    pub unbiased: Check,
}

/// Draws `n` single-sample gradients, `(mu, sigma)` each.
///
/// # Errors
/// `mu` not finite, `sigma` not positive, `n` of 0 or over 1000000.
pub fn sample_gradients(
    estimator: Estimator,
    f: TestFunction,
    mu: f64,
    sigma: f64,
    n: usize,
    random: &mut Random,
) -> Result<PerParameter<Vec<f64>>> {
    finite("mu", mu)?;
    positive("sigma", sigma)?;
    within_limit("samples", n, 1_000_000)?;
    let pairs = standard_normals(random, n).into_iter().map(|epsilon| {
        let pair = estimator.single_sample(f, mu, sigma, epsilon);
        (pair.mu, pair.sigma)
    });
    let (mu, sigma) = pairs.unzip();
    Ok(PerParameter { mu, sigma })
}

/// Mean, variance and unbiasedness of `n` single-sample gradients from `seed`.
///
/// # Errors
/// As [`sample_gradients`]; fewer than 2 samples.
pub fn summarize(
    estimator: Estimator,
    f: TestFunction,
    mu: f64,
    sigma: f64,
    n: usize,
    seed: u64,
) -> Result<PerParameter<EstimatorSummary>> {
    let samples = sample_gradients(estimator, f, mu, sigma, n, &mut seeded(seed))?;
    summarize_samples(estimator, f, mu, sigma, &samples)
}

/// Mean, variance and unbiasedness of gradients that [`sample_gradients`] drew with the same arguments.
///
/// # Errors
/// `mu` not finite, `sigma` not positive, fewer than 2 samples.
pub fn summarize_samples(
    estimator: Estimator,
    f: TestFunction,
    mu: f64,
    sigma: f64,
    samples: &PerParameter<Vec<f64>>,
) -> Result<PerParameter<EstimatorSummary>> {
    let n = samples.mu.len();
    if n < 2 {
        return Err(Error::TooFew { name: "samples".to_owned(), found: n, needed: 2 });
    }
    let (exact, moments) = (f.exact(mu, sigma)?.gradient, estimator.moments(f, mu, sigma)?);
    let summary = |samples: &[f64], exact: f64, moments: SampleMoments| {
        let estimate = elbo_numerics::check::Estimate::from_samples(samples.iter().copied());
        let variance = estimate.standard_error.powi(2) * n as f64;
        // By the exact variance: where tails are heavy, a small sample underestimates its own error. The floor is rounding: a
        // constant estimator (z^2 at sigma -> 0) has no spread to measure by.
        let tolerance = (4.0 * (moments.variance / n as f64).sqrt()).max(1e-12 * exact.abs().max(1.0));
        EstimatorSummary {
            mean: estimate.mean,
            variance,
            standard_error: estimate.standard_error,
            n,
            exact_variance: moments.variance,
            unbiased: Check::absolute(estimate.mean, exact, tolerance),
        }
    };
    Ok(PerParameter {
        mu: summary(&samples.mu, exact.mu, moments.mu),
        sigma: summary(&samples.sigma, exact.sigma, moments.sigma),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCTIONS: [TestFunction; 3] = [TestFunction::Square, TestFunction::Sin, TestFunction::Cubic];

    #[test]
    fn closed_forms_are_finite_differences_and_quadratures() {
        for f in FUNCTIONS {
            let (mu, sigma, h) = (0.7, 1.3, 1e-5);
            let exact = f.exact(mu, sigma).unwrap();
            let at = |mu, sigma| gaussian_expectation(mu, sigma, |z| f.value(z));
            assert!((exact.expectation - at(mu, sigma)).abs() < 1e-12);
            assert!((exact.gradient.mu - (at(mu + h, sigma) - at(mu - h, sigma)) / (2.0 * h)).abs() < 1e-8);
            assert!((exact.gradient.sigma - (at(mu, sigma + h) - at(mu, sigma - h)) / (2.0 * h)).abs() < 1e-8);
            assert!((f.derivative(mu) - (f.value(mu + h) - f.value(mu - h)) / (2.0 * h)).abs() < 1e-8);
        }
    }

    #[test]
    fn both_estimators_have_the_exact_mean_and_the_naive_swap_has_not() {
        for f in FUNCTIONS {
            for (mu, sigma) in [(0.7, 1.3), (-2.0, 0.1)] {
                let exact = f.exact(mu, sigma).unwrap().gradient;
                for estimator in [Estimator::Pathwise, Estimator::Score] {
                    let moments = estimator.moments(f, mu, sigma).unwrap();
                    assert!(
                        (moments.mu.mean - exact.mu).abs() < 1e-10 && (moments.sigma.mean - exact.sigma).abs() < 1e-10
                    );
                    let summary = summarize(estimator, f, mu, sigma, 20_000, 1).unwrap();
                    assert!(
                        summary.mu.unbiased.holds && summary.sigma.unbiased.holds,
                        "{f:?} {estimator:?} {summary:?}"
                    );
                }
                let naive = summarize(Estimator::NaiveSwap, f, mu, sigma, 100, 1).unwrap();
                assert!(!naive.mu.unbiased.holds && !naive.sigma.unbiased.holds);
            }
        }
    }

    #[test]
    fn bad_input_is_named() {
        assert!(TestFunction::named("tan").unwrap_err().to_string().contains("square, sin, cubic"));
        assert_eq!(TestFunction::named("cubic").unwrap(), TestFunction::Cubic);
        assert!(summarize(Estimator::Score, TestFunction::Sin, 0.0, 0.0, 10, 1).is_err());
        assert!(summarize(Estimator::Score, TestFunction::Sin, 0.0, 1.0, 1, 1).is_err());
        assert!(summarize(Estimator::Score, TestFunction::Sin, 0.0, 1.0, 2_000_000, 1).is_err());
    }
}
