//! Monte Carlo estimation of an expectation, and how fast its error falls.
//!
//! ```text
//! E[f(x)] = int f(x) p(x) dx  ~  (1/N) sum_i f(x_i),   x_i ~ p
//! ```
//!
//! The error is `sigma_f / sqrt(N)` in any dimension. Source: deck 000.

use elbo_numerics::error::{Error, Result, finite, within_limit};
use elbo_numerics::random::{Random, seeded, seeded_stream, standard_normal};
use elbo_numerics::{Check, Estimate};
use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF, StudentsT};

/// Most samples of one estimate.
pub const MOST_SAMPLES: usize = 1_000_000;
/// Most normal draws of one error curve, so that a figure answers within a second or two.
const MOST_DRAWS: usize = 50_000_000;
/// Highest dimension.
const MOST_DIMENSIONS: usize = 1000;

/// Checks a sample count: at least 2 (a standard error needs two), at most [`MOST_SAMPLES`].
///
/// # Errors
/// [`Error::TooFew`] or [`Error::OverLimit`].
pub fn sample_count(n: usize) -> Result<usize> {
    if n < 2 {
        return Err(Error::TooFew { name: "samples".to_owned(), found: n, needed: 2 });
    }
    within_limit("n", n, MOST_SAMPLES)?;
    Ok(n)
}

/// A function of x ~ N(0, I_d) whose expectation and variance are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `f(x) = |x|^2`, mean d, variance 2 d.
    SquaredNorm,
    /// `f(x) = cos(sum_j x_j / sqrt(d))`, mean `exp(-1/2)`, variance `(1 + exp(-2)) / 2 - exp(-1)`.
    Cosine,
    /// `f(x) = exp(sum_j x_j / (2 sqrt(d)))`, mean `exp(1/8)`, variance `exp(1/2) - exp(1/4)`.
    Exponential,
    /// `f(x) = 1 if |x|^2 <= d, else 0`: the mass of the ball, by the chi-squared distribution.
    InsideBall,
}

impl Function {
    /// Every function with its name in figures.
    pub const ALL: [(&'static str, Self); 4] = [
        ("squared-norm", Self::SquaredNorm),
        ("cosine", Self::Cosine),
        ("exponential", Self::Exponential),
        ("inside-ball", Self::InsideBall),
    ];

    /// The function of that name.
    ///
    /// # Errors
    /// [`Error::UnknownName`].
    pub fn named(name: &str) -> Result<Self> {
        let choices = || Self::ALL.map(|(known, _)| known).join(", ");
        Self::ALL.into_iter().find_map(|(known, function)| (known == name).then_some(function)).ok_or_else(|| {
            Error::UnknownName { name: "function".to_owned(), found: name.to_owned(), choices: choices() }
        })
    }

    /// `E[f(x)]` for x ~ N(0, I_d), exactly.
    pub fn mean(self, dimension: usize) -> f64 {
        match self {
            Self::SquaredNorm => dimension as f64,
            Self::Cosine => (-0.5f64).exp(),
            Self::Exponential => 0.125f64.exp(),
            Self::InsideBall => ChiSquared::new(dimension as f64).map_or(f64::NAN, |law| law.cdf(dimension as f64)),
        }
    }

    /// `Var[f(x)]` for x ~ N(0, I_d), exactly; the standard error of N samples is the root of this over N.
    pub fn variance(self, dimension: usize) -> f64 {
        match self {
            Self::SquaredNorm => 2.0 * dimension as f64,
            Self::Cosine => 0.5 * (1.0 + (-2f64).exp()) - (-1f64).exp(),
            Self::Exponential => 0.5f64.exp() - 0.25f64.exp(),
            Self::InsideBall => self.mean(dimension) * (1.0 - self.mean(dimension)),
        }
    }

    /// `f(x)` for one draw x ~ N(0, I_d).
    pub fn draw(self, dimension: usize, random: &mut Random) -> f64 {
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..dimension {
            let x = standard_normal(random);
            sum += x;
            squares += x * x;
        }
        let d = dimension as f64;
        match self {
            Self::SquaredNorm => squares,
            Self::Cosine => (sum / d.sqrt()).cos(),
            Self::Exponential => (0.5 * sum / d.sqrt()).exp(),
            Self::InsideBall => f64::from(u8::from(squares <= d)),
        }
    }
}

/// The Monte Carlo estimate of `E[f(x)]`, x ~ N(0, I_d), from n samples.
///
/// # Errors
/// [`Error::TooFew`] or [`Error::OverLimit`] for n outside 2 to 1 000 000 or d outside 1 to 1000 or too much work.
pub fn estimate(function: Function, dimension: usize, n: usize, seed: u64) -> Result<Estimate> {
    sample_count(n)?;
    within_limit("dimension", dimension, MOST_DIMENSIONS)?;
    within_limit("n times dimension", n * dimension, MOST_DRAWS)?;
    let mut random = seeded(seed);
    Ok(Estimate::from_samples((0..n).map(|_| function.draw(dimension, &mut random))))
}

/// The error at one sample count, over repeated runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorPoint {
    /// Samples per run.
    pub n: usize,
    /// `|estimate - E[f]|` of each run, in the unit of f.
    pub errors: Vec<f64>,
    /// Root of the mean of their squares, in the unit of f.
    pub root_mean_square: f64,
    /// `sqrt(Var[f] / n)`, what theory predicts for it.
    pub predicted: f64,
}

/// The error of the estimate at each of `counts`, over `repeats` independent runs each; no draw is used twice.
///
/// # Errors
/// As [`estimate`]; the sum of all work is bounded too.
pub fn error_curve(
    function: Function,
    dimension: usize,
    counts: &[usize],
    repeats: usize,
    seed: u64,
) -> Result<Vec<ErrorPoint>> {
    within_limit("dimension", dimension, MOST_DIMENSIONS)?;
    within_limit("repeats", repeats, 10_000)?;
    within_limit("sample counts", counts.len(), 100)?;
    counts.iter().try_for_each(|&n| within_limit("n", n, MOST_SAMPLES))?;
    // Saturating: in the browser a usize has 32 bits.
    let draws = counts.iter().sum::<usize>().saturating_mul(repeats).saturating_mul(dimension);
    within_limit("total number of draws", draws, MOST_DRAWS)?;
    let exact = function.mean(dimension);
    let point = |(index, &n): (usize, &usize)| {
        let mut random = seeded_stream(seed, 1 + index as u64);
        let mut run = || (0..n).map(|_| function.draw(dimension, &mut random)).sum::<f64>() / n as f64;
        let errors: Vec<f64> = (0..repeats).map(|_| (run() - exact).abs()).collect();
        let root_mean_square = (errors.iter().map(|e| e * e).sum::<f64>() / repeats as f64).sqrt();
        ErrorPoint { n, errors, root_mean_square, predicted: (function.variance(dimension) / n as f64).sqrt() }
    };
    Ok(counts.iter().enumerate().map(point).collect())
}

/// A fitted slope with a confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Slope {
    /// Least-squares slope.
    pub slope: f64,
    /// Value of the line at x = 0.
    pub intercept: f64,
    /// Standard error of the slope, from the scatter about the line.
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Chance with which an interval made this way covers the true slope.
    pub confidence: f64,
    /// Points fitted.
    pub n: usize,
}

impl Slope {
    /// Compares with an exact slope; the tolerance is half the width of the interval.
    pub fn check_against(&self, exact: f64) -> Check {
        Check::absolute(self.slope, exact, 0.5 * (self.high - self.low))
    }
}

/// Ordinary least squares of y on x, with the t interval of the slope at `confidence`.
///
/// # Errors
/// [`Error::TooFew`] for under three points, [`Error::SizeMismatch`], [`Error::NotFinite`], [`Error::OutOfRange`] for a
/// confidence outside (0, 1), [`Error::NoSpread`] if all x coincide.
pub fn slope(x: &[f64], y: &[f64], confidence: f64) -> Result<Slope> {
    let n = x.len();
    elbo_numerics::error::same_size("y", y.len(), n)?;
    if n < 3 {
        return Err(Error::TooFew { name: "points".to_owned(), found: n, needed: 3 });
    }
    x.iter().chain(y).try_for_each(|&value| finite("a coordinate of a point", value).map(drop))?;
    let count = n as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / count, y.iter().sum::<f64>() / count);
    let spread: f64 = x.iter().map(|x| (x - mean_x).powi(2)).sum();
    if spread <= 0.0 {
        return Err(Error::NoSpread { count: n, value: mean_x.to_string() });
    }
    let slope = x.iter().zip(y).map(|(x, y)| (x - mean_x) * (y - mean_y)).sum::<f64>() / spread;
    let intercept = mean_y - slope * mean_x;
    let residual: f64 = x.iter().zip(y).map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
    let standard_error = (residual / (count - 2.0) / spread).sqrt();
    let out_of_range = || Error::OutOfRange { name: "confidence".to_owned(), value: confidence, low: 0.0, high: 1.0 };
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(out_of_range());
    }
    let law = StudentsT::new(0.0, 1.0, count - 2.0).map_err(|_| out_of_range())?;
    let reach = law.inverse_cdf(0.5 + 0.5 * confidence) * standard_error;
    Ok(Slope { slope, intercept, standard_error, low: slope - reach, high: slope + reach, confidence, n })
}

/// The slope of log error against log N over an [`error_curve`]: -1/2 in any dimension.
///
/// # Errors
/// As [`slope`]; an error of exactly 0 (only possible for counts of a few samples) gives [`Error::NotFinite`].
pub fn error_slope(curve: &[ErrorPoint], confidence: f64) -> Result<Slope> {
    let x: Vec<f64> = curve.iter().map(|point| (point.n as f64).ln()).collect();
    let y: Vec<f64> = curve.iter().map(|point| point.root_mean_square.ln()).collect();
    slope(&x, &y, confidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_variances_are_exact() {
        for (name, function) in Function::ALL {
            assert_eq!(Function::named(name).unwrap(), function);
            for dimension in [1, 3, 20] {
                let estimate = estimate(function, dimension, 20_000, 1).unwrap();
                assert!(estimate.check_against(function.mean(dimension), 4.0).holds, "{name} {dimension} {estimate:?}");
                let variance = estimate.standard_error.powi(2) * 20_000.0;
                assert!((variance / function.variance(dimension) - 1.0).abs() < 0.1, "{name} {dimension} {variance}");
            }
        }
        assert!((Function::InsideBall.mean(2) - (1.0 - (-1f64).exp())).abs() < 1e-12);
    }

    #[test]
    fn the_error_falls_as_one_over_the_root() {
        for (seed, dimension) in [(0, 1), (1, 10)] {
            let curve = error_curve(Function::Cosine, dimension, &[10, 30, 100, 300, 1000, 3000], 50, seed).unwrap();
            let slope = error_slope(&curve, 0.999).unwrap();
            assert!(slope.check_against(-0.5).holds, "{slope:?}");
            assert!(slope.high - slope.low < 0.6);
        }
    }

    #[test]
    fn slope_of_a_known_line() {
        // y = 1 + 2 x with residuals +1, -2, +1 on x = 0, 1, 2: slope 2, its standard error sqrt(6 / 1 / 2).
        let fit = slope(&[0.0, 1.0, 2.0], &[2.0, 1.0, 6.0], 0.95).unwrap();
        assert!((fit.slope - 2.0).abs() < 1e-14 && (fit.intercept - 1.0).abs() < 1e-14);
        assert!((fit.standard_error - 3f64.sqrt()).abs() < 1e-14);
        assert!((fit.high - fit.slope - 12.706_204_736 * 3f64.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn bounds() {
        assert!(estimate(Function::Cosine, 1, 1, 0).is_err() && estimate(Function::Cosine, 0, 10, 0).is_err());
        assert!(estimate(Function::Cosine, 1000, MOST_SAMPLES, 0).is_err());
        assert!(error_curve(Function::Cosine, 1, &[0], 1, 0).is_err());
        assert!(slope(&[1.0; 3], &[1.0; 3], 0.9).is_err() && slope(&[1.0, 2.0, 3.0], &[1.0; 3], 1.0).is_err());
        assert!(Function::named("sine").unwrap_err().to_string().contains("cosine"));
    }
}
