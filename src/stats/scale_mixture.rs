//! The smallest latent variable model of the lecture: a random scale.
//!
//! ```text
//! z ~ U[a, b],   x | z ~ N(mu, z^2)
//! p(x) = 1/(b - a) int_a^b N(x; mu, z^2) dz,   Var[x] = E[z^2] = (a^2 + a b + b^2) / 3
//! ```
//!
//! Source: deck 000 (example of a latent generative model).

use super::Check;
use super::error::{Error, Result, finite, positive};
use super::gaussian::Gaussian;
use super::grid::{Surface, linspace};
use super::quadrature::{GAUSSIAN_REACH, Tolerance, adaptive_between, composite};
use super::random::{Random, uniform_between};

/// Panels of the integral over log z span at most this; 16 nodes then leave an error under rounding.
const PANEL_WIDTH: f64 = 0.5;
/// The integrals over x are asked for this accuracy; the checks allow ten times as much.
const TOLERANCE: f64 = 1e-11;
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
    ///
    /// With `u = log z` the integrand is `phi((x - mu) exp(-u))`, smooth for any ratio b / a.
    pub fn density(&self, x: f64) -> f64 {
        let (low, high, distance) = (self.low.ln(), self.high.ln(), (x - self.mean).abs());
        let panels = ((high - low) / PANEL_WIDTH).ceil().max(1.0) as usize;
        let area = composite(low, high, panels, |u| Gaussian::STANDARD.density(distance * (-u).exp()));
        area / (self.high - self.low)
    }

    /// `p(z | x) = p(x, z) / p(x)`, per unit of z; NaN where p(x) underflows, 40 times b from mu.
    pub fn posterior(&self, x: f64, z: f64) -> f64 {
        self.joint(x, z) / self.density(x)
    }

    /// `int p(x) dx` by quadrature, against 1.
    ///
    /// # Errors
    /// Those of [`adaptive_between`].
    pub fn mass(&self) -> Result<Check> {
        let mass = 2.0 * self.half_line(|distance| self.density(self.mean + distance), 1.0)?;
        Ok(Check::absolute(mass, 1.0, 10.0 * TOLERANCE))
    }

    /// `E[z^2] = (a^2 + a b + b^2) / 3`, in the unit of x squared.
    pub fn variance(&self) -> f64 {
        (self.low * self.low + self.low * self.high + self.high * self.high) / 3.0
    }

    /// `int (x - mu)^2 p(x) dx` by quadrature, against [`Self::variance`].
    ///
    /// # Errors
    /// Those of [`adaptive_between`].
    pub fn variance_check(&self) -> Result<Check> {
        let moment = |distance: f64| distance * distance * self.density(self.mean + distance);
        let quadrature = 2.0 * self.half_line(moment, self.variance())?;
        Ok(Check::absolute(quadrature, self.variance(), 10.0 * TOLERANCE * self.variance()))
    }

    /// `int_0^inf f(|x - mu|)`, where f lives at every scale between a and b.
    fn half_line(&self, f: impl FnMut(f64) -> f64, size: f64) -> Result<f64> {
        let mut points = vec![0.0];
        let mut scale = self.low;
        while scale < self.high * GAUSSIAN_REACH {
            points.push(scale);
            scale *= 4.0;
        }
        points.push(self.high * GAUSSIAN_REACH);
        points.dedup();
        let tolerance = Tolerance { relative: TOLERANCE, absolute: 1e-15 * size };
        Ok(adaptive_between(&points, tolerance, f)?.value)
    }

    /// One draw in two steps, as `(z, x)`: a scale z ~ U[a, b], then x ~ N(mu, z^2).
    pub fn sample(&self, random: &mut Random) -> (f64, f64) {
        let z = uniform_between(random, self.low, self.high);
        (z, self.mean + z * super::random::standard_normal(random))
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
    use crate::stats::Estimate;
    use crate::stats::random::seeded;
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
            let (mass, variance) = (model.mass().unwrap(), model.variance_check().unwrap());
            assert!(mass.holds && variance.holds, "{a} {b}: {mass:?} {variance:?}");
        }
    }

    #[test]
    fn two_step_samples_have_the_variance() {
        let (model, mut random) = (ScaleMixture::new(0.5, 2.0, 1.0).unwrap(), seeded(3));
        let squares = (0..20_000).map(|_| (model.sample(&mut random).1 - 1.0).powi(2));
        assert!(Estimate::from_samples(squares).check_against(model.variance(), 4.0).holds);
    }

    #[test]
    fn the_posterior_integrates_to_one() {
        let model = ScaleMixture::new(0.5, 2.0, 1.0).unwrap();
        assert!((composite(0.5, 2.0, 8, |z| model.posterior(2.3, z)) - 1.0).abs() < 1e-13);
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
}
