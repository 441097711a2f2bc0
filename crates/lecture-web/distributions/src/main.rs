//! A WebAssembly module; everything it exports is in `elbo_lecture_web_distributions`.
use elbo_lecture_web_distributions as _;

fn main() {}
