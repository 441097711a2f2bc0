//! The loops that training repeats most: over pixels and over parameters. They are a crate because cargo sets the optimisation
//! level for each crate: this one is built for speed, our others for size.

pub mod adam;
pub mod bernoulli;

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
