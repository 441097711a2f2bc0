//! Figure 2.3, `gmm-em`, in the plane: the same EM with full covariances on data of three clusters.

use elbo_lecture::distributions::expectation_maximization::{ExpectationMaximization, HalfStep, start};
use elbo_lecture::distributions::mixture::Mixture;
use elbo_lecture::distributions::multivariate_gaussian::MultivariateGaussian;
use elbo_lecture::gradients::full_covariance::{CovarianceRoot, FullCovarianceGaussian};
use elbo_lecture_web::answer;
use elbo_numerics::error::within_limit;
use elbo_numerics::random::seeded;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use super::gmm_em::{Progress, progress};

/// Data points.
const COUNT: usize = 120;
/// Seed of the data.
const DATA_SEED: u64 = 11;
/// Corners of an ellipse.
const ELLIPSE_POINTS: usize = 64;
/// Most samples from the mixture.
const MOST_SAMPLES: usize = 2000;

/// The controls in the plane.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEmPlaneControls {
    /// Number of components.
    pub components: usize,
    /// Seed of the start.
    pub start: u64,
    /// Half steps made: odd after E, even after M.
    pub step: usize,
    /// Samples from the mixture as it is now; may be 0.
    pub samples: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// Half steps to a page of bars.
    pub page: usize,
}

/// What is shown in the plane.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEmPlane {
    /// Every number shown.
    pub values: GmmEmPlaneValues,
    /// The bars of this page, also those still to come.
    #[tsify(type = "{ step: number; logLikelihood: number; elbo: number; gap: number; floored: number[] }[]")]
    pub bars: Vec<HalfStep>,
    /// The data, first coordinate.
    pub data_x: Vec<f64>,
    /// The data, second coordinate.
    pub data_y: Vec<f64>,
    /// For every component, the ellipse one standard deviation from its mean, as `[x, y]`.
    pub inner: Vec<Vec<Vec<f64>>>,
    /// The same two standard deviations from its mean.
    pub outer: Vec<Vec<Vec<f64>>>,
    /// Samples, as `[x, y]`.
    pub samples: Vec<Vec<f64>>,
    /// The component that each sample came from.
    pub sample_components: Vec<usize>,
}

/// Every number shown in the plane; log-likelihood and ELBO in nats, summed over the data.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEmPlaneValues {
    /// `log p(data)`.
    pub log_likelihood: f64,
    /// The bound.
    pub elbo: f64,
    /// `KL(q || posterior)`.
    pub gap: f64,
    /// q: one row a data point, one column a component.
    pub responsibilities: Vec<Vec<f64>>,
    /// Weights now.
    pub weights: Vec<f64>,
    /// Means now.
    pub means: Vec<Vec<f64>>,
    /// Covariances now.
    pub covariances: Vec<Vec<Vec<f64>>>,
    /// Components (from 0) with a direction held at the smallest variance allowed.
    pub floored: Vec<usize>,
    /// After the last E step (at the start: the next one), ELBO against log-likelihood.
    #[tsify(type = "Check")]
    pub after_e: Check,
    /// Largest fall of either bar so far, against none.
    #[tsify(type = "Check")]
    pub never_falls: Check,
}

/// Computes the figure in the plane.
///
/// # Errors
/// No component or more than 50, more than 5000 half steps.
#[wasm_bindgen(js_name = gmmEmPlane)]
pub fn gmm_em_plane(controls: Ts<GmmEmPlaneControls>) -> std::result::Result<Ts<GmmEmPlane>, JsError> {
    answer(controls, compute)
}

fn compute(controls: GmmEmPlaneControls) -> Result<GmmEmPlane> {
    let data = data()?;
    let begin = start::<MultivariateGaussian>(&data, controls.components, controls.start)?;
    let mut state = ExpectationMaximization::new(data, begin)?;
    let Progress { bars, now, after_e, never_falls } = progress(&mut state, controls.step, controls.page)?;
    let mixture = state.mixture();
    if controls.samples > 0 {
        within_limit("samples", controls.samples, MOST_SAMPLES)?;
    }
    let mut random = seeded(controls.seed);
    let drawn = (0..controls.samples).map(|_| mixture.sample_with_component(&mut random));
    let (sample_components, samples) = drawn.unzip();
    let components = mixture.components();
    let ellipses =
        |radius: f64| components.iter().map(|component| ellipse(component, radius)).collect::<Result<Vec<_>>>();
    Ok(GmmEmPlane {
        bars,
        data_x: state.data().iter().map(|x| x[0]).collect(),
        data_y: state.data().iter().map(|x| x[1]).collect(),
        inner: ellipses(1.0)?,
        outer: ellipses(2.0)?,
        samples,
        sample_components,
        values: GmmEmPlaneValues {
            log_likelihood: now.log_likelihood,
            elbo: now.elbo,
            gap: now.gap,
            responsibilities: state.responsibilities().to_vec(),
            weights: mixture.weights().to_vec(),
            means: components.iter().map(|component| component.mean().as_slice().to_vec()).collect(),
            covariances: components.iter().map(rows).collect(),
            floored: now.floored,
            after_e,
            never_falls,
        },
    })
}

/// Three long clusters, always the same.
fn data() -> Result<Vec<Vec<f64>>> {
    let component =
        |mean: [f64; 2], [a, b, c]: [f64; 3]| MultivariateGaussian::from_rows(&mean, &[vec![a, b], vec![b, c]]);
    let truth = Mixture::new(
        vec![0.35, 0.4, 0.25],
        vec![
            component([-2.0, 0.9], [0.5, 0.45, 0.9])?,
            component([0.6, -1.3], [1.1, -0.5, 0.45])?,
            component([2.3, 1.7], [0.35, 0.1, 0.5])?,
        ],
    )?;
    let mut random = seeded(DATA_SEED);
    Ok((0..COUNT).map(|_| truth.sample_with_component(&mut random).1).collect())
}

fn rows(component: &MultivariateGaussian) -> Vec<Vec<f64>> {
    component.covariance().row_iter().map(|row| row.iter().copied().collect()).collect()
}

/// The closed outline at `radius` standard deviations.
fn ellipse(component: &MultivariateGaussian, radius: f64) -> Result<Vec<Vec<f64>>> {
    let gaussian =
        FullCovarianceGaussian::new(component.mean().as_slice(), &rows(component), CovarianceRoot::Cholesky)?;
    let mut outline = gaussian.ellipse(radius, ELLIPSE_POINTS)?;
    outline.extend(outline.first().cloned());
    Ok(outline)
}
