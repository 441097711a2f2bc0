//! Two workers for one run: the other end of a task is here too, in the worker that helps.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Float32Array, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{js_error, plain};
use crate::device;
use crate::training::parts::{Answer, Assistant, Assisting, Task};

/// Numbers that went to the other worker and came back as its answer: their memory serves again, since a browser clears what
/// is new.
pub(super) type Returned = Rc<Cell<Option<Float32Array>>>;

/// How the worker reaches the other.
pub(super) struct Elsewhere {
    /// `(task, numbers: Float32Array) => Promise<Float32Array> | undefined`.
    pub ask: Function,
    pub returned: Returned,
}

impl Assistant for Elsewhere {
    fn begin(&self, task: &Task, numbers: &[&[f32]]) -> Option<Answer> {
        let length = u32::try_from(numbers.iter().map(|part| part.len()).sum::<usize>()).ok()?;
        let returned = self.returned.take().filter(|returned| returned.length() == length);
        let sent = returned.unwrap_or_else(|| Float32Array::new_with_length(length));
        let mut begin = 0;
        for part in numbers {
            let end = begin + part.len() as u32;
            sent.subarray(begin, end).copy_from(part);
            begin = end;
        }
        let promise =
            self.ask.call2(&JsValue::NULL, &plain(task).ok()?, &sent).ok()?.dyn_into::<js_sys::Promise>().ok()?;
        let returned = self.returned.clone();
        Some(Box::pin(async move {
            let answer = JsFuture::from(promise).await.ok()?.dyn_into::<Float32Array>().ok()?;
            let numbers = answer.to_vec();
            returned.set(Some(Float32Array::new(&answer.buffer())));
            Some(numbers)
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

    /// The gradient of a task's part, from what `Elsewhere` sent, in the first of the same numbers. Throws when they do not
    /// fit the task.
    pub async fn answer(&mut self, task: JsValue, numbers: Float32Array) -> Result<Float32Array, JsError> {
        let task: Task = serde_wasm_bindgen::from_value(task).map_err(js_error)?;
        let gradient = self.assisting.answer(task, &numbers.to_vec(), &device::cpu()).await.map_err(js_error)?;
        // A part has more numbers of its own (its images) than a gradient has beside the weights' (two means).
        let answer = numbers.subarray(0, gradient.len() as u32);
        answer.copy_from(&gradient);
        Ok(answer)
    }
}
