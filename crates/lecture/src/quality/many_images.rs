//! Many images that share one code, and the one picture that serves them all best: their mean (deck 003's blurred images).
//!
//! For any picture `r` and images `x_1, ..., x_k` with pixelwise mean `m`:
//!
//! ```text
//! mean_i |x_i - r|^2           = mean_i |x_i - m|^2 + |m - r|^2
//! mean_i cross-entropy(x_i, r) = sum_j H(m_j) + sum_j KL( Bernoulli(m_j) || Bernoulli(r_j) )
//! ```
//!
//! The first part is there whatever `r` is; the second is 0 only at `r = m`. Both likelihoods ask for the mean.

use elbo_numerics::error::{Error, Result, all_finite, same_size, within_limit};
use elbo_numerics::{Check, Estimate};

/// Most codes that neighbours are looked for among.
const MOST_CODES: usize = 100_000;
/// An image taken as a picture of probabilities is kept so far from 0 and 1: one pixel that is wrong would cost infinitely much.
pub const MARGIN: f64 = 0.01;
/// The same for what a decoder gives in single precision, where a sigmoid reaches 0 and 1.
const SMALLEST: f64 = 1e-7;

/// Indices of the `count` codes nearest to code `chosen` (itself among them, first), by Euclidean distance, nearest first.
///
/// # Shapes
/// `codes` `[n, latent]`.
///
/// # Errors
/// An incomplete last code, a code that is not finite, a choice or a count beyond `n`.
pub fn nearest(codes: &[f64], latent: usize, chosen: usize, count: usize) -> Result<Vec<usize>> {
    all_finite("code entry", codes)?;
    within_limit("numbers in a code", latent, codes.len())?;
    let n = codes.len() / latent.max(1);
    same_size("the list of codes", codes.len(), n * latent)?;
    within_limit("codes", n, MOST_CODES)?;
    within_limit("the chosen code's number", chosen + 1, n)?;
    within_limit("the number of neighbours", count, n)?;
    let centre = &codes[chosen * latent..(chosen + 1) * latent];
    let distance = |index: usize| squared_distance(&codes[index * latent..(index + 1) * latent], centre);
    let mut order: Vec<(f64, usize)> = (0..n).map(|index| (distance(index), index)).collect();
    // Of codes in the same place, the chosen one comes first.
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1 != chosen).cmp(&(b.1 != chosen))).then(a.1.cmp(&b.1)));
    Ok(order.into_iter().take(count).map(|(_, index)| index).collect())
}

/// What an average over the images costs, for every picture that might stand for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Costs {
    /// Of the mean of the images: the least there is.
    pub mean: f64,
    /// Of the given picture.
    pub picture: f64,
    /// Of each image.
    pub images: Vec<f64>,
    /// The given picture's cost against its two parts, see the top of this file.
    pub parts: Check,
    /// The least of all these costs against that of the mean.
    pub cheapest: Check,
}

/// Images, their mean, and what pictures cost when they stand for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct ManyImages {
    /// Pixelwise mean, `[pixels]`.
    pub mean: Vec<f64>,
    /// By the cross-entropy, in nats. The images as pictures are kept [`MARGIN`] away from 0 and 1.
    pub cross_entropy: Costs,
    /// By the squared error.
    pub squared_error: Costs,
}

impl ManyImages {
    /// Measures `images` `[k, pixels]` in `[0, 1]` and one `picture` `[pixels]`.
    ///
    /// # Errors
    /// No picture, sizes that do not fit, pixels outside `[0, 1]`.
    pub fn measure(images: &[f64], picture: &[f64]) -> Result<Self> {
        let pixels = picture.len();
        if pixels == 0 || images.is_empty() {
            return Err(Error::Empty { name: "images".to_owned() });
        }
        same_size("the list of pixels", images.len(), (images.len() / pixels).max(1) * pixels)?;
        if let Some(&value) = images.iter().chain(picture).find(|pixel| !(0.0..=1.0).contains(*pixel)) {
            return Err(Error::OutOfRange { name: "pixel".to_owned(), value, low: 0.0, high: 1.0 });
        }
        let images: Vec<&[f64]> = images.chunks_exact(pixels).collect();
        let k = images.len() as f64;
        let mean: Vec<f64> = (0..pixels).map(|j| images.iter().map(|image| image[j]).sum::<f64>() / k).collect();
        let kept = |image: &[f64], margin: f64| -> Vec<f64> {
            image.iter().map(|pixel| pixel.clamp(margin, 1.0 - margin)).collect()
        };
        let picture_of_probabilities = kept(picture, SMALLEST);
        let entropy: f64 = mean.iter().map(|&m| cross_entropy(m, m)).sum();
        let divergence: f64 = mean.iter().zip(&picture_of_probabilities).map(|(&m, &r)| bernoulli_kl(m, r)).sum();
        let spread = images.iter().map(|image| squared_distance(image, &mean)).sum::<f64>() / k;
        let average = |picture: &[f64], cost: fn(&[f64], &[f64]) -> f64| {
            images.iter().map(|image| cost(image, picture)).sum::<f64>() / k
        };
        let costs = |cost: fn(&[f64], &[f64]) -> f64, picture: &[f64], margin: f64, parts: f64| -> Costs {
            let (of_mean, of_picture) = (average(&mean, cost), average(picture, cost));
            let of_images: Vec<f64> = images.iter().map(|image| average(&kept(image, margin), cost)).collect();
            let least = of_images.iter().copied().fold(of_mean.min(of_picture), f64::min);
            Costs {
                mean: of_mean,
                picture: of_picture,
                images: of_images,
                parts: Check::relative(of_picture, parts, 1e-10),
                cheapest: Check::relative(least, of_mean, 1e-10),
            }
        };
        let cross_entropy = costs(image_cross_entropy, &picture_of_probabilities, MARGIN, entropy + divergence);
        let squared_error = costs(squared_distance, picture, 0.0, spread + squared_distance(&mean, picture));
        Ok(Self { mean, cross_entropy, squared_error })
    }
}

/// Mean squared step between neighbouring pixels, over `images` `[n, side * side]`, each divided by `unit`: small where edges are
/// blurred, large where pixels are grains.
///
/// # Errors
/// No images, an incomplete one, pixels that are not finite, a `unit` that is not positive.
pub fn edge_contrast(images: &[f64], side: usize, unit: f64) -> Result<Estimate> {
    all_finite("pixel", images)?;
    elbo_numerics::error::positive("the contrast of real images", unit)?;
    let pixels = side * side;
    if side < 2 || images.is_empty() {
        return Err(Error::Empty { name: "images".to_owned() });
    }
    same_size("the list of pixels", images.len(), (images.len() / pixels).max(1) * pixels)?;
    let steps = (2 * side * (side - 1)) as f64;
    let of_image = |image: &[f64]| -> f64 {
        let across = (0..pixels).filter(|at| at % side != 0).map(|at| (image[at] - image[at - 1]).powi(2));
        let down = (side..pixels).map(|at| (image[at] - image[at - side]).powi(2));
        across.chain(down).sum::<f64>() / steps / unit
    };
    Ok(Estimate::from_samples(images.chunks_exact(pixels).map(of_image)))
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

fn image_cross_entropy(x: &[f64], r: &[f64]) -> f64 {
    x.iter().zip(r).map(|(&x, &r)| cross_entropy(x, r)).sum()
}

/// `-x log r - (1 - x) log(1 - r)`, with `0 log 0 = 0`.
fn cross_entropy(x: f64, r: f64) -> f64 {
    times_log(x, r) + times_log(1.0 - x, 1.0 - r)
}

fn times_log(weight: f64, value: f64) -> f64 {
    if weight == 0.0 { 0.0 } else { -weight * value.ln() }
}

fn bernoulli_kl(m: f64, r: f64) -> f64 {
    let part = |m: f64, r: f64| if m == 0.0 { 0.0 } else { m * (m / r).ln() };
    part(m, r) + part(1.0 - m, 1.0 - r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::{seeded, uniform};

    #[test]
    fn neighbours_come_nearest_first() {
        let codes = [0.0, 0.0, 3.0, 0.0, 0.0, 1.0, 3.0, 0.0];
        assert_eq!(nearest(&codes, 2, 0, 3).unwrap(), [0, 2, 1]);
        assert_eq!(nearest(&codes, 2, 3, 3).unwrap(), [3, 1, 0]);
        assert!(nearest(&codes, 2, 4, 1).is_err() && nearest(&codes, 2, 0, 5).is_err());
        assert!(nearest(&codes, 3, 0, 1).is_err() && nearest(&codes, 0, 0, 1).is_err());
        assert!(nearest(&[f64::NAN, 0.0], 1, 0, 1).is_err() && nearest(&[], 1, 0, 1).is_err());
    }

    #[test]
    fn the_mean_is_the_cheapest_picture_and_the_costs_split() {
        let mut random = seeded(5);
        for ink in [0.2, 1.0] {
            // Many pixels of 0 and 1, as digits have.
            let mut pixel = || (3.0 * ink * uniform(&mut random) - 1.0).clamp(0.0, 1.0);
            let images: Vec<f64> = (0..6 * 50).map(|_| pixel()).collect();
            let picture: Vec<f64> = (0..50).map(|_| pixel()).collect();
            let found = ManyImages::measure(&images, &picture).unwrap();
            for costs in [&found.cross_entropy, &found.squared_error] {
                assert!(costs.parts.holds && costs.cheapest.holds, "{costs:?}");
                assert!(costs.picture >= costs.mean && costs.images.iter().all(|&cost| cost >= costs.mean));
            }
        }
    }

    #[test]
    fn a_dearer_mean_would_be_found_out() {
        // Two images, 0 and 1 in one pixel: by hand.
        let found = ManyImages::measure(&[0.0, 1.0], &[0.25]).unwrap();
        assert_eq!(found.mean, [0.5]);
        assert!(
            (found.squared_error.mean - 0.25).abs() < 1e-15 && (found.squared_error.picture - 0.3125).abs() < 1e-15
        );
        assert_eq!(found.squared_error.images, [0.5, 0.5]);
        assert!((found.cross_entropy.mean - 2f64.ln()).abs() < 1e-15);
        let expected = -0.5 * (0.25f64.ln() + 0.75f64.ln());
        assert!((found.cross_entropy.picture - expected).abs() < 1e-15);
        assert!((found.cross_entropy.images[0] - -0.5 * (0.01f64.ln() + 0.99f64.ln())).abs() < 1e-12);
        assert!(ManyImages::measure(&[0.5], &[]).is_err() && ManyImages::measure(&[], &[0.5]).is_err());
        assert!(ManyImages::measure(&[0.5, 0.5, 0.5], &[0.5, 0.5]).is_err());
        assert!(ManyImages::measure(&[1.5], &[0.5]).is_err() && ManyImages::measure(&[f64::NAN], &[0.5]).is_err());
    }

    #[test]
    fn contrast_falls_with_blur_and_rises_with_grain() {
        let side = 8;
        let edge = |width: f64| -> Vec<f64> {
            (0..side * side).map(|at| (((at % side) as f64 - 3.5) / width + 0.5).clamp(0.0, 1.0)).collect()
        };
        let contrast = |image: &[f64]| edge_contrast(image, side, 1.0).unwrap().mean;
        // A sharp edge: one step of 1 a row, of 2 * 8 * 7 steps in all.
        assert!((contrast(&edge(1.0)) - 8.0 / 112.0).abs() < 1e-15);
        assert!(contrast(&edge(4.0)) < contrast(&edge(2.0)) && contrast(&edge(2.0)) < contrast(&edge(1.0)));
        let mut random = seeded(1);
        let grain: Vec<f64> = edge(4.0).iter().map(|&p| if uniform(&mut random) < p { 1.0 } else { 0.0 }).collect();
        assert!(contrast(&grain) > contrast(&edge(1.0)));
        let two: Vec<f64> = [edge(1.0), edge(1.0)].concat();
        let estimate = edge_contrast(&two, side, 0.5).unwrap();
        assert!(estimate.n == 2 && (estimate.mean - 16.0 / 112.0).abs() < 1e-15 && estimate.standard_error == 0.0);
        assert!(edge_contrast(&two, side, 0.0).is_err() && edge_contrast(&[], side, 1.0).is_err());
        assert!(edge_contrast(&two[1..], side, 1.0).is_err());
    }
}
