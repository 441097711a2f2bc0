//! Training on a reader's own images: alone, mixed in, and to fine-tune what MNIST has taught.

use std::sync::Arc;

use elbo_data::own::{NO_LABEL, drawings};
use elbo_model::PIXELS;
use elbo_model::device;
use elbo_training::checkpoint::Checkpoint;
use elbo_training::{Adjustable, Dataset, Error, Evaluation, OwnImages, Source, Trainer, TrainingConfig};
use pollster::block_on;

use crate::learning::data;

/// `count` squares whose place depends on `seed`.
fn own(count: usize, seed: usize) -> Arc<OwnImages> {
    let inside = |i: usize, image: usize| (i % 28).abs_diff(6 + (image + seed) % 12) < 5 && (i / 28).abs_diff(14) < 5;
    let pixel = |index: usize| if inside(index % PIXELS, index / PIXELS) { 255 } else { 0 };
    let pixels: Vec<u8> = (0..count * PIXELS).map(pixel).collect();
    Arc::new(OwnImages::new(drawings(&pixels, &vec![NO_LABEL; count]).expect("a collection")))
}

fn with_own(mut data: Dataset, count: usize, seed: usize) -> Dataset {
    data.set_own(Some(own(count, seed)));
    data
}

fn trainer(source: Source) -> Trainer {
    let config =
        TrainingConfig { source, hidden: 16, batch_size: 8, learning_rate: 5e-3, seed: 3, ..TrainingConfig::default() };
    Trainer::new(config, &device::cpu()).expect("a valid configuration")
}

fn weights(trainer: &mut Trainer) -> Vec<f32> {
    block_on(trainer.checkpoint()).expect("a checkpoint").weights
}

fn elbo(trainer: &Trainer, data: &Dataset) -> (f64, usize) {
    let mut evaluation =
        Evaluation::new(trainer.model(), trainer.config(), trainer.device(), data, 0).expect("test images");
    block_on(evaluation.advance(1000, data)).expect("the device answers");
    (evaluation.terms().elbo, evaluation.terms().n)
}

#[test]
fn own_images_alone_are_learned_without_any_file_and_measured_on_the_held_out() {
    let data = with_own(Dataset::default(), 60, 0);
    let mut trainer = trainer(Source::Own);
    let (before, n) = elbo(&trainer, &data);
    assert_eq!(n, 6);
    block_on(trainer.steps(150, &data)).expect("training");
    let (after, _) = elbo(&trainer, &data);
    assert!(before < -500.0 && after > -100.0, "{before} to {after}");
}

#[test]
fn a_model_goes_on_with_other_images_and_back() {
    let data = with_own(data(), 20, 0);
    let mut tuned = trainer(Source::Mnist);
    block_on(tuned.steps(5, &data)).expect("training");
    let before = weights(&mut tuned);
    tuned.adjust(Adjustable { source: Source::Own, ..tuned.config().adjustable() }).expect("in range");
    assert_eq!(weights(&mut tuned), before);
    let report = block_on(tuned.steps(3, &data)).expect("training");
    assert_eq!((report.step, tuned.config().source), (8, Source::Own));
    assert_ne!(weights(&mut tuned), before);
    tuned.adjust(Adjustable { source: Source::Mixed, ..tuned.config().adjustable() }).expect("in range");
    assert_eq!(block_on(tuned.steps(2, &data)).expect("training").step, 10);
    let bytes = block_on(tuned.checkpoint()).expect("a checkpoint").to_bytes().expect("bytes");
    let mut resumed =
        Trainer::restore(Checkpoint::from_bytes(&bytes).expect("a checkpoint"), &device::cpu()).expect("a run");
    let ends = [&mut tuned, &mut resumed].map(|run| {
        block_on(run.steps(60, &data)).expect("training");
        weights(run)
    });
    assert_eq!(ends[0], ends[1], "the run that never stopped");
}

#[test]
fn other_images_than_a_checkpoint_was_trained_on_are_said_and_taken() {
    let first = with_own(Dataset::default(), 20, 0);
    let second = with_own(Dataset::default(), 20, 1);
    let mut run = trainer(Source::Own);
    block_on(run.steps(5, &first)).expect("training");
    assert_eq!(run.data_note(&first), None);
    let checkpoint = block_on(run.checkpoint()).expect("a checkpoint");
    let mut restored = Trainer::restore(checkpoint.clone(), &device::cpu()).expect("a run");
    assert_eq!(restored.data_note(&first), None);
    assert!(restored.data_note(&second).is_some_and(|note| note.contains("other images of your own")));
    assert!(restored.data_note(&Dataset::default()).is_some_and(|note| note.contains("not here")));
    let refused = block_on(restored.steps(1, &Dataset::default()));
    assert_eq!(refused, Err(Error::OwnImages { found: 0, needed: 10 }));
    assert_eq!(weights(&mut restored), checkpoint.weights, "nothing is lost");
    assert_eq!(block_on(restored.steps(1, &second)).expect("training").step, 6);
    assert_eq!(restored.data_note(&second), None);
}
