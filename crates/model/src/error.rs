//! What can go wrong with a model.

/// An error of a model or its device; its message says what was wrong and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// The weights given do not fit the architecture.
    #[error(
        "{expected} weights are needed for this architecture, but {found} were given: these weights belong to another model"
    )]
    WeightCount {
        /// Scalars of the architecture.
        expected: usize,
        /// Scalars given.
        found: usize,
    },
    /// Weights that are not numbers.
    #[error("weight number {index} is {value}: weights must be finite numbers")]
    WeightNotFinite {
        /// Position in the flat list.
        index: usize,
        /// The value found.
        value: f32,
    },
    /// The device did not give its numbers back.
    #[error("the device did not return its numbers ({0}); it may have been lost")]
    Read(String),
    /// A device could not be started.
    #[error("{0}")]
    Device(String),
}
