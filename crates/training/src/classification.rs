//! Training of the digit classifier, and what it is asked for: probabilities, and images that mislead it.

use burn::module::Module;
use burn::tensor::{Device, Tensor, TensorData, activation};
use elbo_model::classifier::{CLASSES, one_hot};
use elbo_model::{Classifier, ClassifierConfig, PIXELS, SIDE, parameters};
use elbo_numerics::Estimate;
use serde::{Deserialize, Serialize};

use super::batches::{Batches, Next, append_pixels};
use super::dataset::Split;
use super::sealed::{self, Kind, Precision};
use super::streams::{Purpose, stream};
use super::{Adam, Binarization, Dataset, Error, Source, TrainingConfig};

/// Test images classified at a time.
const CHUNK: usize = 1000;

/// Images that go through the network together. What the convolutions make of 1,000 at once would take 80 MB, which
/// WebAssembly's memory never gives back.
const AT_ONCE: usize = 100;

/// What the file of a classifier says.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    channels: [usize; 2],
    hidden: usize,
    seed: u32,
    step: u64,
}

/// Channels of the classifier that ships.
const CHANNELS: [usize; 2] = [12, 24];
const MOST_CHANNELS: usize = 256;

fn architecture(channels: [usize; 2], hidden: usize) -> ClassifierConfig {
    ClassifierConfig { side: SIDE, channels, hidden, classes: CLASSES }
}

/// A classifier in training, on grey pixels. Of the configuration it reads the size of the hidden layer, the learning
/// rate, the batches and the seed.
pub struct ClassifierTrainer {
    config: TrainingConfig,
    device: Device,
    model: Classifier,
    optimizer: Adam,
    batches: Batches,
    step: u64,
}

impl ClassifierTrainer {
    /// A new run. `device` is a plain device; automatic differentiation is added here.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] when a value is out of its range.
    pub fn new(config: TrainingConfig, device: &Device) -> Result<Self, Error> {
        config.validate()?;
        let device = device.clone().autodiff();
        let mut random = stream(config.seed.into(), Purpose::Weights, 0);
        let model = architecture(CHANNELS, config.hidden).init(&mut random, &device);
        let batches = Batches::default();
        Ok(Self { config, device, model, optimizer: Adam::default(), batches, step: 0 })
    }

    /// Up to `n` steps down the mean cross-entropy; fewer when the next batch's data are still on their way.
    ///
    /// # Errors
    ///
    /// [`Error::NoImages`] when there is nothing to train on.
    pub fn steps(&mut self, n: usize, data: &Dataset) -> Result<usize, Error> {
        for done in 0..n {
            let Next::Batch(indices) = self.batches.next(&self.config, data)? else { return Ok(done) };
            let (mut pixels, mut labels) = (Vec::with_capacity(indices.len() * PIXELS), Vec::new());
            let mut random = stream(self.config.seed.into(), Purpose::Pixels, self.step);
            for index in indices {
                if let Some(label) = data.label(Split::Train, index) {
                    append_pixels(&mut pixels, (data, Split::Train, index), Binarization::None, &mut random);
                    labels.push(label);
                }
            }
            let images = Tensor::from_data(TensorData::new(pixels, [labels.len(), PIXELS]), &self.device);
            let nats = self.model.cross_entropy(images, one_hot(&labels, CLASSES, &self.device)).mean();
            let gradients = parameters::gradients(&self.model, &nats.backward());
            self.model = self.optimizer.step(self.config.learning_rate, self.model.clone(), gradients)?;
            self.step += 1;
        }
        Ok(n)
    }

    /// The classifier as it is now.
    pub fn classifier(&self) -> DigitClassifier {
        DigitClassifier { model: self.model.clone(), device: self.device.clone() }
    }

    /// The weights in 16 bits: small enough to ship.
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn to_shipped_bytes(&self) -> Result<Vec<u8>, Error> {
        let header = Header { channels: CHANNELS, hidden: self.config.hidden, seed: self.config.seed, step: self.step };
        let weights = parameters::read(&self.model).await?;
        sealed::seal(Kind::Classifier, &header, Precision::F16, &weights, &[])
    }
}

/// A trained classifier on its device.
#[derive(Debug, Clone)]
pub struct DigitClassifier {
    /// With automatic differentiation, for the gradient with respect to the pixels.
    model: Classifier,
    device: Device,
}

impl DigitClassifier {
    /// Reads what [`ClassifierTrainer::to_shipped_bytes`] wrote. `device` is a plain device.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] says whether the bytes are no classifier, cut off or damaged.
    pub fn from_bytes(bytes: &[u8], device: &Device) -> Result<Self, Error> {
        let sealed::Opened { about, weights, .. } = sealed::open::<Header>(Kind::Classifier, bytes)?;
        TrainingConfig { hidden: about.hidden, ..TrainingConfig::default() }.validate()?;
        let device = device.clone().autodiff();
        if about.channels.iter().any(|&channels| channels == 0 || channels > MOST_CHANNELS) {
            return Err(Error::Checkpoint("its architecture is out of range".to_owned()));
        }
        let model = architecture(about.channels, about.hidden).init(&mut stream(0, Purpose::Weights, 0), &device);
        Ok(Self { model: parameters::write(model, &weights)?, device })
    }

    /// `p(y | x)` of images `[n, 784]` in `[0, 1]`: `[n, 10]`.
    ///
    /// # Errors
    ///
    /// [`Error::Size`], or when the device does not answer.
    pub async fn probabilities(&self, images: Vec<f32>) -> Result<Vec<f32>, Error> {
        let model = self.model.valid();
        let mut probabilities = Vec::new();
        for part in parts(&images)? {
            let log_probabilities = model.log_probabilities(self.rows(part.to_vec())?.inner());
            probabilities.extend(parameters::read_all(vec![log_probabilities.exp().flatten::<1>(0, 1)]).await?);
        }
        Ok(probabilities)
    }

    /// [`Classifier::features`] of images `[n, 784]` in `[0, 1]`, then their `p(y | x)`: `[n, hidden]` and `[n, 10]`.
    ///
    /// # Errors
    ///
    /// [`Error::Size`], or when the device does not answer.
    pub async fn features(&self, images: Vec<f32>) -> Result<(Vec<f32>, Vec<f32>), Error> {
        let model = self.model.valid();
        let (mut all_features, mut all_probabilities) = (Vec::new(), Vec::new());
        for part in parts(&images)? {
            let features = model.features(self.rows(part.to_vec())?.inner());
            let probabilities = activation::softmax(model.output.forward(features.clone()), 1);
            let numbers = features.dims().iter().product();
            let mut values =
                parameters::read_all(vec![features.flatten::<1>(0, 1), probabilities.flatten::<1>(0, 1)]).await?;
            all_probabilities.extend(values.split_off(values.len().min(numbers)));
            all_features.extend(values);
        }
        Ok((all_features, all_probabilities))
    }

    /// Images `[n, 784]` moved by at most `epsilon` a pixel against their `labels` ([`Classifier::fast_gradient_sign`]).
    ///
    /// # Errors
    ///
    /// [`Error::Size`], or when the device does not answer.
    pub async fn perturbed(&self, images: Vec<f32>, labels: &[u8], epsilon: f32) -> Result<Vec<f32>, Error> {
        let images = self.rows(images)?;
        if images.dims()[0] != labels.len() {
            return Err(Error::Size { what: "labels", expected: images.dims()[0], found: labels.len() });
        }
        let moved = self.model.fast_gradient_sign(images, one_hot(labels, CLASSES, &self.device), epsilon);
        Ok(parameters::read_all(vec![moved.flatten::<1>(0, 1)]).await?)
    }

    /// The share of all test images whose most probable class is their own.
    ///
    /// # Errors
    ///
    /// [`Error::NoTestImages`], or when the device does not answer.
    pub async fn accuracy(&self, data: &Dataset) -> Result<Estimate, Error> {
        let mut hits = Vec::new();
        for chunk in data.test_indices(Source::Mnist)?.chunks(CHUNK) {
            let images = chunk.iter().filter_map(|&index| data.intensities(Split::Test, index)).flatten().collect();
            let guesses = most_probable(&self.probabilities(images).await?);
            let labels = chunk.iter().filter_map(|&index| data.label(Split::Test, index));
            hits.extend(guesses.iter().zip(labels).map(|(guess, label)| f64::from(u8::from(guess.class == label))));
        }
        Ok(Estimate::from_samples(hits))
    }

    fn rows(&self, images: Vec<f32>) -> Result<Tensor<2>, Error> {
        let rows = image_count(&images)?;
        Ok(Tensor::from_data(TensorData::new(images, [rows, PIXELS]), &self.device))
    }
}

/// How many images `[n, 784]` there are.
fn image_count(images: &[f32]) -> Result<usize, Error> {
    let found = images.len();
    if found == 0 || !found.is_multiple_of(PIXELS) {
        return Err(Error::Size { what: "images", expected: PIXELS, found });
    }
    Ok(found / PIXELS)
}

/// Images `[n, 784]` in parts of at most [`AT_ONCE`].
fn parts(images: &[f32]) -> Result<impl Iterator<Item = &[f32]>, Error> {
    image_count(images)?;
    Ok(images.chunks(AT_ONCE * PIXELS))
}

/// The most probable class of an image, and how probable it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// The class.
    pub class: u8,
    /// Its probability: the classifier's confidence.
    pub confidence: f32,
}

/// One [`Guess`] for each row of `probabilities` `[n, 10]`.
pub fn most_probable(probabilities: &[f32]) -> Vec<Guess> {
    let guess = |row: &[f32]| {
        (0u8..).zip(row).fold(Guess { class: 0, confidence: 0.0 }, |best, (class, &confidence)| {
            if confidence > best.confidence { Guess { class, confidence } } else { best }
        })
    };
    probabilities.chunks(CLASSES).map(guess).collect()
}

/// The share of guesses that are at least as confident as `threshold`. Its standard error is half of Wilson's interval at
/// one standard error (Wilson 1927): above 0 also when no guess, or each, is.
pub fn confident_share(guesses: &[Guess], threshold: f32) -> Estimate {
    let sure = guesses.iter().map(|guess| f64::from(u8::from(guess.confidence >= threshold)));
    let Estimate { mean, n, .. } = Estimate::from_samples(sure);
    let images = n as f64;
    let standard_error = (images * mean * (1.0 - mean) + 0.25).sqrt() / (images + 1.0);
    Estimate { mean, standard_error, n }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_none_or_all_is_not_certain() {
        let guesses =
            |sure: usize| (0..8).map(move |i| Guess { class: 0, confidence: if i < sure { 0.9 } else { 0.2 } });
        let share = |sure| confident_share(&guesses(sure).collect::<Vec<_>>(), 0.9);
        // Wilson's interval at one standard error: 1 / (n + 1) wide for no success.
        assert_eq!((share(0).mean, share(0).standard_error, share(0).n), (0.0, 0.5 / 9.0, 8));
        assert_eq!(share(8).standard_error, share(0).standard_error);
        assert!((share(4).mean - 0.5).abs() < 1e-12 && (share(4).standard_error - 1.5 / 9.0).abs() < 1e-12);
    }
}
