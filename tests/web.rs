//! In a browser, in a worker: the same golden tests as natively, and the training step also on WebGPU. No adapter is a failure.

#![cfg(target_arch = "wasm32")]

#[cfg(feature = "webgpu")]
use elbo_model::Architecture;
use elbo_model::device;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

#[path = "shared/golden_values.rs"]
mod golden_values;
#[path = "shared/lecture_golden.rs"]
mod lecture_golden;
#[path = "shared/lecture_models_golden.rs"]
mod lecture_models_golden;
#[cfg(feature = "webgpu")]
#[path = "shared/matmul.rs"]
mod matmul;
#[path = "shared/vae_step.rs"]
mod vae_step;

// WebGPU is used from a worker on the page, so it is tested in one.
wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Reference values, from the binary: a browser has no files.
mod golden {
    macro_rules! files {
        ($($name:literal)*) => {
            pub fn read(name: &str) -> serde_json::Value {
                let text = match name {
                    $($name => include_str!(concat!("golden/", $name, ".json")),)*
                    _ => panic!("no golden file {name}"),
                };
                serde_json::from_str(text).expect("a golden file is JSON")
            }
        };
    }
    files!("gaussian_full" "gaussian_mle" "gmm_em" "gradient_estimators" "inception_score" "kl_diagonal_to_standard" "kl_gaussian_1d" "ppca" "scale_mixture" "transposed_convolution" "vae_step");
}

#[wasm_bindgen_test]
async fn the_training_step_agrees_with_jax_on_the_cpu() {
    vae_step::agrees_with_golden(&golden::read("vae_step"), &device::cpu()).await;
}

#[cfg(feature = "webgpu")]
#[wasm_bindgen_test]
async fn the_training_step_agrees_with_jax_on_webgpu_and_matmul_with_the_cpu() {
    let gpu = device::webgpu().await.expect("an adapter: start Chromium with the flags of webdriver.json");
    vae_step::agrees_with_golden(&golden::read("vae_step"), &gpu).await;
    // A runtime starts once in a module, so all else is tested on the same device.
    matmul::agrees(&gpu, &device::cpu()).await;
    for architecture in [Architecture::FullyConnected, Architecture::Convolutional] {
        let check = elbo_training::device_check::self_check(&gpu, architecture).await.expect("the device answers");
        assert!(check.holds, "{architecture:?}: {check:?}");
    }
}
