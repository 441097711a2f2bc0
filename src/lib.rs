//! **ELBO Room**: a lecture on variational autoencoders that is a working laboratory. This crate is its engine as the page's
//! worker calls it: the edge between training and JavaScript.
//!
//! # The map of the crates
//!
//! Arrows point one way; the compiler holds them, since each crate names what it may know of.
//!
//! - `elbo_numerics` <- `elbo_lecture`: the lecture's mathematics in `f64`, by chapter <- `elbo_lecture_web_*`: one module of
//!   WebAssembly for each group of chapters, on the page's main thread.
//! - `elbo_kernels` <- `elbo_data`: images as bytes; `elbo_kernels`, `elbo_numerics` <- `elbo_model`: networks on burn.
//! - `elbo_data`, `elbo_lecture`, `elbo_model` <- `elbo_training`: batches, the step loop, evaluation, checkpoints.
//! - `elbo_training` <- this crate, in the page's worker, and `elbo_pretrain`, which makes the models that ship.
//!
//! # The map of this crate
//!
//! An [`Engine`] holds the device and the data, a [`Session`] one autoencoder, an [`EvidenceRun`] a measurement of it, an
//! [`ImageClassifier`] the classifier that ships; a [`GradientWorker`] computes gradients for another worker's sessions.
//!
//! An asynchronous method borrows its object until it ends; the worker never calls one object twice at once.

mod agreement;
mod classifier;
mod dataset;
mod device;
mod engine;
mod errors;
mod evidence;
mod gradient_worker;
mod latent_space;
mod quality;
mod session;
mod values;

pub use classifier::ImageClassifier;
pub use engine::Engine;
pub use evidence::EvidenceRun;
pub use gradient_worker::GradientWorker;
pub use quality::{QualityReference, QualityRun};
pub use session::Session;
