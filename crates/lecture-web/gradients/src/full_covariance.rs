//! Figure 7.3, `full-covariance`: noise from a circle to an ellipse, by either square root of the covariance.

use elbo_lecture::gradients::covariance_axes::{EllipseAxes, covariance_from_axes, ellipse_axes};
use elbo_lecture::gradients::full_covariance::{CovarianceRoot, FullCovarianceGaussian, SampleCovariance};
use elbo_lecture_web::answer;
use elbo_numerics::random::{seeded, standard_normals};
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each ellipse.
const ELLIPSE_POINTS: usize = 72;
/// Samples drawn as points.
const DRAWN_SAMPLES: usize = 250;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FullCovarianceControls {
    /// Mean of z, two numbers.
    pub mu: Vec<f64>,
    /// Covariance C of z, two rows of two numbers.
    pub covariance: Vec<Vec<f64>>,
    /// Which root: `cholesky` or `symmetric`.
    pub root: String,
    /// The noise that is followed, two numbers.
    pub epsilon: Vec<f64>,
    /// Samples of the covariance.
    pub n: usize,
    /// Seed of the samples.
    pub seed: u64,
}

/// What is shown; points and curves as pairs of lists.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FullCovarianceShown {
    /// Every number shown.
    pub values: FullCovarianceValues,
    /// Half axes of the ellipse.
    #[tsify(type = "{ long: [number, number]; short: [number, number]; deviations: [number, number] }")]
    pub axes: EllipseAxes,
    /// Circles of noise of radius 1 and 2.
    pub circles: Vec<PlanePoints>,
    /// Their images.
    pub ellipses: Vec<PlanePoints>,
    /// Samples of the noise.
    pub noise: PlanePoints,
    /// Their images.
    pub samples: PlanePoints,
}

/// Points of a plane.
#[derive(Debug, Serialize, Tsify)]
pub struct PlanePoints {
    /// First coordinates.
    pub x: Vec<f64>,
    /// Second coordinates.
    pub y: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FullCovarianceValues {
    /// The covariance C.
    pub covariance: Vec<Vec<f64>>,
    /// Its root A, `A A^T = C`.
    pub root: Vec<Vec<f64>>,
    /// Standard deviations along the axes of the ellipse.
    pub deviations: Vec<f64>,
    /// Correlation of the two coordinates.
    pub correlation: f64,
    /// `mu + A epsilon` for the noise that is followed.
    pub z: Vec<f64>,
    /// The entry of `A A^T` that is farthest from C.
    #[tsify(type = "Check")]
    pub root_squared: Check,
    /// Covariance of the samples, with standard errors and its three entries against C.
    #[tsify(type = "{ covariance: number[][]; standardErrors: number[][]; checks: [Check, Check, Check]; n: number }")]
    pub sample: SampleCovariance,
}

/// Computes the figure.
///
/// # Errors
/// A covariance that is not symmetric and positive definite, lists of the wrong size, n outside 2 to 1 000 000.
#[wasm_bindgen(js_name = fullCovariance)]
pub fn full_covariance(controls: Ts<FullCovarianceControls>) -> std::result::Result<Ts<FullCovarianceShown>, JsError> {
    answer(controls, compute)
}

/// The covariance whose ellipse has the half axis `(x, y)` and, perpendicular to it, one of length `other`: `[C11, C12, C22]`.
///
/// # Errors
/// An axis of length 0, lengths that are not finite and positive.
#[wasm_bindgen(js_name = covarianceFromAxes)]
pub fn from_axes(x: f64, y: f64, other: f64) -> std::result::Result<Vec<f64>, JsError> {
    let c = covariance_from_axes([x, y], other)?;
    Ok(vec![c[0][0], c[0][1], c[1][1]])
}

fn compute(controls: FullCovarianceControls) -> Result<FullCovarianceShown> {
    let root = if controls.root == "symmetric" { CovarianceRoot::Symmetric } else { CovarianceRoot::Cholesky };
    let gaussian = FullCovarianceGaussian::new(&controls.mu, &controls.covariance, root)?;
    let axes = ellipse_axes(&controls.covariance)?;
    let unit = FullCovarianceGaussian::new(&[0.0, 0.0], &[vec![1.0, 0.0], vec![0.0, 1.0]], CovarianceRoot::Cholesky)?;
    let outlines = |gaussian: &FullCovarianceGaussian| -> Result<Vec<PlanePoints>> {
        [1.0, 2.0].iter().map(|&radius| Ok(plane(&closed(gaussian.ellipse(radius, ELLIPSE_POINTS)?)))).collect()
    };
    let sample = gaussian.sample_covariance(controls.n, controls.seed)?;
    // The same stream as in `sample_covariance`: what is drawn is the beginning of what is measured.
    let mut random = seeded(controls.seed);
    let noise: Vec<Vec<f64>> = (0..controls.n.min(DRAWN_SAMPLES)).map(|_| standard_normals(&mut random, 2)).collect();
    let images = noise.iter().map(|epsilon| gaussian.transform(epsilon)).collect::<Result<Vec<_>>>()?;
    let entry = |i: usize, j: usize| controls.covariance.get(i).and_then(|row| row.get(j)).copied().unwrap_or(f64::NAN);
    Ok(FullCovarianceShown {
        values: FullCovarianceValues {
            root: gaussian.root(),
            deviations: axes.deviations.to_vec(),
            correlation: entry(0, 1) / (entry(0, 0) * entry(1, 1)).sqrt(),
            z: gaussian.transform(&controls.epsilon)?,
            root_squared: gaussian.root_check(),
            sample,
            covariance: controls.covariance,
        },
        axes,
        circles: outlines(&unit)?,
        ellipses: outlines(&gaussian)?,
        noise: plane(&noise),
        samples: plane(&images),
    })
}

/// Ends where it begins.
fn closed(mut points: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    points.extend(points.first().cloned());
    points
}

fn plane(points: &[Vec<f64>]) -> PlanePoints {
    let coordinate = |index: usize| points.iter().map(|point| point.get(index).copied().unwrap_or(f64::NAN)).collect();
    PlanePoints { x: coordinate(0), y: coordinate(1) }
}
