//! The loss of one image, term by term: the unsimplified bound by Monte Carlo beside the simplified one (deck 000's notebook).
//!
//! ```text
//! ELBO = E_q[ log p(x|z) ] + E_q[ log p(z) ] - E_q[ log q(z|x) ]                       every term by Monte Carlo
//!      = E_q[ log p(x|z) ] - sum_j ( mu_j^2 / 2 + sigma_j^2 / 2 - log sigma_j - 1/2 )  the last two in closed form
//! ```

use elbo_numerics::check::{Check, Estimate};
use elbo_numerics::error::{Error, Result, all_finite, same_size};
use elbo_numerics::gaussian_expectation::{LOG_2_PI, log_normal_density};
use serde::Serialize;

use crate::tools::kl::kl_to_standard_normal;
use crate::tools::monte_carlo::sample_count;

/// Standard errors within which a Monte Carlo value counts as equal to a closed form.
const STANDARD_ERRORS: f64 = 4.0;

/// Where the samples `z` are in single precision: what their rounding may add to a mean of log densities, in nats.
const ROUNDING: f64 = 1e-4;

/// Probabilities arrive in single precision, where the one next to 1 is 2^-24 away: no pixel costs more than 17.3 nats.
const LEAST: f64 = 0.5 / (1u64 << 24) as f64;

/// A term with a closed form, in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// In closed form.
    pub closed: f64,
    /// By Monte Carlo.
    pub monte_carlo: Estimate,
    /// One against the other, within 4 standard errors.
    pub agree: Check,
}

impl Term {
    fn new(closed: f64, samples: impl IntoIterator<Item = f64>) -> Self {
        let monte_carlo = Estimate::from_samples(samples);
        Self { closed, agree: against(&monte_carlo, closed), monte_carlo }
    }
}

/// The divergence of one latent dimension, `KL = mu^2 / 2 + sigma^2 / 2 - log sigma - 1/2`, piece by piece, in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DimensionTerms {
    /// `mu_j^2 / 2`.
    pub half_mu_squared: f64,
    /// `sigma_j^2 / 2`.
    pub half_sigma_squared: f64,
    /// `-log sigma_j`.
    pub minus_log_sigma: f64,
    /// `-1/2`, which the deck drops.
    pub minus_half: f64,
    /// `KL(q(z_j|x) || N(0, 1))`, against the mean of `log q(z_j|x) - log p(z_j)`.
    pub kl: Term,
}

/// The loss of one image, in nats.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LossAnatomy {
    /// `E_q[log p(x|z)]`; a neural decoder leaves no closed form.
    pub expected_log_likelihood: Estimate,
    /// `E_q[log p(z)] = -1/2 sum_j (mu_j^2 + sigma_j^2) - (m/2) log 2 pi`.
    pub expected_log_prior: Term,
    /// `E_q[log q(z|x)] = -sum_j log sigma_j - (m/2) (1 + log 2 pi)`.
    pub expected_log_q: Term,
    /// `KL(q(z|x) || p(z))`.
    pub kl_to_prior: Term,
    /// The same, dimension by dimension.
    pub dimensions: Vec<DimensionTerms>,
    /// The simplified bound: likelihood by Monte Carlo, divergence in closed form.
    pub simplified: Estimate,
    /// The unsimplified bound: all three terms on the same samples.
    pub unsimplified: Estimate,
    /// Simplified against unsimplified, within 4 standard errors of their difference on the same samples.
    pub agree: Check,
    /// Pieces of the closed form against the function that the rest of the page uses.
    pub pieces: Check,
    /// Deck 000's sum without the constant: too large by m/2.
    pub without_constant: f64,
}

/// What [`loss_anatomy`] returns beside the numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Pictures {
    /// `E_q[p(x_j = 1|z)]`, `[pixels]`.
    pub mean: Vec<f64>,
    /// `E_q[-log p(x_j|z)]`, nats, `[pixels]`.
    pub cost: Vec<f64>,
}

/// Takes the loss of one image apart. `x` is the image, `mu` and `log_sigma` its code, `z` the samples of `q(z|x)` and `means` the
/// decoder's `p(x_j = 1|z)` for each of them, in single precision as a model gives them.
///
/// # Shapes
/// `x` `[pixels]`, `mu` and `log_sigma` `[m]`, `z` `[n * m]`, `means` `[n * pixels]`.
///
/// # Errors
/// Sizes that disagree, fewer than 2 samples, numbers that are not finite, pixels or means outside `[0, 1]`.
pub fn loss_anatomy(
    x: &[f32],
    mu: &[f64],
    log_sigma: &[f64],
    z: &[f32],
    means: &[f32],
) -> Result<(LossAnatomy, Pictures)> {
    all_finite("mu", mu)?;
    all_finite("log_sigma", log_sigma)?;
    same_size("log_sigma", log_sigma.len(), mu.len())?;
    unit_interval("pixel", x)?;
    let (m, pixels) = (mu.len(), x.len());
    let n = sample_count(z.len() / m)?;
    same_size("the samples z", z.len(), n * m)?;
    same_size("the decoded means", means.len(), n * pixels)?;
    unit_interval("decoded mean", means)?;

    let (log_likelihoods, pictures) = decoded(x, means);
    let sigma: Vec<f64> = log_sigma.iter().map(|s| s.exp()).collect();
    let log_prior = |i: usize, j: usize| log_normal_density(f64::from(z[i * m + j]), 0.0, 1.0);
    let log_q = |i: usize, j: usize| log_normal_density(f64::from(z[i * m + j]), mu[j], sigma[j]);
    let over_dimensions = |f: &dyn Fn(usize, usize) -> f64, i: usize| (0..m).map(|j| f(i, j)).sum::<f64>();
    let log_priors: Vec<f64> = (0..n).map(|i| over_dimensions(&log_prior, i)).collect();
    let log_qs: Vec<f64> = (0..n).map(|i| over_dimensions(&log_q, i)).collect();

    let half_m = 0.5 * m as f64;
    let squares: f64 = mu.iter().zip(&sigma).map(|(mu, sigma)| mu * mu + sigma * sigma).sum();
    let sum_log_sigma: f64 = log_sigma.iter().sum();
    let kl = kl_to_standard_normal(mu, log_sigma)?;
    let expected_log_prior = Term::new(-0.5 * squares - half_m * LOG_2_PI, log_priors.iter().copied());
    let expected_log_q = Term::new(-sum_log_sigma - half_m * (1.0 + LOG_2_PI), log_qs.iter().copied());
    let dimensions: Vec<DimensionTerms> = (0..m)
        .map(|j| DimensionTerms {
            half_mu_squared: 0.5 * mu[j] * mu[j],
            half_sigma_squared: 0.5 * sigma[j] * sigma[j],
            minus_log_sigma: -log_sigma[j],
            minus_half: -0.5,
            kl: Term::new(kl.per_dimension[j], (0..n).map(|i| log_q(i, j) - log_prior(i, j))),
        })
        .collect();
    let pieces: f64 =
        dimensions.iter().map(|d| d.half_mu_squared + d.half_sigma_squared + d.minus_log_sigma + d.minus_half).sum();
    let kl_to_prior = Term::new(kl.total, log_qs.iter().zip(&log_priors).map(|(q, p)| q - p));
    let expected_log_likelihood = Estimate::from_samples(log_likelihoods.iter().copied());
    let simplified = Estimate { mean: expected_log_likelihood.mean - kl.total, ..expected_log_likelihood };
    let unsimplified = Estimate::from_samples((0..n).map(|i| log_likelihoods[i] + log_priors[i] - log_qs[i]));
    let within = STANDARD_ERRORS * kl_to_prior.monte_carlo.standard_error + ROUNDING;
    Ok((
        LossAnatomy {
            agree: Check::absolute(simplified.mean, unsimplified.mean, within),
            pieces: Check::relative(pieces, kl.total, 1e-12),
            without_constant: pieces + half_m,
            expected_log_likelihood,
            expected_log_prior,
            expected_log_q,
            kl_to_prior,
            dimensions,
            simplified,
            unsimplified,
        },
        pictures,
    ))
}

/// `log p(x|z)` for each sample, and the pixels' averages over the samples.
fn decoded(x: &[f32], means: &[f32]) -> (Vec<f64>, Pictures) {
    let pixels = x.len();
    let (log_likelihoods, cost) =
        if x.iter().all(|x| *x == 0.0 || *x == 1.0) { binary_costs(x, means) } else { grey_costs(x, means) };
    let mut mean = vec![0.0; pixels];
    for image in means.chunks_exact(pixels) {
        mean.iter_mut().zip(image).for_each(|(sum, mean)| *sum += f64::from(*mean));
    }
    let n = log_likelihoods.len() as f64;
    let average = |sums: Vec<f64>| sums.into_iter().map(|sum| sum / n).collect();
    (log_likelihoods, Pictures { mean: average(mean), cost: average(cost) })
}

/// Log-likelihood of each image, and the sum of each pixel's cost, from cross-entropies.
fn grey_costs(x: &[f32], means: &[f32]) -> (Vec<f64>, Vec<f64>) {
    let mut cost = vec![0.0; x.len()];
    let log_likelihoods = means
        .chunks_exact(x.len())
        .map(|image| {
            let mut total = 0.0;
            for ((&x, &mean), cost) in x.iter().zip(image).zip(&mut cost) {
                let (x, s) = (f64::from(x), f64::from(mean));
                let ink = if x > 0.0 { x * s.max(LEAST).ln() } else { 0.0 };
                let paper = if x < 1.0 { (1.0 - x) * (1.0 - s).max(LEAST).ln() } else { 0.0 };
                total += ink + paper;
                *cost -= ink + paper;
            }
            total
        })
        .collect();
    (log_likelihoods, cost)
}

/// The same for binary pixels, with one logarithm for every 16 probabilities (their product stays above 1e-121): a figure in which q
/// is dragged asks for this many times a second.
fn binary_costs(x: &[f32], means: &[f32]) -> (Vec<f64>, Vec<f64>) {
    const TOGETHER: usize = 16;
    let pixels = x.len();
    let mut cost = vec![0.0; pixels];
    let mut columns = vec![1.0; pixels];
    let mut probabilities = vec![0.0; pixels];
    let mut log_likelihoods = Vec::with_capacity(means.len() / pixels);
    for some in means.chunks(TOGETHER * pixels) {
        for image in some.chunks_exact(pixels) {
            for (((p, column), &x), &mean) in probabilities.iter_mut().zip(&mut columns).zip(x).zip(image) {
                let s = f64::from(mean);
                *p = (if x == 1.0 { s } else { 1.0 - s }).max(LEAST);
                *column *= *p;
            }
            log_likelihoods.push(probabilities.chunks(TOGETHER).map(|some| some.iter().product::<f64>().ln()).sum());
        }
        for (cost, column) in cost.iter_mut().zip(&mut columns) {
            *cost -= column.ln();
            *column = 1.0;
        }
    }
    (log_likelihoods, cost)
}

/// The rounding of z in single precision is added: it matters only where the standard error is nearly 0.
fn against(estimate: &Estimate, closed: f64) -> Check {
    Check::absolute(estimate.mean, closed, STANDARD_ERRORS * estimate.standard_error + ROUNDING)
}

fn unit_interval(name: &str, values: &[f32]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::Empty { name: format!("{name}s") });
    }
    match values.iter().position(|value| !(0.0..=1.0).contains(value)) {
        Some(index) => Err(Error::OutOfRange {
            name: format!("{name} {}", index + 1),
            value: f64::from(values[index]),
            low: 0.0,
            high: 1.0,
        }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::{seeded, standard_normal};
    use elbo_numerics::special::sigmoid;

    /// A decoder of two pixels and two dimensions.
    fn example(n: usize, mu: [f64; 2], log_sigma: [f64; 2]) -> (LossAnatomy, Pictures) {
        let mut random = seeded(3);
        let mut draw = |j: usize| (mu[j] + log_sigma[j].exp() * standard_normal(&mut random)) as f32;
        let z: Vec<f32> = (0..2 * n).map(|k| draw(k % 2)).collect();
        let means: Vec<f32> = z
            .chunks(2)
            .flat_map(|z| [sigmoid(f64::from(z[0] + z[1])) as f32, sigmoid(f64::from(2.0 * z[0])) as f32])
            .collect();
        loss_anatomy(&[1.0, 0.0], &mu, &log_sigma, &z, &means).unwrap()
    }

    #[test]
    fn simplified_and_unsimplified_agree() {
        for (mu, log_sigma) in [([0.3, -1.4], [-0.5, -2.0]), ([0.0, 0.0], [0.0, 0.0]), ([3.0, -3.0], [0.5, -4.0])] {
            let (loss, pictures) = example(20_000, mu, log_sigma);
            assert!(loss.agree.holds && loss.pieces.holds, "{loss:?}");
            assert!(loss.expected_log_prior.agree.holds && loss.expected_log_q.agree.holds, "{loss:?}");
            assert!(loss.dimensions.iter().all(|d| d.kl.agree.holds), "{loss:?}");
            let cost: f64 = pictures.cost.iter().sum();
            assert!((cost + loss.expected_log_likelihood.mean).abs() < 1e-9);
            assert!((loss.without_constant - loss.kl_to_prior.closed - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_code_like_the_prior_costs_nothing() {
        let (loss, _) = example(100, [0.0, 0.0], [0.0, 0.0]);
        assert_eq!(loss.kl_to_prior.closed, 0.0);
        assert!(loss.kl_to_prior.monte_carlo.mean.abs() < 1e-12);
    }

    #[test]
    fn both_ways_to_sum_costs_agree() {
        let mut random = seeded(5);
        let means: Vec<f32> = (0..40 * 33).map(|_| elbo_numerics::random::uniform(&mut random) as f32).collect();
        let x: Vec<f32> = (0..40).map(|j| (j % 3 % 2) as f32).collect();
        let ((a, cost_a), (b, cost_b)) = (binary_costs(&x, &means), grey_costs(&x, &means));
        assert_eq!(a.len(), 33);
        assert!(a.iter().zip(&b).chain(cost_a.iter().zip(&cost_b)).all(|(a, b)| (a - b).abs() < 1e-10));
    }

    #[test]
    fn a_saturated_decoder_costs_a_finite_amount() {
        let (loss, _) = loss_anatomy(&[0.0, 1.0], &[0.0], &[0.0], &[0.1, 0.2], &[1.0, 0.0, 1.0, 0.0]).unwrap();
        assert!((loss.expected_log_likelihood.mean - 2.0 * LEAST.ln()).abs() < 1e-9);
    }

    #[test]
    fn bad_input_is_named() {
        let run = |x: &[f32], mu: &[f64], log_sigma: &[f64], z: &[f32], means: &[f32]| {
            loss_anatomy(x, mu, log_sigma, z, means).unwrap_err().to_string()
        };
        assert!(run(&[1.0], &[], &[], &[], &[]).contains("no mus"));
        assert!(run(&[1.0], &[0.0], &[0.0], &[0.1], &[0.5]).contains("at least 2"));
        assert!(run(&[2.0], &[0.0], &[0.0], &[0.1, 0.2], &[0.5, 0.5]).contains("pixel 1"));
        assert!(run(&[1.0], &[0.0], &[0.0], &[0.1, 0.2], &[0.5]).contains("decoded means"));
        assert!(run(&[1.0], &[0.0], &[0.0], &[0.1, 0.2], &[0.5, f32::NAN]).contains("decoded mean 2"));
        assert!(run(&[1.0], &[0.0], &[f64::NAN], &[0.1, 0.2], &[0.5, 0.5]).contains("log_sigma"));
    }
}
