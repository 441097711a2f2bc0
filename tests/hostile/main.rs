//! Every decoder of bytes from outside, under random and damaged input: no panic, and no more memory than its bound.
//!
//! `PROPTEST_CASES` says how many cases each property gets (256); `cargo xtask fuzz` runs many. Sizes are measured at the
//! allocator, in bytes held at once above what was held before. A case that fails is added to `regressions.txt` beside this
//! file, and tried first ever after.

mod checkpoints;
mod damage;
mod data;
mod memory;

use proptest::test_runner::{Config, FileFailurePersistence};

/// Cases for a property that costs `weight` times as much as the cheapest.
fn cases(weight: u32) -> Config {
    let config = Config::default();
    Config {
        cases: (config.cases / weight).max(8),
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/hostile/regressions.txt"))),
        ..config
    }
}
