//! Convolutions that halve or double an image's side: kernel 4 x 4, stride 2, padding 1 (Radford, Metz and Chintala 2015;
//! the transposed one is figure 8.2).
//!
//! Here an image is a column: `[channels * side * side, batch]`, channel by channel, row by row. Moving a pixel then moves a
//! whole row of numbers, and a convolution is a selection of rows and a matrix multiplication. burn's NdArray backend does both
//! quickly, while its own convolutions are scalar loops. Weights are laid out as in PyTorch.
//!
//! The kernel's 16 taps are taken in four parts of 2 x 2 with stride 2. Within a part no two outputs share an input, so the
//! gradient never adds twice to one place, which a GPU's threads could not do safely.

use burn::module::{Module, Param};
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use elbo_numerics::random::Random;

use super::initialization::parameter;
use super::linear::matmul;

/// Side of the kernel.
pub const KERNEL: usize = 4;
const TAPS: usize = KERNEL * KERNEL;
/// The kernel's parts, by the row and the column that they begin at, halved.
const PARTS: [[usize; 2]; 4] = [[0, 0], [0, 1], [1, 0], [1, 1]];

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
    /// - images: `[input * side * side, batch]`, side even
    /// - output: `[output * side / 2 * side / 2, batch]`
    pub fn forward(&self, images: Tensor<2>, side: usize) -> Tensor<2> {
        let [pixels, batch] = images.dims();
        let [output, input, ..] = self.weight.dims();
        let (half, device) = (side / 2, images.device());
        // What lies outside of the image is 0: the last row.
        let padded = Tensor::cat(vec![images, Tensor::zeros([1, batch], &device)], 0);
        let seen = PARTS.map(|part| {
            let mut rows = Vec::with_capacity(input * 4 * half * half);
            for channel in 0..input {
                for [i, j] in taps(part) {
                    for [row, column] in grid(half) {
                        let pixel = within(2 * row + i, side).zip(within(2 * column + j, side));
                        rows.push(pixel.map_or(pixels, |(row, column)| (channel * side + row) * side + column));
                    }
                }
            }
            choose_rows(&padded, &rows, &device)
        });
        let columns = Tensor::cat(seen.to_vec(), 0).reshape([TAPS * input, half * half * batch]);
        // [output, input, (part, tap), (part, tap)] to [output, (parts, input, taps)].
        let kernel = self.weight.val().reshape([output, input, 2, 2, 2, 2]).permute([0, 2, 4, 1, 3, 5]);
        let products = matmul(kernel.reshape([output, TAPS * input]), columns);
        (products + self.bias.val().reshape([output, 1])).reshape([output * half * half, batch])
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
    /// - images: `[input * side * side, batch]`
    /// - output: `[output * 2 side * 2 side, batch]`
    pub fn forward(&self, images: Tensor<2>, side: usize) -> Tensor<2> {
        let [_, batch] = images.dims();
        let [input, output, ..] = self.weight.dims();
        let (doubled, device) = (2 * side, images.device());
        // What lies outside of the image is 0: one more pixel in each channel.
        let (outside, pixels) = (side * side, side * side + 1);
        let images = images.reshape([input, outside, batch]);
        let padded = Tensor::cat(vec![images, Tensor::zeros([input, 1, batch], &device)], 1);
        let padded = padded.reshape([input, pixels * batch]);
        // [input, output, (part, tap), (part, tap)].
        let weight = self.weight.val().reshape([input, output, 2, 2, 2, 2]);
        let [first, second, third, fourth] = PARTS.map(|[i, j]| {
            // Of each part, one tap reaches a pixel of the output.
            let mut rows = Vec::with_capacity(output * doubled * doubled);
            for channel in 0..output {
                for [row, column] in grid(doubled) {
                    let (a, b) = ((row + 1) % 2, (column + 1) % 2);
                    let from = within(row.div_ceil(2) + 1 - i, side).zip(within(column.div_ceil(2) + 1 - j, side));
                    let pixel = from.map_or(outside, |(row, column)| row * side + column);
                    rows.push(((channel * 2 + a) * 2 + b) * pixels + pixel);
                }
            }
            let kernel = weight.clone().slice([0..input, 0..output, i..i + 1, 0..2, j..j + 1, 0..2]);
            let products = matmul(kernel.reshape([input, 4 * output]).transpose(), padded.clone());
            choose_rows(&products.reshape([4 * output * pixels, batch]), &rows, &device)
        });
        let sum = (first + second + third + fourth).reshape([output, doubled * doubled * batch]);
        (sum + self.bias.val().reshape([output, 1])).reshape([output * doubled * doubled, batch])
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
        let side = images.dims()[1].isqrt();
        let halved = activation::relu(self.first.forward(images.transpose(), side));
        activation::relu(self.second.forward(halved, side / 2)).transpose()
    }
}

/// Rows and columns of the four taps of a part of the kernel.
fn taps([i, j]: [usize; 2]) -> [[usize; 2]; 4] {
    PARTS.map(|[a, b]| [2 * i + a, 2 * j + b])
}

/// Every place of a square, row by row.
fn grid(side: usize) -> impl Iterator<Item = [usize; 2]> {
    (0..side).flat_map(move |row| (0..side).map(move |column| [row, column]))
}

/// Where place `padded` of a line with one more place at both ends lies in the line.
fn within(padded: usize, side: usize) -> Option<usize> {
    padded.checked_sub(1).filter(|&place| place < side)
}

/// `rows` of a matrix, in their order: `[rows, batch]`.
fn choose_rows(of: &Tensor<2>, rows: &[usize], device: &Device) -> Tensor<2> {
    let indices: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
    let indices = Tensor::<2, Int>::from_data(TensorData::new(indices, [rows.len(), 1]), device);
    of.clone().gather_nd(indices)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device;
    use burn::tensor::module::{conv_transpose2d, conv2d};
    use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
    use elbo_numerics::random::seeded;

    fn images(shape: [usize; 4], random: &mut Random, device: &Device) -> Tensor<4> {
        parameter(shape, 1.0, random, device).val()
    }

    /// burn's images `[batch, channels, side, side]` as columns.
    fn columns(images: Tensor<4>) -> Tensor<2> {
        let [batch, channels, side, _] = images.dims();
        images.permute([1, 2, 3, 0]).reshape([channels * side * side, batch])
    }

    fn close(ours: Tensor<2>, burns: Tensor<4>) {
        let difference = (ours - columns(burns)).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-5, "{difference}");
    }

    #[test]
    fn both_agree_with_burns_own_convolutions() {
        let device = device::cpu();
        let mut random = seeded(3);
        let halve = StridedConvolution::new(3, 5, &mut random, &device);
        let x = images([2, 3, 8, 8], &mut random, &device);
        let options = ConvOptions::new([2, 2], [1, 1], [1, 1], 1);
        let expected = conv2d(x.clone(), halve.weight.val(), Some(halve.bias.val()), options);
        close(halve.forward(columns(x), 8), expected);

        let double = TransposedConvolution::new(5, 3, &mut random, &device);
        let x = images([2, 5, 4, 4], &mut random, &device);
        let options = ConvTransposeOptions::new([2, 2], [1, 1], [0, 0], [1, 1], 1);
        let expected = conv_transpose2d(x.clone(), double.weight.val(), Some(double.bias.val()), options);
        close(double.forward(columns(x), 4), expected);
    }
}
