//! A WebAssembly module; everything it exports is in `elbo_lecture_web_gradients`.
use elbo_lecture_web_gradients as _;

fn main() {}
