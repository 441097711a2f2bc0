//! One model of the worker: training, evaluation, and its codes and pictures.

use burn::tensor::{Tensor, TensorData};
use elbo_model::{Likelihood, PIXELS, VariationalAutoencoder, parameters};
use elbo_training::gradient_worker::GradientWorkerHandle;
use elbo_training::streams::{Purpose, standard_normals, stream};
use elbo_training::{CodeBox, Dataset, Error, Evaluation, Evidence, MeanTerms, Trainer, safetensors};
use js_sys::{Float32Array, Function, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::dataset::SharedData;
use crate::errors::{js_error, training_error};
use crate::evidence::EvidenceRun;
use crate::gradient_worker::{SparePayload, WorkerCallback};
use crate::values::{at_once, plain, set};

/// A model, its optimizer and its place in the data.
#[wasm_bindgen]
pub struct Session {
    trainer: Trainer,
    data: SharedData,
    /// With the images that it began on: the reader may change them meanwhile.
    evaluation: Option<(Evaluation, Dataset)>,
    spare: SparePayload,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EvaluationReport {
    test: MeanTerms,
    kl_per_dimension: Vec<f64>,
    /// 95 % confidence interval of the ELBO.
    interval: [f64; 2],
    remaining: usize,
}

impl Session {
    pub(crate) fn new(trainer: Trainer, data: SharedData) -> Self {
        Self { trainer, data, evaluation: None, spare: SparePayload::default() }
    }

    /// The data set as it is now. Not borrowed across an `await`, where a file may arrive.
    fn files(&self) -> Dataset {
        self.data.borrow().clone()
    }

    /// `[n, columns]` from JavaScript's numbers.
    pub(crate) fn rows(&self, what: &'static str, values: Vec<f32>, columns: usize) -> Result<Tensor<2>, Error> {
        if !values.len().is_multiple_of(columns) || values.is_empty() {
            return Err(Error::Size { what, expected: columns, found: values.len() });
        }
        let shape = [values.len() / columns, columns];
        Ok(Tensor::from_data(TensorData::new(values, shape), self.trainer.device()))
    }

    pub(crate) fn model(&self) -> VariationalAutoencoder {
        self.trainer.model()
    }

    pub(crate) fn latent(&self) -> usize {
        self.trainer.config().latent
    }

    pub(crate) fn likelihood(&self) -> Likelihood {
        self.trainer.config().likelihood
    }

    async fn decoded(&self, z: Vec<f32>) -> Result<Vec<f32>, Error> {
        let config = self.trainer.config();
        let z = self.rows("codes", z, config.latent)?;
        let output = self.trainer.model().decoder.forward(z);
        let means = config.likelihood.mean(output).flatten::<1>(0, 1);
        Ok(parameters::read_all(vec![means]).await?)
    }
}

#[wasm_bindgen]
impl Session {
    /// The `SessionConfig` in force.
    pub fn config(&self) -> Result<JsValue, JsError> {
        plain(self.trainer.config())
    }

    /// Steps of the optimizer so far.
    pub fn position(&self) -> f64 {
        self.trainer.position().step as f64
    }

    /// Up to `n` steps of the optimizer (`StepReport`); fewer when a data file is awaited. `worker` hands a shard of each gradient
    /// to a second worker. Throws when the loss is no finite number (`NotFinite`): the model is then back at its last checkpoint.
    pub async fn steps(&mut self, n: usize, worker: Option<Function>) -> Result<JsValue, JsValue> {
        let data = self.files();
        let worker = worker.map(|call| WorkerCallback { call, spare: self.spare.clone() });
        let handle = worker.as_ref().map(|worker| worker as &dyn GradientWorkerHandle);
        let report = self.trainer.steps_with(handle, n, &data).await.map_err(training_error)?;
        Ok(plain(&report)?)
    }

    /// Changes what may change in mid-run: `{ learningRate, beta, warmUp, freeBits, source }`.
    pub fn adjust(&mut self, changes: JsValue) -> Result<(), JsError> {
        let changes = serde_wasm_bindgen::from_value(changes).map_err(js_error)?;
        self.trainer.adjust(changes).map_err(js_error)
    }

    /// What the reader must know about the images of this run when they are not those at hand.
    #[wasm_bindgen(js_name = dataNote)]
    pub fn data_note(&self) -> Option<String> {
        self.trainer.data_note(&self.data.borrow())
    }

    /// Begins an evaluation of the model as it is now on `images` test images (0: all). Replaces one under way.
    #[wasm_bindgen(js_name = beginEvaluation)]
    pub fn begin_evaluation(&mut self, images: usize) -> Result<(), JsError> {
        let (trainer, data) = (&self.trainer, self.files());
        let evaluation = Evaluation::new(trainer.model(), trainer.config(), trainer.device(), &data, images);
        self.evaluation = Some((evaluation.map_err(js_error)?, data));
        Ok(())
    }

    /// Measures up to `count` more images: `{ test, klPerDimension, interval, remaining }` over all measured so far.
    #[wasm_bindgen(js_name = continueEvaluation)]
    pub async fn continue_evaluation(&mut self, count: usize) -> Result<JsValue, JsValue> {
        let (evaluation, data) = self.evaluation.as_mut().ok_or_else(|| JsError::new("no evaluation is under way"))?;
        evaluation.advance(count, data).await.map_err(training_error)?;
        Ok(plain(&EvaluationReport {
            test: evaluation.terms(),
            kl_per_dimension: evaluation.kl_per_dimension(),
            interval: evaluation.terms().interval(),
            remaining: evaluation.remaining(),
        })?)
    }

    /// `{ mu, logSigma: Float32Array [n, latent], latent }` of images `[n, 784]` in `[0, 1]`.
    pub async fn encode(&self, images: Vec<f32>) -> Result<JsValue, JsError> {
        let images = self.rows("images", images, PIXELS).map_err(js_error)?;
        let codes = self.trainer.model().encoder.forward(images);
        let tensors = vec![codes.mu.flatten::<1>(0, 1), codes.log_sigma.flatten::<1>(0, 1)];
        let values = parameters::read_all(tensors).await.map_err(js_error)?;
        let (mu, log_sigma) = values.split_at(values.len() / 2);
        let object = js_sys::Object::new();
        set(&object, "mu", &Float32Array::from(mu))?;
        set(&object, "logSigma", &Float32Array::from(log_sigma))?;
        set(&object, "latent", &JsValue::from(self.trainer.config().latent as f64))?;
        Ok(object.into())
    }

    /// Means of `p(x | z)` in `[0, 1]`, `[n, 784]`, of codes `[n, latent]`.
    pub async fn decode(&self, z: Vec<f32>) -> Result<Float32Array, JsError> {
        let images = self.decoded(z).await.map_err(js_error)?;
        Ok(Float32Array::from(images.as_slice()))
    }

    /// `{ z, images }`: `n` draws of the prior, decoded.
    pub async fn sample(&self, n: usize, seed: u32) -> Result<JsValue, JsError> {
        let z =
            standard_normals(at_once(n)? * self.trainer.config().latent, &mut stream(seed.into(), Purpose::Samples, 0));
        let images = self.decoded(z.clone()).await.map_err(js_error)?;
        let object = js_sys::Object::new();
        set(&object, "z", &Float32Array::from(z.as_slice()))?;
        set(&object, "images", &Float32Array::from(images.as_slice()))?;
        Ok(object.into())
    }

    /// `{ low, high, z, images }`: the box that holds `codes` `[m, latent]`, `n` draws uniform in it, and what is decoded
    /// from them.
    #[wasm_bindgen(js_name = sampleBox)]
    pub async fn sample_box(&self, codes: Vec<f32>, n: usize, seed: u32) -> Result<JsValue, JsError> {
        let found = CodeBox::of(&codes, self.trainer.config().latent).map_err(js_error)?;
        let z = found.draws(at_once(n)?, &mut stream(seed.into(), Purpose::Samples, 2));
        let images = self.decoded(z.clone()).await.map_err(js_error)?;
        let object = js_sys::Object::new();
        for (name, values) in [("low", &found.low), ("high", &found.high), ("z", &z), ("images", &images)] {
            set(&object, name, &Float32Array::from(values.as_slice()))?;
        }
        Ok(object.into())
    }

    /// Begins importance-weighted bounds of `log p(x)` for images `[n, 784]` in `[0, 1]` under the model as it is now, with
    /// `samples` draws of `z` each.
    pub fn evidence(&self, images: Vec<f32>, samples: usize, seed: u32) -> Result<EvidenceRun, JsError> {
        Evidence::new(self.trainer.model(), self.trainer.config(), self.trainer.device(), images, samples, seed)
            .map(EvidenceRun::new)
            .map_err(js_error)
    }

    /// `n` draws `z = mu + sigma * epsilon` for one image's code, `[n, latent]`.
    #[wasm_bindgen(js_name = samplePosterior)]
    pub fn sample_posterior(
        &self,
        mu: &[f32],
        log_sigma: &[f32],
        n: usize,
        seed: u32,
    ) -> Result<Float32Array, JsError> {
        if log_sigma.len() != mu.len() {
            return Err(js_error(Error::Size { what: "log sigma", expected: mu.len(), found: log_sigma.len() }));
        }
        let epsilon = standard_normals(at_once(n)? * mu.len(), &mut stream(seed.into(), Purpose::Samples, 1));
        let code = mu.iter().zip(log_sigma).cycle();
        let z: Vec<f32> = epsilon.iter().zip(code).map(|(epsilon, (mu, log))| mu + log.exp() * epsilon).collect();
        Ok(Float32Array::from(z.as_slice()))
    }

    /// The run as bytes. Also the state to which it returns if the loss is no longer finite.
    pub async fn checkpoint(&mut self) -> Result<Uint8Array, JsValue> {
        let checkpoint = self.trainer.checkpoint().await.map_err(training_error)?;
        Ok(Uint8Array::from(checkpoint.to_bytes().map_err(training_error)?.as_slice()))
    }

    /// The weights as a safetensors file, named and laid out as in PyTorch.
    #[wasm_bindgen(js_name = exportWeights)]
    pub async fn export_weights(&self) -> Result<Uint8Array, JsError> {
        let bytes = safetensors::of(&self.trainer).await.map_err(js_error)?;
        Ok(Uint8Array::from(bytes.as_slice()))
    }
}
