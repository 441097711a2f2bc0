//! What the one-dimensional figures need to know of a distribution: its log-density, a sampler, and where it lives.

use elbo_numerics::error::Result;
use elbo_numerics::quadrature::gaussian_breakpoints;
use elbo_numerics::random::Random;

/// A distribution on the real line with a density, made of Gaussians.
pub trait Density {
    /// `log p(x)` in nats; minus infinity where the density underflows.
    fn log_density(&self, x: f64) -> f64;

    /// One draw x ~ p.
    fn sample(&self, random: &mut Random) -> f64;

    /// The `(mean, sigma)` of every Gaussian that it is made of: where quadrature must look.
    fn gaussians(&self) -> Vec<(f64, f64)>;

    /// `p(x)`, per unit of x.
    fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }
}

/// Breakpoints for `int p(x) g(x) dx` where g has its features at those of q: both sets, within the reach of p.
///
/// # Errors
/// Those of [`gaussian_breakpoints`].
pub fn breakpoints_within(p: &impl Density, q: &impl Density) -> Result<Vec<f64>> {
    let gaussians = p.gaussians();
    let own = gaussian_breakpoints(&gaussians)?;
    let (low, high) = own.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let mut both = own.clone();
    both.extend(gaussian_breakpoints(&q.gaussians())?.into_iter().filter(|&x| low < x && x < high));
    both.sort_by(f64::total_cmp);
    let nearest = 1e-12 * (high - low);
    both.dedup_by(|next, kept| *next - *kept <= nearest);
    Ok(both)
}
