//! Figure 7.1, `reparameterization`: one epsilon followed through `z = mu + sigma epsilon`, forwards and backwards.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::gradients::gradient_estimators::{Estimator, PerParameter, TestFunction};
use elbo_lecture::gradients::reparameterization::{
    ReparameterizationChecks, Reparameterized, chain_rule_checks, reparameterization_checks, reparameterize,
    reparameterized_samples,
};
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::random::{seeded, standard_normal};
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 505;
/// Samples whose way is drawn.
const DRAWN_SAMPLES: usize = 40;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ReparameterizationControls {
    /// Mean.
    pub mu: f64,
    /// Standard deviation.
    pub sigma: f64,
    /// The noise that is followed.
    pub epsilon: f64,
    /// What is computed from z: `square`, `sin` or `cubic`.
    pub f: String,
    /// Samples of the two moments.
    pub n: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// Ends of the drawing.
    pub low: f64,
    /// Ends of the drawing.
    pub high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ReparameterizationShown {
    /// Every number shown.
    pub values: ReparameterizationValues,
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// Density of epsilon.
    pub noise: Vec<f64>,
    /// Density of z.
    pub density: Vec<f64>,
    /// The first samples of the noise.
    pub epsilon: Vec<f64>,
    /// Where they end.
    pub z: Vec<f64>,
    /// The first noise of the next seed, for the next press of the button.
    pub next_epsilon: f64,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ReparameterizationValues {
    /// The sample and its derivatives.
    #[tsify(type = "{ epsilon: number; z: number; dzDmu: number; dzDsigma: number; dzDlogSigma: number }")]
    pub sample: Reparameterized,
    /// `f(z)`.
    pub f: f64,
    /// `f'(z)`.
    pub f_derivative: f64,
    /// `df/dmu` and `df/dsigma` along the path of this epsilon.
    #[tsify(type = "{ mu: number; sigma: number }")]
    pub gradient: PerParameter<f64>,
    /// The derivatives of z against finite differences; and epsilon back from z.
    #[tsify(type = "{ mu: Check; sigma: Check; logSigma: Check; inverse: Check }")]
    pub checks: ReparameterizationChecks,
    /// The derivatives of f against finite differences.
    #[tsify(type = "{ mu: Check; sigma: Check }")]
    pub chain_rule: PerParameter<Check>,
    /// Mean of the samples of z.
    #[tsify(type = "Estimate")]
    pub mean: Estimate,
    /// Their mean squared distance from mu.
    #[tsify(type = "Estimate")]
    pub variance: Estimate,
    /// The mean against mu within four exact standard errors.
    #[tsify(type = "Check")]
    pub mean_agrees: Check,
    /// The variance against sigma squared within five exact standard errors.
    #[tsify(type = "Check")]
    pub variance_agrees: Check,
}

/// Computes the figure.
///
/// # Errors
/// A sigma that is not positive, a mu or epsilon that is not finite, n outside 2 to 1 000 000, an unknown function.
#[wasm_bindgen(js_name = reparameterization)]
pub fn reparameterization(
    controls: Ts<ReparameterizationControls>,
) -> std::result::Result<Ts<ReparameterizationShown>, JsError> {
    answer(controls, compute)
}

fn compute(controls: ReparameterizationControls) -> Result<ReparameterizationShown> {
    let ReparameterizationControls { mu, sigma, epsilon, n, .. } = controls;
    let f = TestFunction::named(&controls.f)?;
    let sample = reparameterize(mu, sigma, epsilon)?;
    let samples =
        reparameterized_samples(mu, sigma, elbo_lecture::tools::monte_carlo::sample_count(n)?, controls.seed)?;
    let x = linspace(controls.low, controls.high, CURVE_POINTS)?;
    let q = Gaussian::new(mu, sigma)?;
    let (mean_error, variance_error) = (sigma / (n as f64).sqrt(), sigma * sigma * (2.0 / n as f64).sqrt());
    Ok(ReparameterizationShown {
        values: ReparameterizationValues {
            sample,
            f: f.value(sample.z),
            f_derivative: f.derivative(sample.z),
            gradient: Estimator::Pathwise.single_sample(f, mu, sigma, epsilon),
            checks: reparameterization_checks(mu, sigma, epsilon)?,
            chain_rule: chain_rule_checks(f, mu, sigma, epsilon)?,
            mean: samples.mean,
            variance: samples.variance,
            mean_agrees: Check::absolute(samples.mean.mean, mu, 4.0 * mean_error),
            // A sum of squares leans to the right: four standard errors would be missed too often when n is small.
            variance_agrees: Check::absolute(samples.variance.mean, sigma * sigma, 5.0 * variance_error),
        },
        noise: x.iter().map(|&x| Gaussian::STANDARD.density(x)).collect(),
        density: x.iter().map(|&x| q.density(x)).collect(),
        x,
        epsilon: samples.epsilon.iter().copied().take(DRAWN_SAMPLES).collect(),
        z: samples.z.iter().copied().take(DRAWN_SAMPLES).collect(),
        next_epsilon: standard_normal(&mut seeded(controls.seed.wrapping_add(1))),
    })
}
