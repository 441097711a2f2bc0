//! Figure 4.1, `scale-mixture`: a random scale, the joint density, the marginal by quadrature, and draws in two steps.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::histogram::Histogram;
use elbo_lecture::latents::scale_mixture::ScaleMixture;
use elbo_lecture_web::answer;
use elbo_numerics::error::within_limit;
use elbo_numerics::grid::linspace;
use elbo_numerics::random::seeded;
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve over x.
const CURVE_POINTS: usize = 321;
/// Points of each curve over z.
const SCALE_POINTS: usize = 121;
/// Columns and rows of the joint density.
const GRID: (usize, usize) = (161, 81);
/// Bars of the histogram.
const BINS: usize = 48;
/// Most draws.
const MOST_DRAWS: usize = 20_000;
/// Draws that are shown as dots.
const MOST_DOTS: usize = 1000;
/// Fewer draws than this are too few for a mean of squares to be near its normal law.
const LEAST_FOR_CHECK: usize = 30;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ScaleMixtureControls {
    /// Smallest scale.
    pub a: f64,
    /// Largest scale.
    pub b: f64,
    /// Mean of x.
    pub mu: f64,
    /// Where the densities are read.
    pub x: f64,
    /// Draws in two steps; may be 0.
    pub n: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Ends of the drawing along x.
    pub low: f64,
    /// Ends of the drawing along x.
    pub high: f64,
    /// End of the drawing along z, which begins at 0.
    pub z_high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct ScaleMixtureShown {
    /// Every number shown.
    pub values: ScaleMixtureValues,
    /// Positions of the curves over x.
    pub x: Vec<f64>,
    /// `p(x)`.
    pub marginal: Vec<f64>,
    /// A Gaussian of the same mean and variance.
    pub gaussian: Vec<f64>,
    /// `p(x | z)` at the scale of the last draw; empty without draws.
    pub conditional: Vec<f64>,
    /// Positions of the curves over z.
    pub z: Vec<f64>,
    /// `p(z)`.
    pub prior: Vec<f64>,
    /// `p(z | x)`.
    pub posterior: Vec<f64>,
    /// `p(x, z)`, row by row from z = 0 up.
    pub joint: Vec<f64>,
    /// Columns of `joint`.
    pub columns: usize,
    /// Rows of `joint`.
    pub rows: usize,
    /// z of the draws that are shown as dots, the last one at the end.
    pub draws_z: Vec<f64>,
    /// x of the same draws.
    pub draws_x: Vec<f64>,
    /// Borders of the histogram's bars.
    pub edges: Vec<f64>,
    /// Heights of the histogram's bars, per unit of x; empty without draws.
    pub bars: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct ScaleMixtureValues {
    /// `p(x)` at the chosen x, per unit of x.
    pub density: f64,
    /// `log p(x)`, in nats.
    pub log_density: f64,
    /// `E[z]`, before x is seen.
    pub prior_mean: f64,
    /// `E[z | x]`.
    pub posterior_mean: f64,
    /// `int p(x) dx` against 1.
    #[tsify(type = "Check")]
    pub mass: Check,
    /// `Var[x]` by quadrature against `E[z^2]`.
    #[tsify(type = "Check")]
    pub variance: Check,
    /// Mean of `(x - mu)^2` over the draws, with its exact standard error; absent without draws.
    #[tsify(type = "Estimate | null")]
    pub sample_variance: Option<Estimate>,
    /// The same against `E[z^2]`, within four standard errors; absent below 30 draws.
    #[tsify(type = "Check | null")]
    pub sample_variance_agrees: Option<Check>,
}

/// Computes the figure.
///
/// # Errors
/// a not positive, a not below b, more than 20 000 draws.
#[wasm_bindgen(js_name = scaleMixture)]
pub fn scale_mixture(controls: Ts<ScaleMixtureControls>) -> std::result::Result<Ts<ScaleMixtureShown>, JsError> {
    answer(controls, compute)
}

fn compute(controls: ScaleMixtureControls) -> Result<ScaleMixtureShown> {
    let ScaleMixtureControls { a, b, mu, x: at, n, seed, low, high, z_high } = controls;
    let model = ScaleMixture::new(a, b, mu)?;
    let (x, inside) = (linspace(low, high, CURVE_POINTS)?, linspace(a, b, SCALE_POINTS)?);
    // Both densities jump at a and at b: each end stands twice, without and with its height.
    let with_ends = |low: [f64; 2], inside: Vec<f64>, high: [f64; 2]| -> Vec<f64> {
        low.into_iter().chain(inside).chain(high).collect()
    };
    let prior = inside.iter().map(|&z| model.prior(z)).collect();
    let joint = model.joint_surface((low, high, GRID.0), (0.5 * z_high / GRID.1 as f64, z_high, GRID.1))?;
    let mut random = seeded(seed);
    if n > 0 {
        within_limit("n", n, MOST_DRAWS)?;
    }
    let draws: Vec<(f64, f64)> = (0..n).map(|_| model.sample(&mut random)).collect();
    let draws_x: Vec<f64> = draws.iter().map(|draw| draw.1).collect();
    let histogram = if n > 0 { Some(Histogram::of(&draws_x, low, high, BINS)?) } else { None };
    let sample_variance = if n > 0 { Some(model.sample_variance(&draws_x)?) } else { None };
    let agrees = sample_variance.filter(|estimate| estimate.n >= LEAST_FOR_CHECK);
    let conditional = draws.last().map(|&(scale, _)| Gaussian::new(mu, scale)).transpose()?;
    let wide = Gaussian::new(mu, model.variance().sqrt())?;
    let density = model.density(at);
    let shown = &draws[n.saturating_sub(MOST_DOTS)..];
    Ok(ScaleMixtureShown {
        values: ScaleMixtureValues {
            density,
            log_density: model.log_density(at),
            prior_mean: 0.5 * (a + b),
            posterior_mean: model.posterior_mean(at),
            mass: model.mass(),
            variance: model.variance_check(),
            sample_variance,
            sample_variance_agrees: agrees.map(|estimate| estimate.check_against(model.variance(), 4.0)),
        },
        marginal: x.iter().map(|&x| model.density(x)).collect(),
        gaussian: x.iter().map(|&x| wide.density(x)).collect(),
        conditional: conditional.map_or_else(Vec::new, |bell| x.iter().map(|&x| bell.density(x)).collect()),
        x,
        prior: with_ends([0.0; 2], prior, [0.0; 2]),
        posterior: with_ends([0.0; 2], model.posterior_over(at, &inside), [0.0; 2]),
        z: with_ends([0.0, a], inside, [b, z_high]),
        joint: joint.values,
        columns: GRID.0,
        rows: GRID.1,
        draws_z: shown.iter().map(|draw| draw.0).collect(),
        draws_x: shown.iter().map(|draw| draw.1).collect(),
        edges: histogram.as_ref().map_or_else(Vec::new, |histogram| histogram.edges.clone()),
        bars: histogram.map_or_else(Vec::new, |histogram| histogram.density),
    })
}
