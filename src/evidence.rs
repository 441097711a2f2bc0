//! Importance-weighted bounds of `log p(x)` as the worker computes them: a slice at a time.

use elbo_numerics::{Check, Estimate};
use elbo_training::Evidence;
use elbo_training::evidence::{BoundWith, LogBins};
use js_sys::Float32Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::errors::js_error;
use crate::values::plain;

/// Bounds under way.
#[wasm_bindgen]
pub struct EvidenceRun {
    evidence: Evidence,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    bounds: &'a [Estimate],
    mean: Estimate,
    histogram: LogBins,
    growth: Vec<BoundWith>,
    least_growth: Option<Check>,
    remaining: usize,
}

impl EvidenceRun {
    pub(crate) fn new(evidence: Evidence) -> Self {
        Self { evidence }
    }
}

#[wasm_bindgen]
impl EvidenceRun {
    /// Up to `count` more draws of `z`. Returns how many are still to be made, over all images.
    pub async fn advance(&mut self, count: usize) -> Result<usize, JsError> {
        self.evidence.advance(count).await.map_err(js_error)?;
        Ok(self.evidence.remaining())
    }

    /// `{ bounds, mean, histogram: { edges, counts }, growth: { samples, bound }[], leastGrowth, remaining }` of the images that
    /// are done (`Estimate`s, nats).
    pub fn report(&self) -> Result<JsValue, JsError> {
        plain(&Report {
            bounds: self.evidence.bounds(),
            mean: self.evidence.mean(),
            histogram: self.evidence.histogram().map_err(js_error)?,
            growth: self.evidence.growth(),
            least_growth: self.evidence.least_growth(),
            remaining: self.evidence.remaining(),
        })
    }

    /// The images as the model sees them (binarized), `[n, 784]`.
    pub fn images(&self) -> Float32Array {
        Float32Array::from(self.evidence.images())
    }
}
