//! Data sets and batches, the step loop, evaluation and checkpoints. Knows nothing of browsers.

pub mod adam;
pub mod batches;
pub mod checkpoint;
pub mod classification;
pub mod code_box;
pub mod config;
pub mod dataset;
pub mod device_check;
pub mod error;
pub mod evaluation;
pub mod evidence;
pub mod gradient_shard;
pub mod gradient_worker;
pub mod latent_space;
pub mod objective;
pub mod own;
pub mod position;
pub mod quality;
pub mod safetensors;
mod sealed;
pub mod streams;
pub mod trainer;

pub use adam::Adam;
pub use classification::{ClassifierTrainer, DigitClassifier};
pub use code_box::CodeBox;
pub use config::{Adjustable, Binarization, Bound, Corruption, Family, Source, TrainingConfig};
pub use dataset::{Dataset, Split};
pub use error::Error;
pub use evaluation::{Evaluation, MeanTerms};
pub use evidence::Evidence;
pub use own::OwnImages;
pub use quality::{Quality, RealImages};
pub use trainer::{StepReport, Trainer};
