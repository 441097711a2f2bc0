//! Runs at rest: a checkpoint goes on as if nothing had happened, weights survive a safetensors file, and bad files are
//! refused in words.

use elbo_model::device;
use elbo_model::{Architecture, Likelihood, parameters};
use elbo_training::checkpoint::Checkpoint;
use elbo_training::{Binarization, Bound, Corruption, Error, Family, Trainer, TrainingConfig, safetensors};
use pollster::block_on;
use proptest::prelude::*;

use crate::learning::data;

/// Four steps an epoch.
fn small() -> TrainingConfig {
    TrainingConfig { hidden: 12, latent: 3, batch_size: 8, train_images: 32, seed: 5, ..TrainingConfig::default() }
}

fn trainer(config: TrainingConfig) -> Trainer {
    Trainer::new(config, &device::cpu()).expect("a valid configuration")
}

fn trained(config: TrainingConfig, steps: usize) -> Trainer {
    let mut trainer = trainer(config);
    block_on(trainer.steps(steps, &data())).expect("training");
    trainer
}

fn end(trainer: &mut Trainer) -> Checkpoint {
    block_on(trainer.checkpoint()).expect("a checkpoint")
}

/// Every family and architecture, and what else changes how a step is computed.
fn configurations() -> Vec<TrainingConfig> {
    let families = [Family::Autoencoder, Family::Denoising, Family::Sparse, Family::Contractive, Family::Vae];
    let architectures = [Architecture::FullyConnected, Architecture::Convolutional];
    let mut all: Vec<TrainingConfig> = families
        .iter()
        .flat_map(|&family| architectures.map(|architecture| TrainingConfig { family, architecture, ..small() }))
        .collect();
    let gaussian = TrainingConfig { likelihood: Likelihood::Gaussian, binarization: Binarization::None, ..small() };
    all.extend([
        TrainingConfig { beta: 4.0, warm_up: 20, ..small() },
        TrainingConfig { free_bits: 0.5, samples: 2, ..small() },
        TrainingConfig { bound: Bound::ImportanceWeighted, samples: 3, ..small() },
        TrainingConfig { learned_sigma: true, ..gaussian.clone() },
        TrainingConfig { sigma: 0.5, ..gaussian },
        TrainingConfig { family: Family::Denoising, corruption: Corruption::Gaussian, ..small() },
    ]);
    all
}

#[test]
fn a_restored_run_is_the_run_that_never_stopped() {
    for config in configurations() {
        let mut whole = trained(config.clone(), 3);
        let bytes = end(&mut whole).to_bytes().expect("bytes");
        let mut resumed =
            Trainer::restore(Checkpoint::from_bytes(&bytes).expect("bytes"), &device::cpu()).expect("a run");
        // Over the end of an epoch, and in the middle of a warm-up.
        let reports = [&mut whole, &mut resumed].map(|trainer| block_on(trainer.steps(4, &data())).expect("training"));
        assert_eq!(reports[0], reports[1], "{config:?}");
        assert_eq!(reports[0].epoch, 1);
        assert_eq!(end(&mut whole), end(&mut resumed), "{config:?}");
    }
}

#[test]
fn what_was_changed_in_mid_run_is_kept() {
    let mut whole = trained(small(), 2);
    let changed = TrainingConfig { learning_rate: 0.01, beta: 3.0, warm_up: 9, free_bits: 0.1, ..small() };
    whole.adjust(changed.adjustable()).expect("in range");
    let mut resumed = Trainer::restore(end(&mut whole), &device::cpu()).expect("a run");
    for trainer in [&mut whole, &mut resumed] {
        block_on(trainer.steps(3, &data())).expect("training");
    }
    assert_eq!(end(&mut whole), end(&mut resumed));
    assert_eq!(resumed.config().learning_rate, 0.01);
}

#[test]
fn a_checkpoint_of_another_architecture_is_refused() {
    let checkpoint = end(&mut trained(small(), 1));
    let others = [
        TrainingConfig { hidden: 13, ..small() },
        TrainingConfig { latent: 2, ..small() },
        TrainingConfig { architecture: Architecture::Convolutional, ..small() },
        TrainingConfig { likelihood: Likelihood::Gaussian, learned_sigma: true, ..small() },
    ];
    for config in others {
        let error =
            Trainer::restore(Checkpoint { config, ..checkpoint.clone() }, &device::cpu()).err().expect("refused");
        assert!(matches!(error, Error::Model(_)), "{error}");
        assert!(error.to_string().contains("belong to another model"), "{error}");
    }
    let moments = checkpoint.moments[1..].to_vec();
    let error = Trainer::restore(Checkpoint { moments, ..checkpoint }, &device::cpu()).err().expect("refused");
    assert!(error.to_string().contains("moments of the optimiser"), "{error}");
}

fn exported(trainer: &Trainer) -> Vec<u8> {
    block_on(safetensors::of(trainer)).expect("a file")
}

fn refusal(bytes: &[u8]) -> String {
    match safetensors::import(bytes, &device::cpu()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// A file of the same tensors with another header, whose length may differ.
fn with_header(bytes: &[u8], change: impl Fn(&mut serde_json::Value)) -> Vec<u8> {
    let length = u64::from_le_bytes(bytes[..8].try_into().expect("a length")) as usize;
    let mut header = serde_json::from_slice(&bytes[8..8 + length]).expect("a header");
    change(&mut header);
    let header = header.to_string().into_bytes();
    [&(header.len() as u64).to_le_bytes(), header.as_slice(), &bytes[8 + length..]].concat()
}

#[test]
fn weights_come_back_from_a_safetensors_file() {
    for config in configurations() {
        let mut trainer = trained(config.clone(), 2);
        let bytes = exported(&trainer);
        assert!(safetensors::recognises(&bytes));
        let read = safetensors::import(&bytes, &device::cpu()).expect("our own file");
        let Checkpoint { weights, .. } = end(&mut trainer);
        assert_eq!((&read.config, read.position.step, &read.weights), (&config, 0, &weights));
        assert!(Trainer::restore(read, &device::cpu()).is_ok());
    }
}

#[test]
fn names_and_shapes_are_pytorchs() {
    let header = |config: TrainingConfig| {
        let bytes = exported(&trainer(config));
        let length = u64::from_le_bytes(bytes[..8].try_into().expect("a length")) as usize;
        let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).expect("a header");
        assert_eq!(header["__metadata__"]["format"], "pt");
        let tensors = header.as_object().expect("an object").iter().filter(|(name, _)| *name != "__metadata__");
        tensors.map(|(name, tensor)| format!("{name} {}", tensor["shape"])).collect::<Vec<_>>()
    };
    let dense = [
        "decoder.hidden.bias [12]",
        "decoder.hidden.weight [12,3]",
        "decoder.output.bias [784]",
        "decoder.output.weight [784,12]",
        "encoder.hidden.bias [12]",
        "encoder.hidden.weight [12,784]",
        "encoder.log_sigma.bias [3]",
        "encoder.log_sigma.weight [3,12]",
        "encoder.mu.bias [3]",
        "encoder.mu.weight [3,12]",
    ];
    assert_eq!(header(small()), dense);
    let convolutional = [
        "decoder.hidden.bias [3136]",
        "decoder.hidden.weight [3136,3]",
        "decoder.learned_log_sigma [1]",
        "decoder.output.first.bias [32]",
        "decoder.output.first.weight [64,32,4,4]",
        "decoder.output.second.bias [1]",
        "decoder.output.second.weight [32,1,4,4]",
        "encoder.hidden.first.bias [32]",
        "encoder.hidden.first.weight [32,1,4,4]",
        "encoder.hidden.second.bias [64]",
        "encoder.hidden.second.weight [64,32,4,4]",
        "encoder.log_sigma.bias [3]",
        "encoder.log_sigma.weight [3,3136]",
        "encoder.mu.bias [3]",
        "encoder.mu.weight [3,3136]",
    ];
    let (architecture, likelihood) = (Architecture::Convolutional, Likelihood::Gaussian);
    assert_eq!(header(TrainingConfig { architecture, likelihood, learned_sigma: true, ..small() }), convolutional);
}

#[test]
fn a_file_without_our_metadata_tells_the_model_by_its_shapes() {
    for config in configurations() {
        let bytes =
            with_header(&exported(&trainer(config.clone())), |header| header["__metadata__"] = serde_json::json!({}));
        let read = safetensors::import(&bytes, &device::cpu()).expect("names and shapes suffice");
        let (found, wanted) = (read.config.model(), config.model());
        assert_eq!((found.architecture, found.latent), (wanted.architecture, wanted.latent));
        let listed = |config: &TrainingConfig| parameters::list(&trainer(config.clone()).model());
        assert_eq!(listed(&read.config), listed(&config));
    }
}

#[test]
fn bad_safetensors_are_refused_in_words() {
    let bytes = exported(&trainer(small()));
    let about = |text: &str| with_header(&bytes, |header| header["__metadata__"]["elbo_room"] = text.into());
    assert!(refusal(&about(r#"{"version":2}"#)).contains("format version 2, and this page reads version 1"));
    assert!(refusal(&about("{")).contains("metadata `elbo_room` are damaged"));
    let other = serde_json::json!({ "version": 1, "config": TrainingConfig { latent: 2, ..small() } }).to_string();
    let message = refusal(&about(&other));
    assert!(message.contains("`encoder.mu.weight` has shape [3, 12], and this model needs [2, 12]"), "{message}");
    let wild = serde_json::json!({ "version": 1, "config": TrainingConfig { hidden: 1 << 30, ..small() } }).to_string();
    assert!(refusal(&about(&wild)).contains("hidden must be"));

    let renamed = with_header(&bytes, |header| {
        let tensor = header["encoder.mu.bias"].take();
        header.as_object_mut().expect("an object").remove("encoder.mu.bias");
        header["encoder.mean.bias"] = tensor;
    });
    assert!(refusal(&renamed).contains("`encoder.mean.bias` has no place"));
    let integers = with_header(&bytes, |header| header["encoder.mu.bias"]["dtype"] = "I32".into());
    assert!(refusal(&integers).contains("`encoder.mu.bias` holds I32"));
    let mut infinite = bytes.clone();
    let last = infinite.len() - 4;
    infinite[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(refusal(&infinite).contains("is NaN, and weights must be finite"));
    for length in (0..bytes.len()).step_by(97).chain([7, 8, 9]) {
        assert!(!refusal(&bytes[..length]).is_empty(), "cut at {length}");
    }
    assert!(refusal(&bytes[..bytes.len() - 1]).contains("cut off"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The format has no check sum: a changed number may pass, but nothing panics, and what passes can be trained.
    #[test]
    fn a_flipped_bit_is_refused_or_harmless(position in 0.0..1.0_f64, bit in 0..8_u32, in_header: bool) {
        let mut bytes = exported(&trainer(small()));
        let range = if in_header { 1200 } else { bytes.len() };
        bytes[(position * range as f64) as usize] ^= 1 << bit;
        if let Ok(checkpoint) = safetensors::import(&bytes, &device::cpu()) {
            prop_assert!(Trainer::restore(checkpoint, &device::cpu()).is_ok());
        }
    }

    #[test]
    fn noise_after_a_plausible_start_is_refused(noise in prop::collection::vec(any::<u8>(), 0..400), length in 0..600_u64) {
        let bytes = [length.to_le_bytes().as_slice(), b"{", &noise].concat();
        prop_assert!(safetensors::import(&bytes, &device::cpu()).is_err());
    }
}
