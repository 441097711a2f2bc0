//! Values as JavaScript has them.

use elbo_training::Error;
use serde::Serialize;
use wasm_bindgen::{JsError, JsValue};

use crate::errors::js_error;

/// Most images or codes that one call makes: so many images are 63 MB.
const MOST_AT_ONCE: usize = 20_000;

/// `n` images or codes, unless they are too many to be made at once.
pub(crate) fn at_once(n: usize) -> Result<usize, JsError> {
    if n <= MOST_AT_ONCE {
        return Ok(n);
    }
    let expected = format!("at most {MOST_AT_ONCE}");
    Err(js_error(Error::Config { name: "n", expected, found: n.to_string() }))
}

/// Plain data for JavaScript: maps are objects.
pub(crate) fn plain(value: &impl Serialize) -> Result<JsValue, JsError> {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).map_err(js_error)
}

/// Sets a property of a plain object.
pub(crate) fn set(object: &js_sys::Object, key: &str, value: &JsValue) -> Result<(), JsError> {
    js_sys::Reflect::set(object, &key.into(), value)
        .map(|_| ())
        .map_err(|_| JsError::new("an object could not be filled"))
}
