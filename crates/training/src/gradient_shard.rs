//! A batch cut into two shards, whose gradients two workers may compute. Where the cut is, and the order in which the gradients
//! are added, depend on the batch alone: a run is the same, bit for bit, with and without a second worker.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_model::parameters::{self, Parameter};
use elbo_model::{PIXELS, VariationalAutoencoder};
use serde::{Deserialize, Serialize};

use super::batches::{append_pixels, encoder_input};
use super::dataset::{Dataset, Split};
use super::objective::{Batch, Objective, objective};
use super::streams::{Purpose, standard_normals, stream};
use super::{Error, Family, TrainingConfig};

/// A smaller batch stays whole: most of its step is the optimizer's, which a second worker cannot shorten.
const FEWEST_IMAGES: usize = 64;
/// The second worker's share of a batch, numerator and denominator. Less than half, since numbers travel to it and back.
const SECOND_SHARE: [usize; 2] = [7, 16];

/// What a shard's gradient depends on beside weights and the shard's numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShardHeader {
    /// The run's configuration as it is at this step.
    pub config: TrainingConfig,
    /// Steps of the optimizer so far.
    pub step: u64,
    /// Images of this shard.
    pub images: usize,
    /// This shard's share of the batch, in `(0, 1]`.
    pub share: f32,
}

/// A share of a batch as numbers: its images, with the noise that their family needs.
#[derive(Debug, Clone, PartialEq)]
pub struct GradientShard {
    header: ShardHeader,
    /// `[images, 784]`.
    pixels: Vec<f32>,
    /// What the encoder sees where that is not the image itself, `[images, 784]`.
    corrupted: Vec<f32>,
    /// `[samples * images, latent]` for a VAE, sample by sample; `[images, 784]` for a contractive autoencoder.
    noise: Vec<f32>,
}

/// The gradient and terms of a shard, weighted by its share: those of all shards add up to the batch's.
pub struct Gradient {
    /// Of each parameter, flattened, in the module's order.
    pub parameters: Vec<Tensor<1>>,
    /// Reconstruction and KL, nats per image, `[2]`.
    pub means: Tensor<1>,
}

impl GradientShard {
    /// The whole batch at `step`: the images at `indices`, and this step's noise.
    pub fn draw(config: &TrainingConfig, step: u64, indices: &[usize], data: &Dataset) -> Self {
        let mut random = stream(config.seed.into(), Purpose::Pixels, step);
        let mut pixels = Vec::with_capacity(indices.len() * PIXELS);
        for &index in indices {
            append_pixels(&mut pixels, (data, Split::Train, index), config.binarization, &mut random);
        }
        let images = pixels.len() / PIXELS;
        let corrupted = encoder_input(&pixels, config, &mut random).unwrap_or_default();
        let (samples, columns) = noise_shape(config);
        let noise =
            standard_normals(samples * images * columns, &mut stream(config.seed.into(), Purpose::Epsilon, step));
        let header = ShardHeader { config: config.clone(), step, images, share: 1.0 };
        Self { header, pixels, corrupted, noise }
    }

    /// Two shards, the second a little smaller; a small batch stays whole.
    pub fn split(mut self) -> (Self, Option<Self>) {
        let ShardHeader { images, .. } = self.header;
        if images < FEWEST_IMAGES {
            return (self, None);
        }
        let (samples, columns) = noise_shape(&self.header.config);
        let second = images * SECOND_SHARE[0] / SECOND_SHARE[1];
        let first = images - second;
        let header = |images: usize, of: &ShardHeader| ShardHeader {
            images,
            share: images as f32 / of.images as f32,
            ..of.clone()
        };
        let noise_of = |skip: usize, take: usize| {
            let rows = self.noise.chunks_exact((images * columns).max(1)).take(samples);
            rows.flat_map(|sample| sample.iter().skip(skip * columns).take(take * columns).copied()).collect()
        };
        let second = Self {
            noise: noise_of(first, second),
            pixels: self.pixels.split_off(first * PIXELS),
            corrupted: self.corrupted.split_off(self.corrupted.len().min(first * PIXELS)),
            header: header(second, &self.header),
        };
        let noise = noise_of(0, first);
        (Self { noise, header: header(first, &self.header), ..self }, Some(second))
    }

    /// What a worker needs beside the weights.
    pub fn header_and_numbers(&self) -> (&ShardHeader, [&[f32]; 3]) {
        (&self.header, [&self.pixels, &self.corrupted, &self.noise])
    }

    /// A shard from what [`GradientShard::header_and_numbers`] gave, its numbers one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Size`] when they are more or fewer than the header says.
    pub fn new(header: ShardHeader, numbers: &[f32]) -> Result<Self, Error> {
        let (samples, columns) = noise_shape(&header.config);
        let pixels = header.images * PIXELS;
        let corrupted = if header.config.family == Family::Denoising { pixels } else { 0 };
        let expected = pixels + corrupted + samples * header.images * columns;
        if numbers.len() != expected {
            return Err(Error::Size { what: "numbers of a shard", expected, found: numbers.len() });
        }
        let (pixels, rest) = numbers.split_at(pixels);
        let (corrupted, noise) = rest.split_at(corrupted);
        Ok(Self { header, pixels: pixels.to_vec(), corrupted: corrupted.to_vec(), noise: noise.to_vec() })
    }

    /// The gradient of this shard's loss, times its share.
    pub fn gradient(self, model: &VariationalAutoencoder, device: &Device) -> Gradient {
        let ShardHeader { config, step, share, .. } = &self.header;
        let device = device.clone().autodiff();
        let tensor = |values: Vec<f32>, columns: usize| {
            let shape = [values.len() / columns, columns];
            Tensor::<2>::from_data(TensorData::new(values, shape), &device)
        };
        let (_, columns) = noise_shape(config);
        let noise = (columns > 0).then(|| tensor(self.noise, columns));
        let x = tensor(self.pixels, PIXELS);
        let input = if self.corrupted.is_empty() { x.clone() } else { tensor(self.corrupted, PIXELS) };
        let Objective { loss, reconstruction, kl } = objective(model, config, *step, Batch { x, input, noise });
        let gradients = loss.mul_scalar(*share).backward();
        let means = Tensor::cat(vec![reconstruction, kl], 0).inner().mul_scalar(*share);
        Gradient { parameters: parameters::gradients(model, &gradients), means }
    }
}

impl Gradient {
    /// The sum of two shards' gradients.
    pub fn plus(self, other: Self) -> Self {
        let parameters = self.parameters.into_iter().zip(other.parameters).map(|(one, other)| one + other).collect();
        Self { parameters, means: self.means + other.means }
    }

    /// All numbers, for [`Gradient::new`].
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn numbers(self) -> Result<Vec<f32>, Error> {
        let mut tensors = self.parameters;
        tensors.push(self.means);
        Ok(parameters::read_all(tensors).await?)
    }

    /// A gradient from its numbers; `None` when a model with these parameters has more or fewer.
    pub fn new(numbers: &[f32], parameters: &[Parameter], device: &Device) -> Option<Self> {
        let mut rest = numbers;
        let mut take = |count: usize| {
            let (taken, left) = rest.split_at_checked(count)?;
            rest = left;
            Some(Tensor::<1>::from_data(TensorData::new(taken.to_vec(), [count]), device))
        };
        let parameters = parameters.iter().map(|parameter| take(parameter.len())).collect::<Option<_>>()?;
        let means = take(2)?;
        rest.is_empty().then_some(Self { parameters, means })
    }
}

/// Draws for each image, and standard normal numbers for each draw.
fn noise_shape(config: &TrainingConfig) -> (usize, usize) {
    match config.family {
        Family::Vae => (config.samples, config.latent),
        Family::Contractive => (1, PIXELS),
        Family::Autoencoder | Family::Denoising | Family::Sparse => (1, 0),
    }
}
