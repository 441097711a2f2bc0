//! What the worker calls: an [`Engine`] holds the device and the data, a [`Session`] one autoencoder, an
//! [`EvidenceRun`] a measurement of it, an [`ImageClassifier`] the classifier that ships, a [`TaskDesk`] a second worker's help.
//!
//! An asynchronous method borrows its object until it ends; the worker never calls one object twice at once.

mod agreement;
mod assistant;
mod classifier;
mod device_and_data;
mod evidence;
mod latent_space;
mod quality;
mod session;

pub use assistant::TaskDesk;
pub use classifier::ImageClassifier;
pub use device_and_data::Engine;
pub use evidence::EvidenceRun;
pub use quality::{QualityReference, QualityRun};
pub use session::Session;

use serde::Serialize;
use wasm_bindgen::{JsError, JsValue};

use crate::model;
use crate::training::Error;

/// Most images or codes that one call makes: so many images are 63 MB.
const MOST_AT_ONCE: usize = 20_000;

/// `n` images or codes, unless they are too many to be made at once.
fn at_once(n: usize) -> Result<usize, JsError> {
    if n <= MOST_AT_ONCE {
        return Ok(n);
    }
    let expected = format!("at most {MOST_AT_ONCE}");
    Err(js_error(Error::Config { name: "n", expected, found: n.to_string() }))
}

/// Any error, as JavaScript's `Error` with the same message.
fn js_error(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// An error of training as JavaScript's `Error`, whose name says whose fault it is: `NotFinite` (the model is back at its last
/// checkpoint), `Device`, or `Training` for all others.
fn training_error(error: Error) -> JsValue {
    let named = js_sys::Error::new(&error.to_string());
    named.set_name(match error {
        Error::NotFinite { .. } => "NotFinite",
        Error::Device(_) | Error::Model(model::Error::Read(_)) => "Device",
        _ => "Training",
    });
    named.into()
}

/// Plain data for JavaScript: maps are objects.
fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(js_error)
}
