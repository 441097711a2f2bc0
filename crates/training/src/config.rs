//! The configuration of a training run: the controls of the Lab, checked.

use elbo_model::{Architecture, Likelihood, PIXELS, Sigma, VariationalAutoencoderConfig};
use serde::{Deserialize, Serialize};

use super::Error;

/// Which loss is minimised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Reconstruction from the code `mu` alone: no noise, no prior.
    Autoencoder,
    /// The same from a corrupted input (decks 003, 004).
    Denoising,
    /// An autoencoder that also pays for the size of its code, `penalty * mean |z|_1` (deck 004).
    Sparse,
    /// An autoencoder that also pays for how fast its code changes with the image, `penalty * mean |dz/dx|_F^2`
    /// (Rifai et al. 2011; deck 004).
    Contractive,
    /// The negative evidence lower bound, with `beta` before its KL term.
    Vae,
}

/// What a denoising autoencoder does to the image that its encoder sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Corruption {
    /// Each pixel is set to 0 with probability `corruption_level`.
    Masking,
    /// Noise from `N(0, corruption_level^2)` is added to each pixel.
    Gaussian,
}

/// What a VAE maximises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bound {
    /// The evidence lower bound, with `beta`, warm-up and free bits.
    Elbo,
    /// The importance-weighted bound with `samples` draws (Burda, Grosse and Salakhutdinov 2015).
    ImportanceWeighted,
}

/// Which images are trained on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// MNIST.
    Mnist,
    /// The reader's own images.
    Own,
    /// Both.
    Mixed,
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
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct TrainingConfig {
    /// Which loss.
    pub family: Family,
    /// What encoder and decoder are made of.
    pub architecture: Architecture,
    /// Units of the fully connected hidden layers, 1 to 2000.
    pub hidden: usize,
    /// Dimensions of `z`, 1 to 64.
    pub latent: usize,
    /// What the decoder's output means.
    pub likelihood: Likelihood,
    /// Standard deviation of a pixel under the Gaussian likelihood, 0.01 to 10, unless it is learnt.
    pub sigma: f32,
    /// Whether that standard deviation is a parameter of the model.
    pub learned_sigma: bool,
    /// What happens to grey pixels.
    pub binarization: Binarization,
    /// What a VAE maximises.
    pub bound: Bound,
    /// Weight of the KL term, 0 to 100.
    pub beta: f32,
    /// Steps over which beta grows from 0 to its value, 0 to 1,000,000 (Bowman et al. 2015).
    pub warm_up: u32,
    /// Nats of KL that each dimension has for free, 0 to 100 (Kingma et al. 2016).
    pub free_bits: f32,
    /// Draws of epsilon an image, 1 to 64.
    pub samples: usize,
    /// What a denoising autoencoder's encoder sees.
    pub corruption: Corruption,
    /// How much of it, 0 to 1.
    pub corruption_level: f32,
    /// Weight of the penalty of a sparse or contractive autoencoder, 0 to 100.
    pub penalty: f32,
    /// Which images.
    pub source: Source,
    /// Adam's learning rate, above 0 and up to 1.
    pub learning_rate: f32,
    /// Images a step, 1 to 4096.
    pub batch_size: usize,
    /// The first so many training images are used, 1 to 60,000.
    pub train_images: usize,
    /// Seed of everything random.
    pub seed: u32,
}

/// What of a [`TrainingConfig`] may change while it trains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Adjustable {
    /// Adam's learning rate.
    pub learning_rate: f32,
    /// Weight of the KL term.
    pub beta: f32,
    /// Steps over which beta grows from 0, counted from the start of the run.
    pub warm_up: u32,
    /// Nats of KL that each dimension has for free.
    pub free_bits: f32,
    /// Which images.
    pub source: Source,
}

impl Default for TrainingConfig {
    /// The model and optimizer of the reference runs.
    fn default() -> Self {
        Self {
            family: Family::Vae,
            architecture: Architecture::FullyConnected,
            hidden: 300,
            latent: 2,
            likelihood: Likelihood::Bernoulli,
            sigma: 1.0,
            learned_sigma: false,
            binarization: Binarization::Stochastic,
            bound: Bound::Elbo,
            beta: 1.0,
            warm_up: 0,
            free_bits: 0.0,
            samples: 1,
            corruption: Corruption::Masking,
            corruption_level: 0.3,
            penalty: 0.1,
            source: Source::Mnist,
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
        whole("warmUp", self.warm_up as usize, 0, 1_000_000)?;
        between("beta", self.beta, 0.0, 100.0)?;
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            let (expected, found) = ("a number above 0 and at most 1".to_owned(), self.learning_rate.to_string());
            return Err(Error::Config { name: "learningRate", expected, found });
        }
        between("sigma", self.sigma, 0.01, 10.0)?;
        between("freeBits", self.free_bits, 0.0, 100.0)?;
        between("corruptionLevel", self.corruption_level, 0.0, 1.0)?;
        between("penalty", self.penalty, 0.0, 100.0)?;
        if self.samples * self.batch_size > 1 << 15 {
            return Err(Error::Config {
                name: "samples",
                expected: "at most 32768 when multiplied by batchSize".to_owned(),
                found: format!("{} times {}", self.samples, self.batch_size),
            });
        }
        Ok(())
    }

    /// What may change in mid-run.
    pub fn adjustable(&self) -> Adjustable {
        let Self { learning_rate, beta, warm_up, free_bits, source, .. } = *self;
        Adjustable { learning_rate, beta, warm_up, free_bits, source }
    }

    /// The same with other values of what may change in mid-run.
    #[must_use]
    pub fn adjusted(&self, to: Adjustable) -> Self {
        let Adjustable { learning_rate, beta, warm_up, free_bits, source } = to;
        Self { learning_rate, beta, warm_up, free_bits, source, ..self.clone() }
    }

    /// The model that is trained.
    pub fn model(&self) -> VariationalAutoencoderConfig {
        let sigma = match self.likelihood {
            Likelihood::Gaussian if self.learned_sigma => Sigma::Learned,
            _ => Sigma::Fixed(self.sigma),
        };
        let Self { architecture, hidden, latent, .. } = *self;
        VariationalAutoencoderConfig { pixels: PIXELS, architecture, hidden, latent, sigma }
    }

    /// The weight of the KL term at a step: beta, or less while it warms up.
    pub fn beta_at(&self, step: u64) -> f32 {
        let warm = if self.warm_up == 0 { 1.0 } else { (step as f32 / self.warm_up as f32).min(1.0) };
        self.beta * warm
    }
}

fn whole(name: &'static str, found: usize, low: usize, high: usize) -> Result<(), Error> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    Err(Error::Config { name, expected: format!("a whole number from {low} to {high}"), found: found.to_string() })
}

fn between(name: &'static str, found: f32, low: f32, high: f32) -> Result<(), Error> {
    if (low..=high).contains(&found) {
        return Ok(());
    }
    Err(Error::Config { name, expected: format!("a number from {low} to {high}"), found: found.to_string() })
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
        assert!(refused(TrainingConfig { sigma: 0.0, ..TrainingConfig::default() }).is_err());
        assert!(refused(TrainingConfig { free_bits: f32::NAN, ..TrainingConfig::default() }).is_err());
    }

    #[test]
    fn beta_warms_up_in_a_line() {
        let config = TrainingConfig { beta: 4.0, warm_up: 200, ..TrainingConfig::default() };
        assert_eq!([0, 50, 200, 1000].map(|step| config.beta_at(step)), [0.0, 1.0, 4.0, 4.0]);
        assert_eq!(TrainingConfig::default().beta_at(0), 1.0);
    }
}
