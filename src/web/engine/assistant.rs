//! Two workers for one run: the other end of a task is here too, in the worker that helps.

use js_sys::{Float32Array, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{js_error, plain};
use crate::device;
use crate::training::parts::{Answer, Assistant, Assisting, Task};

/// `(task, numbers: Float32Array) => Promise<Float32Array> | undefined`: how the worker reaches the other.
pub(super) struct Elsewhere(pub Function);

impl Assistant for Elsewhere {
    fn begin(&self, task: &Task, numbers: &[&[f32]]) -> Option<Answer> {
        let length: usize = numbers.iter().map(|part| part.len()).sum();
        let sent = Float32Array::new_with_length(u32::try_from(length).ok()?);
        let mut begin = 0;
        for part in numbers {
            let end = begin + part.len() as u32;
            sent.subarray(begin, end).copy_from(part);
            begin = end;
        }
        let promise =
            self.0.call2(&JsValue::NULL, &plain(task).ok()?, &sent).ok()?.dyn_into::<js_sys::Promise>().ok()?;
        Some(Box::pin(async {
            JsFuture::from(promise).await.ok()?.dyn_into::<Float32Array>().ok().map(|it| it.to_vec())
        }))
    }
}

/// Computes gradients for another worker's runs, on the CPU.
#[wasm_bindgen]
#[derive(Default)]
pub struct TaskDesk {
    assisting: Assisting,
}

#[wasm_bindgen]
impl TaskDesk {
    /// Ready for any task.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        console_error_panic_hook::set_once();
        Self::default()
    }

    /// The gradient of a task's part, from what `Elsewhere` sent. Throws when the numbers do not fit the task.
    pub async fn answer(&mut self, task: JsValue, numbers: Vec<f32>) -> Result<Float32Array, JsError> {
        let task: Task = serde_wasm_bindgen::from_value(task).map_err(js_error)?;
        let gradient = self.assisting.answer(task, &numbers, &device::cpu()).await.map_err(js_error)?;
        Ok(Float32Array::from(gradient.as_slice()))
    }
}
