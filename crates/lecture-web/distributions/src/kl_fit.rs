//! Figure 5.2, `kl-fit`: one Gaussian fitted to two bumps by either divergence.

use elbo_lecture::distributions::density::Density;
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::tools::kl_fit::{
    Direction, FitGradient, FitStep, Target, divergence, finite_difference, forward_fit, gradient, reverse_fit, surface,
};
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 301;
/// Columns and rows of the landscape.
const LANDSCAPE: (usize, usize) = (31, 21);
/// The landscape's colour is `log(KL - least + this)`: it resolves a tenth of a nat near the valleys.
const SHADE_FLOOR: f64 = 0.1;
/// The descent ends at 1e-10 in units of one sigma; Newton's last step leaves less.
const OPTIMUM_TOLERANCE: f64 = 1e-9;
/// Central differences of fourth order with step 1e-3 leave rounding, 1e-13 of the divergence over the step.
const DIFFERENCE_TOLERANCE: f64 = 1e-7;
/// Two descents that end this near to each other, in units of sigma, found the same valley.
const SAME_VALLEY: f64 = 1e-3;

/// The two bumps of p, and how the divergence is taken.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlFitControls {
    /// Weight of the first bump.
    pub weight: f64,
    /// Mean of the first bump.
    pub mu1: f64,
    /// Standard deviation of the first bump.
    pub sigma1: f64,
    /// Mean of the second bump.
    pub mu2: f64,
    /// Standard deviation of the second bump.
    pub sigma2: f64,
    /// Mean of q where the descent starts.
    pub mu: f64,
    /// Standard deviation of q where the descent starts.
    pub sigma: f64,
    /// Which divergence the landscape shows: `forward` or `reverse`.
    pub direction: String,
    /// Steps walked downhill; more than there are is the end.
    pub step: usize,
    /// Ends of the drawing in x.
    pub low: f64,
    /// Ends of the drawing in x.
    pub high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlFit {
    /// Every number shown.
    pub values: KlFitValues,
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// Density of p.
    pub p: Vec<f64>,
    /// Density of q where it stands on its way downhill.
    pub q: Vec<f64>,
    /// Density of the covering fit.
    pub forward: Vec<f64>,
    /// Density of the seeking fit.
    pub reverse: Vec<f64>,
    /// Means along the way downhill.
    pub path_mu: Vec<f64>,
    /// Standard deviations along the way downhill.
    pub path_sigma: Vec<f64>,
}

/// A Gaussian with both its divergences from p, in nats.
#[derive(Debug, Clone, Copy, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FittedGaussian {
    /// Mean.
    pub mu: f64,
    /// Standard deviation.
    pub sigma: f64,
    /// `KL(p || q)`.
    pub forward: f64,
    /// `KL(q || p)`.
    pub reverse: f64,
}

/// Every number shown; divergences in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlFitValues {
    /// q where it stands on its way downhill.
    pub q: FittedGaussian,
    /// The fit that covers: least `KL(p || q)`.
    pub forward: FittedGaussian,
    /// The fit that seeks: the valley of `KL(q || p)` below the start.
    pub reverse: FittedGaussian,
    /// Step of the way shown.
    pub step: usize,
    /// Steps from start to end.
    pub steps: usize,
    /// Gradient of the chosen divergence at q: by mu in nats per unit of x, by log sigma in nats.
    #[tsify(type = "{ mu: number; logSigma: number }")]
    pub gradient: FitGradient,
    /// The larger component of the gradient at the covering fit, in nats per sigma, is 0.
    #[tsify(type = "Check")]
    pub forward_vanishes: Check,
    /// The larger component of the gradient at the seeking fit, in nats per sigma, is 0.
    #[tsify(type = "Check")]
    pub reverse_vanishes: Check,
    /// The gradient at q against a finite difference: the component that agrees worse.
    #[tsify(type = "Check")]
    pub finite_difference: Check,
}

/// The landscape of the chosen divergence over the mean and the standard deviation of q.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlFitLandscape {
    /// `log(KL - least + 0.1)`, row by row from the smallest sigma.
    pub shade: Vec<f64>,
    /// Points along mu.
    pub columns: usize,
    /// Points along log sigma.
    pub rows: usize,
    /// The valleys found from the two bumps and from the covering fit.
    #[tsify(type = "{ mu: number; sigma: number; kl: number }[]")]
    pub valleys: Vec<FitStep>,
}

/// Where the landscape lies.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlFitLandscapeControls {
    /// Weight of the first bump.
    pub weight: f64,
    /// Mean of the first bump.
    pub mu1: f64,
    /// Standard deviation of the first bump.
    pub sigma1: f64,
    /// Mean of the second bump.
    pub mu2: f64,
    /// Standard deviation of the second bump.
    pub sigma2: f64,
    /// Which divergence: `forward` or `reverse`.
    pub direction: String,
    /// Range of mu.
    #[tsify(type = "[number, number]")]
    pub mu_range: [f64; 2],
    /// Range of sigma.
    #[tsify(type = "[number, number]")]
    pub sigma_range: [f64; 2],
}

/// Computes the figure without the landscape.
///
/// # Errors
/// A sigma that is not positive, a weight outside 0 to 1, a descent that does not end.
#[wasm_bindgen(js_name = klFit)]
pub fn kl_fit(controls: Ts<KlFitControls>) -> std::result::Result<Ts<KlFit>, JsError> {
    answer(controls, compute)
}

/// Computes the landscape, which does not depend on q.
///
/// # Errors
/// As [`kl_fit`].
#[wasm_bindgen(js_name = klFitLandscape)]
pub fn kl_fit_landscape(controls: Ts<KlFitLandscapeControls>) -> std::result::Result<Ts<KlFitLandscape>, JsError> {
    answer(controls, landscape)
}

fn target(weight: f64, means: [f64; 2], sigmas: [f64; 2]) -> Result<Target> {
    let components = vec![Gaussian::new(means[0], sigmas[0])?, Gaussian::new(means[1], sigmas[1])?];
    Target::new(vec![weight, 1.0 - weight], components)
}

fn direction(name: &str) -> Direction {
    if name == "forward" { Direction::Forward } else { Direction::Reverse }
}

fn compute(controls: KlFitControls) -> Result<KlFit> {
    let p = target(controls.weight, [controls.mu1, controls.mu2], [controls.sigma1, controls.sigma2])?;
    let direction = direction(&controls.direction);
    let start = Gaussian::new(controls.mu, controls.sigma)?;
    let covering = forward_fit(&p)?;
    let descent = reverse_fit(&p, controls.mu, controls.sigma)?;
    let seeking = descent.last().map_or(Ok(start), |end| Gaussian::new(end.mu, end.sigma))?;
    let path: Vec<(f64, f64)> = match direction {
        // The covering fit needs no descent: its mean and variance are those of p.
        Direction::Forward => vec![(controls.mu, controls.sigma), (covering.mean(), covering.sigma())],
        Direction::Reverse => descent.iter().map(|step| (step.mu, step.sigma)).collect(),
    };
    let steps = path.len().saturating_sub(1);
    let step = controls.step.min(steps);
    let q = path.get(step).map_or(Ok(start), |&(mu, sigma)| Gaussian::new(mu, sigma))?;
    let slope = gradient(direction, &p, &q)?;
    let numeric = finite_difference(direction, &p, &q)?;
    let x = linspace(controls.low, controls.high, CURVE_POINTS)?;
    let curve = |q: &Gaussian| x.iter().map(|&x| q.density(x)).collect();
    Ok(KlFit {
        values: KlFitValues {
            q: fitted(&p, &q)?,
            forward: fitted(&p, &covering)?,
            reverse: fitted(&p, &seeking)?,
            step,
            steps,
            gradient: slope,
            forward_vanishes: vanishes(gradient(Direction::Forward, &p, &covering)?, &covering),
            reverse_vanishes: vanishes(gradient(Direction::Reverse, &p, &seeking)?, &seeking),
            finite_difference: worse(slope, numeric),
        },
        p: x.iter().map(|&x| p.density(x)).collect(),
        q: curve(&q),
        forward: curve(&covering),
        reverse: curve(&seeking),
        x,
        path_mu: path.iter().map(|&(mu, _)| mu).collect(),
        path_sigma: path.iter().map(|&(_, sigma)| sigma).collect(),
    })
}

fn fitted(p: &Target, q: &Gaussian) -> Result<FittedGaussian> {
    Ok(FittedGaussian {
        mu: q.mean(),
        sigma: q.sigma(),
        forward: divergence(Direction::Forward, p, q)?,
        reverse: divergence(Direction::Reverse, p, q)?,
    })
}

/// The larger component of a gradient, per sigma of q, against 0.
fn vanishes(slope: FitGradient, q: &Gaussian) -> Check {
    let by_mu = slope.mu * q.sigma();
    Check::absolute(if by_mu.abs() > slope.log_sigma.abs() { by_mu } else { slope.log_sigma }, 0.0, OPTIMUM_TOLERANCE)
}

/// The component in which two gradients differ more, compared on the scale of the larger component.
fn worse(exact: FitGradient, numeric: FitGradient) -> Check {
    let tolerance = DIFFERENCE_TOLERANCE * exact.mu.abs().max(exact.log_sigma.abs()).max(1.0);
    let by_mu = Check::absolute(exact.mu, numeric.mu, tolerance);
    let by_scale = Check::absolute(exact.log_sigma, numeric.log_sigma, tolerance);
    if by_mu.difference.abs() > by_scale.difference.abs() { by_mu } else { by_scale }
}

fn landscape(controls: KlFitLandscapeControls) -> Result<KlFitLandscape> {
    let p = target(controls.weight, [controls.mu1, controls.mu2], [controls.sigma1, controls.sigma2])?;
    let direction = direction(&controls.direction);
    let ([low, high], [narrow, wide]) = (controls.mu_range, controls.sigma_range);
    let surface = surface(direction, &p, (low, high, LANDSCAPE.0), (narrow.ln(), wide.ln(), LANDSCAPE.1))?;
    let least = surface.values.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(KlFitLandscape {
        shade: surface.values.iter().map(|kl| (kl - least + SHADE_FLOOR).ln()).collect(),
        columns: surface.x.len(),
        rows: surface.y.len(),
        valleys: valleys(direction, &p)?,
    })
}

fn valleys(direction: Direction, p: &Target) -> Result<Vec<FitStep>> {
    let covering = forward_fit(p)?;
    if direction == Direction::Forward {
        let kl = divergence(direction, p, &covering)?;
        return Ok(vec![FitStep { mu: covering.mean(), sigma: covering.sigma(), kl }]);
    }
    let mut found: Vec<FitStep> = Vec::new();
    for start in p.components().iter().chain([&covering]) {
        if let Some(end) = reverse_fit(p, start.mean(), start.sigma())?.last() {
            let known = |other: &FitStep| {
                (other.mu - end.mu).abs().max((other.sigma - end.sigma).abs()) < SAME_VALLEY * end.sigma
            };
            if !found.iter().any(known) {
                found.push(*end);
            }
        }
    }
    Ok(found)
}
