//! The data set that all sessions of a worker share.

use std::cell::RefCell;
use std::rc::Rc;

use elbo_training::dataset::{Dataset, Split};
use js_sys::{Float32Array, Uint8Array};
use wasm_bindgen::{JsError, JsValue};

use crate::values::set;

/// The data set that all sessions share.
pub(crate) type SharedData = Rc<RefCell<Dataset>>;

/// `{ images, labels }` of images that are here.
pub(crate) fn labelled(data: &Dataset, indices: impl Iterator<Item = usize>) -> Result<JsValue, JsError> {
    let (mut pixels, mut labels) = (Vec::new(), Vec::new());
    for index in indices {
        if let (Some(image), Some(label)) = (data.intensities(Split::Test, index), data.label(Split::Test, index)) {
            pixels.extend(image);
            labels.push(label);
        }
    }
    let object = js_sys::Object::new();
    set(&object, "images", &Float32Array::from(pixels.as_slice()))?;
    set(&object, "labels", &Uint8Array::from(labels.as_slice()))?;
    Ok(object.into())
}
