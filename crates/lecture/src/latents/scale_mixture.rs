//! The smallest latent variable model of the lecture: a random scale.
//!
//! ```text
//! z ~ U[a, b],   x | z ~ N(mu, z^2)
//! p(x) = 1/(b - a) int_a^b N(x; mu, z^2) dz,   Var[x] = E[z^2] = (a^2 + a b + b^2) / 3
//! ```
//!
//! Source: deck 000 (example of a latent generative model).

use elbo_numerics::error::{Error, Result, all_finite, finite, positive};
use elbo_numerics::grid::{Surface, linspace};
use elbo_numerics::quadrature::{GAUSSIAN_REACH, composite, composite_many};
use elbo_numerics::random::{Random, uniform_between};
use elbo_numerics::{Check, Estimate};

use crate::distributions::gaussian::Gaussian;

/// Panels of the integral over log z span at most this; 16 nodes then leave an error under rounding.
const PANEL_WIDTH: f64 = 0.5;
/// Relative error that the integrals over x may have: 16 nodes a panel leave far less, at any b / a.
const TOLERANCE: f64 = 1e-10;
/// Exponents in nats beyond which p(x) counts as 0: their own rounding would soon be worth nats, and the panels have no width.
const FARTHEST: f64 = 1e12;
/// Largest b / a: beyond it p(x) is a needle on a plain that no figure can show.
const WIDEST: f64 = 1e6;

/// The model with its parameters theta = (a, b, mu).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleMixture {
    low: f64,
    high: f64,
    mean: f64,
}

impl ScaleMixture {
    /// `z ~ U[a, b]`, `x | z ~ N(mu, z^2)`.
    ///
    /// # Errors
    /// [`Error::NotPositive`] for a, [`Error::NotFinite`], [`Error::EmptyInterval`] unless `a < b`,
    /// [`Error::OutOfRange`] if b is over a million times a.
    pub fn new(a: f64, b: f64, mu: f64) -> Result<Self> {
        let (low, high, mean) = (positive("a", a)?, finite("b", b)?, finite("mu", mu)?);
        if low >= high {
            return Err(Error::EmptyInterval { low, high });
        }
        if high / low > WIDEST {
            return Err(Error::OutOfRange { name: "b / a".to_owned(), value: high / low, low: 1.0, high: WIDEST });
        }
        Ok(Self { low, high, mean })
    }

    /// `p(z) = 1 / (b - a)` inside [a, b], else 0; per unit of z.
    pub fn prior(&self, z: f64) -> f64 {
        if (self.low..=self.high).contains(&z) { 1.0 / (self.high - self.low) } else { 0.0 }
    }

    /// `p(x, z) = N(x; mu, z^2) p(z)`, per unit of x and of z.
    pub fn joint(&self, x: f64, z: f64) -> f64 {
        let prior = self.prior(z);
        if prior == 0.0 { 0.0 } else { prior * Gaussian::new(self.mean, z).map_or(0.0, |p| p.density(x)) }
    }

    /// `p(x) = int p(x, z) dz` by quadrature over log z, per unit of x.
    pub fn density(&self, x: f64) -> f64 {
        self.log_density(x).exp()
    }

    /// `log p(x)`, in nats; finite also where p(x) underflows, minus infinity from an exponent of 1e12 nats on.
    pub fn log_density(&self, x: f64) -> f64 {
        let (log_scale, [mass]) = self.over_scales(x, |_| [1.0]);
        log_scale + (mass / (self.high - self.low)).ln()
    }

    /// `p(z | x) = p(x, z) / p(x)`, per unit of z.
    pub fn posterior(&self, x: f64, z: f64) -> f64 {
        self.posterior_given(x, z, self.log_density(x))
    }

    /// [`Self::posterior`] at many z, with one integral for all of them.
    pub fn posterior_over(&self, x: f64, z: &[f64]) -> Vec<f64> {
        let log_density = self.log_density(x);
        z.iter().map(|&z| self.posterior_given(x, z, log_density)).collect()
    }

    fn posterior_given(&self, x: f64, z: f64, log_density: f64) -> f64 {
        match Gaussian::new(self.mean, z) {
            Ok(conditional) if self.prior(z) > 0.0 => {
                (conditional.log_density(x) + self.prior(z).ln() - log_density).exp()
            }
            _ => 0.0,
        }
    }

    /// `E[z | x] = int z p(z | x) dz` by quadrature.
    pub fn posterior_mean(&self, x: f64) -> f64 {
        let (_, [mass, moment]) = self.over_scales(x, |z| [1.0, z]);
        moment / mass
    }

    /// `int_a^b f(z) N(x; mu, z^2) dz`, as the logarithm of a common factor and what it multiplies.
    ///
    /// With `u = log z` the integrand is `phi((x - mu) exp(-u)) f(exp(u))`, smooth for any ratio b / a. The factor is
    /// `exp(-((x - mu) / b)^2 / 2)`. Far out only scales near b matter: the panels there are as narrow as they must be.
    fn over_scales<const K: usize>(&self, x: f64, f: impl Fn(f64) -> [f64; K]) -> (f64, [f64; K]) {
        let (low, high, distance) = (self.low.ln(), self.high.ln(), (x - self.mean).abs());
        let largest = 0.5 * (distance / self.high).powi(2);
        let mut sums = [0.0; K];
        if largest > FARTHEST {
            return (f64::NEG_INFINITY, sums);
        }
        let (mut top, mut width) = (high, PANEL_WIDTH.min(2.0 / largest));
        while top > low {
            let bottom = (top - width).max(low);
            let panel = composite_many(bottom, top, 1, |u| {
                let exponent = largest - 0.5 * (distance * (-u).exp()).powi(2);
                f(u.exp()).map(|value| value * exponent.exp())
            });
            sums.iter_mut().zip(panel).for_each(|(sum, part)| *sum += part);
            (top, width) = (bottom, PANEL_WIDTH.min(2.0 * width));
        }
        (-largest, sums.map(|sum| sum * Gaussian::STANDARD.density(0.0)))
    }

    /// `int p(x) dx` by quadrature, against 1.
    pub fn mass(&self) -> Check {
        let mass = 2.0 * self.half_line(|distance| self.density(self.mean + distance));
        Check::absolute(mass, 1.0, TOLERANCE)
    }

    /// `E[z^2] = (a^2 + a b + b^2) / 3`, in the unit of x squared.
    pub fn variance(&self) -> f64 {
        (self.low * self.low + self.low * self.high + self.high * self.high) / 3.0
    }

    /// `int (x - mu)^2 p(x) dx` by quadrature, against [`Self::variance`].
    pub fn variance_check(&self) -> Check {
        let moment = |distance: f64| distance * distance * self.density(self.mean + distance);
        let quadrature = 2.0 * self.half_line(moment);
        Check::absolute(quadrature, self.variance(), TOLERANCE * self.variance())
    }

    /// The mean of `(x - mu)^2` over draws x, with the standard error that it has exactly:
    /// `Var[(x - mu)^2] = 3 E[z^4] - E[z^2]^2`, `E[z^4] = (b^5 - a^5) / (5 (b - a))`.
    ///
    /// # Errors
    /// [`Error::Empty`] or [`Error::NotFinite`] for the draws.
    pub fn sample_variance(&self, draws: &[f64]) -> Result<Estimate> {
        all_finite("draw", draws)?;
        let mean = draws.iter().map(|x| (x - self.mean).powi(2)).sum::<f64>() / draws.len() as f64;
        let (a, b) = (self.low, self.high);
        // The quotient of powers, divided out, so that a close to b loses nothing.
        let fourth = (a.powi(4) + a.powi(3) * b + (a * b).powi(2) + a * b.powi(3) + b.powi(4)) / 5.0;
        let standard_error = ((3.0 * fourth - self.variance().powi(2)) / draws.len() as f64).sqrt();
        Ok(Estimate { mean, standard_error, n: draws.len() })
    }

    /// `int_0^inf f(|x - mu|)`, where f lives at every scale between a and b: panels that double in width.
    fn half_line(&self, mut f: impl FnMut(f64) -> f64) -> f64 {
        let (end, mut low, mut high, mut sum) = (self.high * GAUSSIAN_REACH, 0.0, self.low, 0.0);
        while low < end {
            sum += composite(low, high.min(end), 1, &mut f);
            (low, high) = (high, 2.0 * high);
        }
        sum
    }

    /// One draw in two steps, as `(z, x)`: a scale z ~ U[a, b], then x ~ N(mu, z^2).
    pub fn sample(&self, random: &mut Random) -> (f64, f64) {
        let z = uniform_between(random, self.low, self.high);
        (z, self.mean + z * elbo_numerics::random::standard_normal(random))
    }

    /// The joint density on a grid: x along x, z along y.
    ///
    /// # Errors
    /// Those of [`linspace`].
    pub fn joint_surface(&self, x: (f64, f64, usize), z: (f64, f64, usize)) -> Result<Surface> {
        Ok(Surface::evaluate(linspace(x.0, x.1, x.2)?, linspace(z.0, z.1, z.2)?, |x, z| self.joint(x, z)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::random::seeded;
    use statrs::function::exponential::integral;

    #[test]
    fn the_density_is_a_difference_of_exponential_integrals() {
        // With t = (x - mu)^2 / (2 z^2), dz / z = -dt / (2 t): p(x) = (E1(t_b) - E1(t_a)) / (2 sqrt(2 pi) (b - a)).
        let model = ScaleMixture::new(0.4, 1.7, -0.5).unwrap();
        for x in [-3.0, -0.6, 0.1, 2.5] {
            let t = |z: f64| (x + 0.5f64).powi(2) / (2.0 * z * z);
            let difference = integral(t(1.7), 1).unwrap() - integral(t(0.4), 1).unwrap();
            let expected = difference / (2.0 * std::f64::consts::TAU.sqrt() * 1.3);
            assert!((model.density(x) - expected).abs() < 1e-13 * expected.max(0.01), "{x}");
        }
        let peak = (1.7f64 / 0.4).ln() / (std::f64::consts::TAU.sqrt() * 1.3);
        assert!((model.density(-0.5) - peak).abs() < 1e-14);
    }

    #[test]
    fn mass_and_variance_hold_at_extremes() {
        for (a, b, mu) in
            [(0.5, 2.0, 0.0), (1.0, 1.000_001, 3.0), (1e-5, 1.0, -2.0), (1e-3, 1e3, 0.0), (50.0, 100.0, 7.0)]
        {
            let model = ScaleMixture::new(a, b, mu).unwrap();
            let (mass, variance) = (model.mass(), model.variance_check());
            assert!(mass.holds && variance.holds, "{a} {b}: {mass:?} {variance:?}");
        }
    }

    #[test]
    fn two_step_samples_have_the_variance() {
        let (model, mut random) = (ScaleMixture::new(0.5, 2.0, 1.0).unwrap(), seeded(3));
        let draws: Vec<f64> = (0..20_000).map(|_| model.sample(&mut random).1).collect();
        let exact = model.sample_variance(&draws).unwrap();
        assert!(exact.check_against(model.variance(), 4.0).holds);
        let sampled = Estimate::from_samples(draws.iter().map(|x| (x - 1.0).powi(2)));
        assert!((exact.standard_error / sampled.standard_error - 1.0).abs() < 0.05);
        assert!((exact.mean - sampled.mean).abs() < 1e-12);
    }

    #[test]
    fn the_posterior_integrates_to_one() {
        let model = ScaleMixture::new(0.5, 2.0, 1.0).unwrap();
        assert!((composite(0.5, 2.0, 8, |z| model.posterior(2.3, z)) - 1.0).abs() < 1e-13);
        for x in [-4.0, 1.0, 40.0] {
            let mass = composite(0.5, 2.0, 64, |z| model.posterior(x, z));
            assert!((mass - 1.0).abs() < 1e-12, "{x}: {mass}");
        }
        // Beyond the reach of a double p(x) is 0, and its logarithm and the posterior are not.
        let far = ScaleMixture::new(0.1, 0.2, -2.0).unwrap();
        assert!(far.log_density(7.0).is_finite() && far.density(7.0) == 0.0);
        assert!((far.posterior_mean(7.0) - 0.2).abs() < 2e-4);
        let mean = composite(0.5, 2.0, 8, |z| z * model.posterior(2.3, z));
        assert!((model.posterior_mean(2.3) - mean).abs() < 1e-13);
        assert_eq!(model.joint(1.0, 2.1), 0.0);
        assert_eq!(model.joint_surface((-1.0, 1.0, 3), (0.0, 2.0, 2)).unwrap().values.len(), 6);
    }

    #[test]
    fn bad_parameters_are_refused() {
        for (a, b) in
            [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (1.0, 1.0), (1e-9, 1.0), (1.0, f64::INFINITY), (f64::NAN, 1.0)]
        {
            assert!(ScaleMixture::new(a, b, 0.0).is_err(), "{a} {b}");
        }
    }

    #[test]
    fn a_point_at_any_distance_has_an_answer() {
        let model = ScaleMixture::new(0.5, 2.0, 0.0).unwrap();
        assert!(model.log_density(1e6).is_finite() && model.density(1e6) == 0.0);
        assert_eq!((model.density(1e100), model.density(1e200), model.density(f64::MAX)), (0.0, 0.0, 0.0));
    }
}
