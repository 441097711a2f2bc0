//! Data as bytes: MNIST's own files, the shards that the page downloads, and a reader's own drawings
//! and files.

pub mod drawing;
pub mod error;
pub mod idx;
pub mod manifest;
pub mod own;
pub mod shard;

pub use error::{Error, Result};
pub use manifest::Manifest;
pub use shard::Shard;
