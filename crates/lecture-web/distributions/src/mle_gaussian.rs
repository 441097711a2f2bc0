//! Figure 2.2, `mle-gaussian`: the log-likelihood of data under a Gaussian, its gradient, its top, and the way up.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::histogram::Histogram;
use elbo_lecture::distributions::likelihood_contours::contour;
use elbo_lecture::distributions::maximum_likelihood::{
    AscentStep, Gradient, Maximum, ascend, finite_difference, gradient, log_likelihood, maximum, surface,
};
use elbo_lecture_web::answer;
use elbo_numerics::error::within_limit;
use elbo_numerics::grid::linspace;
use elbo_numerics::random::seeded;
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 321;
/// Columns and rows of the surface.
const GRID: (usize, usize) = (97, 65);
/// Level curves: this many nats below the top.
const DROPS: [f64; 7] = [0.5, 2.0, 4.5, 10.0, 20.0, 40.0, 80.0];
/// Corners of a level curve.
const CONTOUR_POINTS: usize = 96;
/// The surface's colours end this many nats per data point below the top.
const SHOWN_DROP: f64 = 4.0;
/// Bars of the histogram.
const BINS: usize = 48;
/// Most samples from the fit.
const MOST_SAMPLES: usize = 20_000;
/// Central differences of fourth order leave about 1e-11 of this scale, rounding about 1e-13.
const GRADIENT_TOLERANCE: f64 = 1e-9;
/// The ascent ends two Newton steps after 1e-5: at rounding.
const ASCENT_TOLERANCE: f64 = 1e-9;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct MleGaussianControls {
    /// The data points.
    pub data: Vec<f64>,
    /// Mean of the Gaussian on trial.
    pub mu: f64,
    /// Standard deviation of the Gaussian on trial.
    pub sigma: f64,
    /// Samples from the fit; may be 0.
    pub samples: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// Ends of the drawing along x and mu.
    pub low: f64,
    /// Ends of the drawing along x and mu.
    pub high: f64,
    /// Ends of the drawing along sigma.
    pub sigma_low: f64,
    /// Ends of the drawing along sigma.
    pub sigma_high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct MleGaussian {
    /// Every number shown.
    pub values: MleGaussianValues,
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// Density of the Gaussian on trial.
    pub density: Vec<f64>,
    /// Density of the fit.
    pub fit: Vec<f64>,
    /// Density on trial at each data point.
    pub at_data: Vec<f64>,
    /// Log-likelihood over (mu, sigma), row by row from the smallest sigma up, in nats.
    pub surface: Vec<f64>,
    /// Columns of the surface.
    pub columns: usize,
    /// Rows of the surface.
    pub rows: usize,
    /// Where the surface's colours begin and end, in nats.
    pub surface_range: (f64, f64),
    /// Level curves, the highest first.
    pub contours: Vec<LevelCurve>,
    /// Gradient ascent from (mu, sigma) to the top.
    #[tsify(type = "{ mu: number; sigma: number; logLikelihood: number }[]")]
    pub path: Vec<AscentStep>,
    /// Borders of the histogram's bars.
    pub edges: Vec<f64>,
    /// Heights of the histogram's bars, per unit of x; empty without samples.
    pub bars: Vec<f64>,
}

/// A level curve of the log-likelihood.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LevelCurve {
    /// How far below the top, in nats.
    pub drop: f64,
    /// Along mu.
    pub mu: Vec<f64>,
    /// Along sigma.
    pub sigma: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct MleGaussianValues {
    /// `sum_n log p(x_n)` of the Gaussian on trial, in nats.
    pub log_likelihood: f64,
    /// Its gradient, in nats per unit of x.
    #[tsify(type = "{ mu: number; sigma: number }")]
    pub gradient: Gradient,
    /// The closed form.
    #[tsify(type = "{ mu: number; sigma: number; variance: number; logLikelihood: number }")]
    pub mle: Maximum,
    /// How far the Gaussian on trial lies below the top, in nats.
    pub gap: f64,
    /// Steps of the ascent.
    pub steps: usize,
    /// Gradient in mu against central differences.
    #[tsify(type = "Check")]
    pub gradient_mu: Check,
    /// Gradient in sigma against central differences.
    #[tsify(type = "Check")]
    pub gradient_sigma: Check,
    /// End of the ascent against the closed form, mu.
    #[tsify(type = "Check")]
    pub ascent_mu: Check,
    /// End of the ascent against the closed form, variance over N.
    #[tsify(type = "Check")]
    pub ascent_variance: Check,
    /// Mean of the samples from the fit; absent without samples.
    #[tsify(type = "Estimate | null")]
    pub sample_mean: Option<Estimate>,
}

/// Computes the figure.
///
/// # Errors
/// No data, data without spread, a sigma that is not positive, more than 20 000 samples.
#[wasm_bindgen(js_name = mleGaussian)]
pub fn mle_gaussian(controls: Ts<MleGaussianControls>) -> std::result::Result<Ts<MleGaussian>, JsError> {
    answer(controls, compute)
}

fn compute(controls: MleGaussianControls) -> Result<MleGaussian> {
    let MleGaussianControls { data, mu, sigma, samples, seed, low, high, sigma_low, sigma_high } = controls;
    let trial = Gaussian::new(mu, sigma)?;
    let mle = maximum(&data)?;
    let fit = Gaussian::new(mle.mu, mle.sigma)?;
    let value = log_likelihood(&data, mu, sigma)?;
    let slope = gradient(&data, mu, sigma)?;
    let numeric = finite_difference(&data, mu, sigma)?;
    // Size of what the differences subtract, per sigma: the value, and the sum of squares in it.
    let scale = (value.abs() + (slope.sigma * sigma).abs() + data.len() as f64) / sigma;
    let path = ascend(&data, mu, sigma)?;
    let end = path.last().copied().unwrap_or(AscentStep { mu, sigma, log_likelihood: value });
    let x = linspace(low, high, CURVE_POINTS)?;
    let grid = surface(&data, (low, high, GRID.0), (sigma_low, sigma_high, GRID.1))?;
    let drawn = if samples > 0 {
        within_limit("samples", samples, MOST_SAMPLES)?;
        let mut random = seeded(seed);
        (0..samples).map(|_| fit.sample(&mut random)).collect()
    } else {
        Vec::new()
    };
    let histogram = if drawn.is_empty() { None } else { Some(Histogram::of(&drawn, low, high, BINS)?) };
    let contours = DROPS.iter().map(|&drop| level_curve(&mle, data.len(), drop)).collect::<Result<Vec<_>>>()?;
    Ok(MleGaussian {
        values: MleGaussianValues {
            log_likelihood: value,
            gradient: slope,
            mle,
            gap: mle.log_likelihood - value,
            steps: path.len() - 1,
            gradient_mu: Check::absolute(slope.mu, numeric.mu, GRADIENT_TOLERANCE * scale),
            gradient_sigma: Check::absolute(slope.sigma, numeric.sigma, GRADIENT_TOLERANCE * scale),
            ascent_mu: Check::relative(end.mu, mle.mu, ASCENT_TOLERANCE),
            ascent_variance: Check::relative(end.sigma * end.sigma, mle.variance, ASCENT_TOLERANCE),
            sample_mean: (drawn.len() > 1).then(|| Estimate::from_samples(drawn.iter().copied())),
        },
        density: x.iter().map(|&x| trial.density(x)).collect(),
        fit: x.iter().map(|&x| fit.density(x)).collect(),
        at_data: data.iter().map(|&x| trial.density(x)).collect(),
        x,
        surface: grid.values,
        columns: GRID.0,
        rows: GRID.1,
        surface_range: (mle.log_likelihood - SHOWN_DROP * data.len() as f64, mle.log_likelihood),
        contours,
        path,
        edges: histogram.as_ref().map_or_else(Vec::new, |histogram| histogram.edges.clone()),
        bars: histogram.map_or_else(Vec::new, |histogram| histogram.density),
    })
}

fn level_curve(mle: &Maximum, count: usize, drop: f64) -> Result<LevelCurve> {
    let (mu, sigma) = contour(mle, count, drop, CONTOUR_POINTS)?.into_iter().unzip();
    Ok(LevelCurve { drop, mu, sigma })
}
