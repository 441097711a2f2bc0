//! A WebAssembly module; everything it exports is in `elbo_room`.
use elbo_room as _;

#[cfg(target_arch = "wasm32")]
#[allow(unsafe_code)]
unsafe extern "C" {
    /// What burn's compiler of shaders registers at start; made by the linker.
    safe fn __wasm_call_ctors();
}

/// Called once, as the module starts. Where nothing calls the constructors, the linker has every export call them first, each
/// time, and the bindings call exports for every value of JavaScript that they hold: that was nine tenths of a training step.
fn main() {
    #[cfg(target_arch = "wasm32")]
    __wasm_call_ctors();
}
