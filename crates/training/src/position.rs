//! How far a run has come.

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Position {
    /// Steps of the optimizer.
    pub step: u64,
    /// Images seen, counted with repetition.
    pub images_seen: u64,
    /// Place in the order of images.
    pub cursor: Cursor,
}

/// A place in the run's order of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Epochs completed.
    pub epoch: u64,
    /// Images of this epoch's order that have been passed.
    pub position: usize,
}
