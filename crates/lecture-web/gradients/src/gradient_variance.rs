//! Figure 7.2, `gradient-variance`: two estimators of one gradient, and a third that estimates something else.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::gradients::gradient_estimators::{
    Estimator, EstimatorSummary, PerParameter, TestFunction, sample_gradients, summarize_samples,
};
use elbo_lecture::gradients::gradient_histogram::{
    gradient_histogram, variance_against_samples, variance_standard_error,
};
use elbo_lecture::gradients::naive_swap::{NaiveSwap, naive_swap};
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::random::seeded;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Bins of each histogram.
const BINS: usize = 61;
/// The histograms reach this many standard deviations of the wider estimator to each side.
const REACH: f64 = 3.0;
/// Samples averaged, in the plot of the variance.
const SAMPLE_COUNTS: [usize; 7] = [1, 2, 5, 10, 20, 50, 100];
/// Means whose variance is measured at each.
const REPEATS: usize = 150;
/// Samples of the swapped estimator on the bound.
const SWAP_SAMPLES: usize = 2000;
/// The observation and the model (w, mu, sigma) of the swapped estimator: as in the figures of the bound.
const OBSERVATION: f64 = 2.0;
const MODEL: (f64, f64, f64) = (1.5, 0.0, 0.7);

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GradientVarianceControls {
    /// The function: `square`, `sin` or `cubic`.
    pub f: String,
    /// Mean of z.
    pub mu: f64,
    /// Standard deviation of z.
    pub sigma: f64,
    /// Single-sample gradients drawn.
    pub samples: usize,
    /// Seed.
    pub seed: u64,
    /// The parameter whose gradient is drawn: `mu` or `sigma`.
    pub parameter: String,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GradientVariance {
    /// Every number shown.
    pub values: GradientVarianceValues,
    /// Borders of the bins.
    pub edges: Vec<f64>,
    /// Share of pathwise gradients in each bin.
    pub pathwise: Vec<f64>,
    /// Share of score-function gradients in each bin.
    pub score: Vec<f64>,
    /// Share of each that lies outside the bins.
    pub outside: OutsideShares,
    /// Samples averaged.
    pub averaged: Vec<f64>,
    /// Exact variance of the pathwise mean at each.
    pub pathwise_exact: Vec<f64>,
    /// What was measured.
    pub pathwise_measured: Vec<f64>,
    /// Exact variance of the score-function mean at each.
    pub score_exact: Vec<f64>,
    /// What was measured.
    pub score_measured: Vec<f64>,
}

/// Shares of samples beyond the ends of the histograms, 0 to 1.
#[derive(Debug, Serialize, Tsify)]
pub struct OutsideShares {
    /// Pathwise.
    pub pathwise: f64,
    /// Score function.
    pub score: f64,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GradientVarianceValues {
    /// `dE[f]/dmu` and `dE[f]/dsigma`, closed form.
    #[tsify(type = "{ mu: number; sigma: number }")]
    pub exact: PerParameter<f64>,
    /// Pathwise gradients.
    #[tsify(type = "{ mu: EstimatorSummary; sigma: EstimatorSummary }")]
    pub pathwise: PerParameter<EstimatorSummary>,
    /// Score-function gradients.
    #[tsify(type = "{ mu: EstimatorSummary; sigma: EstimatorSummary }")]
    pub score: PerParameter<EstimatorSummary>,
    /// Sample variance of the pathwise gradients against quadrature.
    #[tsify(type = "{ mu: Check; sigma: Check }")]
    pub pathwise_variance: PerParameter<Check>,
    /// Sample variance of the score-function gradients against quadrature.
    #[tsify(type = "{ mu: Check; sigma: Check }")]
    pub score_variance: PerParameter<Check>,
    /// Exact variance of the score function over that of the pathwise estimator.
    #[tsify(type = "{ mu: number; sigma: number }")]
    pub variance_ratio: PerParameter<f64>,
    /// The swapped estimator on the bound of the linear Gaussian model, beside the pathwise one.
    #[tsify(type = "{ qMu: SwapComparison; logQSigma: SwapComparison }")]
    pub naive_swap: NaiveSwap,
}

#[wasm_bindgen(typescript_custom_section)]
const ESTIMATOR_TYPES: &str = r#"
/** Many single-sample gradients in short. */
export interface EstimatorSummary { mean: number; variance: number; standardError: number; n: number; exactVariance: number; unbiased: Check; }
/** The swapped and the pathwise estimator of one gradient of the bound. */
export interface SwapComparison { exact: number; naive: Estimate; pathwise: Estimate; naiveIsZero: Check; pathwiseIsExact: Check; }
"#;

/// Computes the figure.
///
/// # Errors
/// An unknown function, a sigma that is not positive, samples outside 2 to 1 000 000.
#[wasm_bindgen(js_name = gradientVariance)]
pub fn gradient_variance(controls: Ts<GradientVarianceControls>) -> std::result::Result<Ts<GradientVariance>, JsError> {
    answer(controls, compute)
}

fn compute(controls: GradientVarianceControls) -> Result<GradientVariance> {
    let GradientVarianceControls { mu, sigma, samples: n, seed, .. } = controls;
    let f = TestFunction::named(&controls.f)?;
    let pick = |pair: PerParameter<f64>| if controls.parameter == "sigma" { pair.sigma } else { pair.mu };
    let exact = f.exact(mu, sigma)?.gradient;
    let draw = |estimator| sample_gradients(estimator, f, mu, sigma, n, &mut seeded(seed));
    let (pathwise_drawn, score_drawn) = (draw(Estimator::Pathwise)?, draw(Estimator::Score)?);
    let pathwise = summarize_samples(Estimator::Pathwise, f, mu, sigma, &pathwise_drawn)?;
    let score = summarize_samples(Estimator::Score, f, mu, sigma, &score_drawn)?;
    let spread = |summary: &PerParameter<EstimatorSummary>| {
        pick(PerParameter { mu: summary.mu.exact_variance, sigma: summary.sigma.exact_variance }).sqrt()
    };
    let reach = REACH * spread(&pathwise).max(spread(&score)).max(1e-6);
    let (low, high) = (pick(exact) - reach, pick(exact) + reach);
    let shares = |drawn: &PerParameter<Vec<f64>>| -> Result<(Vec<f64>, f64)> {
        let chosen = if controls.parameter == "sigma" { &drawn.sigma } else { &drawn.mu };
        let histogram = gradient_histogram(chosen, low, high, BINS)?;
        let share = |count: usize| count as f64 / n as f64;
        let outside = share(histogram.below + histogram.above);
        Ok((histogram.counts.into_iter().map(share).collect(), outside))
    };
    let averages = |estimator: Estimator| -> Result<(Vec<f64>, Vec<f64>)> {
        let points = variance_against_samples(estimator, f, mu, sigma, &SAMPLE_COUNTS, REPEATS, seed)?;
        let points = if controls.parameter == "sigma" { points.sigma } else { points.mu };
        Ok(points.iter().map(|point| (point.exact, point.measured)).unzip())
    };
    let ((pathwise_shares, pathwise_outside), (score_shares, score_outside)) =
        (shares(&pathwise_drawn)?, shares(&score_drawn)?);
    let ((pathwise_exact, pathwise_measured), (score_exact, score_measured)) =
        (averages(Estimator::Pathwise)?, averages(Estimator::Score)?);
    let variance_check = |estimator: Estimator,
                          summary: &PerParameter<EstimatorSummary>|
     -> Result<PerParameter<Check>> {
        let error = variance_standard_error(estimator, f, mu, sigma, n)?;
        // Eight: the tails of squared gradients are so heavy that a sample variance is far from Gaussian.
        let check = |each: &EstimatorSummary, error: f64| {
            Check::absolute(each.variance, each.exact_variance, (8.0 * error).max(1e-12 * each.exact_variance.max(1.0)))
        };
        Ok(PerParameter { mu: check(&summary.mu, error.mu), sigma: check(&summary.sigma, error.sigma) })
    };
    let model = LinearGaussian::new(MODEL.0, MODEL.1, MODEL.2)?;
    Ok(GradientVariance {
        values: GradientVarianceValues {
            exact,
            pathwise_variance: variance_check(Estimator::Pathwise, &pathwise)?,
            score_variance: variance_check(Estimator::Score, &score)?,
            variance_ratio: PerParameter {
                mu: score.mu.exact_variance / pathwise.mu.exact_variance,
                sigma: score.sigma.exact_variance / pathwise.sigma.exact_variance,
            },
            pathwise,
            score,
            naive_swap: naive_swap(&model, OBSERVATION, &Gaussian::new(mu, sigma)?, SWAP_SAMPLES, seed)?,
        },
        edges: linspace(low, high, BINS + 1)?,
        pathwise: pathwise_shares,
        score: score_shares,
        outside: OutsideShares { pathwise: pathwise_outside, score: score_outside },
        averaged: SAMPLE_COUNTS.iter().map(|&count| count as f64).collect(),
        pathwise_exact,
        pathwise_measured,
        score_exact,
        score_measured,
    })
}
