//! Figure 10.3, `blurry`: many images of one code, their mean, and how blurred or grainy pictures are.

use elbo_lecture::quality::many_images::{self, Costs, ManyImages};
use elbo_numerics::random::{seeded, uniform};
use elbo_numerics::{Check, Estimate};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::in_f64;

/// Side of a digit.
const SIDE: usize = 28;

/// What pictures cost when each has to stand for all images: averages over the images.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct PictureCosts {
    /// Of the mean of the images.
    pub mean: f64,
    /// Of what the decoder gives.
    pub decoded: f64,
    /// Of each image.
    pub images: Vec<f64>,
    /// The decoder's cost against its two parts: what no picture can avoid, and its distance from the mean.
    #[tsify(type = "Check")]
    pub parts: Check,
    /// The least of all costs against that of the mean.
    #[tsify(type = "Check")]
    pub cheapest: Check,
}

impl From<Costs> for PictureCosts {
    fn from(Costs { mean, picture, images, parts, cheapest }: Costs) -> Self {
        Self { mean, decoded: picture, images, parts, cheapest }
    }
}

/// Many images of one code.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ManyImagesShown {
    /// Their pixelwise mean.
    pub mean: Vec<f64>,
    /// Costs by the cross-entropy, in nats; images as pictures are kept 0.01 away from 0 and 1.
    pub cross_entropy: PictureCosts,
    /// Costs by the squared error.
    pub squared_error: PictureCosts,
}

/// How strong the edges of pictures are.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EdgeContrast {
    /// Mean squared step between neighbouring pixels.
    #[tsify(type = "Estimate")]
    pub contrast: Estimate,
}

/// Indices of the `count` codes of `codes` `[n, latent]` nearest to code `chosen`, itself first.
///
/// # Errors
/// Sizes that do not fit, codes that are not finite.
#[wasm_bindgen(js_name = nearestCodes)]
pub fn nearest_codes(codes: &[f32], latent: usize, chosen: usize, count: usize) -> Result<Vec<usize>, JsError> {
    Ok(many_images::nearest(&in_f64(codes), latent, chosen, count)?)
}

/// The mean of `images` `[k, 784]`, and what it, they and `decoded` `[784]` cost as pictures of them all.
///
/// # Errors
/// Sizes that do not fit, pixels outside `[0, 1]`.
#[wasm_bindgen(js_name = manyImages)]
pub fn many_images(images: &[f32], decoded: &[f32]) -> Result<Ts<ManyImagesShown>, JsError> {
    let ManyImages { mean, cross_entropy, squared_error } = ManyImages::measure(&in_f64(images), &in_f64(decoded))?;
    let shown = ManyImagesShown { mean, cross_entropy: cross_entropy.into(), squared_error: squared_error.into() };
    Ok(shown.into_ts()?)
}

/// Mean squared step between neighbouring pixels of digits `[n, 784]`, divided by `unit`.
///
/// # Errors
/// No digits, an incomplete one, pixels that are not finite, a `unit` that is not positive.
#[wasm_bindgen(js_name = edgeContrast)]
pub fn edge_contrast(images: &[f32], unit: f64) -> Result<Ts<EdgeContrast>, JsError> {
    Ok(EdgeContrast { contrast: many_images::edge_contrast(&in_f64(images), SIDE, unit)? }.into_ts()?)
}

/// Each pixel 1 with its grey value as the probability, else 0, independent of its neighbours.
#[wasm_bindgen(js_name = pixelByPixel)]
pub fn pixel_by_pixel(images: &[f32], seed: u32) -> Vec<f32> {
    let mut random = seeded(seed.into());
    images.iter().map(|&grey| if uniform(&mut random) < f64::from(grey) { 1.0 } else { 0.0 }).collect()
}
