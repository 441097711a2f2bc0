//! Means of the terms over many images: the test evidence lower bound.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_model::{PIXELS, VariationalAutoencoder, parameters};
use elbo_numerics::Estimate;
use rand::seq::SliceRandom;
use serde::Serialize;

use super::batches::append_pixels;
use super::dataset::Split;
use super::streams::{Purpose, standard_normals, stream};
use super::{Dataset, Error, Family, Source, TrainingConfig};

/// The test images are binarized once, and ordered once, from this seed, so that all runs are measured on the same pixels.
const TEST_SEED: u64 = 20_131_220;

/// Means over `n` images, in nats per image.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MeanTerms {
    /// `-(reconstruction + kl)`.
    pub elbo: f64,
    /// `-E_q[log p(x | z)]`.
    pub reconstruction: f64,
    /// `KL(q(z | x) || p(z))`.
    pub kl: f64,
    /// Images averaged over.
    pub n: usize,
    /// Standard error of the mean ELBO over images, where known.
    pub standard_error: Option<f64>,
}

impl MeanTerms {
    /// Terms from their means.
    pub fn new(reconstruction: f64, kl: f64, n: usize, standard_error: Option<f64>) -> Self {
        Self { elbo: -(reconstruction + kl), reconstruction, kl, n, standard_error }
    }

    /// The 95 % confidence interval of the mean ELBO, for the choice of images: 1.96 standard errors to both sides (many
    /// images have a nearly normal mean). Not a number without a standard error.
    pub fn interval(&self) -> [f64; 2] {
        let half = 1.96 * self.standard_error.unwrap_or(f64::NAN);
        [self.elbo - half, self.elbo + half]
    }
}

/// The positions of the test images of a source in the order in which subsets of them are drawn: the same for every run.
/// The first images of the file are not representative of the rest.
///
/// # Errors
///
/// As [`Dataset::test_indices`].
pub fn test_order(data: &Dataset, source: Source) -> Result<Vec<usize>, Error> {
    let mut indices = data.test_indices(source)?;
    indices.shuffle(&mut stream(TEST_SEED, Purpose::Order, 0));
    Ok(indices)
}

/// An evaluation under way: a frozen model, measured a chunk of images at a time.
#[derive(Debug)]
pub struct Evaluation {
    model: VariationalAutoencoder,
    config: TrainingConfig,
    device: Device,
    order: Vec<usize>,
    next: usize,
    sums: Sums,
    /// The ELBO of each image measured so far, in nats.
    elbos: Vec<f64>,
}

/// Sums over the images measured so far, in nats.
#[derive(Debug, Default)]
struct Sums {
    reconstruction: f64,
    kl_per_dimension: Vec<f64>,
}

impl Evaluation {
    /// Begins an evaluation on the first `images` of [`test_order`] (0: all).
    ///
    /// # Errors
    ///
    /// As [`test_order`].
    pub fn new(
        model: VariationalAutoencoder,
        config: &TrainingConfig,
        device: &Device,
        data: &Dataset,
        images: usize,
    ) -> Result<Self, Error> {
        let mut order = test_order(data, config.source)?;
        if images > 0 {
            order.truncate(images);
        }
        let sums = Sums { kl_per_dimension: vec![0.0; config.latent], ..Sums::default() };
        Ok(Self { model, config: config.clone(), device: device.clone(), order, next: 0, sums, elbos: Vec::new() })
    }

    /// Images still to be measured.
    pub fn remaining(&self) -> usize {
        self.order.len() - self.next
    }

    /// Measures up to `count` more images, one draw of epsilon an image.
    ///
    /// # Errors
    ///
    /// When the device does not answer.
    pub async fn advance(&mut self, count: usize, data: &Dataset) -> Result<(), Error> {
        let latent = self.config.latent;
        let end = self.next.saturating_add(count).min(self.order.len());
        let chunk = self.order.get(self.next..end).unwrap_or_default();
        if chunk.is_empty() {
            return Ok(());
        }
        let (mut pixels, mut epsilon) = (Vec::new(), Vec::new());
        for &index in chunk {
            // One stream an image: its pixels and its epsilon do not depend on the chunk it falls in.
            let mut random = stream(TEST_SEED, Purpose::Pixels, index as u64);
            append_pixels(&mut pixels, (data, Split::Test, index), self.config.binarization, &mut random);
            epsilon.extend(standard_normals(latent, &mut random));
        }
        let rows = |values: Vec<f32>, columns: usize| {
            let shape = [values.len() / columns, columns];
            Tensor::<2>::from_data(TensorData::new(values, shape), &self.device)
        };
        let (x, n) = (rows(pixels, PIXELS), chunk.len());
        let tensors = if self.config.family == Family::Vae {
            let terms = self.model.terms(x.clone(), x, rows(epsilon, latent), self.config.likelihood);
            vec![terms.reconstruction, terms.kl_per_dimension.flatten::<1>(0, 1)]
        } else {
            vec![self.model.deterministic_reconstruction(x.clone(), x, self.config.likelihood)]
        };
        let values = parameters::read_all(tensors).await?;
        let (reconstruction, kl) = values.split_at(n.min(values.len()));
        for (image, &reconstruction) in reconstruction.iter().enumerate() {
            let kl = kl.get(image * latent..(image + 1) * latent).unwrap_or_default();
            let elbo = -f64::from(reconstruction) - kl.iter().map(|&kl| f64::from(kl)).sum::<f64>();
            self.elbos.push(elbo);
            self.sums.reconstruction += f64::from(reconstruction);
            for (sum, &kl) in self.sums.kl_per_dimension.iter_mut().zip(kl) {
                *sum += f64::from(kl);
            }
        }
        self.next = end;
        Ok(())
    }

    /// Means over the images measured so far.
    pub fn terms(&self) -> MeanTerms {
        let n = self.next as f64;
        let kl = self.kl_per_dimension().iter().sum();
        let standard_error = Estimate::from_samples(self.elbos.iter().copied()).standard_error;
        MeanTerms::new(self.sums.reconstruction / n, kl, self.next, Some(standard_error))
    }

    /// Mean KL of each latent dimension over the images measured so far, in nats.
    pub fn kl_per_dimension(&self) -> Vec<f64> {
        self.sums.kl_per_dimension.iter().map(|sum| sum / self.next as f64).collect()
    }
}
