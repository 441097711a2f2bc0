//! Every native integration test in one binary: golden files and properties.

mod golden;
mod golden_values;
mod stats_golden;
mod stats_golden_bodies;
#[cfg(feature = "engine")]
mod learning;
#[cfg(feature = "engine")]
mod mnist;
#[cfg(feature = "engine")]
mod model;
mod stats_model_golden;
mod stats_properties;
#[cfg(feature = "engine")]
#[path = "../shared/vae_step.rs"]
mod vae_step;
