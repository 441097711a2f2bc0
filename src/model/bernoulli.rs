//! `log p(x | z)` of binary pixels in one pass over the logits, on the CPU: where training spends what products of matrices
//! leave, and an importance-weighted bound spends its time.

use burn::tensor::{Tensor, TensorData};

use crate::device::is_cpu;

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
    logits.chunks_exact(x.len().max(1)).map(|logits| log_likelihood(x, logits)).collect()
}

/// `-log p(x | z)` `[batch]` of x and logits `[batch, pixels]`, whose derivative by a logit, `sigmoid(logit) - x`, comes from
/// the same pass; `None` where the logits are not in the CPU's memory.
///
/// The sum of `logit * (sigmoid(logit) - x)` with the second factor held constant has that derivative; its value is replaced.
pub fn negative_log_likelihood(x: &Tensor<2>, logits: &Tensor<2>) -> Option<Tensor<1>> {
    let known = logits.clone().inner();
    let (device, [batch, pixels]) = (known.device(), known.dims());
    if !is_cpu(&device) {
        return None;
    }
    let x = x.clone().inner().into_data();
    let known = known.into_data();
    let (x, known) = (x.as_slice::<f32>().ok()?, known.as_slice::<f32>().ok()?);
    let images = x.chunks_exact(pixels.max(1)).zip(known.chunks_exact(pixels.max(1)));
    let costs: Vec<f32> = images.map(|(x, logits)| -log_likelihood(x, logits) as f32).collect();
    let costs = Tensor::<1>::from_data(TensorData::new(costs, [batch]), &device);
    if !logits.is_autodiff() {
        return Some(costs);
    }
    let derivatives: Vec<f32> = x.iter().zip(known).map(|(x, &logit)| sigmoid(logit) - x).collect();
    let derivatives = Tensor::<2>::from_data(TensorData::new(derivatives, [batch, pixels]), &device);
    let linear = (logits.clone() * derivatives).sum_dim(1).squeeze_dim::<1>(1);
    Some(linear.clone() - linear.inner() + costs)
}

fn sigmoid(logit: f32) -> f32 {
    let exponential = exp_of_negative(logit.abs());
    (if logit < 0.0 { exponential } else { 1.0 }) / (1.0 + exponential)
}

fn log_likelihood(x: &[f32], logits: &[f32]) -> f64 {
    x.chunks(BLOCK).zip(logits.chunks(BLOCK)).map(|(x, logits)| f64::from(of_block(x, logits))).sum()
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
    use burn::tensor::activation;

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

    #[test]
    fn costs_and_derivatives_are_those_of_the_formula_tensor_by_tensor() {
        let device = crate::device::cpu();
        let mut random = seeded(5);
        let mut tensor = |scale: f64, center: f64| {
            let values: Vec<f32> =
                (0..6 * 784).map(|_| (center + scale * standard_normal(&mut random)) as f32).collect();
            Tensor::<2>::from_data(TensorData::new(values, [6, 784]), &device)
        };
        let x = tensor(0.2, 0.5).clamp(0.0, 1.0);
        // Not linear in the costs, as an importance-weighted bound is not.
        let outer = |costs: Tensor<1>| costs.mul_scalar(-1e-3).exp().sum();
        for logits in [tensor(3.0, 0.0), tensor(0.0, 0.0), tensor(40.0, -5.0)] {
            let logits = logits.autodiff().require_grad();
            let ours = negative_log_likelihood(&x, &logits).unwrap();
            let formula = -activation::log_sigmoid(-logits.clone()) - x.clone() * logits.clone();
            let formula = formula.sum_dim(1).squeeze_dim::<1>(1);
            let difference = (ours.clone() - formula.clone()).abs() / formula.clone();
            assert!(difference.max().into_scalar::<f32>() < 1e-5);
            let derivative = |costs| logits.grad(&outer(costs).backward()).unwrap();
            let (ours, formula) = (derivative(ours), derivative(formula));
            let largest = formula.clone().abs().max().into_scalar::<f32>();
            assert!((ours - formula).abs().max().into_scalar::<f32>() <= 1e-5 * largest);
        }
    }
}
