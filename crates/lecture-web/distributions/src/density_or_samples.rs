//! Figure 2.1, `density-or-samples`: a model with both, one with a density alone, one with a sampler alone.

use elbo_lecture::distributions::density::Density;
use elbo_lecture::distributions::energy::{
    Draws, energy, energy_plane, metropolis, metropolis_plane, normalizer, normalizer_plane, radius_density, reject,
    reject_plane,
};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::histogram::Histogram;
use elbo_lecture::distributions::mixture::Mixture;
use elbo_lecture::distributions::multivariate_gaussian::MultivariateGaussian;
use elbo_lecture::distributions::push_forward;
use elbo_lecture_web::answer;
use elbo_numerics::error::Error;
use elbo_numerics::grid::{Surface, linspace};
use elbo_numerics::random::{Random, seeded};
use elbo_numerics::{Check, Estimate, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of the density's curve.
const CURVE_POINTS: usize = 361;
/// Columns and rows of the density in the plane.
const GRID: usize = 71;
/// Bars of the histogram.
const BINS: usize = 50;
/// Samples that are shown as dots.
const MOST_DOTS: usize = 2500;
/// The chain starts in the shallower well.
const CHAIN_START: f64 = -2.0;
/// Batches of the chain for its standard error.
const BATCHES: usize = 20;
/// Half a width (in the plane, a radius) of the neighbourhood that estimates a density from samples.
const NEIGHBOURHOOD: f64 = 0.25;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct DensityOrSamplesControls {
    /// `mixture` (density and sampler), `energy` (density alone) or `push-forward` (sampler alone).
    pub model: String,
    /// `line` or `plane`.
    pub space: String,
    /// Samples.
    pub n: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// How the energy is sampled: `rejection` or `metropolis`.
    pub method: String,
    /// Width of the chain's proposals.
    pub width: f64,
    /// Where the density is asked for.
    pub x: f64,
    /// The same along the second axis of the plane.
    pub y: f64,
    /// Half a side of the drawing.
    pub reach: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct DensityOrSamples {
    /// Every number shown.
    pub values: DensityOrSamplesValues,
    /// Positions of the curve over x (on the line) or over the projection (in the plane).
    pub x: Vec<f64>,
    /// The density there; empty if there is none.
    pub density: Vec<f64>,
    /// The density in the plane, row by row from the bottom; empty on the line or without a density.
    pub surface: Vec<f64>,
    /// Columns and rows of the surface.
    pub grid: usize,
    /// Samples shown as dots, first coordinate.
    pub dots_x: Vec<f64>,
    /// Samples shown as dots, second coordinate; empty on the line.
    pub dots_y: Vec<f64>,
    /// Borders of the histogram's bars.
    pub edges: Vec<f64>,
    /// Heights of the histogram's bars, per unit.
    pub bars: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
#[tsify(missing_as_null)]
pub struct DensityOrSamplesValues {
    /// The density at the chosen place, per unit of length or area; absent for a sampler alone.
    pub density: Option<f64>,
    /// `Z`, by quadrature; absent unless the model is an energy.
    pub normalizer: Option<f64>,
    /// Share of the samples within 0.25 of the place, per unit: a density from samples, blurred by its neighbourhood.
    /// The standard error of a chain is that of the means of 20 batches.
    #[tsify(type = "Estimate")]
    pub estimate: Estimate,
    /// Share of proposals that were accepted; absent where every draw is one.
    pub acceptance: Option<f64>,
    /// Evaluations of the model for one sample.
    pub evaluations_per_sample: f64,
    /// Chance of a worse fit if the samples follow the density; absent where it cannot be said.
    pub p_value: Option<f64>,
    /// Pearson's chi-squared of the histogram against its degrees of freedom; absent for dependent samples, for a
    /// sampler alone, and for too few samples.
    #[tsify(type = "Check | null")]
    pub histogram: Option<Check>,
}

/// One model, sampled.
struct Sampled {
    samples: Vec<[f64; 2]>,
    acceptance: Option<f64>,
    evaluations: f64,
    independent: bool,
}

/// Computes the figure.
///
/// # Errors
/// An unknown model, space or method; no samples or more than 200 000.
#[wasm_bindgen(js_name = densityOrSamples)]
pub fn density_or_samples(
    controls: Ts<DensityOrSamplesControls>,
) -> std::result::Result<Ts<DensityOrSamples>, JsError> {
    answer(controls, compute)
}

fn compute(controls: DensityOrSamplesControls) -> Result<DensityOrSamples> {
    let plane = match controls.space.as_str() {
        "line" => false,
        "plane" => true,
        other => return Err(unknown("space", other, "line, plane")),
    };
    let mut random = seeded(controls.seed);
    let sampled = if plane { draw_plane(&controls, &mut random)? } else { draw_line(&controls, &mut random)? };
    // The energy in the plane is read along the radius, everything else along the first axis.
    let by_radius = plane && controls.model == "energy";
    let projected: Vec<f64> = sampled.samples.iter().map(|x| if by_radius { x[0].hypot(x[1]) } else { x[0] }).collect();
    let low = if by_radius { 0.0 } else { -controls.reach };
    let x = linspace(low, controls.reach, CURVE_POINTS)?;
    let histogram = Histogram::of(&projected, low, controls.reach, BINS)?;
    let law = projected_density(&controls.model, plane)?;
    let fit = match &law {
        // Too few samples for a chi-squared are no error of the reader's.
        Some(law) if sampled.independent => histogram.compare(law).ok(),
        _ => None,
    };
    let place = [controls.x, controls.y];
    let density = density_at(&controls.model, plane)?;
    let surface = match &density {
        Some(density) if plane => {
            let axis = || linspace(-controls.reach, controls.reach, GRID);
            Surface::evaluate(axis()?, axis()?, |x, y| density([x, y])).values
        }
        _ => Vec::new(),
    };
    let dots = sampled.samples.len().min(MOST_DOTS);
    let energy_alone = controls.model == "energy";
    Ok(DensityOrSamples {
        values: DensityOrSamplesValues {
            density: density.as_ref().map(|density| density(place)),
            normalizer: if !energy_alone { None } else { Some(if plane { normalizer_plane() } else { normalizer()? }) },
            estimate: neighbourhood(&sampled, place, plane),
            acceptance: sampled.acceptance,
            evaluations_per_sample: sampled.evaluations,
            p_value: fit.as_ref().map(|fit| fit.p_value),
            histogram: fit.map(|fit| fit.check()),
        },
        density: law.map_or_else(Vec::new, |law| x.iter().map(|&x| law(x)).collect()),
        x,
        surface,
        grid: GRID,
        dots_x: sampled.samples[..dots].iter().map(|x| x[0]).collect(),
        dots_y: if plane { sampled.samples[..dots].iter().map(|x| x[1]).collect() } else { Vec::new() },
        edges: histogram.edges,
        bars: histogram.density,
    })
}

/// The mixture on the line.
fn mixture_line() -> Result<Mixture<Gaussian>> {
    Mixture::from_variances(&[0.3, 0.5, 0.2], &[-2.2, 0.4, 2.8], &[0.25, 0.64, 0.09])
}

/// The mixture in the plane.
fn mixture_plane() -> Result<Mixture<MultivariateGaussian>> {
    let component =
        |mean: [f64; 2], [a, b, c]: [f64; 3]| MultivariateGaussian::from_rows(&mean, &[vec![a, b], vec![b, c]]);
    Mixture::new(
        vec![0.3, 0.5, 0.2],
        vec![
            component([-2.2, 1.4], [0.25, 0.1, 0.5])?,
            component([0.4, -0.8], [0.64, 0.45, 0.6])?,
            component([2.8, 1.6], [0.09, -0.1, 0.6])?,
        ],
    )
}

type Line = Box<dyn Fn(f64) -> f64>;
type Plane = Box<dyn Fn([f64; 2]) -> f64>;

/// Density of what the histogram counts; none for a sampler alone.
fn projected_density(model: &str, plane: bool) -> Result<Option<Line>> {
    Ok(match (model, plane) {
        ("mixture", false) => {
            let mixture = mixture_line()?;
            Some(Box::new(move |x| mixture.density(x)))
        }
        ("mixture", true) => {
            // The first coordinate of a Gaussian is a Gaussian: its own mean and variance, nothing else.
            let mixture = mixture_plane()?;
            let first = |c: &MultivariateGaussian| Gaussian::new(c.mean()[0], c.covariance()[(0, 0)].sqrt());
            let components = mixture.components().iter().map(first).collect::<Result<Vec<_>>>()?;
            let marginal = Mixture::new(mixture.weights().to_vec(), components)?;
            Some(Box::new(move |x| marginal.density(x)))
        }
        ("energy", false) => {
            let normalizer = normalizer()?;
            Some(Box::new(move |x| (-energy(x)).exp() / normalizer))
        }
        ("energy", true) => Some(Box::new(radius_density())),
        ("push-forward", _) => None,
        _ => return Err(unknown("model", model, "mixture, energy, push-forward")),
    })
}

/// Density at a place; on the line the second coordinate has no part in it.
fn density_at(model: &str, plane: bool) -> Result<Option<Plane>> {
    if !plane {
        return Ok(projected_density(model, false)?.map(|law| -> Plane { Box::new(move |x| law(x[0])) }));
    }
    Ok(match model {
        "mixture" => {
            let mixture = mixture_plane()?;
            Some(Box::new(move |x| mixture.log_density(&x.to_vec()).exp()))
        }
        "energy" => {
            let normalizer = normalizer_plane();
            Some(Box::new(move |x| (-energy_plane(x)).exp() / normalizer))
        }
        _ => None,
    })
}

fn draw_line(controls: &DensityOrSamplesControls, random: &mut Random) -> Result<Sampled> {
    let on_line = |samples: Vec<f64>| samples.into_iter().map(|x| [x, 0.0]).collect();
    Ok(match controls.model.as_str() {
        "mixture" => {
            elbo_numerics::error::within_limit("n", controls.n, push_forward::MOST_DRAWS)?;
            let mixture = mixture_line()?;
            direct(on_line((0..controls.n).map(|_| mixture.sample(random)).collect()))
        }
        "energy" if rejects(controls)? => {
            let Draws { samples, acceptance } = reject(controls.n, random)?;
            indirect(on_line(samples), acceptance, 1.0 / acceptance, true)
        }
        "energy" => {
            let Draws { samples, acceptance } = metropolis(controls.n, CHAIN_START, controls.width, random)?;
            indirect(on_line(samples), acceptance, 1.0, false)
        }
        _ => direct(on_line(push_forward::sample(controls.n, random)?)),
    })
}

fn draw_plane(controls: &DensityOrSamplesControls, random: &mut Random) -> Result<Sampled> {
    Ok(match controls.model.as_str() {
        "mixture" => {
            elbo_numerics::error::within_limit("n", controls.n, push_forward::MOST_DRAWS)?;
            let mixture = mixture_plane()?;
            let draw = |random: &mut Random| {
                let x = mixture.sample_with_component(random).1;
                [x[0], x[1]]
            };
            direct((0..controls.n).map(|_| draw(random)).collect())
        }
        "energy" if rejects(controls)? => {
            let Draws { samples, acceptance } = reject_plane(controls.n, random)?;
            indirect(samples, acceptance, 1.0 / acceptance, true)
        }
        "energy" => {
            let Draws { samples, acceptance } =
                metropolis_plane(controls.n, [CHAIN_START, 0.0], controls.width, random)?;
            indirect(samples, acceptance, 1.0, false)
        }
        _ => direct(push_forward::sample_plane(controls.n, random)?),
    })
}

fn direct(samples: Vec<[f64; 2]>) -> Sampled {
    Sampled { samples, acceptance: None, evaluations: 1.0, independent: true }
}

fn indirect(samples: Vec<[f64; 2]>, acceptance: f64, evaluations: f64, independent: bool) -> Sampled {
    Sampled { samples, acceptance: Some(acceptance), evaluations, independent }
}

fn rejects(controls: &DensityOrSamplesControls) -> Result<bool> {
    match controls.method.as_str() {
        "rejection" => Ok(true),
        "metropolis" => Ok(false),
        other => Err(unknown("method", other, "rejection, metropolis")),
    }
}

/// Share of the samples near a place over the size of "near".
fn neighbourhood(sampled: &Sampled, place: [f64; 2], plane: bool) -> Estimate {
    let size = if plane { std::f64::consts::PI * NEIGHBOURHOOD.powi(2) } else { 2.0 * NEIGHBOURHOOD };
    let near = |x: &[f64; 2]| (x[0] - place[0]).hypot(if plane { x[1] - place[1] } else { 0.0 }) <= NEIGHBOURHOOD;
    let shares: Vec<f64> = sampled.samples.iter().map(|x| if near(x) { 1.0 / size } else { 0.0 }).collect();
    if sampled.independent { Estimate::from_samples(shares) } else { Estimate::from_chain(&shares, BATCHES) }
}

fn unknown(name: &str, found: &str, choices: &str) -> Error {
    Error::UnknownName { name: name.to_owned(), found: found.to_owned(), choices: choices.to_owned() }
}
