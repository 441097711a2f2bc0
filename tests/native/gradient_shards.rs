//! A batch in shards: they add up to the batch, and the run is the same whichever worker computes them.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;

use elbo_model::device::cpu;
use elbo_model::parameters;
use elbo_training::gradient_shard::{GradientShard, ShardHeader};
use elbo_training::gradient_worker::{GradientWorker, GradientWorkerHandle, PendingGradient};
use elbo_training::streams::{Purpose, stream};
use elbo_training::{Bound, Corruption, Family, Trainer, TrainingConfig};
use pollster::block_on;

use super::learning::data;

fn configs() -> Vec<TrainingConfig> {
    let plain = TrainingConfig { hidden: 24, latent: 3, batch_size: 70, penalty: 0.01, ..TrainingConfig::default() };
    let mut configs: Vec<_> =
        [Family::Vae, Family::Autoencoder, Family::Denoising, Family::Sparse, Family::Contractive]
            .map(|family| TrainingConfig { family, corruption: Corruption::Gaussian, ..plain.clone() })
            .into();
    configs.push(TrainingConfig { samples: 3, free_bits: 0.5, ..plain.clone() });
    configs.push(TrainingConfig { samples: 3, bound: Bound::ImportanceWeighted, ..plain });
    configs
}

#[test]
fn shards_add_up_to_the_batch() {
    let indices: Vec<usize> = (0..70).collect();
    for config in configs() {
        let model = config.model().init(&mut stream(1, Purpose::Weights, 0), &cpu().autodiff());
        let whole = GradientShard::draw(&config, 3, &indices, &data());
        let (first, second) = whole.clone().split();
        let second = second.expect("a batch of 70 has two shards");
        let [whole, first, second] = [whole, first, second].map(|shard| shard.gradient(&model, &cpu()));
        let [whole, sum] = [whole, first.plus(second)].map(|gradient| block_on(gradient.numbers()).expect("the CPU"));
        let largest = whole.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        for (one, other) in whole.iter().zip(&sum) {
            assert!((one - other).abs() < 1e-5 * largest, "{config:?}: {one} and {other}");
        }
        assert!(largest.is_finite() && largest > 0.0);
    }
}

#[test]
fn a_small_batch_stays_whole() {
    let config = TrainingConfig { hidden: 8, ..TrainingConfig::default() };
    let batch = GradientShard::draw(&config, 0, &(0..63).collect::<Vec<_>>(), &data());
    let (same, none) = batch.clone().split();
    assert!(none.is_none() && same == batch);
}

/// A second worker, here in the same thread; it computes so many shards and then no more.
#[derive(Default)]
struct SecondWorker {
    worker: Rc<RefCell<GradientWorker>>,
    answers: Cell<usize>,
    asked: Cell<usize>,
    spoilt: bool,
}

impl GradientWorkerHandle for SecondWorker {
    fn start(&self, header: &ShardHeader, numbers: &[&[f32]]) -> Option<PendingGradient> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > self.answers.get() {
            // Nobody there, or no answer.
            return if self.asked.get().is_multiple_of(2) { None } else { Some(Box::pin(ready(None))) };
        }
        let json = serde_json::to_string(header).expect("a header is plain data");
        let header = serde_json::from_str(&json).expect("the same header");
        let mut answer =
            block_on(self.worker.borrow_mut().compute(header, &numbers.concat(), &cpu())).expect("an answer");
        if self.spoilt {
            answer.pop();
        }
        Some(Box::pin(ready(Some(answer))))
    }
}

#[test]
fn a_run_is_the_same_whichever_worker_computes_its_shards() {
    for config in configs() {
        let run = |worker: Option<&SecondWorker>| {
            let mut trainer = Trainer::new(config.clone(), &cpu()).expect("a valid configuration");
            let worker = worker.map(|worker| worker as &dyn GradientWorkerHandle);
            let report = block_on(trainer.steps_with(worker, 6, &data())).expect("training");
            (report, block_on(trainer.checkpoint()).expect("finite"))
        };
        let alone = run(None);
        let second = SecondWorker { answers: Cell::new(99), ..SecondWorker::default() };
        assert_eq!(run(Some(&second)), alone, "{config:?}");
        assert!(second.asked.get() >= 5);
        assert_eq!(run(Some(&SecondWorker { answers: Cell::new(2), ..SecondWorker::default() })), alone);
        assert_eq!(run(Some(&SecondWorker { answers: Cell::new(99), spoilt: true, ..SecondWorker::default() })), alone);
    }
}

#[test]
fn a_shard_that_does_not_fit_is_refused() {
    let config = TrainingConfig { hidden: 8, ..TrainingConfig::default() };
    let header = ShardHeader { config: config.clone(), step: 0, images: 2, share: 0.5 };
    let weights =
        block_on(parameters::read(&config.model().init(&mut stream(1, Purpose::Weights, 0), &cpu()))).expect("the CPU");
    for length in [0, 10, weights.len(), weights.len() + 2 * 784 + 3, weights.len() + 4 * 784] {
        let numbers: Vec<f32> = weights.iter().copied().chain(std::iter::repeat(0.0)).take(length).collect();
        block_on(GradientWorker::default().compute(header.clone(), &numbers, &cpu()))
            .expect_err("too few or too many numbers");
    }
    let broken = ShardHeader { config: TrainingConfig { latent: 0, ..config }, ..header };
    block_on(GradientWorker::default().compute(broken, &weights, &cpu())).expect_err("no such model");
}
