//! How probable a model finds an image: importance-weighted bounds of `log p(x)`, one image after the other.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use serde::Serialize;

use super::streams::{Purpose, standard_normals, stream};
use super::{Binarization, Error, TrainingConfig};
use crate::model::{PIXELS, VariationalAutoencoder, parameters};
use crate::stats::Estimate;
use crate::stats::grid::linspace;
use crate::stats::histogram::Histogram;
use crate::stats::log_sum_exp::log_mean_exp_estimate;
use crate::stats::random::Random;

/// Most samples of `z` an image.
pub const MOST_SAMPLES: usize = 100_000;

/// Bounds are counted in this many bins, of equal width in `log(-bound)`, over this range of `-bound` in nats: a blank
/// page, digits and noise differ by factors.
const BINS: usize = 48;
const LEAST_NATS: f64 = 25.0;
const MOST_NATS: f64 = 4000.0;

/// Counts of bounds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogBins {
    /// Borders of the bins in nats, ascending; one more than there are bins.
    pub edges: Vec<f64>,
    /// Images in each bin.
    pub counts: Vec<usize>,
    /// Images below the first or above the last bin.
    pub outside: usize,
}

/// Bounds under way: a frozen model, its images, and those that are done.
///
/// The value of an image depends on the seed, on its place in the list and on nothing else, in particular not on the
/// slices in which it was computed.
#[derive(Debug)]
pub struct Evidence {
    model: VariationalAutoencoder,
    config: TrainingConfig,
    device: Device,
    images: Vec<f32>,
    samples: usize,
    seed: u64,
    log_weights: Vec<f64>,
    epsilon: Option<Random>,
    done: Vec<Estimate>,
}

impl Evidence {
    /// Begins for `images` `[n, 784]` in `[0, 1]` with `samples` draws of `z` each. Pixels are binarized as the model was
    /// trained: with a uniform number for each, 1 where that is below the grey value.
    ///
    /// # Errors
    ///
    /// [`Error::Size`], [`Error::Config`].
    pub fn new(
        model: VariationalAutoencoder,
        config: &TrainingConfig,
        device: &Device,
        mut images: Vec<f32>,
        samples: usize,
        seed: u32,
    ) -> Result<Self, Error> {
        if images.is_empty() || !images.len().is_multiple_of(PIXELS) {
            return Err(Error::Size { what: "images", expected: PIXELS, found: images.len() });
        }
        if !(2..=MOST_SAMPLES).contains(&samples) {
            let expected = format!("a whole number from 2 to {MOST_SAMPLES}");
            return Err(Error::Config { name: "samples", expected, found: samples.to_string() });
        }
        for (index, image) in images.chunks_mut(PIXELS).enumerate() {
            binarize(image, config.binarization, &mut stream(seed.into(), Purpose::Pixels, index as u64));
        }
        Ok(Self {
            model,
            config: config.clone(),
            device: device.clone(),
            images,
            samples,
            seed: seed.into(),
            log_weights: Vec::new(),
            epsilon: None,
            done: Vec::new(),
        })
    }

    /// The images as the model sees them, `[n, 784]`.
    pub fn images(&self) -> &[f32] {
        &self.images
    }

    /// Draws still to be made, over all images.
    pub fn remaining(&self) -> usize {
        (self.images.len() / PIXELS - self.done.len()) * self.samples - self.log_weights.len()
    }

    /// Up to `count` more draws of `z`.
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn advance(&mut self, mut count: usize) -> Result<(), Error> {
        while count > 0 {
            let index = self.done.len();
            let Some(image) = self.images.get(index * PIXELS..(index + 1) * PIXELS) else { break };
            let draws = count.min(self.samples - self.log_weights.len());
            let mut random = self.epsilon.take().unwrap_or_else(|| stream(self.seed, Purpose::Epsilon, index as u64));
            let epsilon = standard_normals(draws * self.config.latent, &mut random);
            let x = Tensor::from_data(TensorData::new(image.to_vec(), [1, PIXELS]), &self.device);
            let epsilon = Tensor::from_data(TensorData::new(epsilon, [draws, self.config.latent]), &self.device);
            let weights = self.model.log_importance_weights(x, epsilon, self.config.likelihood);
            let weights = parameters::read_all(vec![weights.flatten::<1>(0, 1)]).await?;
            self.log_weights.extend(weights.into_iter().map(f64::from));
            self.epsilon = Some(random);
            if self.log_weights.len() == self.samples {
                self.done.push(log_mean_exp_estimate(&self.log_weights));
                self.log_weights.clear();
                self.epsilon = None;
            }
            count -= draws;
        }
        Ok(())
    }

    /// The bounds of the images that are done, in nats, each with the standard error of its own sampling.
    pub fn bounds(&self) -> &[Estimate] {
        &self.done
    }

    /// Their histogram; of no counts before the first is done.
    ///
    /// # Errors
    ///
    /// When a bound is not a finite number below 0, which no probability of an image with binary pixels is.
    pub fn histogram(&self) -> Result<LogBins, Error> {
        let (low, high) = (-MOST_NATS.ln(), -LEAST_NATS.ln());
        let in_nats = |edges: Vec<f64>| edges.into_iter().map(|edge| -(-edge).exp()).collect();
        if self.done.is_empty() {
            // A report may be asked for before the first image is done.
            return Ok(LogBins { edges: in_nats(linspace(low, high, BINS + 1)?), counts: vec![0; BINS], outside: 0 });
        }
        let logs: Vec<f64> = self.done.iter().map(|bound| -(-bound.mean).ln()).collect();
        let bins = Histogram::of(&logs, low, high, BINS)?;
        Ok(LogBins { edges: in_nats(bins.edges), counts: bins.counts, outside: bins.outside })
    }

    /// Their mean over images, whose standard error is that of the choice of images.
    pub fn mean(&self) -> Estimate {
        Estimate::from_samples(self.done.iter().map(|bound| bound.mean))
    }
}

fn binarize(image: &mut [f32], binarization: Binarization, random: &mut Random) {
    for pixel in image {
        // One draw a pixel, whatever its value: a slightly changed image keeps the others.
        let threshold = random.random::<f32>();
        *pixel = match binarization {
            Binarization::None => *pixel,
            Binarization::Threshold => f32::from(u8::from(*pixel > 0.5)),
            Binarization::Stochastic => f32::from(u8::from(threshold < *pixel)),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;
    use crate::stats::random::seeded;
    use pollster::block_on;

    #[test]
    fn a_report_can_be_made_before_the_first_image_is_done() -> Result<(), Error> {
        let config = TrainingConfig { hidden: 2, ..TrainingConfig::default() };
        let model = config.model().init(&mut seeded(1), &cpu());
        let mut evidence = Evidence::new(model, &config, &cpu(), vec![0.0; PIXELS], 10, 1)?;
        block_on(evidence.advance(9))?;
        let before = evidence.histogram()?;
        assert_eq!((before.counts.iter().sum::<usize>(), before.outside, evidence.bounds().len()), (0, 0, 0));
        block_on(evidence.advance(9))?;
        let after = evidence.histogram()?;
        assert_eq!((after.counts.iter().sum::<usize>(), after.outside, evidence.remaining()), (1, 0, 0));
        assert_eq!(before.edges, after.edges);
        Ok(())
    }
}
