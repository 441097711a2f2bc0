//! A batch in parts: they add up to the batch, and whoever computes them, the run is the same.

use std::cell::{Cell, RefCell};
use std::future::ready;
use std::rc::Rc;

use elbo_room::device::cpu;
use elbo_room::model::parameters;
use elbo_room::training::parts::{Answer, Assistant, Assisting, Part, Task};
use elbo_room::training::streams::{Purpose, stream};
use elbo_room::training::{Bound, Corruption, Family, Trainer, TrainingConfig};
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
fn parts_add_up_to_the_batch() {
    let indices: Vec<usize> = (0..70).collect();
    for config in configs() {
        let model = config.model().init(&mut stream(1, Purpose::Weights, 0), &cpu().autodiff());
        let whole = Part::draw(&config, 3, &indices, &data());
        let (first, second) = whole.clone().split();
        let second = second.expect("a batch of 70 has two parts");
        let [whole, first, second] = [whole, first, second].map(|part| part.gradient(&model, &cpu()));
        let [whole, parts] = [whole, first.plus(second)].map(|gradient| block_on(gradient.numbers()).expect("the CPU"));
        let largest = whole.iter().fold(0.0_f32, |largest, value| largest.max(value.abs()));
        for (one, other) in whole.iter().zip(&parts) {
            assert!((one - other).abs() < 1e-5 * largest, "{config:?}: {one} and {other}");
        }
        assert!(largest.is_finite() && largest > 0.0);
    }
}

#[test]
fn a_small_batch_is_one_part() {
    let config = TrainingConfig { hidden: 8, ..TrainingConfig::default() };
    let batch = Part::draw(&config, 0, &(0..63).collect::<Vec<_>>(), &data());
    let (same, none) = batch.clone().split();
    assert!(none.is_none() && same == batch);
}

/// Another worker, here in the same thread; it answers so many tasks and then no more.
#[derive(Default)]
struct Beside {
    assisting: Rc<RefCell<Assisting>>,
    answers: Cell<usize>,
    asked: Cell<usize>,
    spoilt: bool,
}

impl Assistant for Beside {
    fn begin(&self, task: &Task, numbers: &[&[f32]]) -> Option<Answer> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() > self.answers.get() {
            // Nobody there, or no answer.
            return if self.asked.get().is_multiple_of(2) { None } else { Some(Box::pin(ready(None))) };
        }
        let json = serde_json::to_string(task).expect("a task is plain data");
        let task = serde_json::from_str(&json).expect("the same task");
        let mut answer =
            block_on(self.assisting.borrow_mut().answer(task, &numbers.concat(), &cpu())).expect("an answer");
        if self.spoilt {
            answer.pop();
        }
        Some(Box::pin(ready(Some(answer))))
    }
}

#[test]
fn a_run_is_the_same_whoever_computes_its_parts() {
    for config in configs() {
        let run = |assistant: Option<&Beside>| {
            let mut trainer = Trainer::new(config.clone(), &cpu()).expect("a valid configuration");
            let assistant = assistant.map(|assistant| assistant as &dyn Assistant);
            let report = block_on(trainer.steps_with(assistant, 6, &data())).expect("training");
            (report, block_on(trainer.checkpoint()).expect("finite"))
        };
        let alone = run(None);
        let beside = Beside { answers: Cell::new(99), ..Beside::default() };
        assert_eq!(run(Some(&beside)), alone, "{config:?}");
        assert!(beside.asked.get() >= 5);
        assert_eq!(run(Some(&Beside { answers: Cell::new(2), ..Beside::default() })), alone);
        assert_eq!(run(Some(&Beside { answers: Cell::new(99), spoilt: true, ..Beside::default() })), alone);
    }
}

#[test]
fn a_task_that_does_not_fit_is_refused() {
    let config = TrainingConfig { hidden: 8, ..TrainingConfig::default() };
    let task = Task { config: config.clone(), step: 0, images: 2, share: 0.5 };
    let weights =
        block_on(parameters::read(&config.model().init(&mut stream(1, Purpose::Weights, 0), &cpu()))).expect("the CPU");
    for length in [0, 10, weights.len(), weights.len() + 2 * 784 + 3, weights.len() + 4 * 784] {
        let numbers: Vec<f32> = weights.iter().copied().chain(std::iter::repeat(0.0)).take(length).collect();
        block_on(Assisting::default().answer(task.clone(), &numbers, &cpu())).expect_err("too few or too many numbers");
    }
    let broken = Task { config: TrainingConfig { latent: 0, ..config }, ..task };
    block_on(Assisting::default().answer(broken, &weights, &cpu())).expect_err("no such model");
}
