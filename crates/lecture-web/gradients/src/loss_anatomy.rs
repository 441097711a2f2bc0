//! Figure 8.2, `loss-anatomy`: one digit's loss, term by term. The model runs in the engine; its codes, samples and decoded means
//! come here as typed arrays.

use elbo_lecture::loss::loss_anatomy as anatomy;
use elbo_numerics::Result;
use elbo_numerics::error::{all_finite, finite, positive, same_size};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of an ellipse.
const ELLIPSE_POINTS: usize = 73;

/// Where q stands when it is moved away from the encoder's answer.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PlacedPosterior {
    /// Means, `[m]`.
    pub mu: Vec<f64>,
    /// Logarithms of the standard deviations, `[m]`.
    pub log_sigma: Vec<f64>,
    /// Standard deviations, `[m]`.
    pub sigma: Vec<f64>,
    /// Outlines in the plane of the first two dimensions: one and two standard deviations of q, then of the prior; each a list of
    /// first coordinates and a list of second ones.
    #[tsify(type = "{ x: number[]; y: number[] }[]")]
    pub outlines: Vec<Outline>,
}

/// A closed line.
#[derive(Debug, Serialize)]
pub struct Outline {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LossAnatomy {
    /// Every number of the loss, in nats.
    #[tsify(type = "LossTerms")]
    pub values: anatomy::LossAnatomy,
    /// `E_q[p(x_j = 1 | z)]`, `[784]`.
    pub mean: Vec<f64>,
    /// `E_q[-log p(x_j | z)]` as a share of the dearest pixel's.
    pub cost_share: Vec<f64>,
    /// The dearest pixel's cost, in nats.
    pub largest_pixel_cost: f64,
}

#[wasm_bindgen(typescript_custom_section)]
const LOSS_TERMS: &str = r#"
/** A term in closed form and by Monte Carlo, in nats. */
export interface LossTerm { closed: number; monteCarlo: Estimate; agree: Check; }
/** One latent dimension's divergence, piece by piece, in nats. */
export interface LossDimension { halfMuSquared: number; halfSigmaSquared: number; minusLogSigma: number; minusHalf: number; kl: LossTerm; }
/** The loss of one image, in nats (see `elbo_lecture::loss::loss_anatomy`). */
export interface LossTerms {
  expectedLogLikelihood: Estimate; expectedLogPrior: LossTerm; expectedLogQ: LossTerm; klToPrior: LossTerm; dimensions: LossDimension[];
  simplified: Estimate; unsimplified: Estimate; agree: Check; pieces: Check; withoutConstant: number;
}
"#;

/// A grey image `[784]` made binary: 1 where it is at least 1/2.
#[wasm_bindgen(js_name = binarizeImage)]
pub fn binarize_image(image: &[f32]) -> Vec<f32> {
    image.iter().map(|&grey| if grey >= 0.5 { 1.0 } else { 0.0 }).collect()
}

/// Moves the encoder's answer by `shift` in its first two means and multiplies its standard deviations by `scale`.
///
/// # Errors
/// Codes that are not finite, a scale that is not positive.
#[wasm_bindgen(js_name = placePosterior)]
pub fn place_posterior(
    mu: &[f32],
    log_sigma: &[f32],
    shift_1: f64,
    shift_2: f64,
    scale: f64,
) -> std::result::Result<Ts<PlacedPosterior>, JsError> {
    Ok(placed(mu, log_sigma, [shift_1, shift_2], scale)?.into_ts()?)
}

fn placed(mu: &[f32], log_sigma: &[f32], shift: [f64; 2], scale: f64) -> Result<PlacedPosterior> {
    same_size("log_sigma", log_sigma.len(), mu.len())?;
    let log_scale = positive("scale", scale)?.ln();
    for shift in shift {
        finite("shift of mu", shift)?;
    }
    // Through single precision, in which the engine draws with them.
    let single = |value: f64| f64::from(value as f32);
    let mu: Vec<f64> =
        (mu.iter().enumerate()).map(|(j, mu)| single(f64::from(*mu) + shift.get(j).copied().unwrap_or(0.0))).collect();
    let log_sigma: Vec<f64> = log_sigma.iter().map(|s| single(f64::from(*s) + log_scale)).collect();
    all_finite("mu", &mu)?;
    all_finite("log_sigma", &log_sigma)?;
    let sigma: Vec<f64> = log_sigma.iter().map(|s| s.exp()).collect();
    let plane = |values: &[f64]| [values[0], values.get(1).copied().unwrap_or(0.0)];
    let outlines = [(plane(&mu), plane(&sigma)), ([0.0, 0.0], [1.0, 1.0])]
        .into_iter()
        .flat_map(|(center, radii)| [1.0, 2.0].map(|times| outline(center, radii, times)))
        .collect();
    Ok(PlacedPosterior { mu, log_sigma, sigma, outlines })
}

fn outline(center: [f64; 2], radii: [f64; 2], times: f64) -> Outline {
    let angles: Vec<f64> =
        (0..ELLIPSE_POINTS).map(|k| std::f64::consts::TAU * k as f64 / (ELLIPSE_POINTS - 1) as f64).collect();
    Outline {
        x: angles.iter().map(|t| center[0] + times * radii[0] * t.cos()).collect(),
        y: angles.iter().map(|t| center[1] + times * radii[1] * t.sin()).collect(),
    }
}

/// Takes the loss of one image apart; see [`anatomy::loss_anatomy`].
///
/// # Errors
/// Sizes that disagree, fewer than 2 samples, numbers that are not finite, pixels or means outside `[0, 1]`.
#[wasm_bindgen(js_name = lossAnatomy)]
pub fn loss_anatomy(
    x: &[f32],
    mu: &[f64],
    log_sigma: &[f64],
    z: &[f32],
    means: &[f32],
) -> std::result::Result<Ts<LossAnatomy>, JsError> {
    let (values, pictures) = anatomy::loss_anatomy(x, mu, log_sigma, z, means)?;
    let largest_pixel_cost = pictures.cost.iter().copied().fold(0.0, f64::max);
    let width = largest_pixel_cost.max(f64::MIN_POSITIVE);
    let cost_share = pictures.cost.iter().map(|cost| cost / width).collect();
    Ok(LossAnatomy { values, mean: pictures.mean, cost_share, largest_pixel_cost }.into_ts()?)
}
