//! Figure 5.1, `kl-gaussians`: two Gaussians, both divergences, the integrand, and convexity.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::tools::kl::{kl_gaussian, kl_integrand, kl_monte_carlo, kl_quadrature};
use elbo_lecture::tools::kl_convexity::{Convexity, convexity, convexity_curve};
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 361;
/// Points of the convexity curve.
const CONVEXITY_POINTS: usize = 25;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlGaussiansControls {
    /// Mean of p.
    pub mu1: f64,
    /// Standard deviation of p.
    pub sigma1: f64,
    /// Mean of q.
    pub mu2: f64,
    /// Standard deviation of q.
    pub sigma2: f64,
    /// Monte Carlo samples.
    pub n: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// Which divergence is drawn and sampled: `forward` or `reverse`.
    pub direction: String,
    /// Weight of p in the mixture `t p + (1 - t) q`.
    pub mix: f64,
    /// Ends of the drawing.
    pub low: f64,
    /// Ends of the drawing.
    pub high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlGaussians {
    /// Every number shown.
    pub values: KlGaussiansValues,
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// Density of p.
    pub p: Vec<f64>,
    /// Density of q.
    pub q: Vec<f64>,
    /// The integrand of the chosen direction, in nats per unit of x.
    pub integrand: Vec<f64>,
    /// Weights of the convexity curve.
    pub mix: Vec<f64>,
    /// KL of the mixture at each weight, in nats.
    pub mix_curve: Vec<f64>,
    /// The chord at each weight, in nats.
    pub mix_chord: Vec<f64>,
}

/// Every number shown; divergences in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct KlGaussiansValues {
    /// `KL(p || q)`, closed form.
    pub forward: f64,
    /// `KL(q || p)`, closed form.
    pub reverse: f64,
    /// Closed form against quadrature, forward.
    #[tsify(type = "Check")]
    pub quadrature: Check,
    /// Closed form against quadrature, reverse.
    #[tsify(type = "Check")]
    pub reverse_quadrature: Check,
    /// Monte Carlo value of the chosen direction.
    #[tsify(type = "Estimate")]
    pub monte_carlo: Estimate,
    /// Monte Carlo against closed form, within three standard errors.
    #[tsify(type = "Check")]
    pub monte_carlo_agrees: Check,
    /// Curve and chord at the chosen weight.
    #[tsify(type = "{ t: number; curve: number; chord: number; gap: number }")]
    pub convexity: Convexity,
}

/// Computes the figure.
///
/// # Errors
/// A sigma that is not positive, n outside 2 to 1 000 000, a weight outside 0 to 1.
#[wasm_bindgen(js_name = klGaussians)]
pub fn kl_gaussians(controls: Ts<KlGaussiansControls>) -> std::result::Result<Ts<KlGaussians>, JsError> {
    answer(controls, compute)
}

fn compute(controls: KlGaussiansControls) -> Result<KlGaussians> {
    let p = Gaussian::new(controls.mu1, controls.sigma1)?;
    let q = Gaussian::new(controls.mu2, controls.sigma2)?;
    // The direction that is drawn: from `a` to `b`.
    let (a, b) = if controls.direction == "reverse" { (q, p) } else { (p, q) };
    let monte_carlo = kl_monte_carlo(&a, &b, controls.n, controls.seed)?;
    let x = linspace(controls.low, controls.high, CURVE_POINTS)?;
    let chord = convexity_curve([a, b], [b, b], &linspace(0.0, 1.0, CONVEXITY_POINTS)?)?;
    Ok(KlGaussians {
        values: KlGaussiansValues {
            forward: kl_gaussian(&p, &q),
            reverse: kl_gaussian(&q, &p),
            quadrature: quadrature_check(&p, &q)?,
            reverse_quadrature: quadrature_check(&q, &p)?,
            monte_carlo,
            monte_carlo_agrees: monte_carlo.check_against(kl_gaussian(&a, &b), 3.0),
            convexity: convexity([a, b], [b, b], controls.mix)?,
        },
        p: x.iter().map(|&x| p.density(x)).collect(),
        q: x.iter().map(|&x| q.density(x)).collect(),
        integrand: kl_integrand(&a, &b, &x),
        x,
        mix: chord.iter().map(|point| point.t).collect(),
        mix_curve: chord.iter().map(|point| point.curve).collect(),
        mix_chord: chord.iter().map(|point| point.chord).collect(),
    })
}

/// Two ways to one number: they differ by rounding and by what the quadrature leaves, both relative to the value.
fn quadrature_check(p: &Gaussian, q: &Gaussian) -> Result<Check> {
    Ok(Check::relative(kl_gaussian(p, q), kl_quadrature(p, q)?.value, 1e-10))
}
