//! Linear layers, and the products of matrices of which they and the convolutions are made.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::initialization::parameter;
use crate::stats::random::Random;

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
        product(x, self.weight.val()) + self.bias.val().unsqueeze::<2>()
    }
}

/// The product of two matrices: `[rows, columns]` of `[rows, inner]` and `[inner, columns]`. On a GPU by a kernel of our own.
pub fn product(left: Tensor<2>, right: Tensor<2>) -> Tensor<2> {
    #[cfg(feature = "webgpu")]
    if !crate::device::is_cpu(&left.device()) {
        return super::gpu_product::product(left, right);
    }
    left.matmul(right)
}
