//! A WebAssembly module; everything it exports is in `elbo_lecture_web_errata`.
use elbo_lecture_web_errata as _;

fn main() {}
