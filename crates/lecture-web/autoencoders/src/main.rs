//! A WebAssembly module; everything it exports is in `elbo_lecture_web_autoencoders`.
use elbo_lecture_web_autoencoders as _;

fn main() {}
