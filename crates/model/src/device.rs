//! Where tensors live: the CPU, or the browser's GPU.

use burn::tensor::Device;

/// The CPU, by burn's NdArray backend. burn calls it deprecated in favour of another CPU backend that is not faster in a
/// browser (measured); this is the one place that names it.
#[allow(deprecated)]
pub fn cpu() -> Device {
    Device::ndarray()
}

/// Whether a device is [`cpu`]: its tensors are then read without waiting.
pub fn is_cpu(device: &Device) -> bool {
    *device == cpu()
}

/// The GPU through WebGPU; started at the first call, the same device at every later one. Call it only after
/// `navigator.gpu.requestAdapter()` gave an adapter: without one the runtime below would stop the module.
///
/// # Errors
///
/// [`Error::Device`](crate::Error::Device) says why no device could be made.
#[cfg(feature = "webgpu")]
pub async fn webgpu() -> Result<Device, crate::Error> {
    use burn::tensor::wgpu::WgpuBackend;
    use std::cell::RefCell;
    // The runtime below starts once in the life of a module, and a module has one thread.
    thread_local!(static STARTED: RefCell<Option<Device>> = const { RefCell::new(None) });
    if let Some(device) = STARTED.with_borrow(Clone::clone) {
        return Ok(device);
    }
    let device = Device::wgpu_options().graphics_api(WgpuBackend::WebGpu).init_async().await;
    let device = device.map_err(|error| crate::Error::Device(format!("WebGPU could not be started: {error}")))?;
    STARTED.set(Some(device.clone()));
    Ok(device)
}
