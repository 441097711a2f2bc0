//! A digit classifier `p(y | x)`: the discriminative answer beside the generative one (deck 001).

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use elbo_numerics::random::Random;

use super::convolution::Convolutions;
use super::linear::Linear;

/// Classes: the ten digits.
pub const CLASSES: usize = 10;

/// Architecture of a [`Classifier`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassifierConfig {
    /// Side of an image in pixels, a multiple of 4.
    pub side: usize,
    /// Channels after the first and the second convolution.
    pub channels: [usize; 2],
    /// Units of the hidden layer: the features of an image.
    pub hidden: usize,
    /// Classes to choose from.
    pub classes: usize,
}

/// Two convolutions, one hidden layer of rectified units, then one logit a class: `p(y | x) = softmax(logits)_y`.
#[derive(Module, Debug)]
pub struct Classifier {
    /// `[side * side]` pixels to `[channels * side / 4 * side / 4]`.
    pub convolutions: Convolutions,
    /// To `[hidden]`.
    pub hidden: Linear,
    /// `[hidden, classes]`.
    pub output: Linear,
}

impl ClassifierConfig {
    /// A new classifier with weights from `random`.
    pub fn init(&self, random: &mut Random, device: &Device) -> Classifier {
        let units = self.channels[1] * (self.side / 4) * (self.side / 4);
        Classifier {
            convolutions: Convolutions::new(self.channels, random, device),
            hidden: Linear::new(units, self.hidden, random, device),
            output: Linear::new(self.hidden, self.classes, random, device),
        }
    }
}

impl Classifier {
    /// What the last layer sees of an image: the space in which the Frechet distance compares images (chapter 10).
    ///
    /// # Shapes
    ///
    /// - images: `[batch, side * side]`
    /// - output: `[batch, hidden]`, not negative
    pub fn features(&self, images: Tensor<2>) -> Tensor<2> {
        activation::relu(self.hidden.forward(self.convolutions.forward(images)))
    }

    /// `log p(y | x) = logit_y - log sum_c exp(logit_c)` for every class `y`, in nats.
    ///
    /// # Shapes
    ///
    /// - images: `[batch, side * side]`
    /// - output: `[batch, classes]`
    pub fn log_probabilities(&self, images: Tensor<2>) -> Tensor<2> {
        activation::log_softmax(self.output.forward(self.features(images)), 1)
    }

    /// The cross-entropy `-log p(y | x)` of each image's class, in nats: what training lowers (Bishop 2006, section 4.3.4).
    ///
    /// # Shapes
    ///
    /// - images: `[batch, side * side]`
    /// - classes: `[batch, classes]`, 1 at the class and 0 elsewhere ([`one_hot`])
    /// - output: `[batch]`
    pub fn cross_entropy(&self, images: Tensor<2>, classes: Tensor<2>) -> Tensor<1> {
        -(self.log_probabilities(images) * classes).sum_dim(1).squeeze_dim::<1>(1)
    }

    /// The image moved by at most `epsilon` a pixel to where its class becomes less probable, to first order:
    /// `clip(x + epsilon sign(d/dx -log p(y | x)), 0, 1)`, the fast gradient sign method (Goodfellow, Shlens and Szegedy
    /// 2014, section 4).
    ///
    /// # Shapes
    ///
    /// - images, output: `[batch, side * side]`; `images` on a device with automatic differentiation, the output without
    /// - classes: `[batch, classes]`
    pub fn fast_gradient_sign(&self, images: Tensor<2>, classes: Tensor<2>, epsilon: f32) -> Tensor<2> {
        let images = images.require_grad();
        let gradients = self.cross_entropy(images.clone(), classes).sum().backward();
        let images_moved = images.clone().inner();
        match images.grad(&gradients) {
            Some(gradient) => (images_moved + gradient.sign().mul_scalar(epsilon)).clamp(0.0, 1.0),
            None => images_moved,
        }
    }
}

/// `[labels, classes]`: 1 at each label, 0 elsewhere; a row of zeros for a label that is no class.
pub fn one_hot(labels: &[u8], classes: usize, device: &Device) -> Tensor<2> {
    let ones = labels.iter().flat_map(|&label| (0..classes).map(move |c| f32::from(u8::from(c == usize::from(label)))));
    Tensor::from_data(TensorData::new(ones.collect::<Vec<f32>>(), [labels.len(), classes]), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;
    use crate::parameters;
    use elbo_numerics::random::{seeded, uniform};
    use pollster::block_on;

    const BATCH: usize = 3;
    const PIXELS: usize = 16;
    const CONFIG: ClassifierConfig = ClassifierConfig { side: 4, channels: [2, 3], hidden: 4, classes: 3 };

    fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
        block_on(parameters::read_all(vec![tensor.flatten::<1>(0, D - 1)])).unwrap()
    }

    fn loss(weights: &[f32], pixels: &[f32]) -> f64 {
        let device = cpu();
        let model = parameters::write(CONFIG.init(&mut seeded(1), &device), weights).unwrap();
        let images = Tensor::from_data(TensorData::new(pixels.to_vec(), [BATCH, PIXELS]), &device);
        let nats = numbers(model.cross_entropy(images, one_hot(&[0, 2, 1], CONFIG.classes, &device)));
        nats.iter().map(|&nats| f64::from(nats)).sum()
    }

    /// Central difference of `f` at every entry of `at`.
    fn differences(at: &[f32], f: impl Fn(&[f32]) -> f64) -> Vec<f64> {
        let step = 1e-2_f32;
        let moved = |i: usize, by: f32| {
            let mut there = at.to_vec();
            there[i] += by;
            (f64::from(there[i]), f(&there))
        };
        (0..at.len())
            .map(|i| {
                let ((x1, f1), (x0, f0)) = (moved(i, step), moved(i, -step));
                (f1 - f0) / (x1 - x0)
            })
            .collect()
    }

    #[test]
    fn gradients_of_weights_and_pixels_are_finite_differences() {
        let device = cpu().autodiff();
        let model = CONFIG.init(&mut seeded(1), &device);
        let mut random = seeded(2);
        let pixels: Vec<f32> = (0..BATCH * PIXELS).map(|_| uniform(&mut random) as f32).collect();
        let weights = block_on(parameters::read(&model)).unwrap();
        let images = Tensor::<2>::from_data(TensorData::new(pixels.clone(), [BATCH, PIXELS]), &device);
        let images = images.require_grad();
        let nats = model.cross_entropy(images.clone(), one_hot(&[0, 2, 1], CONFIG.classes, &device));
        let gradients = nats.sum().backward();
        let of_weights = block_on(parameters::read_all(parameters::gradients(&model, &gradients))).unwrap();
        let of_pixels = numbers(images.grad(&gradients).unwrap());
        let agree = |exact: &[f32], differences: Vec<f64>| {
            assert_eq!(exact.len(), differences.len());
            for (i, (exact, difference)) in exact.iter().zip(differences).enumerate() {
                // Single precision over a step of 0.01: some 1e-5, and the third derivative as much.
                assert!((f64::from(*exact) - difference).abs() < 3e-4, "{i}: {exact}, {difference}");
            }
        };
        agree(&of_weights, differences(&weights, |weights| loss(weights, &pixels)));
        agree(&of_pixels, differences(&pixels, |pixels| loss(&weights, pixels)));

        let moved = numbers(model.fast_gradient_sign(images, one_hot(&[0, 2, 1], CONFIG.classes, &device), 0.05));
        assert!(loss(&weights, &moved) > loss(&weights, &pixels));
        for ((moved, pixel), gradient) in moved.iter().zip(&pixels).zip(of_pixels) {
            assert!((moved - (pixel + 0.05 * gradient.signum()).clamp(0.0, 1.0)).abs() < 1e-6);
        }
    }

    #[test]
    fn probabilities_sum_to_one_also_for_huge_logits() {
        let model = CONFIG.init(&mut seeded(1), &cpu());
        let images = Tensor::<2>::full([1, PIXELS], 1e6, &cpu());
        let total: f32 = numbers(model.log_probabilities(images).exp()).iter().sum();
        assert!((total - 1.0).abs() < 1e-5);
    }
}
