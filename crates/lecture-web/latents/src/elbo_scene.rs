//! The curves over z that the figures 6.1 to 6.3 share: the model as a band, and the densities that meet in the bound.

use elbo_lecture::distributions::gaussian::Gaussian;
use elbo_lecture::latents::linear_gaussian::LinearGaussian;
use elbo_numerics::Result;
use elbo_numerics::grid::linspace;
use serde::Serialize;
use tsify::Tsify;

/// Half of the drawn range of z; the wider one is for posteriors or q's that lie far out.
const NEAR: f64 = 6.0;
const FAR: f64 = 11.0;
/// Evenly spaced points; each bell gets points of its own besides, so that a narrow one keeps its shape while it moves.
const EVEN_POINTS: usize = 121;

/// The model at one observation, with a q, sampled for drawing.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ElboScene {
    /// The drawing goes from minus this to plus this in z.
    pub half_width: f64,
    /// Positions of the curves, ascending, unevenly spaced.
    pub z: Vec<f64>,
    /// `w z + mu`: the mean of `p(x | z)`.
    pub line: Vec<f64>,
    /// One sigma below the line.
    pub lower: Vec<f64>,
    /// One sigma above the line.
    pub upper: Vec<f64>,
    /// `p(z)`.
    pub prior: Vec<f64>,
    /// `p(x | z)` at the observed x, as a function of z.
    pub likelihood: Vec<f64>,
    /// `p(z | x)`.
    pub posterior: Vec<f64>,
    /// `q(z)`.
    pub q: Vec<f64>,
    /// Height of q at its mean.
    pub q_peak: f64,
    /// Height of q one standard deviation from its mean.
    pub q_shoulder: f64,
    /// Height of the posterior at its mean.
    pub posterior_peak: f64,
    /// Mean of the posterior.
    pub posterior_mu: f64,
    /// Standard deviation of the posterior.
    pub posterior_sigma: f64,
}

impl ElboScene {
    /// Samples the scene.
    ///
    /// # Errors
    /// `x` not finite.
    pub fn new(model: &LinearGaussian, x: f64, q: &Gaussian) -> Result<Self> {
        let posterior = model.posterior(x)?;
        let reach = posterior.mean().abs() + 2.5 * posterior.sigma();
        let half_width = if reach > NEAR || q.mean().abs() > NEAR - 0.5 { FAR } else { NEAR };
        let mut z = linspace(-half_width, half_width, EVEN_POINTS)?;
        for bell in [&posterior, q] {
            z.extend((-20..=20).map(|k| bell.mean() + 0.2 * f64::from(k) * bell.sigma()));
        }
        z.retain(|z| z.abs() <= half_width);
        z.sort_by(f64::total_cmp);
        let along = |f: &dyn Fn(f64) -> f64| z.iter().map(|&z| f(z)).collect::<Vec<f64>>();
        let line = |z: f64| model.w() * z + model.mu();
        Ok(Self {
            half_width,
            line: along(&line),
            lower: along(&|z| line(z) - model.sigma()),
            upper: along(&|z| line(z) + model.sigma()),
            prior: along(&|z| Gaussian::STANDARD.density(z)),
            likelihood: along(&|z| model.log_likelihood(x, z).exp()),
            posterior: along(&|z| posterior.density(z)),
            q: along(&|z| q.density(z)),
            q_peak: q.density(q.mean()),
            q_shoulder: q.density(q.mean() + q.sigma()),
            posterior_peak: posterior.density(posterior.mean()),
            posterior_mu: posterior.mean(),
            posterior_sigma: posterior.sigma(),
            z,
        })
    }
}
