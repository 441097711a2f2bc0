//! Figure 2.3, `gmm-em`: a mixture on the line, fitted half step by half step; the plane is in [`super::gmm_em_plane`].

use elbo_lecture::distributions::density::Density;
use elbo_lecture::distributions::expectation_maximization::{ExpectationMaximization, HalfStep, start, trace};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::mixture::Mixture;
use elbo_lecture::distributions::mixture_fit::Fit;
use elbo_lecture_web::answer;
use elbo_numerics::error::within_limit;
use elbo_numerics::grid::linspace;
use elbo_numerics::random::seeded;
use elbo_numerics::{Check, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of each curve.
const CURVE_POINTS: usize = 321;
/// Most samples from the mixture.
const MOST_SAMPLES: usize = 2000;
/// Sums over the data in another order: rounding, relative to the sum.
const ROUNDING: f64 = 1e-10;

/// The controls on the line.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEmControls {
    /// The data points.
    pub data: Vec<f64>,
    /// Weights of the components at the start; they sum to 1.
    pub weights: Vec<f64>,
    /// Means at the start.
    pub means: Vec<f64>,
    /// Variances at the start.
    pub variances: Vec<f64>,
    /// Half steps made: odd after E, even after M.
    pub step: usize,
    /// Samples from the mixture as it is now; may be 0.
    pub samples: usize,
    /// Seed of the samples.
    pub seed: u64,
    /// Half steps to a page of bars.
    pub page: usize,
    /// Ends of the drawing.
    pub low: f64,
    /// Ends of the drawing.
    pub high: f64,
}

/// What is shown on the line.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEm {
    /// Every number shown.
    pub values: GmmEmValues,
    /// The bars of this page, also those still to come.
    #[tsify(type = "{ step: number; logLikelihood: number; elbo: number; gap: number; floored: number[] }[]")]
    pub bars: Vec<HalfStep>,
    /// Positions of the curves.
    pub x: Vec<f64>,
    /// Density of the mixture.
    pub density: Vec<f64>,
    /// Each component's weighted density.
    pub components: Vec<Vec<f64>>,
    /// Samples from the mixture as it is now.
    pub samples: Vec<f64>,
    /// The component that each sample came from.
    pub sample_components: Vec<usize>,
}

/// Every number shown on the line; log-likelihood and ELBO in nats, summed over the data.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmEmValues {
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
    pub means: Vec<f64>,
    /// Variances now.
    pub variances: Vec<f64>,
    /// Components (from 0) held at the smallest variance allowed.
    pub floored: Vec<usize>,
    /// After the last E step (at the start: the next one), ELBO against log-likelihood.
    #[tsify(type = "Check")]
    pub after_e: Check,
    /// Largest fall of either bar so far, against none.
    #[tsify(type = "Check")]
    pub never_falls: Check,
}

/// A run of EM, as far as both views share it.
pub(super) struct Progress {
    pub(super) bars: Vec<HalfStep>,
    pub(super) now: HalfStep,
    pub(super) after_e: Check,
    pub(super) never_falls: Check,
}

/// Makes `step` half steps and looks ahead to the end of the page.
pub(super) fn progress<C: Fit>(state: &mut ExpectationMaximization<C>, step: usize, page: usize) -> Result<Progress>
where
    C::Point: Clone,
{
    let mut bars = trace(state, step)?;
    let now = HalfStep { floored: state.floored().to_vec(), ..bars[step].clone() };
    let page = page.max(2);
    let end = (step / page + 1) * page;
    // What comes may fail (a component may die); then the page simply ends here.
    let ahead = trace(&mut state.clone(), end - step).or_else(|_| trace(&mut state.clone(), 0))?;
    bars.extend(ahead.into_iter().skip(1));
    let last_e = if step == 0 { 1 } else { step - usize::from(step.is_multiple_of(2)) };
    let after_e = match bars.get(last_e) {
        Some(bar) => Check::relative(bar.elbo, bar.log_likelihood, ROUNDING),
        None => Check::absolute(f64::NAN, f64::NAN, 0.0),
    };
    let made = &bars[..=step];
    let falls =
        made.windows(2).flat_map(|pair| [pair[0].elbo - pair[1].elbo, pair[0].log_likelihood - pair[1].log_likelihood]);
    let size = made.iter().map(|bar| bar.elbo.abs()).fold(1.0, f64::max);
    let never_falls = Check::absolute(falls.fold(0.0, f64::max), 0.0, ROUNDING * size);
    bars.drain(..step / page * page);
    Ok(Progress { bars, now, after_e, never_falls })
}

/// Computes the figure on the line.
///
/// # Errors
/// Data or parameters that are no data or no mixture, a component that is left without data, more than 5000 half steps.
#[wasm_bindgen(js_name = gmmEm)]
pub fn gmm_em(controls: Ts<GmmEmControls>) -> std::result::Result<Ts<GmmEm>, JsError> {
    answer(controls, compute)
}

fn compute(controls: GmmEmControls) -> Result<GmmEm> {
    let begin = Mixture::from_variances(&controls.weights, &controls.means, &controls.variances)?;
    let mut state = ExpectationMaximization::new(controls.data, begin)?;
    let Progress { bars, now, after_e, never_falls } = progress(&mut state, controls.step, controls.page)?;
    let mixture = state.mixture();
    if controls.samples > 0 {
        within_limit("samples", controls.samples, MOST_SAMPLES)?;
    }
    let mut random = seeded(controls.seed);
    let drawn = (0..controls.samples).map(|_| mixture.sample_with_component(&mut random));
    let (sample_components, samples) = drawn.unzip();
    let x = linspace(controls.low, controls.high, CURVE_POINTS)?;
    let parts = mixture.weights().iter().zip(mixture.components());
    Ok(GmmEm {
        bars,
        density: x.iter().map(|&x| mixture.density(x)).collect(),
        components: parts.map(|(weight, bell)| x.iter().map(|&x| weight * bell.density(x)).collect()).collect(),
        x,
        samples,
        sample_components,
        values: GmmEmValues {
            log_likelihood: now.log_likelihood,
            elbo: now.elbo,
            gap: now.gap,
            responsibilities: state.responsibilities().to_vec(),
            weights: mixture.weights().to_vec(),
            means: mixture.components().iter().map(Gaussian::mean).collect(),
            variances: mixture.components().iter().map(|bell| bell.sigma().powi(2)).collect(),
            floored: now.floored,
            after_e,
            never_falls,
        },
    })
}

/// What a start is made from.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmStartControls {
    /// The data points.
    pub data: Vec<f64>,
    /// Number of components.
    pub components: usize,
    /// Seed of the choice.
    pub seed: u64,
}

/// A start for EM, with few digits.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct GmmStart {
    /// Equal weights.
    pub weights: Vec<f64>,
    /// Data points far apart.
    pub means: Vec<f64>,
    /// The variance of the data over the number of components.
    pub variances: Vec<f64>,
}

/// A start with any number of components, for the figure's buttons.
///
/// # Errors
/// Fewer data points than components.
#[wasm_bindgen(js_name = gmmStart)]
pub fn gmm_start(controls: Ts<GmmStartControls>) -> std::result::Result<Ts<GmmStart>, JsError> {
    answer(controls, |GmmStartControls { data, components, seed }| {
        let mixture = start::<Gaussian>(&data, components, seed)?;
        // The start is anyone's choice: three decimals read better. The last weight takes what is left of 1.
        let round = |value: f64| (1e3 * value).round() / 1e3;
        let mut weights: Vec<f64> = mixture.weights().iter().copied().map(round).collect();
        let others: f64 = weights.iter().skip(1).sum();
        if let Some(first) = weights.first_mut() {
            *first = round(1.0 - others);
        }
        Ok(GmmStart {
            weights,
            means: mixture.components().iter().map(|bell| round(bell.mean())).collect(),
            variances: mixture.components().iter().map(|bell| round(bell.sigma().powi(2)).max(1e-3)).collect(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_the_step() {
        let data = [0.0, 0.4, 1.0, 3.0, 3.3, 4.0];
        let begin = || Mixture::from_variances(&[0.5, 0.5], &[0.0, 3.0], &[1.0, 1.0]).unwrap();
        for (step, first, last) in [(0, 0, 24), (23, 0, 24), (24, 24, 48), (25, 24, 48)] {
            let mut state = ExpectationMaximization::new(data.to_vec(), begin()).unwrap();
            let run = progress(&mut state, step, 24).unwrap();
            assert_eq!((run.bars[0].step, run.bars.last().unwrap().step), (first, last));
            assert!(run.after_e.holds && run.never_falls.holds && run.now.step == step);
            assert_eq!(run.after_e.holds, (run.after_e.left - run.after_e.right).abs() <= run.after_e.tolerance);
        }
    }
}
