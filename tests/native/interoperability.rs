//! Weights go to Python and come back: `cargo xtask interoperate`, which brings NumPy and safetensors.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use burn::tensor::{Tensor, TensorData};
use elbo_model::device;
use elbo_model::{Architecture, Likelihood, PIXELS, parameters};
use elbo_numerics::random::{seeded, uniform};
use elbo_training::{Trainer, TrainingConfig, safetensors};
use pollster::block_on;
use serde::{Deserialize, Serialize};

use crate::learning::data;

/// Images, and the means of `p(x | z)` at `z = mu(x)`.
#[derive(Serialize, Deserialize)]
struct Known {
    images: Vec<Vec<f32>>,
    reconstructions: Vec<Vec<f32>>,
}

fn configurations() -> [(&'static str, TrainingConfig); 3] {
    let small = TrainingConfig { hidden: 20, latent: 3, batch_size: 16, ..TrainingConfig::default() };
    let architecture = Architecture::Convolutional;
    let gaussian = TrainingConfig { likelihood: Likelihood::Gaussian, learned_sigma: true, ..small.clone() };
    [("dense", small.clone()), ("gaussian", gaussian), ("convolutional", TrainingConfig { architecture, ..small })]
}

fn reconstructions(trainer: &Trainer, likelihood: Likelihood, images: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let pixels = TensorData::new(images.concat(), [images.len(), PIXELS]);
    let model = trainer.model();
    let codes = model.encoder.forward(Tensor::from_data(pixels, trainer.device()));
    let means = likelihood.mean(model.decoder.forward(codes.mu)).flatten::<1>(0, 1);
    let values = block_on(parameters::read_all(vec![means])).expect("the device answers");
    values.chunks(PIXELS).map(<[f32]>::to_vec).collect()
}

fn write(folder: &Path, name: &str, config: TrainingConfig) {
    let likelihood = config.likelihood;
    let mut trainer = Trainer::new(config, &device::cpu()).expect("a valid configuration");
    block_on(trainer.steps(5, &data())).expect("training");
    let mut random = seeded(7);
    let images: Vec<Vec<f32>> = (0..4).map(|_| (0..PIXELS).map(|_| uniform(&mut random) as f32).collect()).collect();
    let known = Known { reconstructions: reconstructions(&trainer, likelihood, &images), images };
    let bytes = block_on(safetensors::of(&trainer)).expect("a file");
    fs::write(folder.join(format!("{name}.safetensors")), bytes).expect("written");
    fs::write(folder.join(format!("{name}.json")), serde_json::to_vec(&known).expect("JSON")).expect("written");
}

fn agrees(folder: &Path, name: &str, likelihood: Likelihood) {
    let bytes = fs::read(folder.join(format!("{name}.safetensors"))).expect("Python's file");
    let known = fs::read(folder.join(format!("{name}.json"))).expect("Python's numbers");
    let Known { images, reconstructions: expected } = serde_json::from_slice(&known).expect("JSON");
    let checkpoint = safetensors::import(&bytes, &device::cpu()).expect("weights from Python");
    let trainer = Trainer::restore(checkpoint, &device::cpu()).expect("a run");
    let found = reconstructions(&trainer, likelihood, &images).concat();
    let differences = found.iter().zip(expected.concat()).map(|(found, expected)| (found - expected).abs());
    let largest = differences.fold(0.0, f32::max);
    println!("{name}: largest difference {largest:.1e}");
    assert!(found.len() == 4 * PIXELS && largest <= 1e-5, "{name}: {largest}");
}

#[test]
#[ignore = "needs Python with NumPy and safetensors: cargo xtask interoperate"]
fn python_reads_our_weights_and_we_read_its() {
    let python = std::env::var_os("ELBO_ROOM_PYTHON").expect("ELBO_ROOM_PYTHON names an interpreter");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("interoperability");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, config) in configurations() {
        write(&folder, name, config);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/read_safetensors.py");
    let status = Command::new(python).arg(script).arg(&folder).status().expect("Python starts");
    assert!(status.success(), "Python disagrees; its message is above");
    for (name, config) in configurations() {
        agrees(&folder, &format!("{name}-halved"), config.likelihood);
    }
}
