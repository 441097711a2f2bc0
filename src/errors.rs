//! Errors as JavaScript throws them.

use elbo_training::Error;
use wasm_bindgen::{JsError, JsValue};

/// Any error, as JavaScript's `Error` with the same message.
pub(crate) fn js_error(error: impl std::fmt::Display) -> JsError {
    JsError::new(&error.to_string())
}

/// An error of training as JavaScript's `Error`, whose name says whose fault it is: `NotFinite` (the model is back at its last
/// checkpoint), `Device`, or `Training` for all others.
pub(crate) fn training_error(error: Error) -> JsValue {
    let named = js_sys::Error::new(&error.to_string());
    named.set_name(match error {
        Error::NotFinite { .. } => "NotFinite",
        Error::Model(elbo_model::Error::Device(_) | elbo_model::Error::Read(_)) => "Device",
        _ => "Training",
    });
    named.into()
}
