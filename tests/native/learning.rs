//! Training as a whole, on a small data set made here: it learns, it survives a bad learning rate.

use burn::tensor::Device;
use elbo_data::{Shard, idx::Images};
use elbo_model::device;
use elbo_model::{Architecture, Likelihood, PIXELS, SIDE};
use elbo_numerics::random::{seeded, uniform};
use elbo_training::device_check::self_check;
use elbo_training::{Bound, Corruption, Dataset, Error, Evaluation, Family, Trainer, TrainingConfig};
use pollster::block_on;

/// Images with a bright bar in one of four columns: something to learn in a second.
fn bars(images: usize, seed: u64) -> Shard {
    let mut random = seeded(seed);
    let mut pixels = vec![0; images * PIXELS];
    let mut labels = vec![0; images];
    for (image, label) in pixels.chunks_mut(PIXELS).zip(&mut labels) {
        *label = (uniform(&mut random) * 4.0) as u8;
        for row in 4..24 {
            image[row * SIDE + 4 + 6 * usize::from(*label)] = 255;
        }
    }
    Shard::pack(&Images { rows: SIDE, columns: SIDE, pixels: &pixels }, &labels).expect("a shard")
}

pub fn data() -> Dataset {
    Dataset::of_shards(bars(256, 1), bars(64, 2))
}

fn config() -> TrainingConfig {
    TrainingConfig { hidden: 32, latent: 2, batch_size: 32, seed: 5, ..TrainingConfig::default() }
}

fn trainer(config: TrainingConfig) -> Trainer {
    Trainer::new(config, &cpu()).expect("a valid configuration")
}

fn cpu() -> Device {
    device::cpu()
}

fn test_elbo(trainer: &Trainer) -> f64 {
    let mut evaluation =
        Evaluation::new(trainer.model(), trainer.config(), trainer.device(), &data(), 0).expect("test images");
    while evaluation.remaining() > 0 {
        block_on(evaluation.advance(50, &data())).expect("the device answers");
    }
    assert_eq!(evaluation.terms().n, 64);
    evaluation.terms().elbo
}

#[test]
fn every_family_and_architecture_learns() {
    use Family::{Autoencoder, Contractive, Denoising, Sparse, Vae};
    let plain = TrainingConfig { learning_rate: 5e-3, penalty: 0.01, ..config() };
    let of = |family| TrainingConfig { family, ..plain.clone() };
    let mut configs: Vec<TrainingConfig> = [Vae, Autoencoder, Denoising, Sparse, Contractive].map(of).into();
    configs.push(TrainingConfig { corruption: Corruption::Gaussian, ..of(Denoising) });
    configs.push(TrainingConfig { bound: Bound::ImportanceWeighted, samples: 5, ..of(Vae) });
    configs.push(TrainingConfig { warm_up: 50, free_bits: 0.2, ..of(Vae) });
    for config in configs {
        let mut trainer = trainer(config);
        let before = test_elbo(&trainer);
        block_on(trainer.steps(150, &data())).expect("training");
        let after = test_elbo(&trainer);
        // log 2 a pixel at the start; four equally likely images cost log 4 when learned.
        assert!(before < -500.0 && after > -60.0, "{:?}: {before} to {after}", trainer.config());
    }
}

#[test]
fn convolutions_learn() {
    let mut trainer = trainer(TrainingConfig { architecture: Architecture::Convolutional, ..config() });
    let before = test_elbo(&trainer);
    block_on(trainer.steps(30, &data())).expect("training");
    let after = test_elbo(&trainer);
    assert!(before < -500.0 && after > -200.0, "{before} to {after}");
}

#[test]
fn a_learned_scale_finds_the_spread_of_the_pixels() {
    let likelihood = Likelihood::Gaussian;
    let learned = TrainingConfig { likelihood, learned_sigma: true, learning_rate: 2e-2, ..config() };
    let mut trainer = trainer(learned);
    block_on(trainer.steps(200, &data())).expect("training");
    let sigma = trainer.model().decoder.log_sigma(&cpu()).exp().into_scalar::<f32>();
    // Binary pixels that the model comes to know: far narrower than the 1 it began with.
    assert!(sigma < 0.3, "{sigma}");
}

#[test]
fn slices_of_any_length_give_the_same_run() {
    let mut one = trainer(config());
    block_on(one.steps(6, &data())).expect("training");
    let mut other = trainer(config());
    for n in [1, 2, 3] {
        block_on(other.steps(n, &data())).expect("training");
    }
    assert_eq!(block_on(one.checkpoint()), block_on(other.checkpoint()));
}

#[test]
fn a_report_counts_the_images_that_its_means_are_over() {
    // The batch is larger than the data set, so it has all of its 256 images.
    let mut trainer = trainer(TrainingConfig { batch_size: 512, ..config() });
    let report = block_on(trainer.steps(3, &data())).expect("training");
    assert_eq!((report.images_seen, report.train.map(|means| means.n)), (3 * 256, Some(3 * 256)));
}

#[test]
fn an_exploding_run_returns_to_its_last_checkpoint() {
    let mut calm = trainer(config());
    block_on(calm.steps(3, &data())).expect("training");
    let mut checkpoint = block_on(calm.checkpoint()).expect("a checkpoint");
    // Momentum that throws every weight far away at the next step: its loss is no number.
    for moment in checkpoint.moments.iter_mut().take(checkpoint.weights.len()) {
        *moment = 1e30;
    }
    let mut trainer = Trainer::restore(checkpoint.clone(), &cpu()).expect("a run");
    let error = block_on(trainer.steps(5, &data())).expect_err("it explodes");
    assert!(matches!(error, Error::NotFinite { restored: 3, .. }), "{error}");
    assert_eq!(trainer.position(), checkpoint.position);
    assert_eq!(block_on(trainer.checkpoint()).expect("finite").weights, checkpoint.weights);
}

#[test]
fn the_device_check_passes_between_two_equal_devices() {
    let check = block_on(self_check(&cpu(), Architecture::default())).expect("the device answers");
    assert!(check.holds && check.largest_gradient_difference == 0.0);
}
