//! A reader's drawing made to look like MNIST.
//!
//! MNIST's own preparation (LeCun, Bottou, Bengio and Haffner, 1998, section III-A): the ink is scaled, keeping its
//! aspect ratio, to fit a box of 20x20 pixels, and the box is placed so that its centre of mass is the centre of a field
//! of 28x28. Grey levels come from anti-aliasing.

use thiserror::Error;

/// Side of an MNIST image, pixels.
pub const SIDE: usize = 28;

/// Side of the box which the ink fits, pixels.
pub const BOX: f32 = 20.0;

/// A pixel with less ink than this counts as paper when the drawing's extent is measured.
const PAPER: f32 = 0.02;

/// Why a drawing cannot be turned into an image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DrawingError {
    /// Nothing was drawn.
    #[error("The drawing is empty: draw a digit first.")]
    Empty,
    /// The pixels do not fill the stated size.
    #[error("A drawing of {width} x {height} pixels needs {} values, but {found} were given.", width.saturating_mul(*height))]
    Size {
        /// Stated width.
        width: usize,
        /// Stated height.
        height: usize,
        /// Number of values given.
        found: usize,
    },
    /// A pixel is not a finite number.
    #[error("Pixel {index} of the drawing is not a finite number.")]
    NotFinite {
        /// Index of the first such pixel, row by row.
        index: usize,
    },
}

/// Turns a drawing (0 paper, 1 ink; row by row) into an MNIST-like image.
///
/// Every target pixel is the mean of the source over the area it covers, so the strokes stay smooth at any scale and
/// the centre of mass is placed without rounding. The result is scaled so that its darkest pixel is 1, as in MNIST.
/// Ink is never pushed out of the field: where the centre of mass is so far from the middle that it would be, the box
/// stops at the border.
///
/// # Shapes
///
/// - `pixels`: `[height * width]`, in `[0, 1]` (values outside are clamped)
/// - output: `[784]`, in `[0, 1]`
///
/// # Errors
///
/// [`DrawingError`] when there is no ink, when the size is wrong, and when a value is not finite.
pub fn normalize(pixels: &[f32], width: usize, height: usize) -> Result<Vec<f32>, DrawingError> {
    if width == 0 || height == 0 || width.checked_mul(height) != Some(pixels.len()) {
        return Err(DrawingError::Size { width, height, found: pixels.len() });
    }
    if let Some(index) = pixels.iter().position(|value| !value.is_finite()) {
        return Err(DrawingError::NotFinite { index });
    }
    let ink = Ink::measure(pixels, width).ok_or(DrawingError::Empty)?;

    let scale = BOX / (ink.right - ink.left).max(ink.bottom - ink.top);
    let columns = coverage(ink.left, ink.right, ink.mass_x, scale, width);
    let rows = coverage(ink.top, ink.bottom, ink.mass_y, scale, height);

    let mut image = Vec::with_capacity(SIDE * SIDE);
    for row in &rows {
        for column in &columns {
            let sum: f32 = row
                .iter()
                .map(|&(y, weight_y)| {
                    let line = pixels.get(y * width..(y + 1) * width).unwrap_or_default();
                    weight_y * column.iter().map(|&(x, weight_x)| weight_x * at(line, x)).sum::<f32>()
                })
                .sum();
            image.push(sum);
        }
    }
    let darkest = image.iter().copied().fold(0.0, f32::max);
    if darkest > 0.0 {
        image.iter_mut().for_each(|value| *value = (*value / darkest).min(1.0));
    }
    Ok(image)
}

/// Where the ink is: its bounding box and centre of mass, in source pixels.
struct Ink {
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    mass_x: f32,
    mass_y: f32,
}

impl Ink {
    fn measure(pixels: &[f32], width: usize) -> Option<Self> {
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        let (mut mass, mut moment_x, mut moment_y) = (0.0f64, 0.0f64, 0.0f64);
        for (y, line) in pixels.chunks(width).enumerate() {
            for (x, &value) in line.iter().enumerate().filter(|&(_, &value)| value > PAPER) {
                (left, right) = (left.min(x), right.max(x + 1));
                (top, bottom) = (top.min(y), bottom.max(y + 1));
                let value = f64::from(value.min(1.0));
                mass += value;
                moment_x += value * (x as f64 + 0.5);
                moment_y += value * (y as f64 + 0.5);
            }
        }
        (mass > 0.0).then(|| Self {
            left: left as f32,
            right: right as f32,
            top: top as f32,
            bottom: bottom as f32,
            mass_x: (moment_x / mass) as f32,
            mass_y: (moment_y / mass) as f32,
        })
    }
}

fn at(line: &[f32], x: usize) -> f32 {
    line.get(x).map_or(0.0, |value| value.clamp(0.0, 1.0))
}

/// For each of the 28 target pixels along one axis: the source pixels it covers, with weights that sum to 1 inside the
/// source. Target coordinate `t` is `scale * s + offset`.
fn coverage(low: f32, high: f32, mass: f32, scale: f32, length: usize) -> Vec<Vec<(usize, f32)>> {
    let side = SIDE as f32;
    let centred = side / 2.0 - scale * mass;
    let offset = centred.clamp(-scale * low, side - scale * high);
    (0..SIDE)
        .map(|target| {
            let from = ((target as f32 - offset) / scale).max(low);
            let to = ((target as f32 + 1.0 - offset) / scale).min(high);
            if to <= from {
                return Vec::new();
            }
            let last = (to.ceil() as usize).min(length);
            (from.floor() as usize..last)
                .map(|source| {
                    let overlap = to.min(source as f32 + 1.0) - from.max(source as f32);
                    (source, overlap.max(0.0) * scale)
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canvas(width: usize, height: usize, ink: impl Fn(usize, usize) -> bool) -> Vec<f32> {
        (0..width * height).map(|i| if ink(i % width, i / width) { 1.0 } else { 0.0 }).collect()
    }

    fn centre_of_mass(image: &[f32]) -> (f32, f32) {
        let mass: f32 = image.iter().sum();
        let x: f32 = image.iter().enumerate().map(|(i, v)| v * ((i % SIDE) as f32 + 0.5)).sum();
        let y: f32 = image.iter().enumerate().map(|(i, v)| v * ((i / SIDE) as f32 + 0.5)).sum();
        (x / mass, y / mass)
    }

    #[test]
    fn a_full_square_fills_the_box_in_the_middle() {
        let image =
            normalize(&canvas(100, 100, |x, y| (10..50).contains(&x) && (40..80).contains(&y)), 100, 100).unwrap();
        for (i, value) in image.iter().enumerate() {
            let inside = (4..24).contains(&(i % SIDE)) && (4..24).contains(&(i / SIDE));
            assert!((value - f32::from(u8::from(inside))).abs() < 1e-5, "pixel {i} is {value}");
        }
    }

    #[test]
    fn the_aspect_ratio_is_kept() {
        let image =
            normalize(&canvas(280, 280, |x, y| (100..120).contains(&x) && (20..220).contains(&y)), 280, 280).unwrap();
        let ink_columns = (0..SIDE).filter(|&x| (0..SIDE).any(|y| image[y * SIDE + x] > 0.01)).count();
        let ink_rows = (0..SIDE).filter(|&y| (0..SIDE).any(|x| image[y * SIDE + x] > 0.01)).count();
        assert_eq!((ink_columns, ink_rows), (2, 20));
    }

    #[test]
    fn the_centre_of_mass_is_the_centre_of_the_field() {
        // A "7": more ink at the top.
        let image = normalize(
            &canvas(280, 280, |x, y| {
                (60..180).contains(&x) && (y / 20 == 4 || (160..180).contains(&x) && (80..250).contains(&y))
            }),
            280,
            280,
        )
        .unwrap();
        let (x, y) = centre_of_mass(&image);
        assert!((x - 14.0).abs() < 0.02 && (y - 14.0).abs() < 0.02, "{x} {y}");
    }

    #[test]
    fn ink_far_from_its_centre_of_mass_stays_in_the_field() {
        let blob_with_tail = |x: usize, y: usize| x < 40 && y < 40 || y == 20 && x < 280;
        let image = normalize(&canvas(280, 280, blob_with_tail), 280, 280).unwrap();
        let right = (0..SIDE).any(|y| image[y * SIDE + 27] > 0.0);
        assert!(right, "the tail reaches the border and is not cut");
    }

    #[test]
    fn what_cannot_be_an_image_is_refused() {
        assert_eq!(normalize(&[0.0; 64], 8, 8), Err(DrawingError::Empty));
        assert_eq!(normalize(&[0.0; 63], 8, 8), Err(DrawingError::Size { width: 8, height: 8, found: 63 }));
        assert_eq!(normalize(&[], 0, 0), Err(DrawingError::Size { width: 0, height: 0, found: 0 }));
        let huge = normalize(&[], usize::MAX, 2).unwrap_err().to_string();
        assert!(huge.contains("but 0 were given"), "{huge}");
        let mut pixels = [1.0; 64];
        pixels[5] = f32::NAN;
        assert_eq!(normalize(&pixels, 8, 8), Err(DrawingError::NotFinite { index: 5 }));
    }

    proptest! {
        #[test]
        fn any_ink_gives_an_image_in_the_unit_interval(
            pixels in proptest::collection::vec(-0.5f32..1.5, 30 * 20),
            dot in 0usize..600,
        ) {
            let mut pixels = pixels;
            pixels[dot] = 1.0;
            let image = normalize(&pixels, 30, 20).unwrap();
            prop_assert_eq!(image.len(), SIDE * SIDE);
            prop_assert!(image.iter().all(|value| (0.0..=1.0).contains(value)));
            prop_assert!(image.iter().any(|&value| value > 0.99));
        }

        #[test]
        fn moving_the_drawing_changes_nothing(dx in 0usize..80, dy in 0usize..80) {
            let glyph = |x: usize, y: usize| (x * x + 3 * y) % 7 < 3 && x < 60 && y < 90;
            let still = normalize(&canvas(200, 200, glyph), 200, 200).unwrap();
            let moved = normalize(&canvas(200, 200, |x, y| x >= dx && y >= dy && glyph(x - dx, y - dy)), 200, 200).unwrap();
            for (a, b) in still.iter().zip(&moved) {
                prop_assert!((a - b).abs() < 1e-3);
            }
        }
    }
}
