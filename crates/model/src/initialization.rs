//! Initial weights, drawn on the CPU so that a seed means the same weights on every device.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use elbo_numerics::random::Random;
use rand::RngExt;

/// `n` draws from `U(-bound, bound)`.
fn uniform(n: usize, bound: f32, random: &mut Random) -> Vec<f32> {
    (0..n).map(|_| (random.random::<f32>() * 2.0 - 1.0) * bound).collect()
}

/// A trainable tensor, uniform in `+-bound`.
pub fn parameter<const D: usize>(
    shape: [usize; D],
    bound: f32,
    random: &mut Random,
    device: &Device,
) -> Param<Tensor<D>> {
    let values = TensorData::new(uniform(shape.iter().product(), bound, random), shape);
    Param::from_tensor(Tensor::from_data(values, device))
}
