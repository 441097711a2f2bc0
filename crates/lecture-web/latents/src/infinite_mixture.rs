//! Figure 4.3, `infinite-mixture`: a bent line of Gaussians, and its marginal as the mixture grows.

use elbo_lecture::latents::infinite_mixture::InfiniteMixture;
use elbo_lecture::latents::infinite_mixture_image::density_image;
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Cells of the picture along each axis.
const CELLS: usize = 104;
/// Points of the line f(z), z from -3.5 to 3.5.
const LINE_POINTS: usize = 201;
const LINE_REACH: f64 = 3.5;
/// A component lighter than this is not drawn as a circle.
const LIGHTEST_DRAWN: f64 = 1e-3;
/// Sizes of the mixture on the convergence curve.
const SIZES: [usize; 36] = [
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 25, 27, 31, 35, 40, 47, 55, 65, 80,
    100, 150, 200, 300, 513,
];

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct InfiniteMixtureControls {
    /// How far the line is bent, -2 to 2; 0 is probabilistic PCA.
    pub bend: f64,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Number of Gaussians K.
    pub components: usize,
    /// The observation, `[2]`.
    pub x: Vec<f64>,
    /// Draws from the model; 0 for none.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// The picture reaches from `-reach` to `reach` in both directions.
    pub reach: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct InfiniteMixtureShown {
    /// Every number shown.
    pub values: InfiniteMixtureValues,
    /// Square root of `p_K` on the grid (so that the tails show), row-major from the lowest row.
    pub image: Vec<f64>,
    /// Cells along each axis.
    pub cells: usize,
    /// The line `f(z)`.
    pub line: Vec<[f64; 2]>,
    /// Means of the components with a visible weight.
    pub means: Vec<[f64; 2]>,
    /// Their z.
    pub z: Vec<f64>,
    /// Their weights, as a share of the largest.
    pub shares: Vec<f64>,
    /// Draws of x.
    pub draws: Vec<Vec<f64>>,
    /// Sizes of the mixture.
    pub sizes: Vec<usize>,
    /// `log p_K(x)` at these sizes, in nats.
    pub log_densities: Vec<f64>,
}

/// Every number shown; log densities in nats.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct InfiniteMixtureValues {
    /// `log p_K(x)`.
    pub log_density: f64,
    /// `log p(x)`, the mixture of 8193 Gaussians.
    pub log_evidence: f64,
    /// `log p_K(x) - log p(x)`.
    pub error: f64,
    /// Distance of neighbouring z in the mixture of K.
    pub spacing: f64,
    /// Gaussians of the mixture of K that are drawn: the grid reaches far into the tails, where the rest weighs nothing.
    pub drawn: usize,
    /// 4097 components against 8193.
    #[tsify(type = "Check")]
    pub refinement: Check,
    /// Mixture against the closed form, where there is one: on a straight line.
    #[tsify(type = "Check | null")]
    pub closed_form: Option<Check>,
}

/// Computes the figure.
///
/// # Errors
/// Bend, sigma or x out of range; 0 or more than 8193 components.
#[wasm_bindgen(js_name = infiniteMixture)]
pub fn infinite_mixture(
    controls: Ts<InfiniteMixtureControls>,
) -> std::result::Result<Ts<InfiniteMixtureShown>, JsError> {
    answer(controls, compute)
}

fn compute(controls: InfiniteMixtureControls) -> Result<InfiniteMixtureShown> {
    let InfiniteMixtureControls { bend, sigma, components: k, x, draws, seed, reach } = controls;
    let model = InfiniteMixture::new(bend, sigma)?;
    let refinement = model.refinement_check(&x)?;
    let log_density = model.log_density(&x, k)?;
    let components = model.components(k)?;
    let heaviest = components.iter().map(|component| component.weight).fold(0.0, f64::max);
    let spacing = components.windows(2).map(|pair| pair[1].z - pair[0].z).next().unwrap_or(0.0);
    let drawn: Vec<_> =
        components.into_iter().filter(|component| component.weight >= LIGHTEST_DRAWN * heaviest).collect();
    let image = density_image(&model, k, [-reach, reach], [-reach, reach], CELLS, CELLS)?;
    let samples = if draws == 0 { vec![] } else { model.samples(draws, seed)? };
    Ok(InfiniteMixtureShown {
        image: image.into_iter().map(f64::sqrt).collect(),
        cells: CELLS,
        line: linspace(-LINE_REACH, LINE_REACH, LINE_POINTS)?.into_iter().map(|z| model.f(z)).collect(),
        means: drawn.iter().map(|component| component.mean).collect(),
        z: drawn.iter().map(|component| component.z).collect(),
        shares: drawn.iter().map(|component| component.weight / heaviest).collect(),
        draws: samples.into_iter().map(|sample| sample.x).collect(),
        sizes: SIZES.to_vec(),
        log_densities: SIZES.iter().map(|size| model.log_density(&x, *size)).collect::<Result<_>>()?,
        values: InfiniteMixtureValues {
            log_density,
            log_evidence: refinement.right,
            error: log_density - refinement.right,
            spacing,
            drawn: drawn.len(),
            refinement,
            closed_form: model.straight_check(&x)?,
        },
    })
}
