//! Every native integration test in one binary: golden files and properties.

mod checkpoints;
mod classifier;
mod golden;
#[path = "../shared/golden_values.rs"]
mod golden_values;
mod gradient_shards;
mod interoperability;
mod learning;
#[path = "../shared/lecture_golden.rs"]
mod lecture_golden;
#[path = "../shared/lecture_models_golden.rs"]
mod lecture_models_golden;
mod lecture_properties;
mod mnist;
mod model;
mod objectives;
mod own_data;
mod quality;
#[path = "../shared/vae_step.rs"]
mod vae_step;
mod walls;
