//! Figure 4.2, `ppca`: the linear-Gaussian model in the plane, its evidence and its posterior.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::gradients::full_covariance::{CovarianceRoot, FullCovarianceGaussian};
use elbo_lecture::latents::probabilistic_pca::{Posterior, ProbabilisticPca};
use elbo_lecture_web::answer;
use elbo_numerics::error::{same_size, within_limit};
use elbo_numerics::grid::linspace;
use elbo_numerics::matrices::{rows, vector};
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of an ellipse and of a curve.
const CURVE_POINTS: usize = 121;
/// The posterior's curve reaches so many standard deviations.
const POSTERIOR_REACH: f64 = 6.0;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PpcaControls {
    /// `[2, 1]` or `[2, 2]`.
    #[serde(rename = "W")]
    pub w: Vec<Vec<f64>>,
    /// `[2]`.
    pub mu: Vec<f64>,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// The observation, `[2]`.
    pub x: Vec<f64>,
    /// Draws from the model; 0 for none.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Ppca {
    /// Every number shown.
    pub values: PpcaValues,
    /// Outlines of the marginal at 1 and 2 standard deviations, points of the plane.
    pub marginal: Vec<Vec<Vec<f64>>>,
    /// `W z + mu` for z on the unit circle (two latent dimensions), or z = -3 and 3 (one): what the model reaches without noise.
    pub reach: Vec<Vec<f64>>,
    /// `W z + mu` for whole z from -3 to 3, one latent dimension only.
    pub marks: Vec<Vec<f64>>,
    /// `mu` plus each column of W: where the handles are.
    pub tips: Vec<Vec<f64>>,
    /// The circle of one sigma around the image of the posterior mean.
    pub noise: Vec<Vec<f64>>,
    /// Draws of x.
    pub draws: Vec<Vec<f64>>,
    /// One latent dimension: positions, prior and posterior density.
    pub z: Vec<f64>,
    /// Prior at `priorZ`.
    pub prior: Vec<f64>,
    /// Positions of the prior's curve.
    pub prior_z: Vec<f64>,
    /// Posterior density at `z`.
    pub posterior: Vec<f64>,
    /// Two latent dimensions: outline of the prior at 1 standard deviation.
    pub unit: Vec<[f64; 2]>,
    /// Two latent dimensions: outlines of the posterior at 1 and 2 standard deviations.
    pub posterior_outlines: Vec<Vec<Vec<f64>>>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PpcaValues {
    /// `log p(x)` in nats.
    pub log_evidence: f64,
    /// `p(z | x)`.
    #[tsify(type = "{ mean: number[]; covariance: number[][] }")]
    pub posterior: Posterior,
    /// `p(x)`.
    pub marginal: Moments,
    /// `W E[z | x] + mu`: what the model makes of the posterior mean.
    pub reconstruction: Vec<f64>,
    /// Closed form of `log p(x)` against quadrature over z.
    #[tsify(type = "Check")]
    pub quadrature: Check,
    /// `log p(x)` against `log p(x | z) + log p(z) - log p(z | x)` at z = 0.
    #[tsify(type = "Check")]
    pub bayes: Check,
}

/// Mean and covariance.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Moments {
    /// Mean.
    pub mean: Vec<f64>,
    /// Covariance.
    pub covariance: Vec<Vec<f64>>,
}

/// Computes the figure.
///
/// # Errors
/// A sigma that is not positive or too small beside W, sizes that disagree, more than two latent dimensions.
#[wasm_bindgen(js_name = ppca)]
pub fn ppca(controls: Ts<PpcaControls>) -> std::result::Result<Ts<Ppca>, JsError> {
    answer(controls, compute)
}

fn compute(controls: PpcaControls) -> Result<Ppca> {
    let PpcaControls { w, mu, sigma, x, draws, seed } = controls;
    same_size("the number of rows of W", w.len(), 2)?;
    within_limit("columns of W", w.first().map_or(0, Vec::len), 2)?;
    let model = ProbabilisticPca::new(&w, &mu, sigma)?;
    let quadrature = model.evidence_check(&x)?;
    let values = model.posterior_values(&x)?;
    let posterior = model.posterior(&x)?;
    let dimension = values.mean.len();
    let image = |z: &[f64]| Ok((model.w() * vector("z", z)? + model.mu()).as_slice().to_vec());
    let reconstruction = image(&values.mean)?;
    let covariance = rows(model.marginal().covariance());
    let outlines = |mean: &[f64], covariance: &[Vec<f64>]| -> Result<Vec<Vec<Vec<f64>>>> {
        let gaussian = FullCovarianceGaussian::new(mean, covariance, CovarianceRoot::Cholesky)?;
        [1.0, 2.0].map(|radius| Ok(closed(gaussian.ellipse(radius, CURVE_POINTS)?))).into_iter().collect()
    };
    let (mut z, mut prior_z, mut marks, mut posterior_outlines) = (vec![], vec![], vec![], vec![]);
    let reach: Vec<Vec<f64>>;
    if dimension == 1 {
        let reach_of_posterior = POSTERIOR_REACH * posterior.factor()[(0, 0)];
        z = linspace(values.mean[0] - reach_of_posterior, values.mean[0] + reach_of_posterior, CURVE_POINTS)?;
        prior_z = linspace(-5.0, 5.0, CURVE_POINTS)?;
        reach = [-3.0, 3.0].map(|end| image(&[end])).into_iter().collect::<Result<_>>()?;
        marks = (-3..=3).map(|end| image(&[f64::from(end)])).collect::<Result<_>>()?;
    } else {
        posterior_outlines = outlines(&values.mean, &values.covariance)?;
        reach = circle(1.0).iter().map(|z| image(z)).collect::<Result<_>>()?;
    }
    let unit = |index: usize| (0..dimension).map(|k| f64::from(u8::from(k == index))).collect::<Vec<f64>>();
    let tips = (0..dimension).map(|index| image(&unit(index))).collect::<Result<_>>()?;
    let noise = circle(sigma).iter().map(|e| vec![reconstruction[0] + e[0], reconstruction[1] + e[1]]).collect();
    let samples = if draws == 0 { vec![] } else { model.samples(draws, seed)? };
    Ok(Ppca {
        marginal: outlines(&mu, &covariance)?,
        reach,
        marks,
        tips,
        noise,
        draws: samples.into_iter().map(|sample| sample.x).collect(),
        posterior: z.iter().map(|z| Ok(posterior.log_density(&[*z])?.exp())).collect::<Result<_>>()?,
        z,
        prior: prior_z.iter().map(|z| Gaussian::STANDARD.density(*z)).collect(),
        prior_z,
        unit: if dimension == 1 { vec![] } else { circle(1.0) },
        posterior_outlines,
        values: PpcaValues {
            log_evidence: model.log_evidence(&x)?,
            quadrature,
            bayes: model.bayes_check(&x, &vec![0.0; dimension])?,
            reconstruction,
            marginal: Moments { mean: mu, covariance },
            posterior: values,
        },
    })
}

/// An outline that ends where it begins.
fn closed(mut outline: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    outline.extend(outline.first().cloned());
    outline
}

/// Points of a circle around 0.
fn circle(radius: f64) -> Vec<[f64; 2]> {
    let angle = |k: usize| std::f64::consts::TAU * k as f64 / (CURVE_POINTS - 1) as f64;
    (0..CURVE_POINTS).map(|k| [radius * angle(k).cos(), radius * angle(k).sin()]).collect()
}
