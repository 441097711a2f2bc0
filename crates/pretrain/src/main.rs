//! Native commands that train on the packed data in `build/data/`.
//!
//! - `pretrain [cover | classifier]...` writes the shipped models, or those named, into `models/`.
//! - `pretrain reproduce [EPOCHS]` trains the models of the reference runs, prints their test terms epoch by epoch beside
//!   the reference, and fails when the last is over 1.5 nats away.

use std::path::Path;
use std::time::Instant;

use elbo_data::Manifest;
use elbo_model::device;
use elbo_training::{ClassifierTrainer, Dataset, Evaluation, MeanTerms, Trainer, TrainingConfig};
use pollster::block_on;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => ["cover", "classifier"].into_iter().try_for_each(ship),
        ["reproduce"] => reproduce(20),
        ["reproduce", epochs] => reproduce(epochs.parse()?),
        names => names.iter().try_for_each(|name| ship(name)),
    }
}

/// Trains a shipped model and writes it.
fn ship(name: &str) -> Result<()> {
    let bytes =
        match name {
            "cover" => cover()?,
            "classifier" => classifier()?,
            _ => return Err(format!(
                "there is no model \"{name}\"; usage: pretrain [cover | classifier]..., or pretrain reproduce [EPOCHS]"
            )
            .into()),
        };
    std::fs::create_dir_all("models")?;
    std::fs::write(format!("models/{name}.bin"), &bytes)?;
    println!("models/{name}.bin: {} bytes", bytes.len());
    Ok(())
}

/// The cover's model: two latent dimensions, and half as wide as the lecture's, to be small.
fn cover() -> Result<Vec<u8>> {
    let config = TrainingConfig { hidden: 128, latent: 2, seed: 2013, ..TrainingConfig::default() };
    Ok(block_on(train(config, 30, |_, _| None)?.checkpoint())?.to_shipped_bytes()?)
}

/// The classifier of chapters 1, 3 and 10. More epochs than it takes to know the digits only make it surer of itself.
fn classifier() -> Result<Vec<u8>> {
    let data = load()?;
    let config = TrainingConfig { hidden: 64, seed: 1998, ..TrainingConfig::default() };
    let steps = config.train_images / config.batch_size;
    let mut trainer = ClassifierTrainer::new(config, &device::cpu())?;
    for epoch in 1..=10 {
        trainer.steps(steps, &data)?;
        let accuracy = block_on(trainer.classifier().accuracy(&data))?.mean;
        println!("classifier, epoch {epoch}: {:.2} % of the test digits", 100.0 * accuracy);
    }
    Ok(block_on(trainer.to_shipped_bytes())?)
}

/// Test ELBO of the same model, data and optimizer in another framework (JAX 0.10, one seed; expect half a nat between
/// seeds): after an epoch, with two and with twenty latent dimensions.
const REFERENCE: [(u64, f64, f64); 7] = [
    (1, -173.99, -131.51),
    (2, -166.85, -115.71),
    (3, -163.30, -110.64),
    (5, -160.03, -106.92),
    (10, -155.79, -103.76),
    (15, -154.09, -102.23),
    (20, -152.97, -101.44),
];
/// Nats between our run and the reference.
const TOLERANCE: f64 = 1.5;

fn reproduce(epochs: u64) -> Result<()> {
    let mut worst: f64 = 0.0;
    for latent in [2, 20] {
        train(TrainingConfig { latent, ..TrainingConfig::default() }, epochs, |epoch, elbo| {
            let row = REFERENCE.iter().find(|row| row.0 == epoch)?;
            let reference = if latent == 2 { row.1 } else { row.2 };
            // The first epochs pass quickly through many nats; the bar is for where a run has come to.
            worst = if epoch < epochs.min(20) { worst } else { worst.max((elbo - reference).abs()) };
            Some(reference)
        })?;
    }
    println!("largest difference from the reference at the end: {worst:.2} nats (at most {TOLERANCE})");
    if worst > TOLERANCE { Err("the run does not reach the reference".into()) } else { Ok(()) }
}

/// Trains for some epochs and prints the test terms of each, beside what `reference` gives for its epoch and test ELBO.
fn train(config: TrainingConfig, epochs: u64, mut reference: impl FnMut(u64, f64) -> Option<f64>) -> Result<Trainer> {
    let data = load()?;
    println!(
        "{config:?}\n| epoch | test ELBO | reference | reconstruction | KL | seconds |\n|---|---|---|---|---|---|"
    );
    let mut trainer = Trainer::new(config, &device::cpu())?;
    let start = Instant::now();
    for epoch in 1..=epochs {
        // The step that begins the next epoch is the first that sees it, so an epoch is counted in steps.
        let steps = trainer.config().train_images / trainer.config().batch_size;
        block_on(trainer.steps(steps, &data))?;
        let MeanTerms { elbo, reconstruction, kl, .. } = test_terms(&trainer, &data)?;
        let beside = reference(epoch, elbo).map_or_else(|| "–".to_owned(), |reference| format!("{reference:.2}"));
        let seconds = start.elapsed().as_secs_f64();
        println!("| {epoch} | {elbo:.2} | {beside} | {reconstruction:.2} | {kl:.2} | {seconds:.0} |");
    }
    Ok(trainer)
}

fn test_terms(trainer: &Trainer, data: &Dataset) -> Result<MeanTerms> {
    let mut evaluation = Evaluation::new(trainer.model(), trainer.config(), trainer.device(), data, 0)?;
    while evaluation.remaining() > 0 {
        block_on(evaluation.advance(500, data))?;
    }
    Ok(evaluation.terms())
}

fn load() -> Result<Dataset> {
    let folder = Path::new("build/data");
    let hint = "build/data/manifest.json is missing: run `cargo xtask data` in the project's root";
    let manifest = Manifest::from_json(&std::fs::read(folder.join("manifest.json")).map_err(|_| hint)?)?;
    let mut data = Dataset::new(&manifest);
    for entry in &manifest.shards {
        if !data.insert(&entry.file, entry.open(&std::fs::read(folder.join(&entry.file))?)?) {
            return Err(format!("{} has no place in the data set: run `cargo xtask data` again", entry.file).into());
        }
    }
    Ok(data)
}
