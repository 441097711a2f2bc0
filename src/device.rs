//! The choice of a device: the GPU where it computes as the CPU does and is faster.

use burn::tensor::Device;
use elbo_model::device::cpu;
use elbo_training::device_check::SelfCheck;
use serde::Serialize;
#[cfg(feature = "webgpu")]
use {
    elbo_model::{Architecture, device::webgpu},
    elbo_training::device_check::{milliseconds_per_step, self_check},
    wasm_bindgen::prelude::wasm_bindgen,
};

/// Which device computes, and why (`DeviceReport` of the page).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeviceReport {
    kind: &'static str,
    adapter: Option<String>,
    reason: String,
    self_check: Option<SelfCheck>,
    timings: Timings,
}

#[derive(Debug, Clone, Default, Serialize)]
struct Timings {
    cpu: Option<f64>,
    webgpu: Option<f64>,
}

fn on_the_cpu(adapter: Option<String>, reason: String) -> (Device, DeviceReport) {
    let report = DeviceReport { kind: "cpu", adapter, reason, self_check: None, timings: Timings::default() };
    (cpu(), report)
}

/// The device for `choice` (`auto`, `cpu` or `webgpu`), and why.
#[cfg(not(feature = "webgpu"))]
pub(crate) async fn choose(choice: &str, adapter: Option<String>, reason: String) -> (Device, DeviceReport) {
    let reason = if choice == "cpu" { "You chose the CPU.".to_owned() } else { reason };
    on_the_cpu(adapter, reason)
}

/// The device for `choice` (`auto`, `cpu` or `webgpu`), and why.
#[cfg(feature = "webgpu")]
pub(crate) async fn choose(choice: &str, adapter: Option<String>, reason: String) -> (Device, DeviceReport) {
    match (choice, &adapter) {
        ("cpu", _) => on_the_cpu(adapter, "You chose the CPU.".to_owned()),
        (_, None) => on_the_cpu(None, reason),
        (_, Some(_)) => match probe(choice == "webgpu").await {
            Ok((device, mut report)) => {
                report.adapter = adapter;
                (device, report)
            }
            Err(error) => on_the_cpu(adapter, format!("WebGPU failed ({error}), so the CPU computes.")),
        },
    }
}

/// Starts the GPU, checks it against the CPU, and times both.
#[cfg(feature = "webgpu")]
async fn probe(forced: bool) -> Result<(Device, DeviceReport), elbo_training::Error> {
    let gpu = webgpu().await?;
    let check = self_check(&gpu, Architecture::default()).await?;
    let mut report = DeviceReport {
        kind: "webgpu",
        adapter: None,
        reason: "You chose WebGPU, and its results agree with the CPU's.".to_owned(),
        self_check: Some(check),
        timings: Timings::default(),
    };
    if !check.holds {
        report.kind = "cpu";
        report.reason =
            "WebGPU computed one training step wrongly (see the self-check), so the CPU computes.".to_owned();
        return Ok((cpu(), report));
    }
    if forced {
        return Ok((gpu, report));
    }
    let on_cpu = milliseconds_per_step(&cpu(), 3, milliseconds).await?;
    let on_gpu = milliseconds_per_step(&gpu, 3, milliseconds).await?;
    report.timings = Timings { cpu: Some(on_cpu), webgpu: Some(on_gpu) };
    if on_gpu <= on_cpu {
        report.reason =
            format!("WebGPU is faster here: {on_gpu:.0} ms a training step against {on_cpu:.0} ms on the CPU.");
        return Ok((gpu, report));
    }
    report.kind = "cpu";
    report.reason = format!("The CPU is faster here: {on_cpu:.0} ms a training step against {on_gpu:.0} ms on WebGPU.");
    Ok((cpu(), report))
}

#[cfg(feature = "webgpu")]
#[wasm_bindgen]
extern "C" {
    /// The browser's clock that never jumps, ms.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn milliseconds() -> f64;
}
