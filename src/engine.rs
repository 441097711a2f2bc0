//! The worker's device and data.

use std::rc::Rc;
use std::sync::Arc;

use burn::tensor::Device;
use elbo_data::{Manifest, own};
use elbo_model::PIXELS;
use elbo_numerics::random::{seeded, uniform};
use elbo_training::checkpoint::Checkpoint;
use elbo_training::dataset::{Dataset, OWN, Split};
use elbo_training::{DigitClassifier, OwnImages, Source, Trainer, evaluation, safetensors};
use js_sys::{Float32Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::classifier::ImageClassifier;
use crate::dataset::{SharedData, labelled};
use crate::device::{DeviceReport, choose};
use crate::errors::js_error;
use crate::session::Session;
use crate::values::{at_once, plain};

/// One device and one data set.
#[wasm_bindgen]
pub struct Engine {
    pub(crate) device: Device,
    report: DeviceReport,
    pub(crate) data: SharedData,
}

#[wasm_bindgen]
impl Engine {
    /// Finds the device for `choice` (`auto`, `cpu` or `webgpu`). `adapter` describes the adapter that the worker got from
    /// `navigator.gpu.requestAdapter()`, or is absent when there is none; `reason` says in words why, and is shown when the
    /// CPU is used for want of a GPU.
    pub async fn open(choice: String, adapter: Option<String>, reason: String) -> Engine {
        console_error_panic_hook::set_once();
        let (device, report) = choose(&choice, adapter, reason).await;
        Engine { device, report, data: Rc::default() }
    }

    /// The `DeviceReport`.
    pub fn device(&self) -> Result<JsValue, JsError> {
        plain(&self.report)
    }

    /// Reads the list of data files; all of them are then awaited. Returns it as plain data.
    #[wasm_bindgen(js_name = setManifest)]
    pub fn set_manifest(&self, json: &str) -> Result<JsValue, JsError> {
        let manifest = Manifest::from_json(json.as_bytes()).map_err(js_error)?;
        let mut data = self.data.borrow_mut();
        let own = data.own().cloned();
        *data = Dataset::new(&manifest);
        data.set_own(own);
        plain(&manifest)
    }

    /// Checks, decodes and keeps one data file of the manifest. Throws when the bytes are not what the manifest says.
    #[wasm_bindgen(js_name = addShard)]
    pub fn add_shard(&self, manifest: &str, file: &str, bytes: &[u8]) -> Result<(), JsError> {
        let manifest = Manifest::from_json(manifest.as_bytes()).map_err(js_error)?;
        let entry = manifest.shards.iter().find(|entry| entry.file == file);
        let entry = entry.ok_or_else(|| JsError::new(&format!("{file} is not in the list of data files")))?;
        let shard = entry.open(bytes).map_err(js_error)?;
        if self.data.borrow_mut().insert(file, shard) {
            return Ok(());
        }
        Err(JsError::new(&format!("{file} has no place in the data set of this page")))
    }

    /// Says that a data file will not come; training goes on without it.
    #[wasm_bindgen(js_name = markMissing)]
    pub fn mark_missing(&self, file: &str) {
        self.data.borrow_mut().mark_missing(file);
    }

    /// Number of training images here.
    #[wasm_bindgen(js_name = trainImages)]
    pub fn train_images(&self) -> usize {
        self.data.borrow().ready(Split::Train)
    }

    /// Number of test images here.
    #[wasm_bindgen(js_name = testImageCount)]
    pub fn test_image_count(&self) -> usize {
        self.data.borrow().ready(Split::Test)
    }

    /// `{ images: Float32Array [n, 784] in [0, 1], labels: Uint8Array [n] }`: the first `n` of MNIST's test images in the
    /// seeded order.
    #[wasm_bindgen(js_name = testImages)]
    pub fn test_images(&self, n: usize) -> Result<JsValue, JsError> {
        let data = self.data.borrow();
        let order = evaluation::test_order(&data, Source::Mnist).map_err(js_error)?;
        labelled(&data, order.into_iter().take(n))
    }

    /// Takes IDX files, in any order, compressed or not, as the reader's own images in place of those there were (nothing:
    /// none). Throws, and changes nothing, when they are not one file of images of 28 x 28 with at most one of labels.
    #[wasm_bindgen(js_name = setOwnFiles)]
    pub fn set_own_files(&self, names: Vec<String>, files: Vec<Uint8Array>) -> Result<JsValue, JsError> {
        let files: Vec<_> = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
        let own = if files.is_empty() { None } else { Some(own::open(&files).map_err(js_error)?) };
        self.set_own(own)
    }

    /// Takes drawings `[n, 784]`, 0 to 255, with their labels (255: none) as the reader's own images.
    #[wasm_bindgen(js_name = setOwnDrawings)]
    pub fn set_own_drawings(&self, pixels: &[u8], labels: &[u8]) -> Result<JsValue, JsError> {
        let own = if labels.is_empty() { None } else { Some(own::drawings(pixels, labels).map_err(js_error)?) };
        self.set_own(own)
    }

    fn set_own(&self, own: Option<own::Collection>) -> Result<JsValue, JsError> {
        let own = own.map(|collection| Arc::new(OwnImages::new(collection)));
        let report = own.as_ref().map(|own| own.report());
        self.data.borrow_mut().set_own(own);
        plain(&report)
    }

    /// The first `n` of the reader's own images, as `testImages`; 255 is no label.
    #[wasm_bindgen(js_name = ownImages)]
    pub fn own_images(&self, n: usize) -> Result<JsValue, JsError> {
        let data = self.data.borrow();
        let count = data.own().map_or(0, |own| own.count());
        labelled(&data, OWN..OWN + count.min(n))
    }

    /// A new run with this `SessionConfig`. Throws when a value is out of its range.
    #[wasm_bindgen(js_name = createSession)]
    pub fn create_session(&self, config: JsValue) -> Result<Session, JsError> {
        let config = serde_wasm_bindgen::from_value(config)
            .map_err(|error| JsError::new(&format!("the configuration of the run is wrong: {error}")))?;
        let trainer = Trainer::new(config, &self.device).map_err(js_error)?;
        Ok(Session::new(trainer, self.data.clone()))
    }

    /// The shipped classifier from its bytes.
    #[wasm_bindgen(js_name = openClassifier)]
    pub fn open_classifier(&self, bytes: &[u8]) -> Result<ImageClassifier, JsError> {
        DigitClassifier::from_bytes(bytes, &self.device).map(ImageClassifier::new).map_err(js_error)
    }

    /// `n` images `[n, 784]` whose pixels are independent and uniform in `[0, 1]`.
    pub fn noise(&self, n: usize, seed: u32) -> Result<Float32Array, JsError> {
        let mut random = seeded(seed.into());
        let pixels: Vec<f32> = (0..at_once(n)? * PIXELS).map(|_| uniform(&mut random) as f32).collect();
        Ok(Float32Array::from(pixels.as_slice()))
    }

    /// A run from the bytes of a checkpoint, of a shipped model, or of weights in a safetensors file.
    pub fn restore(&self, bytes: &[u8]) -> Result<Session, JsError> {
        let checkpoint = if safetensors::recognises(bytes) {
            safetensors::import(bytes, &self.device)
        } else {
            Checkpoint::from_bytes(bytes)
        };
        let checkpoint = checkpoint.map_err(js_error)?;
        let trainer = Trainer::restore(checkpoint, &self.device).map_err(js_error)?;
        Ok(Session::new(trainer, self.data.clone()))
    }
}
