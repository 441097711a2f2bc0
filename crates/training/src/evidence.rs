//! How probable a model finds an image: importance-weighted bounds of `log p(x)`, one image after the other.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_kernels::bernoulli;
use elbo_lecture::distributions::histogram::Histogram;
use elbo_model::device::is_cpu;
use elbo_model::{Likelihood, PIXELS, VariationalAutoencoder, parameters};
use elbo_numerics::grid::linspace;
use elbo_numerics::log_sum_exp::log_mean_exp;
use elbo_numerics::log_sum_exp::log_mean_exp_estimate;
use elbo_numerics::random::Random;
use elbo_numerics::{Check, Estimate};
use rand::RngExt;
use serde::Serialize;

use super::streams::{Purpose, standard_normals, stream};
use super::{Binarization, Error, TrainingConfig};

/// Most samples of `z` an image.
pub const MOST_SAMPLES: usize = 100_000;

/// Bounds are counted in this many bins, of equal width in `log(-bound)`, over this range of `-bound` in nats: a blank
/// page, digits and noise differ by factors.
const BINS: usize = 48;
const LEAST_NATS: f64 = 25.0;
const MOST_NATS: f64 = 4000.0;

/// Numbers of draws for which a bound is reported, as far as they divide the draws of an image.
const GROUPS: [usize; 5] = [1, 10, 100, 1000, 5000];

/// The bound with so many draws, over the images that are done.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BoundWith {
    /// Draws of `z` in one bound, `K`.
    pub samples: usize,
    /// Mean over images, in nats; its standard error is that of the choice of images.
    pub bound: Estimate,
    /// By how much it exceeds the bound with one draw, over the same images: far less uncertain than either.
    pub gain: Estimate,
}

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
    /// Sizes of the groups, ascending; each divides the next, and the last is `samples`.
    groups: Vec<usize>,
    /// For each image that is done, one bound a size: `[images * groups]`.
    grouped: Vec<f64>,
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
            groups: group_sizes(samples),
            grouped: Vec::new(),
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
            let weights = self.log_weights_of(image, epsilon, draws).await?;
            self.log_weights.extend(weights);
            self.epsilon = Some(random);
            if self.log_weights.len() == self.samples {
                self.done.push(log_mean_exp_estimate(&self.log_weights));
                self.grouped.extend(self.groups.iter().map(|&size| mean_bound(&self.log_weights, size)));
                self.log_weights.clear();
                self.epsilon = None;
            }
            count -= draws;
        }
        Ok(())
    }

    /// `log p(x, z) / q(z | x)` of `draws` draws for one image.
    async fn log_weights_of(&self, image: &[f32], epsilon: Vec<f32>, draws: usize) -> Result<Vec<f64>, Error> {
        let x = Tensor::from_data(TensorData::new(image.to_vec(), [1, PIXELS]), &self.device);
        let epsilon = Tensor::from_data(TensorData::new(epsilon, [draws, self.config.latent]), &self.device);
        if !is_cpu(&self.device) || self.config.likelihood != Likelihood::Bernoulli {
            let weights = self.model.log_importance_weights(x, epsilon, self.config.likelihood);
            let weights = parameters::read_all(vec![weights.flatten::<1>(0, 1)]).await?;
            return Ok(weights.into_iter().map(f64::from).collect());
        }
        let (z, log_ratio) = self.model.encoder.forward(x).draw_with_log_ratio(epsilon);
        let logits = self.model.decoder.forward(z).flatten::<1>(0, 1);
        let [log_ratio, logits] =
            [parameters::read_all(vec![log_ratio]).await?, parameters::read_all(vec![logits]).await?];
        let log_likelihoods = bernoulli::log_likelihoods(image, &logits);
        Ok(log_likelihoods.into_iter().zip(log_ratio).map(|(log, ratio)| log + f64::from(ratio)).collect())
    }

    /// The bounds of the images that are done, in nats, each with the standard error of its own sampling.
    pub fn bounds(&self) -> &[Estimate] {
        &self.done
    }

    /// Their histogram; of no counts before the first is done.
    ///
    /// # Errors
    ///
    /// When a bound is not a finite number.
    pub fn histogram(&self) -> Result<LogBins, Error> {
        let (low, high) = (-MOST_NATS.ln(), -LEAST_NATS.ln());
        let in_nats = |edges: Vec<f64>| edges.into_iter().map(|edge| -(-edge).exp()).collect();
        if self.done.is_empty() {
            // A report may be asked for before the first image is done.
            return Ok(LogBins { edges: in_nats(linspace(low, high, BINS + 1)?), counts: vec![0; BINS], outside: 0 });
        }
        // A density of real pixels may be above 1: such a bound has no place on this axis.
        let below = self.done.iter().filter(|bound| bound.mean < 0.0 || bound.mean.is_nan());
        let logs: Vec<f64> = below.map(|bound| -(-bound.mean).ln()).collect();
        if logs.is_empty() {
            let edges = in_nats(linspace(low, high, BINS + 1)?);
            return Ok(LogBins { edges, counts: vec![0; BINS], outside: self.done.len() });
        }
        let bins = Histogram::of(&logs, low, high, BINS)?;
        let outside = bins.outside + self.done.len() - logs.len();
        Ok(LogBins { edges: in_nats(bins.edges), counts: bins.counts, outside })
    }

    /// The bound for each number of draws, from the same draws: those of an image fall into groups of `K`, each group gives a
    /// bound, and these are averaged. That is unbiased for the expectation of one bound with `K` draws, and less uncertain.
    pub fn growth(&self) -> Vec<BoundWith> {
        let images = || self.grouped.chunks(self.groups.len());
        let with = |(at, &samples): (usize, &usize)| {
            let pairs = images().filter_map(|bounds| Some((*bounds.first()?, *bounds.get(at)?)));
            let bound = Estimate::from_samples(pairs.clone().map(|(_, bound)| bound));
            BoundWith { samples, bound, gain: Estimate::from_samples(pairs.map(|(single, bound)| bound - single)) }
        };
        self.groups.iter().enumerate().map(with).collect()
    }

    /// The image and the step from one number of draws to the next at which the bound grows least, less on the left. Each group
    /// is made of groups of the size before, so the bound falls nowhere (Jensen's inequality; Burda, Grosse and Salakhutdinov
    /// 2015, theorem 1). `None` before the first image is done, or where there is one size.
    pub fn least_growth(&self) -> Option<Check> {
        let steps = self.grouped.chunks(self.groups.len()).flat_map(|bounds| bounds.windows(2));
        let pairs = steps.filter_map(|pair| if let [less, more] = pair { Some((*less, *more)) } else { None });
        let (less, more) = pairs.min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))?;
        // Thousands of f64 terms of some hundred nats.
        let tolerance = 1e-9 * less.abs().max(1.0);
        Some(Check { left: less, right: more, difference: less - more, tolerance, holds: less - more <= tolerance })
    }

    /// Their mean over images, whose standard error is that of the choice of images.
    pub fn mean(&self) -> Estimate {
        Estimate::from_samples(self.done.iter().map(|bound| bound.mean))
    }
}

/// Those of [`GROUPS`] that make groups of groups, and all draws.
fn group_sizes(samples: usize) -> Vec<usize> {
    let mut sizes: Vec<usize> =
        GROUPS.into_iter().filter(|&size| size < samples && samples.is_multiple_of(size)).collect();
    sizes.push(samples);
    sizes.dedup();
    sizes
}

/// The mean of the bounds of groups of `size` draws.
fn mean_bound(log_weights: &[f64], size: usize) -> f64 {
    let groups = log_weights.chunks_exact(size);
    let n = groups.len() as f64;
    groups.map(log_mean_exp).sum::<f64>() / n
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
    use elbo_model::device::cpu;
    use elbo_numerics::random::seeded;
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

    #[test]
    fn bounds_of_groups_by_hand() {
        let weights: [f64; 4] = [1.0, 3.0, 2.0, 6.0];
        let logs = weights.map(f64::ln);
        let expected = [36f64.ln() / 4.0, (2f64.ln() + 4f64.ln()) / 2.0, 3f64.ln()];
        for (size, expected) in [1, 2, 4].into_iter().zip(expected) {
            assert!((mean_bound(&logs, size) - expected).abs() < 1e-12);
        }
        assert_eq!(group_sizes(5000), [1, 10, 100, 1000, 5000]);
        assert_eq!(group_sizes(20), [1, 10, 20]);
        assert_eq!(group_sizes(2500), [1, 10, 100, 2500]);
        assert_eq!(group_sizes(7), [1, 7]);
    }

    #[test]
    fn the_bound_grows_with_the_draws_and_takes_one_image_as_well_as_two() -> Result<(), Error> {
        let config = TrainingConfig { hidden: 5, ..TrainingConfig::default() };
        let model = config.model().init(&mut seeded(1), &cpu());
        let images: Vec<f32> = (0..2 * PIXELS).map(|pixel| f32::from(u8::from(pixel % 5 == 0))).collect();
        let mut evidence = Evidence::new(model.clone(), &config, &cpu(), images.clone(), 100, 1)?;
        assert_eq!((evidence.least_growth(), evidence.growth()[0].bound.n), (None, 0));
        block_on(evidence.advance(150))?;
        assert_eq!(evidence.growth().iter().map(|at| at.bound.n).collect::<Vec<_>>(), [1, 1, 1]);
        block_on(evidence.advance(50))?;
        let growth = evidence.growth();
        assert_eq!(growth.iter().map(|at| at.samples).collect::<Vec<_>>(), [1, 10, 100]);
        assert!(growth.windows(2).all(|pair| pair[1].bound.mean > pair[0].bound.mean), "{growth:?}");
        assert!((growth[2].bound.mean - evidence.mean().mean).abs() < 1e-12);
        assert!((growth[2].gain.mean - (growth[2].bound.mean - growth[0].bound.mean)).abs() < 1e-9);
        assert_eq!((growth[0].gain.mean, growth[0].gain.standard_error), (0.0, 0.0));
        assert!(evidence.least_growth().is_some_and(|check| check.holds));
        // The fast sum of the CPU against the tensors'.
        let x = Tensor::from_data(TensorData::new(images, [2, PIXELS]), &cpu());
        let epsilon = |index| standard_normals(100 * config.latent, &mut stream(1, Purpose::Epsilon, index));
        let (first, second) = (epsilon(0), epsilon(1));
        let both: Vec<f32> = first.chunks(2).zip(second.chunks(2)).flat_map(|(a, b)| [a, b].concat()).collect();
        let epsilon = Tensor::from_data(TensorData::new(both, [200, config.latent]), &cpu());
        let bounds = model.importance_weighted_bound(x, epsilon, config.likelihood);
        for (bound, found) in block_on(parameters::read_all(vec![bounds]))?.iter().zip(evidence.bounds()) {
            assert!((f64::from(*bound) - found.mean).abs() < 1e-3, "{bound}, {found:?}");
        }
        Ok(())
    }

    #[test]
    fn a_density_above_one_is_reported_too() -> Result<(), Error> {
        let config = TrainingConfig {
            hidden: 2,
            likelihood: Likelihood::Gaussian,
            sigma: 0.01,
            binarization: Binarization::None,
            ..TrainingConfig::default()
        };
        let mut model = config.model().init(&mut seeded(1), &cpu());
        let weights = block_on(parameters::read(&model))?;
        // Without weights every mean is 0: the image's own value.
        model = parameters::write(model, &vec![0.0; weights.len()])?;
        let mut evidence = Evidence::new(model, &config, &cpu(), vec![0.0; PIXELS], 10, 1)?;
        block_on(evidence.advance(10))?;
        assert!(evidence.mean().mean > 1000.0, "{:?}", evidence.mean());
        assert_eq!(evidence.histogram()?.outside, 1);
        Ok(())
    }
}
