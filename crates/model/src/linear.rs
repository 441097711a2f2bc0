//! Linear layers, and the matrix multiplication that they and the convolutions are made of.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};
use elbo_numerics::random::Random;

use super::initialization::parameter;

/// A linear layer `y = x W + b`.
#[derive(Module, Debug)]
pub struct Linear {
    /// W: `[input, output]`.
    pub weight: Param<Tensor<2>>,
    /// b: `[output]`.
    pub bias: Param<Tensor<1>>,
}

impl Linear {
    /// Weights and biases uniform in `+-1 / sqrt(input)` (the default of PyTorch, and of the reference runs).
    pub fn new(input: usize, output: usize, random: &mut Random, device: &Device) -> Self {
        let bound = 1.0 / (input as f32).sqrt();
        let weight = parameter([input, output], bound, random, device);
        Self { weight, bias: parameter([output], bound, random, device) }
    }

    /// # Shapes
    ///
    /// - x: `[batch, input]`
    /// - output: `[batch, output]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        matmul(x, self.weight.val()) + self.bias.val().unsqueeze::<2>()
    }
}

/// `left right`: `[rows, columns]` from `[rows, inner]` and `[inner, columns]`. On a GPU by our own kernel.
pub fn matmul(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    if !crate::device::is_cpu(&left.device()) {
        return super::gpu_matmul::matmul(left, right);
    }
    left.matmul(right)
}
