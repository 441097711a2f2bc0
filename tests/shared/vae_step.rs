//! The golden training step, on any device: every term, every gradient, the importance-weighted bound, ten Adam steps.
//!
//! One body for the CPU natively, the CPU in wasm, and WebGPU in a browser.

use burn::tensor::{Device, Tensor, TensorData};
use elbo_model::{Architecture, Likelihood, Sigma, VariationalAutoencoder, VariationalAutoencoderConfig, parameters};
use elbo_numerics::random::seeded;
use elbo_training::Adam;
use serde_json::Value;

/// The golden file's README: losses to 1e-4 relative.
const LOSS_TOLERANCE: f64 = 1e-4;
/// The same: gradients and parameters to 1e-3 of the largest entry.
const TENSOR_TOLERANCE: f64 = 1e-3;
/// The golden names, in the order of the module's fields.
const LAYERS: [&str; 5] = ["enc_hidden", "enc_mu", "enc_log_sigma", "dec_hidden", "dec_out"];

/// Runs every case of `vae_step.json` on `device`; panics with the name of the first tensor that differs.
pub async fn agrees_with_golden(golden: &Value, device: &Device) {
    let cases = golden["cases"].as_array().expect("cases");
    assert!(!cases.is_empty(), "the golden file holds no case");
    for (number, case) in cases.iter().enumerate() {
        Case::new(number, case, device).check().await;
    }
}

struct Case<'a> {
    number: usize,
    case: &'a Value,
    device: Device,
    latent: usize,
    likelihood: Likelihood,
    beta: f32,
}

impl<'a> Case<'a> {
    fn new(number: usize, case: &'a Value, device: &Device) -> Self {
        let likelihood = match case["likelihood"].as_str() {
            Some("bernoulli") => Likelihood::Bernoulli,
            Some("gaussian") => Likelihood::Gaussian,
            other => panic!("case {number}: unknown likelihood {other:?}"),
        };
        let latent = case["mu"][0].as_array().expect("mu").len();
        let beta = case["beta"].as_f64().expect("beta") as f32;
        Self { number, case, device: device.clone(), latent, likelihood, beta }
    }

    async fn check(&self) {
        let autodiff = self.device.clone().autodiff();
        let model = self.model(&autodiff);
        let x = self.rows(&self.case["x"], &autodiff);
        let epsilon = self.samples(&self.case["epsilon"], &autodiff);

        let codes = model.encoder.forward(x.clone());
        self.compare("mu", &self.case["mu"], codes.mu.inner().flatten(0, 1), LOSS_TOLERANCE).await;
        self.compare("log_sigma", &self.case["log_sigma"], codes.log_sigma.inner().flatten(0, 1), LOSS_TOLERANCE).await;

        let terms = model.terms(x.clone(), x.clone(), epsilon.clone(), self.likelihood);
        self.compare(
            "reconstruction",
            &self.case["reconstruction"],
            terms.reconstruction.clone().inner(),
            LOSS_TOLERANCE,
        )
        .await;
        self.compare("kl", &self.case["kl"], terms.kl().inner(), LOSS_TOLERANCE).await;
        let loss = terms.loss(self.beta);
        self.compare("loss", &self.case["loss"], loss.clone().inner(), LOSS_TOLERANCE).await;
        self.gradients(&model, loss).await;

        let iwae = &self.case["iwae"];
        let bound =
            model.importance_weighted_bound(x.clone(), self.samples(&iwae["epsilon"], &autodiff), self.likelihood);
        self.compare("iwae.bound", &iwae["bound"], bound.inner(), LOSS_TOLERANCE).await;

        self.ten_adam_steps(model, x, epsilon).await;
    }

    async fn gradients(&self, model: &VariationalAutoencoder, loss: Tensor<1>) {
        let names = layer_tensors();
        let gradients = parameters::gradients(model, &loss.backward());
        assert_eq!(gradients.len(), names.len(), "every parameter has a gradient");
        for ((layer, part), gradient) in names.into_iter().zip(gradients) {
            let name = format!("gradient of {layer}.{part}");
            self.compare(&name, &self.case["gradients"][layer][part], gradient, TENSOR_TOLERANCE).await;
        }
    }

    async fn ten_adam_steps(&self, mut model: VariationalAutoencoder, x: Tensor<2>, epsilon: Tensor<2>) {
        let adam = &self.case["adam"];
        let learning_rate = adam["learning_rate"].as_f64().expect("learning rate") as f32;
        let mut optimizer = Adam::default();
        for (step, expected) in adam["losses"].as_array().expect("losses").iter().enumerate() {
            let loss = model.terms(x.clone(), x.clone(), epsilon.clone(), self.likelihood).loss(self.beta);
            self.compare(&format!("loss before Adam step {step}"), expected, loss.clone().inner(), LOSS_TOLERANCE)
                .await;
            let gradients = parameters::gradients(&model, &loss.backward());
            model = optimizer.step(learning_rate, model, gradients).expect("an update");
        }
        let values = parameters::read(&model).await.expect("parameters");
        let mut rest = values.as_slice();
        for ((layer, part), parameter) in layer_tensors().into_iter().zip(parameters::list(&model)) {
            let (mine, others) = rest.split_at(parameter.len());
            rest = others;
            let name = format!("{layer}.{part} after ten Adam steps");
            self.compare_values(&name, &adam["final_parameters"][layer][part], mine, TENSOR_TOLERANCE);
        }
    }

    fn model(&self, device: &Device) -> VariationalAutoencoder {
        let given = &self.case["parameters"];
        let weight = |layer: &str| given[layer]["weight"].as_array().expect("weight").len();
        let config = VariationalAutoencoderConfig {
            pixels: weight("enc_hidden"),
            hidden: weight("enc_mu"),
            latent: self.latent,
            architecture: Architecture::FullyConnected,
            sigma: Sigma::Fixed(1.0),
        };
        let values: Vec<f32> = layer_tensors()
            .into_iter()
            .flat_map(|(layer, part)| numbers(&given[layer][part]))
            .map(|v| v as f32)
            .collect();
        parameters::write(config.init(&mut seeded(0), device), &values).expect("parameters fit")
    }

    fn rows(&self, value: &Value, device: &Device) -> Tensor<2> {
        let rows = value.as_array().expect("rows").len();
        let values: Vec<f32> = numbers(value).iter().map(|&v| v as f32).collect();
        let columns = values.len() / rows;
        Tensor::from_data(TensorData::new(values, [rows, columns]), device)
    }

    /// `[L, B, M]` as `[L * B, M]`.
    fn samples(&self, value: &Value, device: &Device) -> Tensor<2> {
        let values: Vec<f32> = numbers(value).iter().map(|&v| v as f32).collect();
        let rows = values.len() / self.latent;
        Tensor::from_data(TensorData::new(values, [rows, self.latent]), device)
    }

    async fn compare(&self, name: &str, expected: &Value, found: Tensor<1>, tolerance: f64) {
        let found = parameters::read_all(vec![found]).await.expect("the device answers");
        self.compare_values(name, expected, &found, tolerance);
    }

    /// Within `tolerance` of the largest entry.
    fn compare_values(&self, name: &str, expected: &Value, found: &[f32], tolerance: f64) {
        let expected = numbers(expected);
        assert_eq!(expected.len(), found.len(), "case {}: {name} has another size", self.number);
        let scale = expected.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
        for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
            let difference = (expected - f64::from(*found)).abs();
            // A NaN fails this comparison, as it should.
            assert!(
                difference <= tolerance * scale.max(1e-6),
                "case {}: {name}[{index}] is {found}, expected {expected} (difference {difference:e}, largest entry {scale:e})",
                self.number
            );
        }
    }
}

fn layer_tensors() -> Vec<(&'static str, &'static str)> {
    LAYERS.iter().flat_map(|&layer| [(layer, "weight"), (layer, "bias")]).collect()
}

/// All numbers of a nested list, row-major.
fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number")],
    }
}
