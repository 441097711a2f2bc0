//! The loss of every family: against hand values, and its gradient against finite differences.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_model::device;
use elbo_model::penalties::squared_jacobian;
use elbo_model::{Architecture, Likelihood, PIXELS, Terms, VariationalAutoencoder, parameters};
use elbo_numerics::random::{seeded, standard_normals, uniform};
use elbo_training::objective::{Batch, objective};
use elbo_training::{Bound, Family, TrainingConfig};
use pollster::block_on;

const IMAGES: usize = 4;

fn tensor(values: Vec<f32>, columns: usize, device: &Device) -> Tensor<2> {
    let shape = [values.len() / columns, columns];
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn normals(n: usize, seed: u64) -> Vec<f32> {
    standard_normals(&mut seeded(seed), n).into_iter().map(|value| value as f32).collect()
}

fn number(tensor: Tensor<1>) -> f64 {
    f64::from(block_on(parameters::read_all(vec![tensor])).expect("the device answers")[0])
}

fn model(config: &TrainingConfig, device: &Device) -> VariationalAutoencoder {
    config.model().init(&mut seeded(11), device)
}

/// The loss of four images that are one third ink, from noise that is the same every time.
fn loss(model: &VariationalAutoencoder, config: &TrainingConfig, step: u64, device: &Device) -> Tensor<1> {
    let mut random = seeded(5);
    let pixels = (0..IMAGES * PIXELS).map(|_| f32::from(u8::from(uniform(&mut random) < 1.0 / 3.0))).collect();
    let x = tensor(pixels, PIXELS, device);
    let noise = match config.family {
        Family::Vae => Some(tensor(normals(config.samples * IMAGES * config.latent, 6), config.latent, device)),
        Family::Contractive => Some(tensor(normals(IMAGES * PIXELS, 6), PIXELS, device)),
        _ => None,
    };
    objective(model, config, step, Batch { input: x.clone(), x, noise }).loss
}

/// Every family, bound and architecture once, all of whose terms count.
fn configs() -> Vec<TrainingConfig> {
    let small = TrainingConfig { hidden: 12, latent: 3, samples: 2, penalty: 2.0, ..TrainingConfig::default() };
    let mut configs: Vec<TrainingConfig> =
        [Family::Autoencoder, Family::Denoising, Family::Sparse, Family::Contractive]
            .map(|family| TrainingConfig { family, ..small.clone() })
            .into();
    configs.push(TrainingConfig { beta: 3.0, warm_up: 10, free_bits: 0.01, ..small.clone() });
    configs.push(TrainingConfig { bound: Bound::ImportanceWeighted, samples: 5, ..small.clone() });
    configs.push(TrainingConfig { likelihood: Likelihood::Gaussian, learned_sigma: true, ..small.clone() });
    configs.push(TrainingConfig { architecture: Architecture::Convolutional, ..small });
    configs
}

#[test]
fn gradients_are_finite_differences() {
    const STEP: u64 = 4;
    let (plain, device) = (device::cpu(), device::cpu().autodiff());
    for config in configs() {
        let at = model(&config, &device);
        let gradients = loss(&at, &config, STEP, &device).backward();
        let read = |tensors| block_on(parameters::read_all(tensors)).expect("the device answers");
        let gradient = read(parameters::gradients(&at, &gradients));
        let weights = block_on(parameters::read(&at)).expect("the device answers");
        let size = gradient.iter().map(|g| g * g).sum::<f32>().sqrt();
        // Along the gradient itself, where the change is largest, and mixed with random directions of its size.
        for seed in 0..4 {
            let random = normals(weights.len(), 20 + seed);
            let share = if seed == 0 { 0.0 } else { 0.02 };
            let direction: Vec<f32> = gradient.iter().zip(random).map(|(g, r)| g / size + share * r).collect();
            let moved = |by: f32| {
                let there: Vec<f32> = weights.iter().zip(&direction).map(|(w, d)| w + by * d).collect();
                let model = parameters::write(model(&config, &plain), &there).expect("finite weights");
                number(loss(&model, &config, STEP, &plain))
            };
            const H: f32 = 2e-3;
            let difference = (moved(H) - moved(-H)) / f64::from(2.0 * H);
            let exact: f64 = gradient.iter().zip(&direction).map(|(g, d)| f64::from(g * d)).sum();
            let worst = (difference - exact).abs() / exact.abs();
            assert!(worst < 0.02, "{config:?}: {exact} by backpropagation, {difference} by differences");
        }
    }
}

#[test]
fn warm_up_and_free_bits_by_hand() {
    let device = device::cpu();
    let terms = || Terms {
        reconstruction: Tensor::from_data(TensorData::new(vec![3.0_f32, 5.0], [2]), &device),
        kl_per_dimension: tensor(vec![0.1, 2.0, 0.3, 4.0], 2, &device),
    };
    // Means: reconstruction 4; KL 0.2 and 3.
    let near = |loss: Tensor<1>, expected: f64| {
        let loss = number(loss);
        assert!((loss - expected).abs() < 1e-5, "{loss}, {expected}");
    };
    near(terms().loss(1.0), 4.0 + 3.2);
    near(terms().loss_with_free_bits(2.0, 0.5), 4.0 + 2.0 * (0.5 + 3.0));
    near(terms().loss_with_free_bits(2.0, 0.1), 4.0 + 2.0 * (0.2 + 3.0));
    near(terms().loss_with_free_bits(1.0, 5.0), 4.0 + 10.0);

    // At the start of a warm-up the loss is the reconstruction, half-way half the KL counts.
    let config = TrainingConfig { hidden: 8, latent: 3, warm_up: 100, ..TrainingConfig::default() };
    let model = model(&config, &device);
    let at = |step| number(loss(&model, &config, step, &device));
    let (start, half, end) = (at(0), at(50), at(100));
    assert!(end > start && (half - 0.5 * (start + end)).abs() < 1e-3, "{start}, {half}, {end}");
    assert_eq!(end, at(5000));
}

#[test]
fn the_importance_weighted_loss_is_the_bound() {
    let device = device::cpu();
    let plain = TrainingConfig { hidden: 8, latent: 3, samples: 1, ..TrainingConfig::default() };
    let weighted = |samples| TrainingConfig { bound: Bound::ImportanceWeighted, samples, ..plain.clone() };
    let model = model(&plain, &device);
    let at = |config: &TrainingConfig| number(loss(&model, config, 0, &device));
    // Many draws give a tighter bound than one; the first draw of both comes from the same noise.
    assert!(at(&weighted(500)) < at(&weighted(1)));
    assert!((at(&weighted(1)) - at(&plain)).abs() < 3.0, "one draw: the same bound, the KL term by Monte Carlo");
}

#[test]
fn the_jacobian_is_that_of_the_encoder() {
    // Two linear regions everywhere: |J|_F^2 from the weights of the units that are on.
    let device = device::cpu();
    let config = TrainingConfig { hidden: 6, latent: 2, family: Family::Contractive, ..TrainingConfig::default() };
    let model = model(&config, &device);
    let mut random = seeded(9);
    let pixels: Vec<f32> = (0..PIXELS).map(|_| uniform(&mut random) as f32).collect();
    let x = tensor(pixels.clone(), PIXELS, &device);

    let read = |tensor: Tensor<2>| {
        block_on(parameters::read_all(vec![tensor.flatten::<1>(0, 1)])).expect("the device answers")
    };
    let hidden = read(model.encoder.hidden.forward(x.clone()));
    let listed = parameters::list(&model);
    let weights = block_on(parameters::read(&model)).expect("the device answers");
    let part = |name: &str| {
        assert!(listed.iter().any(|p| p.name == name), "{listed:?}");
        let before: usize =
            listed.iter().take_while(|parameter| parameter.name != name).map(parameters::Parameter::len).sum();
        &weights[before..]
    };
    let (first, second) = (part("encoder.hidden.weight"), part("encoder.mu.weight"));
    let mut exact = 0.0;
    for pixel in 0..PIXELS {
        for z in 0..config.latent {
            let entry: f32 = (0..config.hidden)
                .filter(|&unit| hidden[unit] > 0.0)
                .map(|unit| first[pixel * config.hidden + unit] * second[unit * config.latent + z])
                .sum();
            exact += f64::from(entry * entry);
        }
    }

    const DIRECTIONS: usize = 4000;
    let repeated = x.repeat_dim(0, DIRECTIONS);
    let mu = model.encoder.forward(repeated.clone()).mu;
    let directions = tensor(normals(DIRECTIONS * PIXELS, 3), PIXELS, &device);
    let found = squared_jacobian(&model.encoder, repeated, mu, directions);
    let samples = block_on(parameters::read_all(vec![found])).expect("the device answers");
    let estimate = elbo_numerics::Estimate::from_samples(samples.iter().map(|&sample| f64::from(sample)));
    let off = (estimate.mean - exact).abs();
    assert!(off < 4.0 * estimate.standard_error + 1e-3 * exact, "{exact}, {estimate:?}");
}
