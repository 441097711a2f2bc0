//! Every native integration test in one binary: golden files and properties.

#[cfg(feature = "engine")]
mod checkpoints;
#[cfg(feature = "engine")]
mod classifier;
mod golden;
#[path = "../shared/golden_values.rs"]
mod golden_values;
#[cfg(feature = "engine")]
mod interoperability;
#[cfg(feature = "engine")]
mod learning;
#[cfg(feature = "engine")]
mod mnist;
#[cfg(feature = "engine")]
mod model;
#[cfg(feature = "engine")]
mod objectives;
#[cfg(feature = "engine")]
mod own_data;
#[cfg(feature = "engine")]
mod parts;
#[cfg(feature = "engine")]
mod quality;
#[path = "../shared/stats_golden.rs"]
mod stats_golden;
#[path = "../shared/stats_model_golden.rs"]
mod stats_model_golden;
mod stats_properties;
#[cfg(feature = "engine")]
#[path = "../shared/vae_step.rs"]
mod vae_step;
