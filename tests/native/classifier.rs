//! The shipped classifier, and the evidence that the cover's model gives to digits and to noise (MNIST in `build/data/`).

use burn::tensor::{Tensor, TensorData};
use elbo_model::device;
use elbo_model::{PIXELS, parameters};
use elbo_numerics::Estimate;
use elbo_numerics::log_sum_exp::log_sum_exp;
use elbo_numerics::random::{seeded, uniform};
use elbo_training::checkpoint::Checkpoint;
use elbo_training::classification::most_probable;
use elbo_training::evaluation::test_order;
use elbo_training::{Dataset, DigitClassifier, Evidence, Source, Split, Trainer};
use pollster::block_on;

use crate::mnist::{cover, mnist, shipped};

fn classifier() -> DigitClassifier {
    DigitClassifier::from_bytes(&shipped("classifier"), &device::cpu()).expect("a classifier")
}

/// The first `n` test images of the seeded order, in `[0, 1]`.
fn digits(data: &Dataset, n: usize) -> Vec<f32> {
    let order = test_order(data, Source::Mnist).expect("test images");
    order.iter().take(n).filter_map(|&index| data.intensities(Split::Test, index)).flatten().collect()
}

fn bounds(model: &Trainer, images: &[f32], samples: usize, slice: usize) -> Evidence {
    let mut evidence =
        Evidence::new(model.model(), model.config(), model.device(), images.to_vec(), samples, 1).expect("images");
    while evidence.remaining() > 0 {
        block_on(evidence.advance(slice)).expect("the device answers");
    }
    evidence
}

#[test]
fn the_shipped_classifier_knows_its_digits() {
    let bytes = shipped("classifier");
    assert!(bytes.len() < 450_000, "{} bytes", bytes.len());
    let accuracy = block_on(classifier().accuracy(&mnist())).expect("test images");
    println!("shipped classifier: {accuracy:?}, {} bytes", bytes.len());
    assert_eq!(accuracy.n, 10_000);
    assert!(accuracy.mean > 0.985, "{accuracy:?}");
}

#[test]
fn a_small_step_against_the_gradient_changes_most_answers() {
    let (classifier, images) = (classifier(), digits(&mnist(), 200));
    let guesses = |images: &[f32]| most_probable(&block_on(classifier.probabilities(images.to_vec())).expect("images"));
    let before = guesses(&images);
    let labels: Vec<u8> = before.iter().map(|guess| guess.class).collect();
    let moved = |epsilon| block_on(classifier.perturbed(images.clone(), &labels, epsilon)).expect("images");
    assert_eq!(moved(0.0), images);
    let tenth = moved(0.1);
    assert!(tenth.iter().zip(&images).all(|(a, b)| (a - b).abs() <= 0.1001 && (0.0..=1.0).contains(a)));
    let changed = guesses(&tenth).iter().zip(&labels).filter(|(guess, label)| guess.class != **label).count();
    assert!(changed > 100, "{changed} of 200");
}

#[test]
fn bytes_that_are_no_classifier_are_refused_in_words() {
    let message = |bytes: &[u8]| match DigitClassifier::from_bytes(bytes, &device::cpu()) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    };
    let bytes = shipped("classifier");
    assert!(message(b"<!doctype html>").contains("not a file that this page saved"));
    assert!(message(&shipped("cover")).contains("it holds an autoencoder, and a classifier is wanted here"));
    for length in [8, 12, 40, bytes.len() / 2, bytes.len() - 1] {
        assert!(message(&bytes[..length]).contains("cut off"), "{length}");
    }
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 4;
    assert!(message(&damaged).contains("check sum"));
    let error = Checkpoint::from_bytes(&bytes).expect_err("it is no run").to_string();
    assert!(error.contains("it holds a classifier, and an autoencoder is wanted here"), "{error}");
}

#[test]
fn digits_have_more_evidence_than_noise() {
    let (model, mut random) = (cover(), seeded(3));
    let noise: Vec<f32> = (0..10 * PIXELS).map(|_| uniform(&mut random) as f32).collect();
    let digits = bounds(&model, &digits(&mnist(), 100), 20, 1000).mean();
    let noise = bounds(&model, &noise, 20, 1000).mean();
    println!("evidence of digits {digits:?}, of noise {noise:?}");
    assert_eq!((digits.n, noise.n), (100, 10));
    assert!(digits.mean > noise.mean + 1000.0);
}

/// Two dimensions can be integrated: `log int p(x | z) p(z) dz` on a grid twelve standard deviations of the posterior wide.
#[test]
fn the_bound_comes_close_to_the_integral() {
    const SIDE: usize = 121;
    let (model, images) = (cover(), digits(&mnist(), 1));
    let evidence = bounds(&model, &images, 10_000, 2000);
    let bound = evidence.bounds()[0];
    let rows = |values: Vec<f32>, columns: usize| {
        let n = values.len() / columns;
        Tensor::<2>::from_data(TensorData::new(values, [n, columns]), model.device())
    };
    let x = rows(evidence.images().to_vec(), PIXELS);
    let codes = model.model().encoder.forward(x.clone());
    let read = |tensor| block_on(parameters::read_all(vec![tensor])).expect("the device answers");
    let mu = read(codes.mu.flatten::<1>(0, 1));
    let sigma: Vec<f32> = read(codes.log_sigma.flatten::<1>(0, 1)).iter().map(|log| log.exp()).collect();
    let steps: Vec<f32> = (0..SIDE).map(|i| 12.0 * (2.0 * i as f32 / (SIDE - 1) as f32 - 1.0)).collect();
    let cell = f64::from(sigma[0] * sigma[1]) * (24.0 / (SIDE - 1) as f64).powi(2);
    let mut terms = Vec::new();
    for row in &steps {
        let z: Vec<f32> = steps.iter().flat_map(|column| [mu[0] + sigma[0] * row, mu[1] + sigma[1] * column]).collect();
        let output = model.model().decoder.forward(rows(z.clone(), 2));
        let log_sigma = model.model().decoder.log_sigma(model.device());
        let likelihood = model.config().likelihood;
        let nats = read(likelihood.negative_log_likelihood(x.clone().repeat_dim(0, SIDE), output, log_sigma));
        terms.extend(nats.iter().zip(z.chunks(2)).map(|(&nats, z)| {
            let squares: f64 = z.iter().map(|&z| f64::from(z).powi(2)).sum();
            -f64::from(nats) - 0.5 * squares - std::f64::consts::TAU.ln()
        }));
    }
    let integral = log_sum_exp(&terms) + cell.ln();
    println!("bound {bound:?}, integral {integral}");
    // Three standard errors of the bound, and a tenth of a nat for what its few samples still miss.
    assert!((bound.mean - integral).abs() < 3.0 * bound.standard_error + 0.1, "{bound:?}, {integral}");
}

#[test]
fn slices_of_any_length_give_the_same_bounds() {
    let (model, images) = (cover(), digits(&mnist(), 3));
    let (whole, parts) = (bounds(&model, &images, 50, 1000), bounds(&model, &images, 50, 7));
    for (one, other) in whole.bounds().iter().zip(parts.bounds()) {
        assert!((one.mean - other.mean).abs() < 1e-3, "{one:?}, {other:?}");
    }
    let Estimate { n, .. } = whole.bounds()[0];
    assert_eq!((n, whole.bounds().len(), parts.bounds().len()), (50, 3, 3));
}
