//! Figure 6.1, `elbo-bars`: `log p(x) = ELBO + KL(q || posterior)` on a model where every term is known.

use elbo_lecture::bound::evidence_lower_bound::evidence_lower_bound;
use elbo_lecture::bound::evidence_lower_bound_ascent::walk_to_posterior;
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::elbo_scene::ElboScene;

/// Share of a Newton step that one step of the walk takes.
const WALK_RATE: f64 = 0.12;
/// The walk has arrived when the gap is below this, in nats.
const ARRIVED: f64 = 1e-9;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboBarsControls {
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
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboBars {
    /// Every number shown.
    pub values: ElboBarsValues,
    /// The curves.
    pub scene: ElboScene,
}

/// Every number shown, in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboBarsValues {
    /// `log p(x)`, closed form.
    pub log_evidence: f64,
    /// `E_q[log p(x | z)] - KL(q || p(z))`.
    pub elbo: f64,
    /// `KL(q || p(z | x))`, the gap.
    pub kl_to_posterior: f64,
    /// `E_q[log p(x | z)]`.
    pub expected_log_likelihood: f64,
    /// `KL(q || p(z))`.
    pub kl_to_prior: f64,
    /// Mean of the exact posterior.
    pub posterior_mu: f64,
    /// Standard deviation of the exact posterior.
    pub posterior_sigma: f64,
    /// `log p(x)` against ELBO plus gap.
    #[tsify(type = "Check")]
    pub sum: Check,
    /// `log p(x)`: closed form against quadrature over z.
    #[tsify(type = "Check")]
    pub evidence_quadrature: Check,
    /// The gap: closed form against quadrature.
    #[tsify(type = "Check")]
    pub gap_quadrature: Check,
}

/// Where one step of the walk leads.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboWalkStep {
    /// Mean of q.
    pub q_mu: f64,
    /// Standard deviation of q.
    pub q_sigma: f64,
    /// The gap is closed: there is no further step.
    pub arrived: bool,
}

/// Computes the figure.
///
/// # Errors
/// A sigma that is not positive; numbers that are not finite.
#[wasm_bindgen(js_name = elboBars)]
pub fn elbo_bars(controls: Ts<ElboBarsControls>) -> std::result::Result<Ts<ElboBars>, JsError> {
    answer(controls, compute)
}

/// One step of gradient ascent on the ELBO from this q towards the posterior.
///
/// # Errors
/// As [`elbo_bars`].
#[wasm_bindgen(js_name = elboWalkStep)]
pub fn elbo_walk_step(controls: Ts<ElboBarsControls>) -> std::result::Result<Ts<ElboWalkStep>, JsError> {
    answer(controls, |controls: ElboBarsControls| {
        let (model, q) = controls.model()?;
        let path = walk_to_posterior(&model, controls.x, &q, WALK_RATE, 1)?;
        let ElboBarsControls { q_mu, q_sigma, .. } = controls;
        Ok(match path.last() {
            Some(point) if path.len() > 1 && point.kl_to_posterior > ARRIVED => {
                ElboWalkStep { q_mu: point.q_mu, q_sigma: point.q_sigma, arrived: false }
            }
            Some(point) => ElboWalkStep { q_mu: point.q_mu, q_sigma: point.q_sigma, arrived: true },
            None => ElboWalkStep { q_mu, q_sigma, arrived: true },
        })
    })
}

impl ElboBarsControls {
    fn model(&self) -> Result<(LinearGaussian, Gaussian)> {
        Ok((LinearGaussian::new(self.w, self.mu, self.sigma)?, Gaussian::new(self.q_mu, self.q_sigma)?))
    }
}

fn compute(controls: ElboBarsControls) -> Result<ElboBars> {
    let (model, q) = controls.model()?;
    let bound = evidence_lower_bound(&model, controls.x, &q)?;
    let [evidence_quadrature, _, _, gap_quadrature] = bound.quadrature;
    Ok(ElboBars {
        values: ElboBarsValues {
            log_evidence: bound.log_evidence,
            elbo: bound.elbo,
            kl_to_posterior: bound.kl_to_posterior,
            expected_log_likelihood: bound.expected_log_likelihood,
            kl_to_prior: bound.kl_to_prior,
            posterior_mu: bound.posterior_mu,
            posterior_sigma: bound.posterior_sigma,
            sum: bound.sum,
            evidence_quadrature,
            gap_quadrature,
        },
        scene: ElboScene::new(&model, controls.x, &q)?,
    })
}
