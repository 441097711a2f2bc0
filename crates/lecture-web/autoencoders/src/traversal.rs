//! Figure 3.4, `traversal`: the codes on the way between two codes, and what their pictures have to do with the ends.

use elbo_lecture::quality::traversal::{largest_difference, smoothness, walk};
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Pictures come from single precision: another order of summation moves a pixel by about 1e-6.
const TOLERANCE: f64 = 1e-5;

/// One walk: codes, or pictures.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WalkControls {
    /// Where it begins.
    pub from: Vec<f64>,
    /// Where it ends.
    pub to: Vec<f64>,
    /// Stations, both ends included.
    pub stations: usize,
}

/// The stations of a walk.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Walk {
    /// The stations, one after the other.
    pub stations: Vec<f64>,
    /// Distance of the two ends.
    pub distance: f64,
}

/// The pictures of a walk, and the reconstructions of its ends.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WalkPicturesControls {
    /// Decoded stations, one after the other.
    pub pictures: Vec<f64>,
    /// The two images, encoded and decoded without any walk, one after the other.
    pub reconstructions: Vec<f64>,
    /// Pixels of a picture.
    pub pixels: usize,
}

/// What is known about the pictures of a walk.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct WalkPictures {
    /// Largest difference of a pixel between the first picture and the first reconstruction, or the last and the second, against 0.
    #[tsify(type = "Check")]
    pub ends: Check,
    /// Distance of each picture from the one before it.
    pub strides: Vec<f64>,
    /// The longest of these as a share of their sum: one over their number where the walk is even.
    pub longest_stride: f64,
}

/// `(1 - t) from + t to` at evenly spaced t.
///
/// # Errors
/// Ends of different sizes or not finite; fewer than 2 stations.
#[wasm_bindgen(js_name = walkBetween)]
pub fn walk_between(controls: Ts<WalkControls>) -> std::result::Result<Ts<Walk>, JsError> {
    answer(controls, |WalkControls { from, to, stations }| {
        let (stations, distance) = walk(&from, &to, stations)?;
        Ok(Walk { stations, distance })
    })
}

/// Compares a walk's pictures with the reconstructions of its ends and with each other.
///
/// # Errors
/// Sizes that do not fit.
#[wasm_bindgen(js_name = walkPictures)]
pub fn walk_pictures(controls: Ts<WalkPicturesControls>) -> std::result::Result<Ts<WalkPictures>, JsError> {
    answer(controls, compare)
}

fn compare(controls: WalkPicturesControls) -> Result<WalkPictures> {
    let WalkPicturesControls { pictures, reconstructions, pixels } = controls;
    let difference = largest_difference(&pictures, &reconstructions, pixels)?;
    let (strides, longest_stride) = smoothness(&pictures, pixels)?;
    Ok(WalkPictures { ends: Check::absolute(difference, 0.0, TOLERANCE), strides, longest_stride })
}
