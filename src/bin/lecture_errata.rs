//! A WebAssembly module; everything it exports is in `elbo_room::web`.
use elbo_room as _;

fn main() {}
