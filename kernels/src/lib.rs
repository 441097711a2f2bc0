//! What training repeats most: loops over pixels, and products of matrices on a GPU. A crate of its own, so that it can be built
//! for speed while all other code of ours is built for size.

#![deny(missing_docs)]

pub mod adam;
pub mod bernoulli;
#[cfg(feature = "gpu")]
pub mod product;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Draws each pixel, black or white, from its grey value, the probability of ink. Certain pixels draw nothing.
pub fn draw_pixels(greys: &mut [f32], random: &mut ChaCha8Rng) {
    for grey in greys {
        if *grey > 0.0 && *grey < 1.0 {
            *grey = f32::from(u8::from(random.random::<f32>() < *grey));
        }
    }
}

/// Appends the grey values that packed levels stand for: two levels of 0 to 15 a byte, the first in its upper half.
pub fn append_greys(packed: &[u8], greys: &[f32; 16], batch: &mut Vec<f32>) {
    batch.extend(packed.iter().flat_map(|byte| [greys[usize::from(byte >> 4)], greys[usize::from(byte & 0x0f)]]));
}
