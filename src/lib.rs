//! **ELBO Room**: a lecture on variational autoencoders that is a working laboratory.
//!
//! The map. Arrows point one way: [`stats`] <- `model` <- `training` <- `web` <- the page in `www/`.
//!
//! - [`stats`]: the lecture's mathematics in `f64`; knows nothing of burn or of browsers.
//! - [`data`]: MNIST as bytes: IDX files and the shards that the page downloads.
//! - [`code_walk`]: the model's source as text, coupled to its formulas.
//! - `model`: encoders, decoders and likelihoods as burn modules (feature `engine`).
//! - `training`: batches, the step loop, evaluation, checkpoints (feature `engine`).
//! - `device`: WebGPU or NdArray: probe, self-check, measure, choose (feature `engine`).
//! - `web`: the only `wasm-bindgen` code: `lecture` on the main thread, `engine` in a worker.
//!
//! # Conventions, stated once
//!
//! Every information quantity is in **nats**. A scale is carried as `log_sigma`. Model terms are returned per image and
//! are summed or averaged only at the edge, where the name says which.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod code_walk;
pub mod data;
pub mod stats;

#[cfg(feature = "engine")]
pub mod device;
#[cfg(feature = "engine")]
pub mod model;
#[cfg(feature = "engine")]
pub mod training;
// Clippy reads it too, though it does nothing outside of a browser.
#[cfg(any(target_arch = "wasm32", clippy))]
pub mod web;
