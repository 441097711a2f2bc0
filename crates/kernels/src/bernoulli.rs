//! `-log p(x | z)` of binary pixels and its derivative in one pass over the logits, and their means.

use wide::f32x8;

/// `-log p(x | z)` in nats of images `x` under logits, both `[images, pixels]`, with grey values allowed; `[images]`:
///
/// ```text
/// sum_i log(1 + exp(l_i)) - x_i l_i = sum_i max(l_i, 0) + log(1 + exp(-|l_i|)) - x_i l_i
/// ```
///
/// What is not a whole image is left out.
pub fn costs(x: &[f32], logits: &[f32], pixels: usize) -> Vec<f32> {
    pairs(x, logits, pixels).map(|(x, logits)| cost(x, logits, |_| ()) as f32).collect()
}

/// [`costs`], and their derivatives by the logits, `sigmoid(logit) - x`, `[images, pixels]`.
pub fn costs_and_derivatives(x: &[f32], logits: &[f32], pixels: usize) -> (Vec<f32>, Vec<f32>) {
    let mut derivatives = Vec::with_capacity(x.len() + 8);
    let costs = pairs(x, logits, pixels).map(|(x, logits)| {
        let places = derivatives.len() + pixels;
        let cost = cost(x, logits, |eight| derivatives.extend_from_slice(&eight));
        // Of the last eight, those beyond the image are none.
        derivatives.truncate(places);
        cost as f32
    });
    (costs.collect(), derivatives)
}

/// `log p(x | z)` in nats for one image `x` `[pixels]` and the logits of many codes `[codes, pixels]`; `[codes]`.
pub fn log_likelihoods(x: &[f32], logits: &[f32]) -> Vec<f64> {
    logits.chunks_exact(x.len().max(1)).map(|logits| -cost(x, logits, |_| ())).collect()
}

/// `E[x | z]`: the sigmoid of each logit, in its place.
pub fn means(logits: &mut [f32]) {
    for logits in logits.chunks_mut(8) {
        let l = eight(logits);
        let exponential = (-l.abs()).exp();
        let means = sigmoid(l, exponential, exponential + f32x8::ONE).to_array();
        logits.copy_from_slice(&means[..logits.len()]);
    }
}

fn pairs<'a>(x: &'a [f32], logits: &'a [f32], pixels: usize) -> impl Iterator<Item = (&'a [f32], &'a [f32])> {
    x.chunks_exact(pixels.max(1)).zip(logits.chunks_exact(pixels.max(1)))
}

/// Factors from 1 to 2 whose product stays below the largest `f32`.
const FACTORS: usize = 112;

/// `-log p(x | z)` of one image, in nats. `derivative` hears `sigmoid(l) - x`, eight pixels at a time. A logarithm is
/// taken of a product of factors, once for many of them.
fn cost(x: &[f32], logits: &[f32], mut derivative: impl FnMut([f32; 8])) -> f64 {
    let mut sum = 0.0;
    for (x, logits) in x.chunks(8 * FACTORS).zip(logits.chunks(8 * FACTORS)) {
        let (mut linear, mut product) = (f32x8::ZERO, f32x8::ONE);
        for (x, logits) in x.chunks(8).zip(logits.chunks(8)) {
            let (x, l) = (eight(x), eight(logits));
            // exp(-|l|), of which both the logarithm and the sigmoid are made.
            let exponential = (-l.abs()).exp();
            let one_more = exponential + f32x8::ONE;
            linear += l.max(f32x8::ZERO) - x * l;
            product *= one_more;
            derivative((sigmoid(l, exponential, one_more) - x).to_array());
        }
        sum += f64::from((linear + product.ln()).reduce_add());
    }
    // The last eight are filled up with logits of 0, each of which costs log 2.
    sum - std::f64::consts::LN_2 * (x.len().next_multiple_of(8) - x.len()) as f64
}

/// `1 / (1 + exp(-l))` from `exp(-|l|)` and one more.
fn sigmoid(l: f32x8, exponential: f32x8, one_more: f32x8) -> f32x8 {
    l.simd_ge(f32x8::ZERO).select(f32x8::ONE, exponential) / one_more
}

fn eight(values: &[f32]) -> f32x8 {
    values.first_chunk::<8>().map_or_else(
        || {
            let mut filled = [0.0; 8];
            filled[..values.len()].copy_from_slice(values);
            f32x8::from(filled)
        },
        |&values| f32x8::from(values),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn sums_are_those_of_the_formula() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        for (pixels, scale) in [(784, 1.0), (784, 30.0), (784, 0.0), (1, 5.0), (113, 200.0)] {
            let x: Vec<f32> = (0..pixels).map(|_| if random.random::<f64>() < 0.3 { 1.0 } else { 0.0 }).collect();
            let logits: Vec<f32> = (0..3 * pixels).map(|_| scale * (3.0 * random.random::<f32>() - 1.5)).collect();
            let found = log_likelihoods(&x, &logits);
            assert_eq!(found.len(), 3);
            for (found, logits) in found.iter().zip(logits.chunks(pixels)) {
                let terms = x.iter().zip(logits).map(|(&x, &l)| {
                    let (x, l) = (f64::from(x), f64::from(l));
                    x * l - l.max(0.0) - (-l.abs()).exp().ln_1p()
                });
                let expected: f64 = terms.sum();
                assert!((found - expected).abs() < 1e-4 + 1e-6 * expected.abs(), "{found}, {expected}");
            }
        }
    }

    #[test]
    fn means_are_sigmoids() {
        let mut values: Vec<f32> = (-400..413).map(|i| i as f32 / 4.0).collect();
        let logits = values.clone();
        means(&mut values);
        for (mean, l) in values.iter().zip(logits) {
            let expected = 1.0 / (1.0 + (-f64::from(l)).exp());
            assert!((f64::from(*mean) - expected).abs() < 1e-6, "{l}: {mean}");
        }
    }
}
