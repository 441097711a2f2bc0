//! Scores of images as the worker gathers them: a slice at a time.

use elbo_lecture::quality::sample_scores::ScoresReference;
use elbo_training::{Quality, RealImages};
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::classifier::ImageClassifier;
use crate::engine::Engine;
use crate::errors::js_error;
use crate::values::{at_once, plain};

/// Scores under way.
#[wasm_bindgen]
pub struct QualityRun {
    quality: Quality,
}

/// What images are compared with.
#[wasm_bindgen]
pub struct QualityReference {
    reference: ScoresReference,
}

#[wasm_bindgen]
impl QualityRun {
    /// Takes images `[n, 784]` in `[0, 1]`.
    pub async fn add(&mut self, images: Vec<f32>) -> Result<(), JsError> {
        self.quality.add(images).await.map_err(js_error)
    }

    /// Images so far.
    pub fn n(&self) -> usize {
        self.quality.n()
    }

    /// These images as what others are compared with.
    pub fn reference(&self) -> Result<QualityReference, JsError> {
        Ok(QualityReference { reference: self.quality.reference().map_err(js_error)? })
    }

    /// `{ n, inceptionScore, frechet }`, each score `{ estimate, bias, withoutBias }` or null.
    pub fn report(&self, reference: &QualityReference) -> Result<JsValue, JsError> {
        plain(&self.quality.report(Some(&reference.reference)).map_err(js_error)?)
    }
}

#[wasm_bindgen]
impl ImageClassifier {
    /// Begins to score images.
    pub fn quality(&self) -> QualityRun {
        QualityRun { quality: Quality::new(self.classifier.clone()) }
    }
}

#[wasm_bindgen]
impl Engine {
    /// Images `start` to `start + count` of a kind that no model has made: `reference`, `training`, `test`, `memorised`,
    /// `blurred` (by `sigma` pixels) or `oneEach`.
    #[wasm_bindgen(js_name = realImages)]
    pub fn real_images(&self, kind: JsValue, start: usize, count: usize, sigma: f64) -> Result<Float32Array, JsError> {
        let kind: RealImages = serde_wasm_bindgen::from_value(kind).map_err(js_error)?;
        let images = kind.images(&self.data.borrow(), start, at_once(count)?, sigma).map_err(js_error)?;
        Ok(Float32Array::from(images.as_slice()))
    }
}
