//! Weights as a safetensors file (<https://github.com/huggingface/safetensors>), as a PyTorch user names and lays them out.
//!
//! Names are the paths of the model's fields, e.g. `encoder.mu.weight`. PyTorch's linear maps are `[out, in]` and burn's are
//! `[in, out]`, so these are transposed; convolutions are the same in both. The metadata hold `format: pt`, and under
//! `elbo_room` the run's configuration. Without it, the configuration is inferred from the tensors' shapes, and what they do not
//! say has its default.

use burn::tensor::{Device, bf16, f16};
use elbo_model::parameters::{self, Parameter};
use elbo_model::{Architecture, Likelihood};
use elbo_numerics::random::seeded;
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::position::Position;
use super::trainer::Trainer;
use super::{Error, TrainingConfig};

/// Where our part of the metadata is.
const KEY: &str = "elbo_room";
const VERSION: u32 = 1;
/// Longest header that is parsed: far above that of any model here.
const LONGEST_HEADER: u64 = 1 << 16;
const LEARNED_SIGMA: &str = "decoder.learned_log_sigma";

#[derive(Serialize, Deserialize)]
struct About {
    version: u32,
    config: TrainingConfig,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Whether bytes begin as a safetensors file does: the length of a header, then the header, which is a JSON object.
pub fn recognises(bytes: &[u8]) -> bool {
    let Some((length, rest)) = bytes.split_first_chunk::<8>() else { return false };
    u64::from_le_bytes(*length) <= LONGEST_HEADER && rest.first() == Some(&b'{')
}

/// The file of a run's model as it is now.
///
/// # Errors
///
/// When the device does not answer.
pub async fn of(trainer: &Trainer) -> Result<Vec<u8>, Error> {
    let model = trainer.model();
    let weights = parameters::read(&model).await?;
    export(trainer.config(), &parameters::list(&model), &weights)
}

/// The file of a model's `weights`, given flat and in the order of `parameters`.
///
/// # Errors
///
/// [`Error::Weights`] when the numbers do not fit the parameters.
pub fn export(config: &TrainingConfig, parameters: &[Parameter], weights: &[f32]) -> Result<Vec<u8>, Error> {
    let about = serde_json::to_string(&About { version: VERSION, config: config.clone() });
    let about = about.map_err(|error| Error::Weights(error.to_string()))?;
    let mut rest = weights;
    let mut tensors = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        let (mine, others) = rest
            .split_at_checked(parameter.len())
            .ok_or_else(|| Error::Weights(format!("{} numbers are too few for this model", weights.len())))?;
        rest = others;
        let bytes: Vec<u8> = match *parameter.shape.as_slice() {
            [rows, columns] => transposed(mine, rows, columns).into_iter().flat_map(f32::to_le_bytes).collect(),
            _ => mine.iter().flat_map(|value| value.to_le_bytes()).collect(),
        };
        tensors.push((parameter.name.clone(), shape_of(parameter), bytes));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views: Vec<_> = views.collect::<Result<_, _>>().map_err(refused)?;
    let metadata = [("format".to_owned(), "pt".to_owned()), (KEY.to_owned(), about)];
    safetensors::serialize(views, Some(metadata.into_iter().collect())).map_err(refused)
}

/// A run at step 0 with a file's weights. Holds at most five times the length of `bytes`, and what the largest model takes
/// that a [`TrainingConfig`] allows (200 MB).
///
/// # Errors
///
/// [`Error::Weights`] names what is wrong: the file's form, its version, a tensor's name, shape, type or number.
/// [`Error::Config`] when its configuration is out of range.
pub fn import(bytes: &[u8], device: &Device) -> Result<Checkpoint, Error> {
    if !recognises(bytes) {
        return Err(Error::Weights("this is no safetensors file".to_owned()));
    }
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(refused)?;
    let file = SafeTensors::deserialize(bytes).map_err(refused)?;
    let config = match header.metadata().as_ref().and_then(|metadata| metadata.get(KEY)) {
        Some(about) => declared(about)?,
        None => inferred(&file)?,
    };
    config.validate()?;
    let listed = parameters::list(&config.model().init(&mut seeded(0), device));
    if let Some(name) = file.names().into_iter().find(|name| listed.iter().all(|one| one.name != *name)) {
        return Err(Error::Weights(format!("the tensor `{name}` has no place in this model")));
    }
    let mut weights = Vec::new();
    for parameter in &listed {
        weights.extend(numbers(&file, parameter)?);
    }
    Ok(Checkpoint {
        config,
        position: Position::default(),
        data: String::new(),
        weights,
        optimizer_time: 0,
        moments: Vec::new(),
    })
}

/// The configuration in our own metadata.
fn declared(about: &str) -> Result<TrainingConfig, Error> {
    let damaged = |error: serde_json::Error| Error::Weights(format!("its metadata `{KEY}` are damaged ({error})"));
    let Versioned { version } = serde_json::from_str(about).map_err(damaged)?;
    if version != VERSION {
        let message = format!("its metadata have format version {version}, and this page reads version {VERSION}");
        return Err(Error::Weights(message));
    }
    let About { config, .. } = serde_json::from_str(about).map_err(damaged)?;
    Ok(config)
}

/// What the shapes of a file's tensors say of the model that they belong to.
fn inferred(file: &SafeTensors) -> Result<TrainingConfig, Error> {
    let rows = |name: &str| {
        let tensor = file.tensor(name).map_err(|_| missing(name))?;
        tensor.shape().first().copied().ok_or_else(|| Error::Weights(format!("the tensor `{name}` is a single number")))
    };
    let mut config = TrainingConfig { latent: rows("encoder.mu.weight")?, ..TrainingConfig::default() };
    if file.tensor("encoder.hidden.first.weight").is_ok() {
        config.architecture = Architecture::Convolutional;
    } else {
        config.hidden = rows("encoder.hidden.weight")?;
    }
    if file.tensor(LEARNED_SIGMA).is_ok() {
        (config.likelihood, config.learned_sigma) = (Likelihood::Gaussian, true);
    }
    Ok(config)
}

/// One parameter's numbers as burn lays them out.
fn numbers(file: &SafeTensors, parameter: &Parameter) -> Result<Vec<f32>, Error> {
    let (name, shape) = (&parameter.name, shape_of(parameter));
    let tensor = file.tensor(name).map_err(|_| missing(name))?;
    if tensor.shape() != shape {
        let message = format!("the tensor `{name}` has shape {:?}, and this model needs {shape:?}", tensor.shape());
        return Err(Error::Weights(message));
    }
    let bytes = tensor.data();
    let values: Vec<f32> = match tensor.dtype() {
        Dtype::F32 => bytes.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect(),
        Dtype::F64 => bytes.as_chunks().0.iter().map(|&chunk| f64::from_le_bytes(chunk) as f32).collect(),
        Dtype::F16 => bytes.as_chunks().0.iter().map(|&chunk| f16::from_le_bytes(chunk).to_f32()).collect(),
        Dtype::BF16 => bytes.as_chunks().0.iter().map(|&chunk| bf16::from_le_bytes(chunk).to_f32()).collect(),
        other => {
            let message = format!("the tensor `{name}` holds {other:?}, and only F32, F64, F16 and BF16 are read");
            return Err(Error::Weights(message));
        }
    };
    if let Some((index, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        let message = format!("number {index} of the tensor `{name}` is {value}, and weights must be finite");
        return Err(Error::Weights(message));
    }
    Ok(match *parameter.shape.as_slice() {
        [rows, columns] => transposed(&values, columns, rows),
        _ => values,
    })
}

/// PyTorch's shape: every matrix here is a linear map.
fn shape_of(parameter: &Parameter) -> Vec<usize> {
    match *parameter.shape.as_slice() {
        [rows, columns] => vec![columns, rows],
        _ => parameter.shape.clone(),
    }
}

/// `[columns, rows]` from `[rows, columns]`.
fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns).take(rows).copied()).collect()
}

fn missing(name: &str) -> Error {
    Error::Weights(format!("the tensor `{name}` is missing"))
}

/// The format's own errors in words.
fn refused(error: SafeTensorError) -> Error {
    use SafeTensorError::{HeaderTooSmall, InvalidHeader, InvalidHeaderDeserialization, InvalidHeaderLength};
    Error::Weights(match error {
        HeaderTooSmall | InvalidHeaderLength | SafeTensorError::MetadataIncompleteBuffer => {
            "the file is cut off, or longer than its header says".to_owned()
        }
        InvalidHeader(_) | InvalidHeaderDeserialization(_) => format!("its header is damaged ({error})"),
        SafeTensorError::InvalidOffset(name) => format!("its header is damaged (the place of `{name}`)"),
        other => format!("its header is damaged ({other:?})"),
    })
}
