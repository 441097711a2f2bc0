//! A WebAssembly module; everything it exports is in `elbo_lecture_web_latents`.
use elbo_lecture_web_latents as _;

fn main() {}
