//! Main thread.
