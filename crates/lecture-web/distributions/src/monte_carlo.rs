//! Figure 5.3, `monte-carlo`: an expectation by sampling, and its error against the number of samples.

use elbo_lecture::tools::monte_carlo::{Function, Slope, error_slope};
use elbo_lecture::tools::monte_carlo_run::{MonteCarloRun, Plan};
use elbo_numerics::{Check, Estimate};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Sample counts of the error curve: equal ratios from 10 to 1000.
const COUNTS: [usize; 9] = [10, 18, 32, 56, 100, 178, 316, 562, 1000];
/// Runs at each count in few dimensions.
const MOST_REPEATS: usize = 60;
/// Runs at each count in many dimensions.
const FEWEST_REPEATS: usize = 20;
/// Normals that the error curve may cost before it has fewer runs.
const CURVE_NORMALS: usize = 1_000_000;
/// Points of the band around the exact value.
const BAND_POINTS: usize = 60;
/// Chance with which the interval of the slope covers the true one; one redraw in a thousand misses it.
const CONFIDENCE: f64 = 0.999;

/// The controls.
#[derive(Debug, Clone, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MonteCarloControls {
    /// The function: `squared-norm`, `cosine`, `exponential` or `inside-ball`.
    pub f: String,
    /// Dimension of x.
    pub dimension: usize,
    /// Samples of the estimate.
    pub n: usize,
    /// Seed.
    pub seed: u64,
}

/// What is shown; while the run is under way, of what was drawn so far.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MonteCarlo {
    /// Every number shown.
    pub values: MonteCarloValues,
    /// Whether every sample was drawn.
    pub finished: bool,
    /// Sample counts of the trace.
    pub trace_n: Vec<f64>,
    /// The mean after so many samples.
    pub trace_mean: Vec<f64>,
    /// Sample counts of the band.
    pub band_n: Vec<f64>,
    /// Two standard errors below the exact value.
    pub band_low: Vec<f64>,
    /// Two standard errors above it.
    pub band_high: Vec<f64>,
    /// Sample count of each single run of the error curve.
    pub run_n: Vec<f64>,
    /// Its error.
    pub run_error: Vec<f64>,
    /// Sample counts of the error curve.
    pub count: Vec<f64>,
    /// Root mean square error of the runs at each.
    pub root_mean_square: Vec<f64>,
    /// What theory predicts for it.
    pub predicted: Vec<f64>,
    /// The fitted line at each.
    pub fitted: Vec<f64>,
    /// Standard deviation of f: the unit of the axes.
    pub deviation: f64,
}

/// Every number shown, in the unit of f.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MonteCarloValues {
    /// `E[f(x)]`.
    pub exact: f64,
    /// The estimate.
    #[tsify(type = "Estimate")]
    pub estimate: Estimate,
    /// What theory predicts for its standard error.
    pub predicted_error: f64,
    /// Slope of log error against log N; null until every run is there.
    #[tsify(
        type = "{ slope: number; intercept: number; standardError: number; low: number; high: number; confidence: number; n: number } | null"
    )]
    pub slope: Option<Slope>,
    /// Runs at each sample count.
    pub repeats: usize,
    /// The estimate against the exact value within four predicted standard errors.
    #[tsify(type = "Check")]
    pub estimate_agrees: Check,
    /// The slope against -1/2 within its confidence interval; null until every run is there.
    #[tsify(type = "Check | null")]
    pub slope_agrees: Option<Check>,
}

/// A run that is computed in pieces.
#[wasm_bindgen]
pub struct MonteCarloSampler {
    run: MonteCarloRun,
    function: Function,
    controls: MonteCarloControls,
    repeats: usize,
}

#[wasm_bindgen]
impl MonteCarloSampler {
    /// Starts a run; nothing is drawn yet.
    ///
    /// # Errors
    /// An unknown function, n outside 2 to 1 000 000, a dimension outside 1 to 1000.
    #[wasm_bindgen(constructor)]
    pub fn new(controls: Ts<MonteCarloControls>) -> Result<MonteCarloSampler, JsError> {
        Ok(Self::start(controls.to_rust()?)?)
    }

    /// Draws about `normals` more numbers and returns what is known by then.
    ///
    /// # Errors
    /// None after a successful start, but for a failing conversion.
    pub fn advance(&mut self, normals: usize) -> Result<Ts<MonteCarlo>, JsError> {
        self.run.advance(normals);
        Ok(self.shown()?.into_ts()?)
    }
}

impl MonteCarloSampler {
    fn start(controls: MonteCarloControls) -> elbo_numerics::Result<Self> {
        let function = Function::named(&controls.f)?;
        let cost = COUNTS.iter().sum::<usize>().saturating_mul(controls.dimension).max(1);
        let repeats = (CURVE_NORMALS / cost).clamp(FEWEST_REPEATS, MOST_REPEATS);
        let run = MonteCarloRun::start(Plan {
            function,
            dimension: controls.dimension,
            n: controls.n,
            seed: controls.seed,
            counts: COUNTS.to_vec(),
            repeats,
        })?;
        Ok(Self { run, function, controls, repeats })
    }

    fn shown(&self) -> elbo_numerics::Result<MonteCarlo> {
        let (function, dimension) = (self.function, self.controls.dimension);
        let (exact, deviation) = (function.mean(dimension), function.variance(dimension).sqrt());
        let estimate = self.run.estimate();
        let curve = self.run.curve();
        let finished = self.run.finished();
        let slope = if finished { Some(error_slope(&curve, CONFIDENCE)?) } else { None };
        let line = |n: f64| slope.map_or(f64::NAN, |fit| (fit.intercept + fit.slope * n.ln()).exp());
        let ratio = (self.controls.n as f64).powf(1.0 / (BAND_POINTS - 1) as f64);
        let band_n: Vec<f64> = (0..BAND_POINTS).map(|k| ratio.powi(k as i32)).collect();
        let band = |sign: f64| band_n.iter().map(|n| exact + sign * 2.0 * deviation / n.sqrt()).collect();
        let predicted_error = deviation / (estimate.n.max(1) as f64).sqrt();
        let runs = || curve.iter().flat_map(|point| point.errors.iter().map(|&error| (point.n as f64, error)));
        Ok(MonteCarlo {
            values: MonteCarloValues {
                exact,
                estimate,
                predicted_error,
                slope,
                repeats: self.repeats,
                estimate_agrees: Check::absolute(estimate.mean, exact, 4.0 * predicted_error),
                slope_agrees: slope.map(|fit| fit.check_against(-0.5)),
            },
            finished,
            trace_n: self.run.trace().iter().map(|point| point.n as f64).collect(),
            trace_mean: self.run.trace().iter().map(|point| point.mean).collect(),
            band_low: band(-1.0),
            band_high: band(1.0),
            band_n,
            run_n: runs().map(|(n, _)| n).collect(),
            run_error: runs().map(|(_, error)| error).collect(),
            count: curve.iter().map(|point| point.n as f64).collect(),
            root_mean_square: curve.iter().map(|point| point.root_mean_square).collect(),
            predicted: curve.iter().map(|point| point.predicted).collect(),
            fitted: curve.iter().map(|point| line(point.n as f64)).collect(),
            deviation,
        })
    }
}
