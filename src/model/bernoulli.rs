//! `log p(x | z)` of binary pixels in one pass over the logits: where an importance-weighted bound spends its time.

/// Factors from 1 to 2 whose product stays below the largest `f32`.
const BLOCK: usize = 112;

/// `log p(x | z)` in nats for one image `x` and many codes, with grey values allowed:
///
/// ```text
/// sum_i x_i l_i - log(1 + exp(l_i)) = sum_i x_i l_i - max(l_i, 0) - log(1 + exp(-|l_i|))
/// ```
///
/// The logarithms of a block of pixels are taken together, as the logarithm of a product of numbers from 1 to 2: one for 112
/// pixels. On the CPU this takes a sixth of the time of the same sum tensor by tensor ([`super::Likelihood`]), whose results it
/// gives to `f32`'s precision.
///
/// # Shapes
///
/// - x: `[pixels]`
/// - logits: `[codes, pixels]`
/// - output: `[codes]`
pub fn log_likelihoods(x: &[f32], logits: &[f32]) -> Vec<f64> {
    let of_code = |logits: &[f32]| -> f64 {
        let blocks = x.chunks(BLOCK).zip(logits.chunks(BLOCK));
        blocks.map(|(x, logits)| f64::from(of_block(x, logits))).sum()
    };
    logits.chunks_exact(x.len().max(1)).map(of_code).collect()
}

fn of_block(x: &[f32], logits: &[f32]) -> f32 {
    let (mut linear, mut product) = (0.0, 1.0);
    for (x, &logit) in x.iter().zip(logits) {
        linear += x * logit - logit.max(0.0);
        product *= 1.0 + exp_of_negative(logit.abs());
    }
    linear - product.ln()
}

/// `exp(-a)` for `a >= 0`: `2^n 2^f` with a whole `n` and `|f| <= 1/2`, the latter by its series to the seventh power (relative
/// error below 2e-7, of which rounding is most).
fn exp_of_negative(a: f32) -> f32 {
    /// Added to a small number, it leaves the number's nearest integer in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    // Below 2^-126 it no longer matters beside 1.
    let t = (a * -std::f32::consts::LOG2_E).max(-126.0);
    let shifted = t + ROUND;
    let f = (t - (shifted - ROUND)) * std::f32::consts::LN_2;
    let series = 1.0
        + f * (1.0
            + f * (1.0 / 2.0
                + f * (1.0 / 6.0 + f * (1.0 / 24.0 + f * (1.0 / 120.0 + f * (1.0 / 720.0 + f / 5040.0))))));
    series * f32::from_bits((shifted.to_bits() << 23).wrapping_add(1.0f32.to_bits()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::{seeded, standard_normal, uniform};

    #[test]
    fn the_exponential_is_that_of_the_library() {
        for step in 0..20_000 {
            let a = step as f32 * 0.005;
            let (found, expected) = (f64::from(exp_of_negative(a)), (-f64::from(a)).exp());
            // The argument itself is rounded: a relative error of a half unit in the last place of `a log2 e`.
            let tolerance = 4e-7 * (1.0 + f64::from(a)) * expected + 1e-37;
            assert!((found - expected).abs() < tolerance, "exp(-{a}): {found}, {expected}");
        }
        assert!(exp_of_negative(f32::INFINITY) < 1e-37);
        assert!(exp_of_negative(f32::NAN) < 1e-37 || exp_of_negative(f32::NAN).is_nan());
    }

    #[test]
    fn sums_are_those_of_the_formula() {
        let mut random = seeded(4);
        for (pixels, scale) in [(784, 1.0), (784, 30.0), (784, 0.0), (1, 5.0), (113, 200.0)] {
            let x: Vec<f32> = (0..pixels).map(|_| if uniform(&mut random) < 0.3 { 1.0 } else { 0.0 }).collect();
            let logits: Vec<f32> = (0..3 * pixels).map(|_| scale * standard_normal(&mut random) as f32).collect();
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
}
