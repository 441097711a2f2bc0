//! Restrained autoencoders in training: one small layer with tied weights, five ways to keep it from copying (decks 003, 004).

use elbo_numerics::adam::Adam;
use elbo_numerics::check::Estimate;
use elbo_numerics::error::{Result, all_finite, positive, same_size, within_limit};
use elbo_numerics::random::{Random, seeded, seeded_stream, standard_normals, uniform};
use nalgebra::DMatrix;

use crate::autoencoders::autoencoder_penalties::{Gradient, SigmoidEncoder, Term};
use crate::autoencoders::corruption::Corruption;

/// Images in a step.
pub const BATCH: usize = 16;
/// Step size of Adam.
const LEARNING_RATE: f64 = 0.005;
/// Most units of the code, and most pixels of a picture.
const MOST: usize = 1024;

/// What keeps the autoencoder from copying.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Restraint {
    /// Nothing but the size of its code.
    None,
    /// `strength * sum_j |h_j|` is added.
    Sparse(f64),
    /// `strength * |dh/dx|_F^2` is added.
    Contractive(f64),
    /// The encoder sees a spoilt input, and the clean one must come out.
    Denoising(Corruption),
}

/// A [`SigmoidEncoder`] with its data, its optimizer and its place in the data.
#[derive(Debug, Clone)]
pub struct AutoencoderTraining {
    encoder: SigmoidEncoder,
    data: DMatrix<f64>,
    restraint: Restraint,
    optimizer: Adam,
    order: Vec<usize>,
    random: Random,
    step: usize,
}

impl AutoencoderTraining {
    /// Random weights from `seed` for pictures of `pixels` numbers, one after the other in `images`, and a code of `units`.
    ///
    /// # Errors
    /// No images; a length that is no multiple of `pixels`; more than 1024 units or pixels; a strength or a corruption that means
    /// nothing.
    pub fn new(images: &[f64], pixels: usize, units: usize, restraint: Restraint, seed: u64) -> Result<Self> {
        within_limit("pixels", pixels, MOST)?;
        within_limit("units of the code", units, MOST)?;
        let data = pictures(images, pixels)?;
        match restraint {
            Restraint::None => {}
            Restraint::Sparse(strength) | Restraint::Contractive(strength) => {
                positive("strength of the penalty", strength)?;
            }
            Restraint::Denoising(corruption) => {
                corruption.check()?;
            }
        }
        let mut random = seeded(seed);
        // The code starts near 1/2 everywhere: weights of this size give pictures of about the right strength.
        let scale = 1.0 / ((pixels + units) as f64).sqrt();
        let weights: Vec<Vec<f64>> = (0..units)
            .map(|_| standard_normals(&mut random, pixels).iter().map(|epsilon| scale * epsilon).collect())
            .collect();
        let encoder = SigmoidEncoder::new(&weights, &vec![0.0; units])?;
        let optimizer = Adam::new(LEARNING_RATE, units * pixels + units);
        Ok(Self { encoder, data, restraint, optimizer, order: vec![], random, step: 0 })
    }

    /// Steps taken.
    pub fn step(&self) -> usize {
        self.step
    }

    /// The network as it is now.
    pub fn encoder(&self) -> &SigmoidEncoder {
        &self.encoder
    }

    /// One step of Adam on the mean loss of 16 images.
    pub fn advance(&mut self) {
        let columns: Vec<usize> = (0..BATCH).map(|_| self.next_image()).collect();
        let x = self.data.select_columns(&columns);
        let seen = match self.restraint {
            Restraint::Denoising(corruption) => corruption.apply(&x, &mut self.random),
            _ => x.clone(),
        };
        let mut gradient = self.encoder.term(&x, Term::Reconstruction(&seen));
        let penalty = match self.restraint {
            Restraint::Sparse(strength) => Some(Term::Sparse(strength)),
            Restraint::Contractive(strength) => Some(Term::Contractive(strength)),
            Restraint::None | Restraint::Denoising(_) => None,
        };
        if let Some(penalty) = penalty {
            let Gradient { weights, biases, .. } = self.encoder.term(&x, penalty);
            gradient.weights += weights;
            gradient.biases += biases;
        }
        self.step += 1;
        let share = 1.0 / BATCH as f64;
        let (mut weights, mut biases) = (gradient.weights * share, gradient.biases * share);
        self.optimizer.step(weights.iter_mut().chain(biases.iter_mut()));
        self.encoder.weights -= weights;
        self.encoder.biases -= biases;
    }

    /// Squared error of the reconstruction of pictures from their spoilt copies, which depend on `seed` alone.
    ///
    /// # Errors
    /// No pictures, or pictures of another size; a corruption that means nothing.
    pub fn error_on(&self, images: &[f64], corruption: Corruption, seed: u64) -> Result<Estimate> {
        let x = pictures(images, self.data.nrows())?;
        let seen = corruption.check()?.apply(&x, &mut seeded_stream(seed, 1));
        Ok(Estimate::from_samples(self.encoder.squared_errors(&x, &seen)))
    }

    /// Share of the code's units above `threshold`, over pictures.
    ///
    /// # Errors
    /// No pictures, or pictures of another size.
    pub fn active_share(&self, images: &[f64], threshold: f64) -> Result<Estimate> {
        let codes = self.encoder.codes(&pictures(images, self.data.nrows())?);
        let share = |code: nalgebra::DVectorView<'_, f64>| {
            code.iter().filter(|&&unit| unit > threshold).count() as f64 / code.len() as f64
        };
        Ok(Estimate::from_samples(codes.column_iter().map(share)))
    }

    /// The first `count` rows of `W`, each scaled to fill `[0, 1]` with 1/2 for a weight of 0: what each unit of the code looks for.
    pub fn filters(&self, count: usize) -> Vec<f64> {
        let rows = self.encoder.weights.row_iter().take(count);
        rows.flat_map(|row| {
            let most = row.amax().max(f64::MIN_POSITIVE);
            row.iter().map(|weight| 0.5 + 0.5 * weight / most).collect::<Vec<f64>>()
        })
        .collect()
    }

    /// The next image of an endless sequence of shuffled passes over the data.
    fn next_image(&mut self) -> usize {
        if self.order.is_empty() {
            self.order = (0..self.data.ncols()).collect();
            for last in (1..self.order.len()).rev() {
                let other = (uniform(&mut self.random) * (last + 1) as f64) as usize;
                self.order.swap(last, other.min(last));
            }
        }
        self.order.pop().unwrap_or(0)
    }
}

/// Pictures one after the other as the columns of a matrix.
fn pictures(images: &[f64], pixels: usize) -> Result<DMatrix<f64>> {
    all_finite("pixel", images)?;
    let count = images.len() / pixels.max(1);
    same_size("the list of pixels", images.len(), count.max(1) * pixels)?;
    Ok(DMatrix::from_column_slice(pixels, count, images))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars in a picture of 6 by 6.
    fn bars(n: usize, seed: u64) -> Vec<f64> {
        let mut random = seeded(seed);
        (0..n)
            .flat_map(|_| {
                let (place, across) = ((uniform(&mut random) * 6.0) as usize, uniform(&mut random) < 0.5);
                (0..36).map(move |pixel| f64::from(u8::from(if across { pixel / 6 } else { pixel % 6 } == place)))
            })
            .collect()
    }

    fn trained(restraint: Restraint, units: usize) -> AutoencoderTraining {
        let mut training = AutoencoderTraining::new(&bars(200, 1), 36, units, restraint, 3).unwrap();
        for _ in 0..400 {
            training.advance();
        }
        training
    }

    #[test]
    fn each_restraint_does_what_it_promises() {
        let test = bars(80, 2);
        let noise = Corruption::Gaussian(0.5);
        let plain = trained(Restraint::None, 60);
        let error = |training: &AutoencoderTraining, corruption| training.error_on(&test, corruption, 5).unwrap().mean;
        let active = |training: &AutoencoderTraining| training.active_share(&test, 0.1).unwrap().mean;
        let contraction = |training: &AutoencoderTraining| training.encoder().jacobian_check(&test[..36]).unwrap().left;
        assert!(error(&plain, Corruption::None) < 0.3, "{}", error(&plain, Corruption::None));
        let denoising = trained(Restraint::Denoising(noise), 60);
        assert!(
            error(&denoising, noise) < 0.8 * error(&plain, noise),
            "{} {}",
            error(&denoising, noise),
            error(&plain, noise)
        );
        let sparse = trained(Restraint::Sparse(1.0), 60);
        assert!(active(&sparse) < 0.5 * active(&plain), "{} {}", active(&sparse), active(&plain));
        let contractive = trained(Restraint::Contractive(1.0), 60);
        assert!(
            contraction(&contractive) < 0.7 * contraction(&plain),
            "{} {}",
            contraction(&contractive),
            contraction(&plain)
        );
    }

    #[test]
    fn one_seed_is_one_run() {
        let restraint = Restraint::Denoising(Corruption::Gaussian(0.3));
        assert_eq!(trained(restraint, 8).filters(8), trained(restraint, 8).filters(8));
        assert!(trained(restraint, 8).filters(8).iter().all(|entry| (0.0..=1.0).contains(entry)));
    }

    #[test]
    fn bad_input_is_named() {
        let new = |images: &[f64], restraint| AutoencoderTraining::new(images, 36, 4, restraint, 1);
        assert!(new(&[], Restraint::None).is_err());
        assert!(new(&[0.5; 40], Restraint::None).is_err());
        assert!(new(&bars(2, 1), Restraint::Sparse(0.0)).is_err());
        assert!(new(&bars(2, 1), Restraint::Denoising(Corruption::Masking(1.5))).is_err());
        assert!(new(&bars(2, 1), Restraint::Denoising(Corruption::Gaussian(0.0))).is_err());
        assert!(new(&bars(2, 1), Restraint::None).unwrap().error_on(&[0.0; 5], Corruption::None, 1).is_err());
    }
}
