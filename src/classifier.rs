//! The digit classifier as the worker calls it.

use elbo_training::DigitClassifier;
use elbo_training::classification::{confident_share, most_probable};
use js_sys::{Float32Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::errors::js_error;
use crate::values::{plain, set};

/// A trained classifier of digits.
#[wasm_bindgen]
pub struct ImageClassifier {
    pub(crate) classifier: DigitClassifier,
}

impl ImageClassifier {
    pub(crate) fn new(classifier: DigitClassifier) -> Self {
        Self { classifier }
    }
}

#[wasm_bindgen]
impl ImageClassifier {
    /// `p(y | x)`, `[n, 10]`, of images `[n, 784]` in `[0, 1]`.
    pub async fn probabilities(&self, images: Vec<f32>) -> Result<Float32Array, JsError> {
        let probabilities = self.classifier.probabilities(images).await.map_err(js_error)?;
        Ok(Float32Array::from(probabilities.as_slice()))
    }

    /// Images moved by at most `epsilon` a pixel to where their class becomes less probable (fast gradient sign).
    pub async fn perturb(&self, images: Vec<f32>, labels: Vec<u8>, epsilon: f32) -> Result<Float32Array, JsError> {
        let moved = self.classifier.perturbed(images, &labels, epsilon).await.map_err(js_error)?;
        Ok(Float32Array::from(moved.as_slice()))
    }

    /// `{ classes: Uint8Array [n], confidence: Float32Array [n], confident }`: each image's most probable class, its
    /// probability, and the share of images (an `Estimate`) for which that is at least `threshold`.
    pub async fn judge(&self, images: Vec<f32>, threshold: f32) -> Result<JsValue, JsError> {
        let guesses = most_probable(&self.classifier.probabilities(images).await.map_err(js_error)?);
        let classes: Vec<u8> = guesses.iter().map(|guess| guess.class).collect();
        let confidence: Vec<f32> = guesses.iter().map(|guess| guess.confidence).collect();
        let object = js_sys::Object::new();
        set(&object, "classes", &Uint8Array::from(classes.as_slice()))?;
        set(&object, "confidence", &Float32Array::from(confidence.as_slice()))?;
        set(&object, "confident", &plain(&confident_share(&guesses, threshold))?)?;
        Ok(object.into())
    }
}
