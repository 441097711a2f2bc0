//! In a browser, in a worker: the same training step as natively, on the CPU and on WebGPU. No adapter is a failure.

#![cfg(target_arch = "wasm32")]

use elbo_room::device;
use serde_json::Value;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "shared/vae_step.rs"]
mod vae_step;

// WebGPU is used from a worker on the page, so it is tested in one.
wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/vae_step.json")).expect("the golden file is JSON")
}

#[wasm_bindgen_test]
async fn the_training_step_agrees_with_jax_on_the_cpu() {
    vae_step::agrees_with_golden(&golden(), &device::cpu()).await;
}

#[cfg(feature = "webgpu")]
#[wasm_bindgen_test]
async fn the_training_step_agrees_with_jax_on_webgpu() {
    let gpu = device::webgpu().await.expect("an adapter: start Chromium with the flags of webdriver.json");
    vae_step::agrees_with_golden(&golden(), &gpu).await;
    // A runtime starts once in a module, so the self-check is tested on the same device.
    let check = device::self_check(&gpu).await.expect("the device answers");
    assert!(check.holds, "{check:?}");
}
