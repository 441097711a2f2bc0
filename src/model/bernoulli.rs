//! `log p(x | z)` of binary pixels in one pass over the logits, on the CPU: where training spends what products of matrices
//! leave, and an importance-weighted bound spends its time.

use burn::tensor::{Tensor, TensorData};
use wide::f32x8;

use crate::device::is_cpu;

/// `log p(x | z)` in nats for one image `x` and many codes, with grey values allowed:
///
/// ```text
/// sum_i x_i l_i - log(1 + exp(l_i)) = sum_i x_i l_i - max(l_i, 0) - log(1 + exp(-|l_i|))
/// ```
///
/// # Shapes
///
/// - x: `[pixels]`
/// - logits: `[codes, pixels]`
/// - output: `[codes]`
pub fn log_likelihoods(x: &[f32], logits: &[f32]) -> Vec<f64> {
    logits.chunks_exact(x.len().max(1)).map(|logits| -cost(x, logits, |_| ())).collect()
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
    // A sum of its own is read as a whole; what is shared, as the logits are, burn reads number by number.
    let (x, known) = (x.clone().inner().add_scalar(0.0).into_data(), known.add_scalar(0.0).into_data());
    let (x, known) = (x.as_slice::<f32>().ok()?, known.as_slice::<f32>().ok()?);
    let images = x.chunks_exact(pixels.max(1)).zip(known.chunks_exact(pixels.max(1)));
    if !logits.is_autodiff() {
        let costs: Vec<f32> = images.map(|(x, logits)| cost(x, logits, |_| ()) as f32).collect();
        return Some(Tensor::from_data(TensorData::new(costs, [batch]), &device));
    }
    let mut derivatives = Vec::with_capacity(x.len());
    let costs: Vec<f32> = images
        .map(|(x, logits)| {
            let places = derivatives.len() + pixels;
            let cost = cost(x, logits, |eight| derivatives.extend_from_slice(&eight));
            // Of the last eight, those beyond the image are none.
            derivatives.truncate(places);
            cost as f32
        })
        .collect();
    let costs = Tensor::<1>::from_data(TensorData::new(costs, [batch]), &device);
    let derivatives = Tensor::<2>::from_data(TensorData::new(derivatives, [batch, pixels]), &device);
    let linear = (logits.clone() * derivatives).sum_dim(1).squeeze_dim::<1>(1);
    Some(linear.clone() - linear.inner() + costs)
}

/// Factors from 1 to 2 whose product stays below the largest `f32`.
const FACTORS: usize = 112;

/// `-log p(x | z)` of one image, in nats. `derivative` hears `sigmoid(l) - x`, eight pixels at a time. Logarithms are taken of
/// products, seldom.
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
            let sigmoid = l.simd_ge(f32x8::ZERO).select(f32x8::ONE, exponential) / one_more;
            derivative((sigmoid - x).to_array());
        }
        sum += f64::from((linear + product.ln()).reduce_add());
    }
    // The last eight are filled up with logits of 0, each of which costs log 2.
    sum - std::f64::consts::LN_2 * (x.len().next_multiple_of(8) - x.len()) as f64
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
    use crate::stats::random::{seeded, standard_normal, uniform};
    use burn::tensor::activation;

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
