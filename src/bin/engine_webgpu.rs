//! A WebAssembly module; everything it exports is in `elbo_room::web`.
use elbo_room as _;

#[cfg(target_arch = "wasm32")]
unsafe extern "C" {
    /// What burn's compiler of shaders registers at start; made by the linker.
    safe fn __wasm_call_ctors();
}

/// Called once, as the module starts. Where nothing calls the constructors, the linker lets every export do so first, each
/// time: 1 ms before each of the thousands of small calls that a training step's bindings make.
fn main() {
    #[cfg(target_arch = "wasm32")]
    __wasm_call_ctors();
}
