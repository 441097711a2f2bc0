//! Figure 6.4, `em-to-vae`: E step, M step, and one gradient for both, as bars that never fall.

use elbo_lecture::bound::em_to_vae::{EmBars, EmParameters, EmPhase, em_to_vae};
use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::distributions::maximum_likelihood::maximum;
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_lecture_web::answer;
use elbo_numerics::grid::linspace;
use elbo_numerics::{Check, Error, Result};
use serde::{Deserialize, Serialize};
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

/// Points of the marginal density.
const DENSITY_POINTS: usize = 121;
/// Rounding of a mean over data, relative to the largest bar.
const ROUNDING: f64 = 1e-10;

/// The controls.
#[derive(Debug, Deserialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EmToVaeControls {
    /// The data.
    pub data: Vec<f64>,
    /// Which of the two is looked at in the plane: `em` or `gradient`.
    pub method: String,
    /// E and M steps taken, alternating.
    pub em_steps: usize,
    /// Gradient steps taken.
    pub gradient_steps: usize,
    /// Decoder at the start: slope.
    pub w: f64,
    /// Decoder at the start: offset.
    pub mu: f64,
    /// Decoder at the start: noise.
    pub sigma: f64,
    /// Encoder at the start: slope of its mean.
    pub slope: f64,
    /// Encoder at the start: offset of its mean.
    pub offset: f64,
    /// Encoder at the start: standard deviation.
    pub q_sigma: f64,
    /// Ends of x in the drawing.
    pub x_low: f64,
    /// Ends of x in the drawing.
    pub x_high: f64,
    /// Ends of z in the drawing.
    pub z_low: f64,
    /// Ends of z in the drawing.
    pub z_high: f64,
}

/// What is shown.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EmToVaeShown {
    /// Every number shown.
    pub values: EmToVaeValues,
    /// The bars of EM: the start, then one for each half step.
    pub em: Vec<StepBar>,
    /// The bars of the gradient: the start, then one for each step.
    pub gradient: Vec<StepBar>,
    /// Both ends of z.
    pub z: [f64; 2],
    /// The decoder's mean `w z + mu` there.
    pub decoder: [f64; 2],
    /// One sigma below.
    pub decoder_lower: [f64; 2],
    /// One sigma above.
    pub decoder_upper: [f64; 2],
    /// Both ends of x.
    pub x: [f64; 2],
    /// The encoder's mean `a x + b` there.
    pub encoder: [f64; 2],
    /// One standard deviation of q to the left.
    pub encoder_lower: [f64; 2],
    /// One standard deviation of q to the right.
    pub encoder_upper: [f64; 2],
    /// Where the exact posterior's mean lies, at both ends of x.
    pub posterior: [f64; 2],
    /// Mean of q for each data point.
    pub codes: Vec<f64>,
    /// Positions of the marginal density.
    pub density_x: Vec<f64>,
    /// `p(x)` there.
    pub density: Vec<f64>,
}

/// One bar, in nats per data point.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StepBar {
    /// What made it: `start`, `e`, `m` or `joint`.
    #[tsify(type = "'start' | 'e' | 'm' | 'joint'")]
    pub phase: EmPhase,
    /// Mean of `log p(x_i)`.
    pub log_evidence: f64,
    /// Mean ELBO.
    pub elbo: f64,
}

/// Every number shown, in nats per data point.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct EmToVaeValues {
    /// Mean of `log p(x_i)` now.
    pub log_evidence: f64,
    /// Mean ELBO now.
    pub elbo: f64,
    /// Mean `KL(q || posterior)` now.
    pub kl_to_posterior: f64,
    /// Parameters now.
    #[tsify(type = "{ w: number; mu: number; sigma: number; slope: number; offset: number; qSigma: number }")]
    pub parameters: EmParameters,
    /// The largest mean `log p(x_i)` that any model of this family reaches.
    pub maximum: f64,
    /// `log p(x) = ELBO + KL` at the bar where they differ most.
    #[tsify(type = "Check")]
    pub sum: Check,
    /// The largest fall of the ELBO in any step, against 0.
    #[tsify(type = "Check")]
    pub monotone: Check,
    /// The largest gap after an E step, against 0.
    #[tsify(type = "Check")]
    pub e_step_closes: Check,
    /// The largest fall of the log evidence in any E or M step, against 0.
    #[tsify(type = "Check")]
    pub em_raises_evidence: Check,
}

/// Computes the figure.
///
/// # Errors
/// Data without spread; a sigma that is not positive; numbers that are not finite; too many steps.
#[wasm_bindgen(js_name = emToVae)]
pub fn em_to_vae_figure(controls: Ts<EmToVaeControls>) -> std::result::Result<Ts<EmToVaeShown>, JsError> {
    answer(controls, compute)
}

fn compute(controls: EmToVaeControls) -> Result<EmToVaeShown> {
    let EmToVaeControls { ref data, w, mu, sigma, slope, offset, q_sigma, .. } = controls;
    let start = EmParameters { w, mu, sigma, slope, offset, q_sigma };
    let best = maximum(data)?;
    let em = em_to_vae(data, start, controls.em_steps, 0)?;
    let gradient = em_to_vae(data, start, 0, controls.gradient_steps)?;
    let last = if controls.method == "gradient" { gradient.last() } else { em.last() };
    let now = *last.ok_or_else(|| Error::Empty { name: "steps".to_owned() })?;
    let parameters = now.parameters;
    let model = LinearGaussian::new(parameters.w, parameters.mu, parameters.sigma)?;
    let [z, x] = [[controls.z_low, controls.z_high], [controls.x_low, controls.x_high]];
    let decoder = z.map(|z| parameters.w * z + parameters.mu);
    let encoder = x.map(|x| parameters.slope * x + parameters.offset);
    let density_x = linspace(x[0], x[1], DENSITY_POINTS)?;
    let marginal = model.marginal()?;
    Ok(EmToVaeShown {
        values: values(&em, &gradient, &now, best.log_likelihood / data.len() as f64),
        em: em.iter().map(StepBar::from).collect(),
        gradient: gradient.iter().map(StepBar::from).collect(),
        decoder_lower: decoder.map(|x| x - parameters.sigma),
        decoder_upper: decoder.map(|x| x + parameters.sigma),
        decoder,
        encoder_lower: encoder.map(|z| z - parameters.q_sigma),
        encoder_upper: encoder.map(|z| z + parameters.q_sigma),
        encoder,
        posterior: [model.posterior(x[0])?.mean(), model.posterior(x[1])?.mean()],
        codes: data.iter().map(|x| parameters.slope * x + parameters.offset).collect(),
        density: density_x.iter().map(|&x| Gaussian::density(&marginal, x)).collect(),
        density_x,
        z,
        x,
    })
}

fn values(em: &[EmBars], gradient: &[EmBars], now: &EmBars, best: f64) -> EmToVaeValues {
    let bars = || em.iter().chain(gradient);
    let scale = ROUNDING * bars().fold(1.0f64, |scale, bar| scale.max(bar.log_evidence.abs()).max(bar.elbo.abs()));
    let largest = |numbers: &mut dyn Iterator<Item = f64>| numbers.fold(0.0f64, f64::max);
    let falls = |bars: &[EmBars], height: fn(&EmBars) -> f64| {
        largest(&mut bars.windows(2).map(|pair| height(&pair[0]) - height(&pair[1])))
    };
    let gaps = largest(&mut em.iter().filter(|bar| bar.phase == EmPhase::E).map(|bar| bar.kl_to_posterior));
    let error = |bar: &EmBars| (bar.log_evidence - bar.elbo - bar.kl_to_posterior).abs();
    let farthest = bars().max_by(|a, b| error(a).total_cmp(&error(b))).unwrap_or(now);
    let elbo_falls = falls(em, |bar| bar.elbo).max(falls(gradient, |bar| bar.elbo));
    EmToVaeValues {
        log_evidence: now.log_evidence,
        elbo: now.elbo,
        kl_to_posterior: now.kl_to_posterior,
        parameters: now.parameters,
        maximum: best,
        sum: Check::absolute(farthest.log_evidence, farthest.elbo + farthest.kl_to_posterior, scale),
        monotone: Check::absolute(elbo_falls, 0.0, scale),
        e_step_closes: Check::absolute(gaps, 0.0, scale),
        em_raises_evidence: Check::absolute(falls(em, |bar| bar.log_evidence), 0.0, scale),
    }
}

impl From<&EmBars> for StepBar {
    fn from(bar: &EmBars) -> Self {
        Self { phase: bar.phase, log_evidence: bar.log_evidence, elbo: bar.elbo }
    }
}
