//! The drawing pad: ink on a canvas to an MNIST-like image.

use elbo_data::drawing;
use wasm_bindgen::prelude::*;

/// See [`drawing::normalize`]: `pixels` is `[height * width]` in `[0, 1]`, 1 being ink; returns 784 grey levels.
///
/// # Errors
///
/// An empty drawing, a wrong size, a value that is not finite.
#[wasm_bindgen(js_name = normalizeDrawing)]
pub fn normalize_drawing(pixels: &[f32], width: usize, height: usize) -> Result<Vec<f32>, JsError> {
    Ok(drawing::normalize(pixels, width, height)?)
}
