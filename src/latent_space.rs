//! A session's latent space as the page looks at it.

use elbo_model::{Likelihood, PIXELS, parameters};
use elbo_training::latent_space::{Activity, principal_plane, traversal, walk};
use elbo_training::streams::{Purpose, stream};
use js_sys::Float32Array;
use wasm_bindgen::prelude::*;

use crate::errors::js_error;
use crate::session::Session;
use crate::values::{at_once, plain, set};

#[wasm_bindgen]
impl Session {
    /// `{ pairs: Float32Array [n, 2], explained: [number, number] }` of codes `[n, latent]`: seen along the two directions
    /// in which they vary most.
    #[wasm_bindgen(js_name = principalPlane)]
    pub fn principal_plane(&self, codes: &[f32]) -> Result<JsValue, JsError> {
        let plane = principal_plane(codes, self.latent()).map_err(js_error)?;
        let object = js_sys::Object::new();
        set(&object, "pairs", &Float32Array::from(plane.pairs.as_slice()))?;
        set(&object, "explained", &js_sys::Array::from_iter(plane.explained.map(JsValue::from)))?;
        Ok(object.into())
    }

    /// `{ variances, klPerDimension: number[], active, kl: Check }` over images `[n, 784]`: how much each unit's mean varies,
    /// its mean divergence from the prior in nats, how many units vary enough to count as active, and the sum of the
    /// divergences by the closed form against burn's.
    pub async fn activity(&self, images: Vec<f32>) -> Result<JsValue, JsError> {
        plain(
            &Activity::measure(&self.model(), self.rows("images", images, PIXELS).map_err(js_error)?)
                .await
                .map_err(js_error)?,
        )
    }

    /// What is decoded when one of `dimensions` at a time goes from `-reach` to `reach`: `[dimensions * stations, 784]`.
    pub async fn traverse(
        &self,
        z: Vec<f32>,
        dimensions: Vec<usize>,
        reach: f32,
        stations: usize,
    ) -> Result<Float32Array, JsError> {
        at_once(dimensions.len().saturating_mul(stations))?;
        let codes = traversal(&z, &dimensions, reach, stations).map_err(js_error)?;
        self.decode(codes).await
    }

    /// `{ images: Float32Array [n, 784], sigma }`: one draw of `p(x | z)` for each of codes `[n, latent]`, not its mean; `sigma`
    /// of a pixel is null under a Bernoulli likelihood.
    #[wasm_bindgen(js_name = drawImages)]
    pub async fn draw_images(&self, z: Vec<f32>, seed: u32) -> Result<JsValue, JsError> {
        let z = self.rows("codes", z, self.latent()).map_err(js_error)?;
        let (decoder, likelihood) = (self.model().decoder, self.likelihood());
        let tensors = vec![decoder.log_sigma(&z.device()), decoder.forward(z).flatten::<1>(0, 1)];
        let values = parameters::read_all(tensors).await.map_err(js_error)?;
        let (log_sigma, output) = values.split_first().ok_or_else(|| JsError::new("the decoder gave nothing"))?;
        let images = likelihood.draw(output, log_sigma.exp(), &mut stream(seed.into(), Purpose::Samples, 3));
        let gaussian = likelihood == Likelihood::Gaussian;
        let object = js_sys::Object::new();
        set(&object, "images", &Float32Array::from(images.as_slice()))?;
        set(&object, "sigma", &if gaussian { JsValue::from(f64::from(log_sigma.exp())) } else { JsValue::NULL })?;
        Ok(object.into())
    }

    /// What is decoded on the straight way between two codes, `[stations, 784]`.
    pub async fn walk(&self, from: Vec<f32>, to: Vec<f32>, stations: usize) -> Result<Float32Array, JsError> {
        self.decode(walk(&from, &to, at_once(stations)?).map_err(js_error)?).await
    }
}
