//! Figure 4.4, `intractable`: Bayes' rule on a grid, what its denominator costs, and one network in its place.

use std::cell::RefCell;

use elbo_lecture::bound::amortization::{
    GaussianPosterior, InferenceNetwork, best_gaussian, bound, kl_to_posterior, sum_check,
};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::latents::grid_posterior::{GridPosterior, grid_cost, grid_posterior, points_needed};
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Most points an axis that are computed at once, by dimension; beyond, only the cost is counted.
const MOST_POINTS: [usize; 3] = [401, 101, 35];
/// Cells of the posterior's picture along each axis.
const CELLS: usize = 90;
/// Dimensions of the cost's bars.
const DIMENSIONS: usize = 12;
/// Products a second that the cost in time counts with.
const PRODUCTS_A_SECOND: f64 = 1e9;
const SECONDS_A_YEAR: f64 = 365.25 * 86_400.0;
/// Values of x and of z in the picture of all posteriors.
const FORK_X: usize = 81;
const FORK_Z: usize = 91;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct IntractableControls {
    /// The observation.
    pub x: f64,
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Latent dimensions of the grid, 1 to 3.
    pub dimension: usize,
    /// Grid points an axis.
    pub points: usize,
    /// Training steps of the network.
    pub steps: usize,
    /// Seed of its weights.
    pub seed: u64,
    /// The picture reaches from `-reach` to `reach`.
    pub reach: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Intractable {
    /// Every number shown.
    pub values: IntractableValues,
    /// One dimension: grid points and posterior there.
    pub axis: Vec<f64>,
    /// Posterior density at `axis`.
    pub posterior: Vec<f64>,
    /// Two and three dimensions: the posterior over z1, z2 (at the z3 nearest 0), row-major; each cell shows its nearest grid point.
    pub image: Vec<f64>,
    /// Cells along each axis.
    pub cells: usize,
    /// One dimension: positions of q's curve.
    pub z: Vec<f64>,
    /// The network's q at `z`.
    pub q: Vec<f64>,
    /// log10 of the products in 1 to 12 dimensions.
    pub log_cost: Vec<f64>,
}

/// Every number shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct IntractableValues {
    /// Log of the denominator on the grid shown, in nats.
    pub log_evidence: f64,
    /// Products `p(x|z) p(z)` computed for it.
    pub evaluations: usize,
    /// Points an axis that were used: fewer than asked for where the page stops.
    pub points: usize,
    /// The grid's `log p(x)` minus that by quadrature over |z|, in nats.
    pub grid_error: f64,
    /// `points^d` for d = 1 to 12.
    pub cost: Vec<f64>,
    /// Years that the last of them takes at a billion products a second.
    pub years: f64,
    /// One dimension, a grid as fine as the posterior needs: sum against quadrature, in nats.
    #[tsify(type = "Check")]
    pub quadrature: Check,
    /// The network's q for this x, one dimension.
    #[tsify(type = "{ mean: number; logSigma: number }")]
    pub network: GaussianPosterior,
    /// Its standard deviation.
    pub network_sigma: f64,
    /// ELBO of the network's q, in nats.
    pub elbo: f64,
    /// `KL(q || p(z | x))` of the network's q, in nats.
    pub kl_to_posterior: f64,
    /// ELBO of the best Gaussian for this x alone minus that of the network, in nats: what amortization costs.
    pub amortization_gap: f64,
    /// `log p(x) = ELBO + KL`.
    #[tsify(type = "Check")]
    pub sum: Check,
}

/// Computes the figure.
///
/// # Errors
/// x, sigma, dimension or points out of range.
#[wasm_bindgen(js_name = intractable)]
pub fn intractable(controls: Ts<IntractableControls>) -> std::result::Result<Ts<Intractable>, JsError> {
    answer(controls, compute)
}

thread_local! {
    /// The network trained last: moving x must not train it again.
    static LAST: RefCell<Option<(TrainedWith, InferenceNetwork)>> = const { RefCell::new(None) };
}

/// Sigma, steps and seed.
type TrainedWith = (f64, usize, u64);

fn trained(sigma: f64, steps: usize, seed: u64) -> Result<InferenceNetwork> {
    let wanted = (sigma, steps, seed);
    let known = LAST.with_borrow(|last| last.as_ref().filter(|(with, _)| *with == wanted).map(|(_, net)| net.clone()));
    if let Some(network) = known {
        return Ok(network);
    }
    let network = InferenceNetwork::trained(sigma, steps, seed)?;
    LAST.set(Some((wanted, network.clone())));
    Ok(network)
}

fn compute(controls: IntractableControls) -> Result<Intractable> {
    let IntractableControls { x, sigma, dimension, points, steps, seed, reach } = controls;
    let most = MOST_POINTS.get(dimension.wrapping_sub(1)).copied().unwrap_or(points);
    let grid = grid_posterior(x, sigma, dimension, points.min(most))?;
    let fine = grid_posterior(x, sigma, 1, points_needed(x, sigma)?)?;
    let network = trained(sigma, steps, seed)?.posterior(x);
    let elbo = bound(x, sigma, network)?.value;
    let best = bound(x, sigma, best_gaussian(x, sigma)?)?.value;
    let cost: Vec<f64> = grid_cost(points, DIMENSIONS)?.iter().map(|cost| cost.evaluations).collect();
    let q = Gaussian::from_log_sigma(network.mean, network.log_sigma)?;
    let (mut z, mut density, mut image) = (vec![], vec![], vec![]);
    if dimension == 1 {
        z = linspace(-reach, reach, 361)?;
        density = z.iter().map(|z| q.density(*z)).collect();
    } else {
        image = slice(&grid, reach);
    }
    Ok(Intractable {
        posterior: if dimension == 1 { grid.posterior } else { vec![] },
        axis: if dimension == 1 { grid.axis.clone() } else { vec![] },
        image,
        cells: CELLS,
        z,
        q: density,
        log_cost: cost.iter().map(|products| products.log10()).collect(),
        values: IntractableValues {
            log_evidence: grid.log_evidence,
            evaluations: grid.evaluations,
            points: grid.axis.len(),
            grid_error: grid.quadrature.difference,
            years: cost.last().copied().unwrap_or_default() / PRODUCTS_A_SECOND / SECONDS_A_YEAR,
            cost,
            quadrature: fine.quadrature,
            network,
            network_sigma: q.sigma(),
            elbo,
            kl_to_posterior: kl_to_posterior(x, sigma, network, fine.quadrature.right)?,
            amortization_gap: best - elbo,
            sum: sum_check(x, sigma, network, fine.quadrature.right)?,
        },
    })
}

/// The grid as it is seen from the third axis, cell by cell its nearest point: a coarse grid shows as squares.
fn slice(grid: &GridPosterior, reach: f64) -> Vec<f64> {
    let n = grid.axis.len();
    let (first, last) = (grid.axis[0], grid.axis[n - 1]);
    let nearest = |z: f64| ((z - first) / (last - first) * (n - 1) as f64).round().clamp(0.0, (n - 1) as f64) as usize;
    let at = |cell: usize| nearest(reach * ((2 * cell + 1) as f64 / CELLS as f64 - 1.0));
    let cells = (0..CELLS).flat_map(|row| (0..CELLS).map(move |column| (row, column)));
    let index = |row: usize, column: usize| {
        let flat = at(column) * n + at(row);
        if grid.dimension == 3 { flat * n + nearest(0.0) } else { flat }
    };
    cells.map(|(row, column)| grid.posterior.get(index(row, column)).copied().unwrap_or(f64::NAN)).collect()
}

/// What the network depends on.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct AmortizationControls {
    /// Standard deviation of the noise.
    pub sigma: f64,
    /// Training steps.
    pub steps: usize,
    /// Seed of the weights.
    pub seed: u64,
    /// Ends of x.
    pub low: f64,
    /// Ends of x.
    pub high: f64,
    /// z from `-reach` to `reach`.
    pub reach: f64,
}

/// All posteriors at once, and the network's answer to each.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Amortization {
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// `p(z | x)` divided by its largest value at that x, to the power 1/2; row-major from the lowest z, a column an x.
    pub posteriors: Vec<f64>,
    /// Rows of `posteriors`.
    pub rows: usize,
    /// The network's mean.
    pub mean: Vec<f64>,
    /// The mean minus a standard deviation.
    pub lower: Vec<f64>,
    /// The mean plus a standard deviation.
    pub upper: Vec<f64>,
    /// Mean of the best Gaussian of each x, on the network's side of 0.
    pub best: Vec<f64>,
}

/// The picture over all x; it changes only with the network.
///
/// # Errors
/// sigma not positive, too many steps, an empty interval.
#[wasm_bindgen(js_name = amortization)]
pub fn amortization(controls: Ts<AmortizationControls>) -> std::result::Result<Ts<Amortization>, JsError> {
    answer(controls, picture)
}

fn picture(controls: AmortizationControls) -> Result<Amortization> {
    let AmortizationControls { sigma, steps, seed, low, high, reach } = controls;
    let network = trained(sigma, steps, seed)?;
    let x = linspace(low, high, FORK_X)?;
    let z = linspace(-reach, reach, FORK_Z)?;
    let mut posteriors = vec![0.0; FORK_X * FORK_Z];
    for (column, x) in x.iter().enumerate() {
        let logs: Vec<f64> =
            z.iter().map(|z| elbo_lecture::latents::grid_posterior::log_joint(*x, sigma, &[*z])).collect();
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        for (row, log) in logs.iter().enumerate() {
            posteriors[row * FORK_X + column] = (0.5 * (log - largest)).exp();
        }
    }
    let q: Vec<GaussianPosterior> = x.iter().map(|x| network.posterior(*x)).collect();
    let edge = |side: f64| q.iter().map(|q| q.mean + side * q.log_sigma.exp()).collect();
    let best = x.iter().zip(&q).map(|(x, q)| Ok(best_gaussian(*x, sigma)?.mean.copysign(q.mean)));
    Ok(Amortization {
        best: best.collect::<Result<_>>()?,
        posteriors,
        rows: FORK_Z,
        lower: edge(-1.0),
        upper: edge(1.0),
        mean: q.iter().map(|q| q.mean).collect(),
        x,
    })
}
