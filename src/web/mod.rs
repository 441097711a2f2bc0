//! The edge to JavaScript: the only place with `#[wasm_bindgen]`.
#[cfg(feature = "engine")]
pub mod engine;
#[cfg(feature = "lecture")]
pub mod lecture;
