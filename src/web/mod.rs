//! The edge to JavaScript: the only place with `#[wasm_bindgen]`.
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(any(
    feature = "lecture-autoencoders",
    feature = "lecture-distributions",
    feature = "lecture-errata",
    feature = "lecture-gradients",
    feature = "lecture-latents"
))]
pub mod lecture;
