//! Checkpoints, shipped models, weights as safetensors, and configurations.

use std::sync::LazyLock;

use elbo_data::{Shard, idx::Images};
use elbo_model::device;
use elbo_model::parameters;
use elbo_training::checkpoint::Checkpoint;
use elbo_training::dataset::Dataset;
use elbo_training::{DigitClassifier, Error, Trainer, TrainingConfig, safetensors};
use pollster::block_on;
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cases;
use crate::damage::{damaged, damages};
use crate::memory::measured;

/// Beside a few times the length: what a header can hold, and messages.
const BESIDES: usize = 4_000_000;
/// What the largest model that a configuration allows takes, a few times.
const LARGEST_MODEL: usize = 200_000_000;

/// The smallest model there is.
fn tiny() -> TrainingConfig {
    TrainingConfig { hidden: 1, latent: 1, batch_size: 2, train_images: 4, ..TrainingConfig::default() }
}

static DATA: LazyLock<Dataset> = LazyLock::new(|| {
    let pixels: Vec<u8> = (0..4 * 784).map(|i| (i % 251) as u8).collect();
    let shard = || Shard::pack(&Images { rows: 28, columns: 28, pixels: &pixels }, &[1, 2, 3, 4]).unwrap();
    Dataset::of_shards(shard(), shard())
});

static RUN: LazyLock<(Checkpoint, Vec<u8>)> = LazyLock::new(|| {
    let mut trainer = Trainer::new(tiny(), &device::cpu()).unwrap();
    block_on(trainer.steps(2, &DATA)).unwrap();
    let checkpoint = block_on(trainer.checkpoint()).unwrap();
    let bytes = checkpoint.to_bytes().unwrap();
    (checkpoint, bytes)
});

static WEIGHTS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let trainer = Trainer::new(tiny(), &device::cpu()).unwrap();
    safetensors::export(trainer.config(), &parameters::list(&trainer.model()), &RUN.0.weights).unwrap()
});

/// Sealed again: damage that no check sum tells.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len().saturating_sub(32));
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest.iter());
    bytes
}

/// The header as JSON, changed; numbers and seal as they must be.
fn with_header(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let bytes = &RUN.1;
    let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
    let mut header = serde_json::from_slice(&bytes[12..12 + length]).unwrap();
    change(&mut header);
    let header = header.to_string().into_bytes();
    sealed([&bytes[..8], &(header.len() as u32).to_le_bytes(), &header, &bytes[12 + length..]].concat())
}

/// A model that costs more is allowed, and tried elsewhere.
fn is_small(config: &TrainingConfig) -> bool {
    config.hidden <= 64 && config.batch_size * config.samples <= 64
}

/// Trains, or says in words why not.
fn train(trainer: Result<Trainer, Error>) {
    if let Ok(mut trainer) = trainer {
        let _ = block_on(trainer.steps(2, &DATA));
        let _ = block_on(trainer.checkpoint());
    }
}

fn go_on(checkpoint: Checkpoint) {
    if is_small(&checkpoint.config) {
        train(Trainer::restore(checkpoint, &device::cpu()));
    }
}

fn read(bytes: &[u8]) -> Result<Option<Checkpoint>, TestCaseError> {
    let (read, most) = measured(|| Checkpoint::from_bytes(bytes));
    prop_assert!(most <= 5 * bytes.len() + BESIDES, "a checkpoint of {} bytes held {most}", bytes.len());
    let (_, most) = measured(|| DigitClassifier::from_bytes(bytes, &device::cpu()).is_ok());
    prop_assert!(
        most <= 5 * bytes.len() + BESIDES + LARGEST_MODEL,
        "a classifier of {} bytes held {most}",
        bytes.len()
    );
    Ok(read.ok())
}

/// A value that a header or an attribute may hold.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        prop::sample::select(vec![0, 1, 2, 3, 60, 64, 1 << 31, 1 << 32, 1 << 53, u64::MAX / 2, u64::MAX])
            .prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec![0.0, -0.0, 0.5, 1e-30, 1e30, 1e300, -1.0]).prop_map(Value::from),
        prop::sample::select(vec![
            "vae",
            "sparse",
            "denoising",
            "contractive",
            "autoencoder",
            "mlp",
            "conv",
            "gaussian",
            "own",
            "mixed",
            "none",
            "importance-weighted",
            ""
        ])
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map(".{0,4}", inner, 0..4).prop_map(Value::from_iter),
        ]
    })
}

/// Names of a configuration, and of a checkpoint's header.
fn names() -> Vec<String> {
    let config = serde_json::to_value(tiny()).unwrap();
    let config = config.as_object().unwrap().keys().map(|name| format!("config.{name}"));
    let own = [
        "step",
        "imagesSeen",
        "epoch",
        "position",
        "data",
        "optimizerTime",
        "version",
        "kind",
        "precision",
        "weights",
        "moments",
    ];
    config.chain(own.map(str::to_owned)).collect()
}

fn set(header: &mut Value, name: &str, value: Value) {
    match name.strip_prefix("config.") {
        Some(name) => header["config"][name] = value,
        None => header[name] = value,
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn damaged_checkpoints_are_refused_or_train(damages in damages(), seal in any::<bool>()) {
        let mut bytes = damaged(&RUN.1, &damages, 700);
        if seal {
            bytes = sealed(bytes);
        }
        if let Some(checkpoint) = read(&bytes)? {
            go_on(checkpoint);
        }
    }

    #[test]
    fn any_header_is_refused_or_trains(changes in prop::collection::vec((prop::sample::select(names()), value()), 1..4)) {
        let bytes = with_header(|header| changes.into_iter().for_each(|(name, value)| set(header, &name, value)));
        if let Some(checkpoint) = read(&bytes)? {
            go_on(checkpoint);
        }
    }

    #[test]
    fn noise_after_a_plausible_start_is_refused(noise in prop::collection::vec(any::<u8>(), 0..300), kept in 0..40_usize) {
        let bytes = [&RUN.1[..kept], &noise].concat();
        prop_assert!(read(&bytes)?.is_none());
        prop_assert!(read(&sealed(bytes))?.is_none());
    }

    #[test]
    fn damaged_weights_are_refused_or_train(damages in damages()) {
        let bytes = damaged(&WEIGHTS, &damages, 1600);
        let (read, most) = measured(|| safetensors::import(&bytes, &device::cpu()));
        prop_assert!(most <= 5 * bytes.len() + BESIDES + LARGEST_MODEL, "weights of {} bytes held {most}", bytes.len());
        if let Ok(checkpoint) = read {
            go_on(checkpoint);
        }
    }

    #[test]
    fn any_configuration_is_refused_or_trains(changes in prop::collection::vec((prop::sample::select(names()), value()), 0..6)) {
        let mut header = json!({ "config": tiny() });
        changes.into_iter().filter(|(name, _)| name.starts_with("config.")).for_each(|(name, value)| set(&mut header, &name, value));
        if let Ok(config) = serde_json::from_value::<TrainingConfig>(header["config"].take())
            && config.validate().is_ok()
            && is_small(&config)
        {
            train(Trainer::new(config, &device::cpu()));
        }
    }
}

#[test]
fn headers_that_claim_everything_take_nothing() {
    let claims = [
        ("weights", json!(u64::MAX)),
        ("moments", json!(1_u64 << 62)),
        ("weights", json!(1_u64 << 31)),
        ("config.hidden", json!(u64::MAX)),
        ("config.batchSize", json!(u64::MAX)),
        ("config.trainImages", json!(1_u64 << 60)),
        ("position", json!(u64::MAX)),
        ("epoch", json!(u64::MAX)),
        ("step", json!(u64::MAX)),
        ("imagesSeen", json!(u64::MAX)),
        ("optimizerTime", json!(u64::MAX)),
    ];
    for (name, value) in claims {
        let bytes = with_header(|header| set(header, name, value.clone()));
        let (read, most) = measured(|| Checkpoint::from_bytes(&bytes));
        assert!(read.is_err(), "{name}: {value} is accepted");
        assert!(most <= 5 * bytes.len(), "{name}: {value} held {most} of {}", bytes.len());
    }
    // A header as long as it may be, of what takes most room when it is read.
    let filled = with_header(|header| header["more"] = json!(vec![0; 32_000]));
    let (_, most) = measured(|| Checkpoint::from_bytes(&filled).is_ok());
    assert!(most <= 5 * filled.len() + BESIDES, "{most}");
    let longer = with_header(|header| header["more"] = json!(vec![0; 70_000]));
    let (read, most) = measured(|| Checkpoint::from_bytes(&longer));
    assert!(read.is_err() && most < 10_000, "{most}");
    // The largest model there is, in a file that holds none of its weights.
    let about = json!({ "version": 1, "config": TrainingConfig { hidden: 2000, latent: 64, ..tiny() } }).to_string();
    let header = json!({ "__metadata__": { "elbo_room": about } }).to_string();
    let bytes = [&(header.len() as u64).to_le_bytes(), header.as_bytes()].concat();
    let (read, most) = measured(|| safetensors::import(&bytes, &device::cpu()));
    assert!(read.is_err() && most <= LARGEST_MODEL, "{most}");
}
