//! Figure 3.2, `linear-ae-pca`: a linear autoencoder turns into the subspace of the principal components.

use elbo_lecture::autoencoders::gaussian_cloud::{cloud, cloud_in_the_plane};
use elbo_lecture::autoencoders::linear_autoencoder::{LinearAutoencoder, LinearAutoencoderState};
use elbo_lecture::autoencoders::principal_components::principal_components;
use elbo_lecture_web::answer;
use elbo_numerics::{Check, Error, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Standard deviations of the cloud in ten dimensions: three directions matter.
const DEVIATIONS: [f64; 10] = [2.0, 1.7, 1.4, 0.5, 0.45, 0.4, 0.35, 0.3, 0.25, 0.2];
const CODE_OF_TEN: usize = 3;
/// Deviation of the cloud in the plane along its long axis.
const LONG: f64 = 1.6;
/// Gradient steps of the whole path.
pub const STEPS: usize = 1000;
/// From one point of the curves to the next: a step, later a twentieth of the steps taken, since the axis is logarithmic.
const SHARE: usize = 20;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LinearAePcaControls {
    /// `plane` (two numbers to one) or `ten` (ten numbers to three).
    pub data: String,
    /// Direction of the cloud in the plane, in degrees.
    pub angle: f64,
    /// Its width as a share of its length.
    pub roundness: f64,
    /// Points.
    pub n: usize,
    /// Gradient steps taken, up to 1000.
    pub step: usize,
    /// Learning rate, in units of one over the largest variance.
    pub learning_rate: f64,
    /// Seed of the weights (and of the cloud).
    pub seed: u64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LinearAePca {
    /// Every number shown.
    pub values: LinearAePcaValues,
    /// The data in the plane of the picture, `[n, 2]`: the data themselves, or their first two principal components.
    pub points: Vec<[f64; 2]>,
    /// Their reconstructions there.
    pub rebuilt: Vec<[f64; 2]>,
    /// The principal directions there, each as long as its standard deviation.
    pub axes: Vec<[f64; 2]>,
    /// The columns of the decoder there, each of length 1 before it is seen from the plane.
    pub columns: Vec<[f64; 2]>,
    /// Steps of the curves.
    pub steps: Vec<usize>,
    /// The principal angles at these steps, one list an angle, in degrees; at least 0.001 for the logarithmic axis.
    pub angles: Vec<Vec<f64>>,
    /// The loss at these steps.
    pub losses: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LinearAePcaValues {
    /// Gradient steps taken.
    pub step: usize,
    /// Mean squared error.
    pub loss: f64,
    /// The smallest that a code of this size allows.
    pub loss_of_pca: f64,
    /// Principal angles between decoder and principal components, in degrees.
    pub angles_degrees: Vec<f64>,
    /// Variances of the principal components.
    pub variances: Vec<f64>,
    /// `W_d`.
    pub decoder: Vec<Vec<f64>>,
    /// A gradient entry against its finite difference.
    #[tsify(type = "Check")]
    pub gradient: Check,
    /// The largest angle after all steps, against 0 within one degree.
    #[tsify(type = "Check")]
    pub final_angle: Check,
    /// The loss after all steps against that of PCA.
    #[tsify(type = "Check")]
    pub final_loss: Check,
}

/// Computes the figure.
///
/// # Errors
/// Too few points, an unknown kind of data, a learning rate out of range.
#[wasm_bindgen(js_name = linearAePca)]
pub fn linear_ae_pca(controls: Ts<LinearAePcaControls>) -> std::result::Result<Ts<LinearAePca>, JsError> {
    answer(controls, compute)
}

fn compute(controls: LinearAePcaControls) -> Result<LinearAePca> {
    let LinearAePcaControls { data: kind, angle, roundness, n, step, learning_rate, seed } = controls;
    let (data, code) = match kind.as_str() {
        "plane" => (cloud_in_the_plane(angle, LONG, roundness * LONG, n, seed)?, 1),
        "ten" => (cloud(&DEVIATIONS, n, seed)?, CODE_OF_TEN),
        _ => {
            return Err(Error::UnknownName { name: "kind of data".into(), found: kind, choices: "plane, ten".into() });
        }
    };
    let components = principal_components(&data)?;
    let mut autoencoder = LinearAutoencoder::new(&data, code, learning_rate, seed)?;
    let path = train_to_the_end(autoencoder.clone())?;
    let step = step.min(STEPS);
    if step > 0 {
        autoencoder.train(step)?;
    }
    let state = autoencoder.state()?;
    // The picture's plane: that of the data, or that of the first two components.
    let seen = |vector: &[f64], centre: &[f64]| -> [f64; 2] {
        if code == 1 {
            return [vector[0], vector[1]];
        }
        [0, 1].map(|k| {
            let direction = &components.components[k];
            direction.iter().zip(vector).zip(centre).map(|((d, v), c)| d * (v - c)).sum()
        })
    };
    let all_seen = |vectors: &[Vec<f64>]| vectors.iter().map(|vector| seen(vector, &components.mean)).collect();
    let origin = vec![0.0; components.mean.len()];
    let axes = components.components.iter().zip(&components.variances).take(2);
    let axis = |(direction, variance): (&Vec<f64>, &f64)| seen(direction, &origin).map(|entry| entry * variance.sqrt());
    let last = path.last().cloned().unwrap_or_else(|| state.clone());
    let variance: f64 = components.variances.iter().sum();
    let worst = last.angles_degrees.iter().copied().fold(0.0, f64::max);
    Ok(LinearAePca {
        rebuilt: all_seen(&autoencoder.reconstruct(&data)?),
        points: all_seen(&data),
        axes: axes.map(axis).collect(),
        columns: columns(&state.decoder).iter().map(|column| seen(column, &origin)).collect(),
        steps: path.iter().map(|state| state.step).collect(),
        angles: (0..code).map(|index| path.iter().map(|state| shown_angle(state, index)).collect()).collect(),
        losses: path.iter().map(|state| state.loss).collect(),
        values: LinearAePcaValues {
            step: state.step,
            loss: state.loss,
            loss_of_pca: state.loss_of_pca,
            angles_degrees: state.angles_degrees,
            decoder: state.decoder,
            variances: components.variances,
            gradient: autoencoder.gradient_check(),
            final_angle: Check::absolute(worst, 0.0, 1.0),
            // Near the optimum the loss is quadratic in the angle: a degree is worth at most sin^2(1 degree) of the variance.
            final_loss: Check::absolute(last.loss, last.loss_of_pca, 3e-4 * variance),
        },
    })
}

/// The states on the way, step 0 and the last included.
fn train_to_the_end(mut autoencoder: LinearAutoencoder) -> Result<Vec<LinearAutoencoderState>> {
    let mut path = vec![autoencoder.state()?];
    let mut step = 0;
    while step < STEPS {
        let next = (step + (step / SHARE).max(1)).min(STEPS);
        autoencoder.train(next - step)?;
        path.push(autoencoder.state()?);
        step = next;
    }
    Ok(path)
}

fn shown_angle(state: &LinearAutoencoderState, index: usize) -> f64 {
    state.angles_degrees.get(index).copied().unwrap_or(0.0).max(1e-3)
}

/// Columns of a matrix of rows, each of length 1.
fn columns(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let count = rows.first().map_or(0, Vec::len);
    (0..count)
        .map(|index| {
            let column: Vec<f64> = rows.iter().map(|row| row[index]).collect();
            let length = column.iter().map(|entry| entry * entry).sum::<f64>().sqrt();
            column.iter().map(|entry| entry / length).collect()
        })
        .collect()
}
