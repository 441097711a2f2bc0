//! Digits of a quarter of the size: small enough to train on between two frames.

use elbo_numerics::error::{Result, all_finite, same_size};

use crate::autoencoders::drawn_digit::SIDE;

/// Rim that is cut off, in pixels: MNIST's digits lie within the middle 20 by 20, give or take a pixel.
const RIM: usize = 2;
/// Side of the small picture, pixels.
pub const POOLED_SIDE: usize = (SIDE - 2 * RIM) / 2;
/// Pixels of the small picture.
pub const POOLED_PIXELS: usize = POOLED_SIDE * POOLED_SIDE;

/// Means over squares of 2 by 2 within the middle 24 by 24 pixels: `[n, 784]` to `[n, 144]`, one picture after the other.
///
/// # Errors
/// No pictures, a length that is no multiple of 784, a pixel that is not finite.
pub fn pooled(images: &[f64]) -> Result<Vec<f64>> {
    all_finite("pixel", images)?;
    let count = images.len() / (SIDE * SIDE);
    same_size("the list of pixels", images.len(), count.max(1) * SIDE * SIDE)?;
    let small = |image: &[f64], pixel: usize| {
        let (row, column) = (RIM + 2 * (pixel / POOLED_SIDE), RIM + 2 * (pixel % POOLED_SIDE));
        let at = |down: usize, right: usize| image[(row + down) * SIDE + column + right];
        (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1)) / 4.0
    };
    let pictures = images.chunks_exact(SIDE * SIDE);
    Ok(pictures.flat_map(|image| (0..POOLED_PIXELS).map(move |pixel| small(image, pixel))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autoencoders::drawn_digit::drawn_digit;

    #[test]
    fn a_pooled_digit_keeps_its_ink() {
        let (large, small) = (drawn_digit(), pooled(&drawn_digit()).unwrap());
        assert_eq!(small.len(), POOLED_PIXELS);
        assert!((4.0 * small.iter().sum::<f64>() - large.iter().sum::<f64>()).abs() < 1e-9);
        assert!(pooled(&large[1..]).is_err() && pooled(&[]).is_err());
    }
}
