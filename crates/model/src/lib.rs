//! The networks of the lecture as burn modules, and their losses in nats.
//!
//! A model knows nothing of data sets, optimizers or browsers. Everything random (initial weights, epsilon) comes in from
//! outside, so that one seed gives one run on any device.

pub mod agreement;
pub mod bernoulli;
pub mod classifier;
pub mod config;
pub mod convolution;
pub mod decoder;
pub mod device;
pub mod encoder;
pub mod error;
#[cfg(feature = "webgpu")]
mod gpu_kernel;
#[cfg(feature = "webgpu")]
pub mod gpu_matmul;
pub mod initialization;
pub mod likelihood;
pub mod linear;
pub mod parameters;
pub mod penalties;
pub mod variational_autoencoder;

pub use classifier::{CLASSES, Classifier, ClassifierConfig};
pub use config::{Architecture, Sigma, VariationalAutoencoderConfig};
pub use decoder::Decoder;
pub use encoder::{Codes, Encoder};
pub use error::Error;
pub use likelihood::Likelihood;
pub use linear::Linear;
pub use variational_autoencoder::{Terms, VariationalAutoencoder};

/// Side of an image, in pixels.
pub const SIDE: usize = 28;
/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;
