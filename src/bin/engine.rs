//! A WebAssembly module; everything it exports is in `elbo_room`.
use elbo_room as _;

fn main() {}
