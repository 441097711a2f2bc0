//! The step loop: one model, one optimizer, one seed.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use elbo_model::VariationalAutoencoder;
use elbo_model::device::is_cpu;
use elbo_model::parameters;
use serde::Serialize;

use super::batches::{Batches, Next};
use super::checkpoint::Checkpoint;
use super::config::Adjustable;
use super::evaluation::MeanTerms;
use super::gradient_shard::{Gradient, GradientShard};
use super::gradient_worker::GradientWorkerHandle;
use super::position::{Cursor, Position};
use super::streams::{Purpose, stream};
use super::{Adam, Dataset, Error, TrainingConfig};

/// What a slice of training did.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Steps of the optimizer since the start of the run.
    pub step: u64,
    /// Epochs completed.
    pub epoch: u64,
    /// Images seen, counted with repetition.
    pub images_seen: u64,
    /// Steps done now; fewer than asked for when data are awaited.
    pub done: usize,
    /// Whether the next batch waits for a data file.
    pub waiting: bool,
    /// Means over the steps done now, before each update; `None` when none was done.
    pub train: Option<MeanTerms>,
}

/// A model in training.
pub struct Trainer {
    config: TrainingConfig,
    device: Device,
    model: VariationalAutoencoder,
    optimizer: Adam,
    batches: Batches,
    position: Position,
    last_good: Option<Checkpoint>,
}

impl Trainer {
    /// A new run. `device` is a plain device; automatic differentiation is added here.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] when a value is out of its range.
    pub fn new(config: TrainingConfig, device: &Device) -> Result<Self, Error> {
        config.validate()?;
        let mut random = stream(config.seed.into(), Purpose::Weights, 0);
        let model = config.model().init(&mut random, &device.clone().autodiff());
        Ok(Self {
            config,
            device: device.clone(),
            model,
            optimizer: Adam::default(),
            batches: Batches::default(),
            position: Position::default(),
            last_good: None,
        })
    }

    /// Continues from a checkpoint, exactly as if the run had not stopped.
    ///
    /// # Errors
    ///
    /// When the checkpoint does not fit its own configuration.
    pub fn restore(checkpoint: Checkpoint, device: &Device) -> Result<Self, Error> {
        let mut trainer = Self::new(checkpoint.config.clone(), device)?;
        let listed = parameters::list(&trainer.model);
        trainer.model = parameters::write(trainer.model, &checkpoint.weights)?;
        trainer.optimizer = Adam::restore(checkpoint.optimizer_time, &checkpoint.moments, &listed, device)?;
        trainer.position = checkpoint.position;
        trainer.batches = Batches::new(checkpoint.position.cursor, &checkpoint.data);
        trainer.last_good = Some(checkpoint);
        Ok(trainer)
    }

    /// Weights, optimizer, configuration and position, read from the device. Kept as the place to return to if the run
    /// goes wrong.
    ///
    /// # Errors
    ///
    /// When the device does not answer, or a weight is no longer finite.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint, Error> {
        let checkpoint = Checkpoint {
            config: self.config.clone(),
            position: self.position,
            data: self.batches.data().to_owned(),
            weights: parameters::read(&self.model).await?,
            optimizer_time: self.optimizer.time(),
            moments: self.optimizer.read().await?,
        };
        if checkpoint.weights.iter().chain(&checkpoint.moments).any(|value| !value.is_finite()) {
            return Err(self.return_to_last_good());
        }
        self.last_good = Some(checkpoint.clone());
        Ok(checkpoint)
    }

    /// Up to `n` steps; stops early when the next batch's data are still on their way.
    ///
    /// # Errors
    ///
    /// [`Error::NotFinite`] when the loss is no finite number: the model is then back at its last checkpoint (or at its
    /// initial weights). [`Error::NoImages`] when there is nothing to train on.
    pub async fn steps(&mut self, n: usize, data: &Dataset) -> Result<StepReport, Error> {
        self.steps_with(None, n, data).await
    }

    /// [`Trainer::steps`], with a second worker that computes a shard of each gradient on the CPU. What is learnt is the same.
    ///
    /// # Errors
    ///
    /// Those of [`Trainer::steps`]; a worker that does not answer is none.
    pub async fn steps_with(
        &mut self,
        worker: Option<&dyn GradientWorkerHandle>,
        n: usize,
        data: &Dataset,
    ) -> Result<StepReport, Error> {
        let mut sums: Option<Tensor<1>> = None;
        let seen_before = self.position.images_seen;
        let (mut done, mut waiting) = (0, false);
        while done < n && !waiting {
            match self.batches.next(&self.config, data)? {
                Next::Waiting => waiting = true,
                Next::Batch(indices) => {
                    let terms = self.step(&indices, data, worker).await?;
                    sums = Some(match sums {
                        Some(sums) => sums + terms,
                        None => terms,
                    });
                    done += 1;
                }
            }
        }
        let train = match sums {
            Some(sums) => Some(self.read_means(sums, done, self.position.images_seen - seen_before).await?),
            None => None,
        };
        let Position { step, images_seen, cursor } = self.position;
        Ok(StepReport { step, epoch: cursor.epoch, images_seen, done, waiting, train })
    }

    /// One step on the images at `indices`. Returns the means of reconstruction and KL, `[2]`, still on the device.
    async fn step(
        &mut self,
        indices: &[usize],
        data: &Dataset,
        worker: Option<&dyn GradientWorkerHandle>,
    ) -> Result<Tensor<1>, Error> {
        let batch = GradientShard::draw(&self.config, self.position.step, indices, data);
        let Gradient { parameters, means } = if is_cpu(&self.device) {
            self.gradient_in_shards(batch, worker).await?
        } else {
            batch.gradient(&self.model, &self.device)
        };
        self.model = self.optimizer.step(self.config.learning_rate, self.model.clone(), parameters)?;
        self.position.step += 1;
        self.position.images_seen += indices.len() as u64;
        self.position.cursor = self.batches.cursor();
        Ok(means)
    }

    /// The gradient of a batch, a shard of it by the worker if there is one.
    async fn gradient_in_shards(
        &self,
        batch: GradientShard,
        worker: Option<&dyn GradientWorkerHandle>,
    ) -> Result<Gradient, Error> {
        let (first, second) = batch.split();
        let Some(second) = second else { return Ok(first.gradient(&self.model, &self.device)) };
        let pending = match worker {
            Some(worker) => {
                let weights = parameters::read_each(&self.model).await?;
                let (header, shard) = second.header_and_numbers();
                let numbers: Vec<&[f32]> = weights.iter().map(Vec::as_slice).chain(shard).collect();
                worker.start(header, &numbers)
            }
            None => None,
        };
        let first = first.gradient(&self.model, &self.device);
        let numbers = match pending {
            Some(pending) => pending.await,
            None => None,
        };
        let received =
            numbers.and_then(|numbers| Gradient::new(&numbers, &parameters::list(&self.model), &self.device));
        Ok(first.plus(received.unwrap_or_else(|| second.gradient(&self.model, &self.device))))
    }

    /// Means over `done` steps on `images` images from the steps' sums, `[2]`.
    async fn read_means(&mut self, sums: Tensor<1>, done: usize, images: u64) -> Result<MeanTerms, Error> {
        let sums = parameters::read_all(vec![sums]).await?;
        let mean = |index: usize| f64::from(sums.get(index).copied().unwrap_or(f32::NAN)) / done as f64;
        let terms = MeanTerms::new(mean(0), mean(1), images as usize, None);
        if terms.elbo.is_finite() { Ok(terms) } else { Err(self.return_to_last_good()) }
    }

    /// Puts the last good state back and says so.
    fn return_to_last_good(&mut self) -> Error {
        let step = self.position.step;
        let adjusted = self.config.adjustable();
        let restored = match self.last_good.take() {
            Some(checkpoint) => Self::restore(checkpoint, &self.device),
            None => Self::new(self.config.clone(), &self.device),
        };
        match restored {
            Ok(restored) => *self = restored,
            Err(error) => return error,
        }
        if let Err(error) = self.adjust(adjusted) {
            return error;
        }
        Error::NotFinite { step, restored: self.position.step }
    }

    /// Changes what may change in mid-run. Of other images the order begins; weights and optimizer stay.
    ///
    /// # Errors
    ///
    /// [`Error::Config`]; then nothing is changed.
    pub fn adjust(&mut self, to: Adjustable) -> Result<(), Error> {
        let adjusted = self.config.adjusted(to);
        adjusted.validate()?;
        if adjusted.source != self.config.source {
            self.batches = Batches::default();
            self.position.cursor = Cursor::default();
        }
        self.config = adjusted;
        Ok(())
    }

    /// What the reader must know about the images of this run when they are not those at hand.
    pub fn data_note(&self, data: &Dataset) -> Option<String> {
        let (trained, here) = (self.batches.data(), data.identity(self.config.source));
        if trained.is_empty() || trained == here {
            return None;
        }
        Some(if here.is_empty() {
            format!(
                "This run was trained on images of your own (data {trained}) that are not here. Its weights are; to train on, load those images again or choose MNIST."
            )
        } else {
            format!(
                "This run was trained on other images of your own (data {trained}) than those here (data {here}). Its weights are kept, and training goes on with the images here."
            )
        })
    }

    /// The configuration in force.
    pub fn config(&self) -> &TrainingConfig {
        &self.config
    }

    /// How far the run has come.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The device that computes.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The model as it is now, without automatic differentiation: to encode, decode and evaluate.
    pub fn model(&self) -> VariationalAutoencoder {
        self.model.valid()
    }

    /// The last state that [`Trainer::checkpoint`] read.
    pub fn last_good(&self) -> Option<&Checkpoint> {
        self.last_good.as_ref()
    }
}
