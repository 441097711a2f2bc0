//! What can go wrong in training.

/// An error in training; its message says what was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// A configuration value that is no number or out of its range.
    #[error("{name} must be {expected}, but it is {found}")]
    Config {
        /// The control's name.
        name: &'static str,
        /// What is allowed, in words.
        expected: String,
        /// What was given.
        found: String,
    },
    /// There is nothing to train on.
    #[error(
        "there are no training images: none of the data files could be loaded; check the connection and reload the page"
    )]
    NoImages,
    /// The reader's own images are too few to train on.
    #[error(
        "training on your own images takes at least {needed} of them, and {found} are here: keep more digits, open a file of images, or choose MNIST"
    )]
    OwnImages {
        /// Images here.
        found: usize,
        /// Images needed.
        needed: usize,
    },
    /// There is nothing to evaluate on.
    #[error("there are no test images: their data file could not be loaded; check the connection and reload the page")]
    NoTestImages,
    /// The loss has become infinite or not a number.
    #[error(
        "the loss is no longer a finite number after step {step}; the model is back at step {restored}: lower the learning rate and go on"
    )]
    NotFinite {
        /// The step at which it was seen.
        step: u64,
        /// The step of the snapshot that was put back.
        restored: u64,
    },
    /// Images or codes of the wrong size came in.
    #[error("{what} must be a multiple of {expected} numbers, but {found} were given")]
    Size {
        /// What came in.
        what: &'static str,
        /// Numbers an item.
        expected: usize,
        /// Numbers given.
        found: usize,
    },
    /// The bytes are not a checkpoint that can be used.
    #[error("this checkpoint cannot be used: {0}")]
    Checkpoint(String),
    /// The bytes are no weights that can be used.
    #[error("these weights cannot be used: {0}")]
    Weights(String),
    /// A data file was wrong.
    #[error(transparent)]
    Data(#[from] elbo_data::Error),
    /// A statistic refused.
    #[error(transparent)]
    Stats(#[from] elbo_numerics::Error),
    /// The model refused.
    #[error(transparent)]
    Model(#[from] elbo_model::Error),
}
