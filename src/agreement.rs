//! What figures of the lecture hold against burn.

use elbo_model::agreement;
use elbo_numerics::Check;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::engine::Engine;
use crate::errors::js_error;
use crate::values::plain;

#[derive(Serialize)]
struct Derivatives {
    mu: Check,
    sigma: Check,
}

#[wasm_bindgen]
impl Engine {
    /// `{ mu, sigma }`: the derivatives of `z = mu + sigma epsilon`, formula against automatic differentiation.
    #[wasm_bindgen(js_name = compareReparameterization)]
    pub async fn compare_reparameterization(&self, mu: f64, sigma: f64, epsilon: f64) -> Result<JsValue, JsError> {
        let [mu, sigma] = agreement::reparameterization(mu, sigma, epsilon, &self.device).await.map_err(js_error)?;
        plain(&Derivatives { mu, sigma })
    }

    /// Of a transposed convolution of rows of numbers, the entry that is farthest from burn's.
    #[wasm_bindgen(js_name = compareTransposedConvolution)]
    pub async fn compare_transposed_convolution(
        &self,
        input: JsValue,
        kernel: JsValue,
        stride: usize,
        expected: JsValue,
    ) -> Result<JsValue, JsError> {
        let rows = |value| serde_wasm_bindgen::from_value::<Vec<Vec<f64>>>(value).map_err(js_error);
        let (input, kernel, expected) = (rows(input)?, rows(kernel)?, rows(expected)?);
        let check = agreement::transposed_convolution(&input, &kernel, stride, &expected, &self.device);
        plain(&check.await.map_err(js_error)?)
    }
}
