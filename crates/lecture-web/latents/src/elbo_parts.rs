//! Figure 6.3, `elbo-parts`: reconstruction against regularisation, and the weight beta between them.

use elbo_lecture::bound::evidence_lower_bound::{best_q, beta_weighted, evidence_lower_bound, expected_log_likelihood};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_lecture::tools::kl::kl_gaussian;
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::elbo_scene::ElboScene;

/// Points of each slice and of the frontier.
const POINTS: usize = 97;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboPartsControls {
    /// Slope of the model `x = w z + mu + sigma epsilon`.
    pub w: f64,
    /// Offset of the model.
    pub mu: f64,
    /// Noise of the model.
    pub sigma: f64,
    /// What was observed.
    pub x: f64,
    /// Mean of q.
    pub q_mu: f64,
    /// Standard deviation of q.
    pub q_sigma: f64,
    /// Weight of the regularisation.
    pub beta: f64,
    /// Ends of q's standard deviation in the second slice.
    pub q_sigma_low: f64,
    /// Ends of q's standard deviation in the second slice.
    pub q_sigma_high: f64,
    /// End of the frontier's axis, in nats of KL.
    pub kl_high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboParts {
    /// Every number shown.
    pub values: ElboPartsValues,
    /// The curves over z.
    pub scene: ElboScene,
    /// The best q, at `scene.z`.
    pub best: Vec<f64>,
    /// Heights of the likelihood and of the best q at their peaks.
    pub peaks: [f64; 2],
    /// The parts while q's mean moves.
    pub by_mean: PartsSlice,
    /// The parts while q's standard deviation moves.
    pub by_sigma: PartsSlice,
    /// What the best q of each beta pays, in nats of KL, ascending.
    pub frontier_kl: Vec<f64>,
    /// What it gets, in nats of reconstruction.
    pub frontier_reconstruction: Vec<f64>,
    /// Height of the line of slope beta through the best q, at a KL of 0 and at the end of the axis.
    pub tangent: [f64; 2],
    /// The same line through q.
    pub through_q: [f64; 2],
}

/// The parts along one parameter of q, in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PartsSlice {
    /// The parameter.
    pub at: Vec<f64>,
    /// `E_q[log p(x | z)]`.
    pub reconstruction: Vec<f64>,
    /// `-beta KL(q || p(z))`.
    pub regularisation: Vec<f64>,
    /// Their sum.
    pub total: Vec<f64>,
}

/// Every number shown, in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboPartsValues {
    /// `E_q[log p(x | z)]`, reconstruction.
    pub expected_log_likelihood: f64,
    /// `KL(q || p(z))`, regularisation.
    pub kl_to_prior: f64,
    /// `E_q[log p(x | z)] - KL(q || p(z))`.
    pub elbo: f64,
    /// `E_q[log p(x | z)] - beta KL(q || p(z))`.
    pub weighted: f64,
    /// `log p(x)`.
    pub log_evidence: f64,
    /// `KL(q || p(z | x))`.
    pub kl_to_posterior: f64,
    /// The q that is best for this beta.
    pub best: BestQ,
    /// Reconstruction: closed form against quadrature.
    #[tsify(type = "Check")]
    pub reconstruction_quadrature: Check,
    /// Regularisation: closed form against quadrature.
    #[tsify(type = "Check")]
    pub regularisation_quadrature: Check,
    /// Reconstruction minus regularisation against log evidence minus gap.
    #[tsify(type = "Check")]
    pub sum: Check,
}

/// The q that maximises the weighted bound, with its parts.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct BestQ {
    /// Mean.
    pub mu: f64,
    /// Standard deviation.
    pub sigma: f64,
    /// Its reconstruction.
    pub expected_log_likelihood: f64,
    /// Its divergence from the prior.
    pub kl_to_prior: f64,
    /// Its weighted bound.
    pub weighted: f64,
}

/// Computes the figure.
///
/// # Errors
/// A sigma or beta that is not positive; numbers that are not finite.
#[wasm_bindgen(js_name = elboParts)]
pub fn elbo_parts(controls: Ts<ElboPartsControls>) -> std::result::Result<Ts<ElboParts>, JsError> {
    answer(controls, compute)
}

fn compute(controls: ElboPartsControls) -> Result<ElboParts> {
    let ElboPartsControls { x, beta, kl_high, .. } = controls;
    let model = LinearGaussian::new(controls.w, controls.mu, controls.sigma)?;
    let q = Gaussian::new(controls.q_mu, controls.q_sigma)?;
    let bound = evidence_lower_bound(&model, x, &q)?;
    let best = best_q(&model, x, beta)?;
    let (weighted, best_weighted) = (beta_weighted(&model, x, &q, beta)?, beta_weighted(&model, x, &best, beta)?);
    let scene = ElboScene::new(&model, x, &q)?;
    let means = linspace(-scene.half_width, scene.half_width, POINTS)?;
    let sigmas = geometric(controls.q_sigma_low, controls.q_sigma_high)?;
    let by_mean = slice(&model, x, beta, means, |mean| Gaussian::new(mean, q.sigma()))?;
    let by_sigma = slice(&model, x, beta, sigmas, |sigma| Gaussian::new(q.mean(), sigma))?;
    let (frontier_kl, frontier_reconstruction) = frontier(&model, x, kl_high)?;
    let [_, reconstruction_quadrature, regularisation_quadrature, _] = bound.quadrature;
    Ok(ElboParts {
        values: ElboPartsValues {
            expected_log_likelihood: bound.expected_log_likelihood,
            kl_to_prior: bound.kl_to_prior,
            elbo: bound.elbo,
            weighted,
            log_evidence: bound.log_evidence,
            kl_to_posterior: bound.kl_to_posterior,
            best: BestQ {
                mu: best.mean(),
                sigma: best.sigma(),
                expected_log_likelihood: expected_log_likelihood(&model, x, &best),
                kl_to_prior: kl_gaussian(&best, &Gaussian::STANDARD),
                weighted: best_weighted,
            },
            reconstruction_quadrature,
            regularisation_quadrature,
            sum: Check::absolute(bound.elbo, bound.log_evidence - bound.kl_to_posterior, bound.sum.tolerance),
        },
        peaks: [Gaussian::new(0.0, model.sigma())?.density(0.0), best.density(best.mean())],
        best: scene.z.iter().map(|&z| best.density(z)).collect(),
        scene,
        by_mean,
        by_sigma,
        frontier_kl,
        frontier_reconstruction,
        tangent: [best_weighted, best_weighted + beta * kl_high],
        through_q: [weighted, weighted + beta * kl_high],
    })
}

/// Both parts and their sum at every q of a family.
fn slice(
    model: &LinearGaussian,
    x: f64,
    beta: f64,
    at: Vec<f64>,
    family: impl Fn(f64) -> Result<Gaussian>,
) -> Result<PartsSlice> {
    let (mut reconstruction, mut regularisation, mut total) = (Vec::new(), Vec::new(), Vec::new());
    for &parameter in &at {
        let q = family(parameter)?;
        let (gain, cost) = (expected_log_likelihood(model, x, &q), -beta * kl_gaussian(&q, &Gaussian::STANDARD));
        reconstruction.push(gain);
        regularisation.push(cost);
        total.push(gain + cost);
    }
    Ok(PartsSlice { at, reconstruction, regularisation, total })
}

/// The best q of every beta from 1000 down to a millionth, then level to the end of the axis (it could rise there by a ten-thousandth
/// of a nat): no q with the same divergence reconstructs better.
fn frontier(model: &LinearGaussian, x: f64, kl_high: f64) -> Result<(Vec<f64>, Vec<f64>)> {
    let mut points = Vec::with_capacity(POINTS);
    for beta in geometric(1e-6, 1e3)?.into_iter().rev() {
        let q = best_q(model, x, beta)?;
        points.push((kl_gaussian(&q, &Gaussian::STANDARD), expected_log_likelihood(model, x, &q)));
    }
    points.extend(points.last().map(|&(_, highest)| (kl_high, highest)));
    Ok(points.into_iter().unzip())
}

/// Numbers in equal ratios.
fn geometric(low: f64, high: f64) -> Result<Vec<f64>> {
    Ok(linspace(low.ln(), high.ln(), POINTS)?.into_iter().map(f64::exp).collect())
}
