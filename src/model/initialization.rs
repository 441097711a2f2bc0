//! Initial weights, drawn on the CPU so that a seed means the same weights on every device.

use burn::module::Param;
use burn::nn::Linear;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;

use crate::stats::random::Random;

/// `n` draws from `U(-bound, bound)`.
fn uniform(n: usize, bound: f32, random: &mut Random) -> Vec<f32> {
    (0..n).map(|_| (random.random::<f32>() * 2.0 - 1.0) * bound).collect()
}

/// A linear layer `y = x W + b`, weights and biases uniform in `+-1 / sqrt(d_input)` (the default of PyTorch, and of the
/// reference runs).
///
/// # Shapes
///
/// - W: `[d_input, d_output]`
/// - b: `[d_output]`
pub fn linear(d_input: usize, d_output: usize, random: &mut Random, device: &Device) -> Linear {
    let bound = 1.0 / (d_input as f32).sqrt();
    let weight = TensorData::new(uniform(d_input * d_output, bound, random), [d_input, d_output]);
    let bias = TensorData::new(uniform(d_output, bound, random), [d_output]);
    Linear {
        weight: Param::from_tensor(Tensor::<2>::from_data(weight, device)),
        bias: Some(Param::from_tensor(Tensor::<1>::from_data(bias, device))),
    }
}
