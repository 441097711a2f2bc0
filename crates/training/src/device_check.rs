//! Whether a device computes a training step as the CPU does, and how long it takes for one.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_data::{Shard, idx::Images};
use elbo_model::device::cpu;
use elbo_model::{Architecture, Likelihood, PIXELS, SIDE, parameters};
use serde::Serialize;

use crate::streams::{Purpose, standard_normals, stream};
use crate::{Dataset, Error, Trainer, TrainingConfig};

/// One training step on two devices, compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SelfCheck {
    /// Loss on the device under test, nats per image.
    pub loss: f64,
    /// Loss on the CPU.
    pub loss_other: f64,
    /// Largest difference of a gradient's entry, relative to the largest entry.
    pub largest_gradient_difference: f64,
    /// Largest relative difference allowed, for the loss and for the gradients.
    pub tolerance: f64,
    /// Whether both agree.
    pub holds: bool,
}

/// Two orders of summation in `f32` differ by some 1e-5; a wrong kernel differs by far more.
const TOLERANCE: f64 = 1e-3;
const HIDDEN: usize = 64;
const LATENT: usize = 4;
const BATCH: usize = 32;

/// One training step of a small model from equal weights, images and noise on `device` and on the CPU.
///
/// # Errors
///
/// When a device does not answer.
pub async fn self_check(device: &Device, architecture: Architecture) -> Result<SelfCheck, Error> {
    let found = loss_and_gradients(device, architecture).await?;
    Ok(compare(found, loss_and_gradients(&cpu(), architecture).await?))
}

/// Compares loss and gradients of the device under test with those of the CPU.
fn compare((loss, gradients): (f64, Vec<f32>), (loss_other, other): (f64, Vec<f32>)) -> SelfCheck {
    let largest = other.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
    // A NaN must count as a difference: `max` would drop it.
    let difference = gradients.iter().zip(&other).fold(0.0_f64, |worst, (one, two)| {
        let difference = f64::from((one - two).abs() / largest);
        if difference.is_nan() || worst.is_nan() { f64::NAN } else { worst.max(difference) }
    });
    let agree = (loss - loss_other).abs() <= TOLERANCE * loss_other.abs() && difference <= TOLERANCE;
    SelfCheck {
        loss,
        loss_other,
        largest_gradient_difference: difference,
        tolerance: TOLERANCE,
        holds: agree && gradients.len() == other.len(),
    }
}

async fn loss_and_gradients(device: &Device, architecture: Architecture) -> Result<(f64, Vec<f32>), Error> {
    let device = device.clone().autodiff();
    let mut random = stream(0, Purpose::Weights, 0);
    let config = TrainingConfig { architecture, hidden: HIDDEN, latent: LATENT, ..TrainingConfig::default() }.model();
    let model = config.init(&mut random, &device);
    let pixels = standard_normals(BATCH * PIXELS, &mut random).iter().map(|&e| f32::from(u8::from(e > 1.0))).collect();
    let epsilon = standard_normals(BATCH * LATENT, &mut random);
    let x = Tensor::<2>::from_data(TensorData::new(pixels, [BATCH, PIXELS]), &device);
    let epsilon = Tensor::<2>::from_data(TensorData::new(epsilon, [BATCH, LATENT]), &device);
    let loss = model.terms(x.clone(), x, epsilon, Likelihood::Bernoulli).loss(1.0);
    let gradients = parameters::gradients(&model, &loss.backward());
    let mut values = parameters::read_all(std::iter::once(loss.inner()).chain(gradients).collect()).await?;
    let gradients = values.split_off(1.min(values.len()));
    Ok((values.first().map_or(f64::NAN, |&loss| f64::from(loss)), gradients))
}

/// Milliseconds for a training step: the minimum over `rounds`, after one warm-up step. `now` is the caller's clock, in
/// milliseconds: a browser has no `std::time::Instant`.
///
/// # Errors
///
/// When the device does not answer.
pub async fn milliseconds_per_step(device: &Device, rounds: usize, now: impl Fn() -> f64) -> Result<f64, Error> {
    let config = TrainingConfig::default();
    let blank = Images { rows: SIDE, columns: SIDE, pixels: &vec![0; config.batch_size * PIXELS] };
    let blank = Shard::pack(&blank, &vec![0; config.batch_size])?;
    let data = Dataset::of_shards(blank.clone(), blank);
    let mut trainer = Trainer::new(config, device)?;
    let mut least = f64::INFINITY;
    for round in 0..=rounds {
        let start = now();
        trainer.steps(1, &data).await?;
        if round > 0 {
            least = least.min(now() - start);
        }
    }
    Ok(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_is_wrong_fails_the_check() {
        let right = || (200.0, vec![0.5_f32, -2.0, 1e-6]);
        let holds = |loss: f64, gradients: &[f32]| compare((loss, gradients.to_vec()), right()).holds;
        assert!(holds(200.0, &[0.5, -2.0, 1e-6]) && holds(200.01, &[0.5, -2.0, 2e-6]));
        assert!(!holds(201.0, &[0.5, -2.0, 1e-6]) && !holds(f64::NAN, &[0.5, -2.0, 1e-6]));
        for wrong in [[0.51, -2.0, 1e-6], [0.5, 2.0, 1e-6], [0.0; 3], [0.5, f32::NAN, 1e-6], [f32::NAN, -2.0, 1e-6]] {
            assert!(!holds(200.0, &wrong), "{wrong:?}");
        }
        assert!(!holds(200.0, &[0.5, -2.0]) && !holds(200.0, &[]));
    }
}
