//! The configuration of a training run: the controls of the Lab, checked.

use serde::{Deserialize, Serialize};

use super::Error;
use crate::model::{Likelihood, PIXELS, VariationalAutoencoderConfig};

/// Which loss is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Reconstruction from the code `mu` alone: no noise, no prior.
    Autoencoder,
    /// The same from a corrupted input: each pixel is set to 0 with probability [`Family::MASKED`] (decks 003, 004).
    Denoising,
    /// The negative evidence lower bound, with `beta` before its KL term.
    Vae,
}

impl Family {
    /// Share of pixels that [`Family::Denoising`] hides from the encoder.
    pub const MASKED: f32 = 0.3;
}

/// How grey pixels in `[0, 1]` become what the likelihood sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarization {
    /// Grey stays grey.
    None,
    /// 1 from one half on.
    Threshold,
    /// 1 with the grey value as probability, drawn afresh at each use (Salakhutdinov and Murray 2008).
    Stochastic,
}

/// Everything that defines a run, up to the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrainingConfig {
    /// Which loss.
    pub family: Family,
    /// Units of the hidden layers, 1 to 2000.
    pub hidden: usize,
    /// Dimensions of `z`, 1 to 64.
    pub latent: usize,
    /// What the decoder's output means.
    pub likelihood: Likelihood,
    /// What happens to grey pixels.
    pub binarization: Binarization,
    /// Weight of the KL term, 0 to 100.
    pub beta: f32,
    /// Draws of epsilon an image, 1 to 64.
    pub samples: usize,
    /// Adam's learning rate, above 0 and up to 1.
    pub learning_rate: f32,
    /// Images a step, 1 to 4096.
    pub batch_size: usize,
    /// The first so many training images are used, 1 to 60,000.
    pub train_images: usize,
    /// Seed of everything random.
    pub seed: u32,
}

impl Default for TrainingConfig {
    /// The model and optimiser of the reference runs.
    fn default() -> Self {
        Self {
            family: Family::Vae,
            hidden: 300,
            latent: 2,
            likelihood: Likelihood::Bernoulli,
            binarization: Binarization::Stochastic,
            beta: 1.0,
            samples: 1,
            learning_rate: 1e-3,
            batch_size: 128,
            train_images: 60_000,
            seed: 0,
        }
    }
}

impl TrainingConfig {
    /// Checks every value.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the first value that is out of its range.
    pub fn validate(&self) -> Result<(), Error> {
        whole("hidden", self.hidden, 1, 2000)?;
        whole("latent", self.latent, 1, 64)?;
        whole("samples", self.samples, 1, 64)?;
        whole("batchSize", self.batch_size, 1, 4096)?;
        whole("trainImages", self.train_images, 1, 60_000)?;
        validate_beta(self.beta)?;
        validate_learning_rate(self.learning_rate)?;
        if self.samples * self.batch_size > 1 << 15 {
            return Err(Error::Config {
                name: "samples",
                expected: "at most 32768 when multiplied by batchSize".to_owned(),
                found: format!("{} times {}", self.samples, self.batch_size),
            });
        }
        Ok(())
    }

    /// The model that is trained.
    pub fn model(&self) -> VariationalAutoencoderConfig {
        VariationalAutoencoderConfig { pixels: PIXELS, hidden: self.hidden, latent: self.latent }
    }
}

fn whole(name: &'static str, found: usize, low: usize, high: usize) -> Result<(), Error> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    Err(Error::Config { name, expected: format!("a whole number from {low} to {high}"), found: found.to_string() })
}

/// `beta` may also change in mid-run.
///
/// # Errors
///
/// [`Error::Config`] unless it is from 0 to 100.
pub fn validate_beta(beta: f32) -> Result<(), Error> {
    if (0.0..=100.0).contains(&beta) {
        return Ok(());
    }
    Err(Error::Config { name: "beta", expected: "a number from 0 to 100".to_owned(), found: beta.to_string() })
}

/// The learning rate may also change in mid-run.
///
/// # Errors
///
/// [`Error::Config`] unless it is above 0 and at most 1.
pub fn validate_learning_rate(learning_rate: f32) -> Result<(), Error> {
    if learning_rate > 0.0 && learning_rate <= 1.0 {
        return Ok(());
    }
    Err(Error::Config {
        name: "learningRate",
        expected: "a number above 0 and at most 1".to_owned(),
        found: learning_rate.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused_by_name() {
        assert!(TrainingConfig::default().validate().is_ok());
        let refused = |config: TrainingConfig| config.validate().map_err(|error| error.to_string());
        let message = refused(TrainingConfig { learning_rate: f32::NAN, ..TrainingConfig::default() });
        assert_eq!(message, Err("learningRate must be a number above 0 and at most 1, but it is NaN".to_owned()));
        assert!(refused(TrainingConfig { latent: 0, ..TrainingConfig::default() }).is_err());
        assert!(refused(TrainingConfig { beta: f32::INFINITY, ..TrainingConfig::default() }).is_err());
        assert!(refused(TrainingConfig { batch_size: 4096, samples: 64, ..TrainingConfig::default() }).is_err());
    }
}
