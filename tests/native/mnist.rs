//! On MNIST itself (`build/data/`, packed by `cargo xtask data`): learning reaches the reference, and the shipped model what it claims.

use elbo_data::Manifest;
use elbo_model::device;
use elbo_training::checkpoint::Checkpoint;
use elbo_training::{Dataset, Evaluation, MeanTerms, Trainer, TrainingConfig};
use pollster::block_on;

use crate::golden::project;

pub(crate) fn mnist() -> Dataset {
    let folder = project().join("build/data");
    let read = |file: &str| {
        std::fs::read(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}; run `cargo xtask data` first"))
    };
    let manifest = Manifest::from_json(&read("manifest.json")).expect("the manifest");
    let mut data = Dataset::new(&manifest);
    for entry in &manifest.shards {
        assert!(data.insert(&entry.file, entry.open(&read(&entry.file)).expect("a shard")));
    }
    data
}

/// The bytes of a model that ships.
pub(crate) fn shipped(name: &str) -> Vec<u8> {
    let path = project().join(format!("models/{name}.bin"));
    std::fs::read(path).unwrap_or_else(|error| panic!("models/{name}.bin: {error}; run `cargo xtask pretrain {name}`"))
}

/// The model of the cover.
pub(crate) fn cover() -> Trainer {
    let checkpoint = Checkpoint::from_bytes(&shipped("cover")).expect("a checkpoint");
    Trainer::restore(checkpoint, &device::cpu()).expect("a model")
}

fn test_terms(trainer: &Trainer, data: &Dataset) -> MeanTerms {
    let mut evaluation =
        Evaluation::new(trainer.model(), trainer.config(), trainer.device(), data, 0).expect("test images");
    while evaluation.remaining() > 0 {
        block_on(evaluation.advance(500, data)).expect("the device answers");
    }
    evaluation.terms()
}

/// The reference runs (JAX, one seed; 0.5 nats between seeds): test ELBO after epochs 1 and 2 at m = 20.
#[test]
fn two_epochs_reach_the_reference_run() {
    let data = mnist();
    let mut trainer =
        Trainer::new(TrainingConfig { latent: 20, ..TrainingConfig::default() }, &device::cpu()).expect("a run");
    for reference in [-131.51, -115.71] {
        block_on(trainer.steps(60_000 / 128, &data)).expect("training");
        let MeanTerms { elbo, n, .. } = test_terms(&trainer, &data);
        println!("test ELBO {elbo:.2} nats, reference {reference}");
        assert_eq!(n, 10_000);
        assert!((elbo - reference).abs() < 3.0, "test ELBO {elbo}, reference {reference}");
    }
}

/// Twice as narrow as the lecture's model, so a little worse than its -152 nats after 20 epochs.
#[test]
fn the_shipped_model_knows_its_digits() {
    let trainer = cover();
    assert_eq!(trainer.config().latent, 2);
    let terms = test_terms(&trainer, &mnist());
    println!("shipped model: test ELBO {:.2} nats", terms.elbo);
    assert!(terms.elbo > -160.0, "{terms:?}");
}
