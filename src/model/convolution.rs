//! Convolutions that halve or double an image's side: kernel 4 x 4, stride 2, padding 1 (Radford, Metz and Chintala 2015;
//! the transposed one is figure 8.2).
//!
//! With this kernel and stride, a convolution is a product of matrices of the image cut into blocks of 2 x 2 pixels: each
//! output pixel sees 2 x 2 such blocks. burn's NdArray backend convolves with scalar loops, several times slower than its
//! product of matrices; this form is fast on every backend.
//!
//! Images are `[batch, side, side, channels]`; weights are laid out as in PyTorch.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, activation};

use super::initialization::parameter;
use crate::stats::random::Random;

/// Side of the kernel.
pub const KERNEL: usize = 4;
const TAPS: usize = KERNEL * KERNEL;

/// Halves the side: PyTorch's `Conv2d(input, output, 4, stride=2, padding=1)`.
#[derive(Module, Debug)]
pub struct StridedConvolution {
    /// `[output, input, 4, 4]`.
    pub weight: Param<Tensor<4>>,
    /// `[output]`.
    pub bias: Param<Tensor<1>>,
}

impl StridedConvolution {
    /// Weights and biases uniform in `+-1 / sqrt(16 input)`.
    pub fn new(input: usize, output: usize, random: &mut Random, device: &Device) -> Self {
        let bound = 1.0 / ((TAPS * input) as f32).sqrt();
        Self {
            weight: parameter([output, input, KERNEL, KERNEL], bound, random, device),
            bias: parameter([output], bound, random, device),
        }
    }

    /// # Shapes
    ///
    /// - images: `[batch, side, side, input]`, side even
    /// - output: `[batch, side / 2, side / 2, output]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, side, _, input] = images.dims();
        let [output, ..] = self.weight.dims();
        let half = side / 2;
        let blocks = images
            .pad([(0, 0), (1, 1), (1, 1), (0, 0)], 0.0)
            .reshape([batch, half + 1, 2, half + 1, 2, input])
            .permute([0, 1, 3, 2, 4, 5])
            .reshape([batch, half + 1, half + 1, 4 * input]);
        let seen = corners().map(|[i, j]| blocks.clone().slice([0..batch, i..i + half, j..j + half]));
        let columns = Tensor::cat(seen.to_vec(), 3).reshape([batch * half * half, TAPS * input]);
        // [output, input, (block, pixel), (block, pixel)] to [(blocks, pixels, input), output]
        let kernel = self.weight.val().reshape([output, input, 2, 2, 2, 2]).permute([2, 4, 3, 5, 1, 0]);
        let products = columns.matmul(kernel.reshape([TAPS * input, output]));
        (products + self.bias.val().reshape([1, output])).reshape([batch, half, half, output])
    }
}

/// Doubles the side: PyTorch's `ConvTranspose2d(input, output, 4, stride=2, padding=1)`.
#[derive(Module, Debug)]
pub struct TransposedConvolution {
    /// `[input, output, 4, 4]`.
    pub weight: Param<Tensor<4>>,
    /// `[output]`.
    pub bias: Param<Tensor<1>>,
}

impl TransposedConvolution {
    /// Weights and biases uniform in `+-1 / sqrt(16 output)`.
    pub fn new(input: usize, output: usize, random: &mut Random, device: &Device) -> Self {
        let bound = 1.0 / ((TAPS * output) as f32).sqrt();
        Self {
            weight: parameter([input, output, KERNEL, KERNEL], bound, random, device),
            bias: parameter([output], bound, random, device),
        }
    }

    /// # Shapes
    ///
    /// - images: `[batch, side, side, input]`
    /// - output: `[batch, 2 side, 2 side, output]`
    pub fn forward(&self, images: Tensor<4>) -> Tensor<4> {
        let [batch, side, _, input] = images.dims();
        let [_, output, ..] = self.weight.dims();
        let kernel = self.weight.val().reshape([input, output, 2, 2, 2, 2]).permute([0, 2, 4, 3, 5, 1]);
        let products = images.reshape([batch * side * side, input]).matmul(kernel.reshape([input, TAPS * output]));
        let products = products.reshape([batch, side, side, TAPS * output]);
        // Each pixel spreads over 2 x 2 blocks; neighbours overlap.
        let [first, second, third, fourth] = corners().map(|[i, j]| {
            let from = (2 * i + j) * 4 * output;
            let block = products.clone().slice([0..batch, 0..side, 0..side, from..from + 4 * output]);
            block.pad([(0, 0), (i, 1 - i), (j, 1 - j), (0, 0)], 0.0)
        });
        let doubled = (first + second + third + fourth)
            .reshape([batch, side + 1, side + 1, 2, 2, output])
            .permute([0, 1, 3, 2, 4, 5])
            .reshape([batch, 2 * side + 2, 2 * side + 2, output]);
        doubled.slice([0..batch, 1..2 * side + 1, 1..2 * side + 1]) + self.bias.val().reshape([1, 1, 1, output])
    }
}

/// Two strided convolutions with rectified units: `[batch, side * side]` to `[batch, channels * side / 4 * side / 4]`,
/// channel by channel.
#[derive(Module, Debug)]
pub struct Convolutions {
    /// Halves the side.
    pub first: StridedConvolution,
    /// Halves it again.
    pub second: StridedConvolution,
}

impl Convolutions {
    /// From one channel to `first`, then to `second`.
    pub fn new([first, second]: [usize; 2], random: &mut Random, device: &Device) -> Self {
        Self {
            first: StridedConvolution::new(1, first, random, device),
            second: StridedConvolution::new(first, second, random, device),
        }
    }

    /// # Shapes
    ///
    /// - images: `[batch, side * side]`, side a multiple of 4
    /// - output: `[batch, channels * side / 4 * side / 4]`
    pub fn forward(&self, images: Tensor<2>) -> Tensor<2> {
        let [batch, pixels] = images.dims();
        let side = pixels.isqrt();
        let halved = activation::relu(self.first.forward(images.reshape([batch, side, side, 1])));
        let quartered = activation::relu(self.second.forward(halved));
        quartered.permute([0, 3, 1, 2]).flatten::<2>(1, 3)
    }
}

/// The four blocks that a kernel covers: row and column.
const fn corners() -> [[usize; 2]; 4] {
    [[0, 0], [0, 1], [1, 0], [1, 1]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use crate::stats::random::seeded;
    use burn::tensor::module::{conv_transpose2d, conv2d};
    use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};

    fn images(shape: [usize; 4], random: &mut Random, device: &Device) -> Tensor<4> {
        parameter(shape, 1.0, random, device).val()
    }

    fn close(ours: Tensor<4>, burns: Tensor<4>) {
        let difference = (ours - burns).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
    }

    #[test]
    fn both_agree_with_burns_own_convolutions() {
        let device = device::cpu();
        let mut random = seeded(3);
        let halve = StridedConvolution::new(3, 5, &mut random, &device);
        let x = images([2, 8, 8, 3], &mut random, &device);
        let options = ConvOptions::new([2, 2], [1, 1], [1, 1], 1);
        let expected = conv2d(x.clone().permute([0, 3, 1, 2]), halve.weight.val(), Some(halve.bias.val()), options);
        close(halve.forward(x), expected.permute([0, 2, 3, 1]));

        let double = TransposedConvolution::new(5, 3, &mut random, &device);
        let x = images([2, 4, 4, 5], &mut random, &device);
        let options = ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1);
        let (weight, bias) = (double.weight.val(), Some(double.bias.val()));
        let expected = conv_transpose2d(x.clone().permute([0, 3, 1, 2]), weight, bias, options);
        close(double.forward(x), expected.permute([0, 2, 3, 1]));
    }
}
