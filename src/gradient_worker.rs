//! Two workers for one run: how a session reaches the second worker, and what the second worker exports.

use std::cell::Cell;
use std::rc::Rc;

use elbo_model::device;
use elbo_training::gradient_shard::ShardHeader;
use elbo_training::gradient_worker::{self, GradientWorkerHandle, PendingGradient};
use js_sys::{Float32Array, Function};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::errors::js_error;
use crate::values::plain;

/// The array that went to the second worker and came back with its answer. It is sent again: a browser would have to clear the
/// memory of a new one.
pub(crate) type SparePayload = Rc<Cell<Option<Float32Array>>>;

/// The second worker as a session calls it.
pub(crate) struct WorkerCallback {
    /// `(header, numbers: Float32Array) => Promise<Float32Array> | undefined`.
    pub call: Function,
    pub spare: SparePayload,
}

impl GradientWorkerHandle for WorkerCallback {
    fn start(&self, header: &ShardHeader, numbers: &[&[f32]]) -> Option<PendingGradient> {
        let length = u32::try_from(numbers.iter().map(|list| list.len()).sum::<usize>()).ok()?;
        let spare = self.spare.take().filter(|spare| spare.length() == length);
        let payload = spare.unwrap_or_else(|| Float32Array::new_with_length(length));
        let mut begin = 0;
        for list in numbers {
            let end = begin + list.len() as u32;
            payload.subarray(begin, end).copy_from(list);
            begin = end;
        }
        let promise =
            self.call.call2(&JsValue::NULL, &plain(header).ok()?, &payload).ok()?.dyn_into::<js_sys::Promise>().ok()?;
        let spare = self.spare.clone();
        Some(Box::pin(async move {
            let answer = JsFuture::from(promise).await.ok()?.dyn_into::<Float32Array>().ok()?;
            let numbers = answer.to_vec();
            spare.set(Some(Float32Array::new(&answer.buffer())));
            Some(numbers)
        }))
    }
}

/// Computes gradients for another worker's sessions, on the CPU.
#[wasm_bindgen]
#[derive(Default)]
pub struct GradientWorker {
    worker: gradient_worker::GradientWorker,
}

#[wasm_bindgen]
impl GradientWorker {
    /// A worker that knows no run yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        console_error_panic_hook::set_once();
        Self::default()
    }

    /// The gradient of a shard from what a session's callback sent, written over the first of the same numbers. Throws when the
    /// numbers do not fit the header.
    pub async fn compute(&mut self, header: JsValue, numbers: Float32Array) -> Result<Float32Array, JsError> {
        let header: ShardHeader = serde_wasm_bindgen::from_value(header).map_err(js_error)?;
        let gradient = self.worker.compute(header, &numbers.to_vec(), &device::cpu()).await.map_err(js_error)?;
        // It fits: a shard's own numbers (its images) are more than the two means that a gradient has beside the weights'.
        let answer = numbers.subarray(0, gradient.len() as u32);
        answer.copy_from(&gradient);
        Ok(answer)
    }
}
