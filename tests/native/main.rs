//! Every native integration test in one binary: golden files and properties.

#[cfg(feature = "engine")]
mod classifier;
mod golden;
mod golden_values;
#[cfg(feature = "engine")]
mod learning;
#[cfg(feature = "engine")]
mod mnist;
#[cfg(feature = "engine")]
mod model;
mod stats_golden;
mod stats_golden_bodies;
mod stats_model_golden;
mod stats_properties;
#[cfg(feature = "engine")]
mod transposed_convolution;
#[cfg(feature = "engine")]
#[path = "../shared/vae_step.rs"]
mod vae_step;
