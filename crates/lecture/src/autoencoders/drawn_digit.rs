//! A digit drawn by a formula, and a blurred copy of it as a decoder might return (figure `likelihoods`): pictures to compute with
//! where no data set is at hand.

use elbo_numerics::error::{Error, Result, all_finite, finite, same_size};

/// Side of the picture, pixels.
pub const SIDE: usize = 28;

/// The pen's line: a 3, in pixels, x to the right and y down.
const LINE: [(f64, f64); 15] = [
    (8.2, 7.4),
    (10.4, 5.3),
    (13.6, 4.4),
    (16.9, 5.0),
    (18.6, 7.2),
    (18.3, 10.0),
    (16.0, 12.2),
    (12.6, 13.2),
    (16.6, 13.7),
    (19.4, 15.8),
    (20.0, 18.8),
    (18.2, 21.9),
    (14.6, 23.4),
    (10.7, 22.8),
    (7.9, 20.6),
];

/// Half the width of the line, and how far the ink fades beyond it, in pixels.
const HALF_WIDTH: f64 = 1.05;
const FADE: f64 = 1.3;

/// The digit as grey levels `[784]` in `[0, 1]`, 1 being ink.
pub fn drawn_digit() -> Vec<f64> {
    let ink = |x: f64, y: f64| {
        let distance = LINE.windows(2).map(|ends| distance(x, y, ends[0], ends[1])).fold(f64::INFINITY, f64::min);
        let t = (1.0 - (distance - HALF_WIDTH) / FADE).clamp(0.0, 1.0);
        t * t * (3.0 - 2.0 * t)
    };
    (0..SIDE * SIDE).map(|pixel| ink((pixel % SIDE) as f64 + 0.5, (pixel / SIDE) as f64 + 0.5)).collect()
}

/// 1 where a grey level is at least 1/2, else 0.
pub fn binarize(image: &[f64]) -> Vec<f64> {
    image.iter().map(|&grey| if grey >= 0.5 { 1.0 } else { 0.0 }).collect()
}

/// Convolution with a Gaussian of standard deviation `sigma` pixels, row by row and column by column; paper (0) outside.
///
/// # Errors
/// A picture that is not `[784]`, a grey level that is not finite, `sigma` outside 0 to 10 (0 leaves the picture as it is).
pub fn blur(image: &[f64], sigma: f64) -> Result<Vec<f64>> {
    all_finite("pixel", image)?;
    same_size("the picture", image.len(), SIDE * SIDE)?;
    finite("blur", sigma)?;
    if !(0.0..=10.0).contains(&sigma) {
        return Err(Error::OutOfRange { name: "blur".to_owned(), value: sigma, low: 0.0, high: 10.0 });
    }
    if sigma < 0.05 {
        return Ok(image.to_vec());
    }
    let kernel: Vec<f64> = (0..SIDE).map(|k| (-0.5 * (k as f64 / sigma).powi(2)).exp()).collect();
    let total = kernel[0] + 2.0 * kernel[1..].iter().sum::<f64>();
    let pass = |from: &[f64], at: fn(usize, usize) -> usize| -> Vec<f64> {
        let mut to = vec![0.0; SIDE * SIDE];
        for line in 0..SIDE {
            for place in 0..SIDE {
                let sum: f64 = (0..SIDE).map(|other| from[at(line, other)] * kernel[place.abs_diff(other)]).sum();
                to[at(line, place)] = sum / total;
            }
        }
        to
    };
    let rows = pass(image, |line, place| line * SIDE + place);
    Ok(pass(&rows, |line, place| place * SIDE + line))
}

/// Distance of a point from a piece of the line.
fn distance(x: f64, y: f64, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let along = (((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - x1 - along * dx).hypot(y - y1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digit_has_paper_ink_and_grey() {
        let digit = drawn_digit();
        assert_eq!(digit.len(), 784);
        assert!(digit.iter().all(|grey| (0.0..=1.0).contains(grey)));
        assert!(digit.iter().filter(|&&grey| grey == 0.0).count() > 400);
        assert!(digit.iter().filter(|&&grey| grey > 0.9).count() > 60);
        assert!(digit.iter().filter(|&&grey| grey > 0.1 && grey < 0.9).count() > 60);
        assert!(binarize(&digit).iter().all(|&x| x == 0.0 || x == 1.0));
    }

    #[test]
    fn blurring_keeps_the_ink() {
        let digit = drawn_digit();
        let blurred = blur(&digit, 1.2).unwrap();
        let ink: f64 = digit.iter().sum();
        assert!((blurred.iter().sum::<f64>() - ink).abs() < 1e-2 * ink);
        assert!(blurred.iter().fold(0.0f64, |a, &b| a.max(b)) < 1.0);
        assert_eq!(blur(&digit, 0.0).unwrap(), digit);
        assert!(blur(&digit, f64::NAN).is_err() && blur(&digit[1..], 1.0).is_err() && blur(&digit, 11.0).is_err());
    }
}
