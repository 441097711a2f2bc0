//! The map of a two-dimensional latent space, for the figures that draw it.

use elbo_lecture::latents::latent_manifold;
use wasm_bindgen::prelude::*;

/// The largest grid the page may ask for, a side.
const LARGEST_GRID: usize = 64;

/// Codes `[n * n * 2]` of a grid of the map, row by row from the top left; see [`latent_manifold::grid`].
///
/// # Errors
///
/// `n` outside 1 to 64.
#[wasm_bindgen(js_name = manifoldGrid)]
pub fn manifold_grid(n: usize) -> Result<Vec<f32>, JsError> {
    if !(1..=LARGEST_GRID).contains(&n) {
        return Err(JsError::new(&format!("A grid of {n} x {n} codes is not drawn: choose 1 to {LARGEST_GRID}.")));
    }
    Ok(narrow(latent_manifold::grid(n)))
}

/// Map coordinates in `[0, 1]` (y down) of codes given as pairs; see [`latent_manifold::to_map`].
#[wasm_bindgen(js_name = codesToMap)]
pub fn codes_to_map(codes: &[f32]) -> Vec<f32> {
    narrow(latent_manifold::to_map(&widen(codes)))
}

/// Codes of points of the map; the inverse of `codesToMap`.
#[wasm_bindgen(js_name = mapToCodes)]
pub fn map_to_codes(points: &[f32]) -> Vec<f32> {
    narrow(latent_manifold::from_map(&widen(points)))
}

/// Outline on the map of the ellipse `mu + scale * sigma * (cos t, sin t)`; see [`latent_manifold::ellipse`].
#[wasm_bindgen(js_name = ellipseOnMap)]
pub fn ellipse_on_map(mu_1: f64, mu_2: f64, sigma_1: f64, sigma_2: f64, scale: f64, points: usize) -> Vec<f32> {
    narrow(latent_manifold::ellipse([mu_1, mu_2], [sigma_1, sigma_2], scale, points))
}

fn narrow(values: Vec<f64>) -> Vec<f32> {
    values.into_iter().map(|value| value as f32).collect()
}

fn widen(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
