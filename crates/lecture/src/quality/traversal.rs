//! A straight walk between two codes (deck 001).

use elbo_numerics::error::{Error, Result, all_finite, same_size, within_limit};

/// Most stations of a walk.
const MOST_STATIONS: usize = 1000;

/// Stations `(1 - t) from + t to` at `stations` evenly spaced t from 0 to 1, one after the other, and the distance of the ends.
///
/// # Errors
/// Ends of different sizes, empty or not finite; fewer than 2 or more than 1000 stations.
pub fn walk(from: &[f64], to: &[f64], stations: usize) -> Result<(Vec<f64>, f64)> {
    all_finite("code entry", from)?;
    all_finite("code entry", to)?;
    same_size("the code at the end of the walk", to.len(), from.len())?;
    if stations < 2 {
        return Err(Error::TooFew { name: "stations".to_owned(), found: stations, needed: 2 });
    }
    within_limit("stations", stations, MOST_STATIONS)?;
    let at = |station: usize| {
        let t = station as f64 / (stations - 1) as f64;
        from.iter().zip(to).map(move |(a, b)| (1.0 - t) * a + t * b)
    };
    Ok(((0..stations).flat_map(at).collect(), distance(from, to)))
}

/// Largest difference of a pixel between the first picture and the first reconstruction, and the last and the second.
///
/// # Shapes
/// `pictures` `[n, pixels]` with n of at least 2, `reconstructions` `[2, pixels]`.
///
/// # Errors
/// Sizes that do not fit, pixels that are not finite.
pub fn largest_difference(pictures: &[f64], reconstructions: &[f64], pixels: usize) -> Result<f64> {
    check_pictures(pictures, pixels)?;
    same_size("the two reconstructions", reconstructions.len(), 2 * pixels)?;
    all_finite("pixel", reconstructions)?;
    let ends = pictures[..pixels].iter().chain(&pictures[pictures.len() - pixels..]);
    Ok(ends.zip(reconstructions).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max))
}

/// Distance of each picture from the one before it, and the longest as a share of their sum (0 if nothing moves).
///
/// # Errors
/// As [`largest_difference`].
pub fn smoothness(pictures: &[f64], pixels: usize) -> Result<(Vec<f64>, f64)> {
    check_pictures(pictures, pixels)?;
    let each: Vec<&[f64]> = pictures.chunks_exact(pixels).collect();
    let strides: Vec<f64> = each.windows(2).map(|pair| distance(pair[0], pair[1])).collect();
    let (sum, longest) = (strides.iter().sum::<f64>(), strides.iter().copied().fold(0.0, f64::max));
    Ok((strides, if sum > 0.0 { longest / sum } else { 0.0 }))
}

fn check_pictures(pictures: &[f64], pixels: usize) -> Result<()> {
    all_finite("pixel", pictures)?;
    within_limit("pixels in a picture", pixels, pictures.len())?;
    same_size("the list of pixels", pictures.len(), (pictures.len() / pixels).max(2) * pixels)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_is_even_and_keeps_its_ends() {
        let (stations, length) = walk(&[0.0, 1.0], &[3.0, -3.0], 4).unwrap();
        assert_eq!(length, 5.0);
        assert_eq!((&stations[..2], &stations[6..]), (&[0.0, 1.0][..], &[3.0, -3.0][..]));
        let (strides, longest) = smoothness(&stations, 2).unwrap();
        assert!(strides.iter().all(|stride| (stride - 5.0 / 3.0).abs() < 1e-12) && (longest - 1.0 / 3.0).abs() < 1e-12);
        assert_eq!(largest_difference(&stations, &[0.0, 1.0, 3.0, -2.5], 2).unwrap(), 0.5);
        assert_eq!(smoothness(&[1.0; 6], 2).unwrap().1, 0.0);
    }

    #[test]
    fn bad_input_is_named() {
        assert!(walk(&[1.0], &[1.0, 2.0], 3).is_err() && walk(&[1.0], &[f64::NAN], 3).is_err());
        assert!(walk(&[1.0], &[2.0], 1).is_err() && walk(&[], &[], 3).is_err());
        assert!(
            smoothness(&[1.0; 5], 2).is_err() && smoothness(&[1.0; 2], 2).is_err() && smoothness(&[1.0; 2], 3).is_err()
        );
        assert!(smoothness(&[1.0], 0).is_err() && smoothness(&[1.0; 2], 0).is_err());
        assert!(walk(&[1.0], &[2.0], 1001).is_err());
        assert!(largest_difference(&[1.0; 4], &[1.0; 3], 2).is_err());
    }
}
