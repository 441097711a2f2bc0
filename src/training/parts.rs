//! A batch in two parts, whose gradients may be computed by two workers. The parts, and the order of their sum, depend on the
//! batch alone: a run is the same, bit for bit, whether another worker helps or not.

use std::future::Future;
use std::pin::Pin;

use burn::tensor::{Device, Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::batches::{append_pixels, encoder_input};
use super::dataset::{Dataset, Split};
use super::objective::{Batch, Objective, objective};
use super::streams::{Purpose, standard_normals, stream};
use super::{Error, Family, TrainingConfig};
use crate::model::parameters::{self, Parameter};
use crate::model::{PIXELS, VariationalAutoencoder, VariationalAutoencoderConfig};

/// A smaller batch is not worth a second worker: most of its step is the optimiser's.
const FEWEST_IMAGES: usize = 64;

/// What a part's gradient depends on beside weights and numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The run's configuration as it is at this step.
    pub config: TrainingConfig,
    /// Steps of the optimiser so far.
    pub step: u64,
    /// Images of this part.
    pub images: usize,
    /// This part's share of the batch, in `(0, 1]`.
    pub share: f32,
}

/// The answer to a [`Task`], or nothing when it will not come.
pub type Answer = Pin<Box<dyn Future<Output = Option<Vec<f32>>>>>;

/// Another worker.
pub trait Assistant {
    /// Sends a task with its numbers (the weights, then the part's own) on its way; nothing when nobody is there to take it.
    fn begin(&self, task: &Task, numbers: &[&[f32]]) -> Option<Answer>;
}

/// Images of a batch as numbers, with the noise that their family needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    task: Task,
    /// `[images, 784]`.
    pixels: Vec<f32>,
    /// What the encoder sees where that is not the image itself, `[images, 784]`.
    corrupted: Vec<f32>,
    /// `[samples * images, latent]` for a VAE, sample by sample; `[images, 784]` for a contractive autoencoder.
    noise: Vec<f32>,
}

/// Sums over a part, weighted by its share: parts of a batch add up to the batch.
pub struct Gradient {
    /// Of each parameter, flattened, in the module's order.
    pub parameters: Vec<Tensor<1>>,
    /// Reconstruction and KL, nats per image, `[2]`.
    pub means: Tensor<1>,
}

impl Part {
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
        let task = Task { config: config.clone(), step, images, share: 1.0 };
        Self { task, pixels, corrupted, noise }
    }

    /// Two parts, the second a little smaller, since what another worker computes has a way to go; or one, of a small batch.
    pub fn split(mut self) -> (Self, Option<Self>) {
        let Task { images, .. } = self.task;
        if images < FEWEST_IMAGES {
            return (self, None);
        }
        let (samples, columns) = noise_shape(&self.task.config);
        let theirs = images * 7 / 16;
        let first = images - theirs;
        let task = |images: usize, of: &Task| Task { images, share: images as f32 / of.images as f32, ..of.clone() };
        let noise_of = |skip: usize, take: usize| {
            let rows = self.noise.chunks_exact((images * columns).max(1)).take(samples);
            rows.flat_map(|sample| sample.iter().skip(skip * columns).take(take * columns).copied()).collect()
        };
        let second = Self {
            noise: noise_of(first, theirs),
            pixels: self.pixels.split_off(first * PIXELS),
            corrupted: self.corrupted.split_off(self.corrupted.len().min(first * PIXELS)),
            task: task(theirs, &self.task),
        };
        let noise = noise_of(0, first);
        (Self { noise, task: task(first, &self.task), ..self }, Some(second))
    }

    /// What another worker needs beside the weights.
    pub fn task(&self) -> (&Task, [&[f32]; 3]) {
        (&self.task, [&self.pixels, &self.corrupted, &self.noise])
    }

    /// The part of `task` from [`Part::task`]'s numbers, one after the other.
    ///
    /// # Errors
    ///
    /// [`Error::Size`] when they are more or fewer than the task needs.
    pub fn new(task: Task, numbers: &[f32]) -> Result<Self, Error> {
        let (samples, columns) = noise_shape(&task.config);
        let pixels = task.images * PIXELS;
        let corrupted = if task.config.family == Family::Denoising { pixels } else { 0 };
        let expected = pixels + corrupted + samples * task.images * columns;
        if numbers.len() != expected {
            return Err(Error::Size { what: "numbers of a part", expected, found: numbers.len() });
        }
        let (pixels, rest) = numbers.split_at(pixels);
        let (corrupted, noise) = rest.split_at(corrupted);
        Ok(Self { task, pixels: pixels.to_vec(), corrupted: corrupted.to_vec(), noise: noise.to_vec() })
    }

    /// The gradient of the loss of this part, times its share.
    pub fn gradient(self, model: &VariationalAutoencoder, device: &Device) -> Gradient {
        let Task { config, step, share, .. } = &self.task;
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
    /// The sum of two parts.
    pub fn plus(self, other: Self) -> Self {
        let parameters =
            self.parameters.into_iter().zip(other.parameters).map(|(mine, theirs)| mine + theirs).collect();
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

    /// A gradient from its numbers; nothing when they are not as many as a model with these parameters has.
    pub fn new(numbers: &[f32], parameters: &[Parameter], device: &Device) -> Option<Self> {
        let mut rest = numbers;
        let mut take = |count: usize| {
            let (mine, others) = rest.split_at_checked(count)?;
            rest = others;
            Some(Tensor::<1>::from_data(TensorData::new(mine.to_vec(), [count]), device))
        };
        let parameters = parameters.iter().map(|parameter| take(parameter.len())).collect::<Option<_>>()?;
        let means = take(2)?;
        rest.is_empty().then_some(Self { parameters, means })
    }
}

/// Draws for each image, and standard normal numbers of each draw.
fn noise_shape(config: &TrainingConfig) -> (usize, usize) {
    match config.family {
        Family::Vae => (config.samples, config.latent),
        Family::Contractive => (1, PIXELS),
        Family::Autoencoder | Family::Denoising | Family::Sparse => (1, 0),
    }
}

/// Answers the tasks of another worker's run.
#[derive(Default)]
pub struct Assisting {
    /// A model of the run's shape, whose weights come with each task.
    model: Option<(VariationalAutoencoderConfig, VariationalAutoencoder)>,
}

impl Assisting {
    /// The numbers of the gradient ([`Gradient::numbers`]) of a task.
    ///
    /// # Errors
    ///
    /// When the configuration is out of its ranges, or the numbers do not fit it.
    pub async fn answer(&mut self, task: Task, numbers: &[f32], device: &Device) -> Result<Vec<f32>, Error> {
        task.config.validate()?;
        let shape = task.config.model();
        let model = match self.model.take() {
            Some((known, model)) if known == shape => model,
            _ => shape.init(&mut stream(0, Purpose::Weights, 0), &device.clone().autodiff()),
        };
        let count = parameters::list(&model).iter().map(Parameter::len).sum();
        let Some((weights, own)) = numbers.split_at_checked(count) else {
            return Err(Error::Size { what: "weights of a task", expected: count, found: numbers.len() });
        };
        let model = parameters::write(model, weights)?;
        let gradient = Part::new(task, own)?.gradient(&model, device);
        self.model = Some((shape, model));
        gradient.numbers().await
    }
}
