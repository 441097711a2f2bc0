//! A second worker that computes the gradient of a shard: how a run reaches it, and what it does at its own end.

use std::future::Future;
use std::pin::Pin;

use burn::tensor::Device;
use elbo_model::parameters::{self, Parameter};
use elbo_model::{VariationalAutoencoder, VariationalAutoencoderConfig};

use super::Error;
use super::gradient_shard::{GradientShard, ShardHeader};
use super::streams::{Purpose, stream};

/// The numbers of a shard's gradient, or `None` when they will not come.
pub type PendingGradient = Pin<Box<dyn Future<Output = Option<Vec<f32>>>>>;

/// How a run reaches a [`GradientWorker`].
pub trait GradientWorkerHandle {
    /// Sends a shard with its numbers (the weights, then the shard's own); `None` when there is no worker to take it.
    fn start(&self, header: &ShardHeader, numbers: &[&[f32]]) -> Option<PendingGradient>;
}

/// Computes the gradients of another worker's shards.
#[derive(Default)]
pub struct GradientWorker {
    /// A model of the run's shape, whose weights come with each shard.
    model: Option<(VariationalAutoencoderConfig, VariationalAutoencoder)>,
}

impl GradientWorker {
    /// The numbers of a shard's gradient ([`Gradient::numbers`](super::gradient_shard::Gradient::numbers)).
    ///
    /// # Errors
    ///
    /// When the configuration is out of its ranges, or the numbers do not fit it.
    pub async fn compute(&mut self, header: ShardHeader, numbers: &[f32], device: &Device) -> Result<Vec<f32>, Error> {
        header.config.validate()?;
        let shape = header.config.model();
        let model = match self.model.take() {
            Some((known, model)) if known == shape => model,
            _ => shape.init(&mut stream(0, Purpose::Weights, 0), &device.clone().autodiff()),
        };
        let count = parameters::list(&model).iter().map(Parameter::len).sum();
        let Some((weights, shard)) = numbers.split_at_checked(count) else {
            return Err(Error::Size { what: "weights of a shard", expected: count, found: numbers.len() });
        };
        let model = parameters::write(model, weights)?;
        let gradient = GradientShard::new(header, shard)?.gradient(&model, device);
        self.model = Some((shape, model));
        gradient.numbers().await
    }
}
