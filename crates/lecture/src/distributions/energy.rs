//! A density without a sampler: an energy can be evaluated anywhere, but draws from it need work.
//!
//! ```text
//! p(x) = exp(-E(x)) / Z,   Z = int exp(-E(x)) dx
//! ```
//!
//! Rejection sampling is exact and wasteful; a Metropolis chain wastes less and its draws depend on each other.
//!
//! Source: decks 000 and 002 (with a density at hand, sampling may still be hard); Metropolis et al. (1953).

use std::sync::LazyLock;

use elbo_numerics::error::{Error, Result, positive, within_limit};
use elbo_numerics::quadrature::{adaptive, composite};
use elbo_numerics::random::{Random, standard_normal, uniform, uniform_between};
use serde::Serialize;

/// Most draws.
pub const MOST_DRAWS: usize = 200_000;
/// Rejection gives up after this many proposals per draw.
const MOST_PROPOSALS: usize = 10_000;

/// `E(x)` on the line, in nats: two wells of different depth and a ripple.
///
/// `E(x) = (x^2 - 4)^2 / 8 - x / 2 + (1 - cos(5 x)) / 2`
pub fn energy(x: f64) -> f64 {
    (x * x - 4.0).powi(2) / 8.0 - 0.5 * x + 0.5 * (1.0 - (5.0 * x).cos())
}

/// `E(x)` in the plane, in nats: a ring of radius 2 with three bays.
///
/// `E(x) = 8 (|x| - 2)^2 + 3/4 (1 + cos(3 angle(x)))`
pub fn energy_plane(x: [f64; 2]) -> f64 {
    let radius = (x[0] * x[0] + x[1] * x[1]).sqrt();
    // cos(3 a) = 4 cos(a)^3 - 3 cos(a); at the centre the angle is taken to be 0.
    let cosine = if radius > 0.0 { x[0] / radius } else { 1.0 };
    8.0 * (radius - 2.0).powi(2) + 0.75 * (1.0 + cosine * (4.0 * cosine * cosine - 3.0))
}

/// Where the densities live: the interval, and the square of the plane; beyond it lies under 1e-12 of the mass.
pub const REACH: f64 = 5.0;

/// `Z` of [`energy`], by adaptive quadrature.
///
/// # Errors
/// Those of [`adaptive`].
pub fn normalizer() -> Result<f64> {
    static NORMALIZER: LazyLock<Result<f64>> =
        LazyLock::new(|| Ok(adaptive(-REACH, REACH, 1e-13, |x| (-energy(x)).exp())?.value));
    NORMALIZER.clone()
}

/// `Z` of [`energy_plane`], in polar coordinates, where it is a product.
pub fn normalizer_plane() -> f64 {
    let radial = composite(0.0, REACH, 20, |radius| radius * (-8.0 * (radius - 2.0).powi(2)).exp());
    let angular = composite(0.0, std::f64::consts::TAU, 12, |angle| (-0.75 * (1.0 + (3.0 * angle).cos())).exp());
    radial * angular
}

/// Density of the radius `|x|` for x from [`energy_plane`]: the angle integrates out, since the energy is a sum.
///
/// `p(r) = r exp(-8 (r - 2)^2) / int_0^inf r exp(-8 (r - 2)^2) dr`, per unit of radius.
///
/// # Shapes
/// One radius in, one density out; the function returned holds the normaliser.
pub fn radius_density() -> impl Fn(f64) -> f64 {
    let weight = |radius: f64| radius * (-8.0 * (radius - 2.0).powi(2)).exp();
    let whole = composite(0.0, REACH, 20, weight);
    move |radius| weight(radius) / whole
}

/// Draws with the share of proposals that became one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Draws<T> {
    /// The draws; a chain repeats a point when it stays.
    pub samples: Vec<T>,
    /// Accepted proposals over all proposals.
    pub acceptance: f64,
}

/// n independent draws by rejection: uniform proposals on the interval, kept with chance `exp(-1.1 - E(x))`; no energy is below -1.1.
///
/// # Errors
/// [`Error::Empty`] or [`Error::OverLimit`] for n.
pub fn reject(n: usize, random: &mut Random) -> Result<Draws<f64>> {
    rejection(n, random, |random| uniform_between(random, -REACH, REACH), |x| energy(*x), -1.1)
}

/// [`reject`] in the plane, from the square.
///
/// # Errors
/// As [`reject`].
pub fn reject_plane(n: usize, random: &mut Random) -> Result<Draws<[f64; 2]>> {
    let propose =
        |random: &mut Random| [uniform_between(random, -REACH, REACH), uniform_between(random, -REACH, REACH)];
    rejection(n, random, propose, |x| energy_plane(*x), 0.0)
}

/// `bound` must be at most the least energy.
fn rejection<T>(
    n: usize,
    random: &mut Random,
    propose: impl Fn(&mut Random) -> T,
    energy: impl Fn(&T) -> f64,
    bound: f64,
) -> Result<Draws<T>> {
    within_limit("n", n, MOST_DRAWS)?;
    let (mut samples, mut proposals) = (Vec::with_capacity(n), 0usize);
    while samples.len() < n {
        proposals += 1;
        let x = propose(random);
        if uniform(random) < (bound - energy(&x)).exp() {
            samples.push(x);
        }
        if proposals > MOST_PROPOSALS * n {
            let (error, tolerance) = (samples.len() as f64 / proposals as f64, 1.0 / MOST_PROPOSALS as f64);
            return Err(Error::NotConverged { what: "rejection sampling".to_owned(), error, tolerance });
        }
    }
    Ok(Draws { samples, acceptance: n as f64 / proposals as f64 })
}

/// n states of a Metropolis chain from `start`: propose `x + width epsilon`, accept with chance `exp(E(x) - E(x'))`.
///
/// Neighbouring states are alike: n states are worth fewer than n independent draws, and a narrow chain may stay in one well.
///
/// # Errors
/// [`Error::NotPositive`] for the width; [`Error::Empty`] or [`Error::OverLimit`] for n.
pub fn metropolis(n: usize, start: f64, width: f64, random: &mut Random) -> Result<Draws<f64>> {
    elbo_numerics::error::finite("the start of the chain", start)?;
    chain(n, start, width, random, |x, step, random| x + step * standard_normal(random), |x| energy(*x))
}

/// [`metropolis`] in the plane.
///
/// # Errors
/// As [`metropolis`].
pub fn metropolis_plane(n: usize, start: [f64; 2], width: f64, random: &mut Random) -> Result<Draws<[f64; 2]>> {
    elbo_numerics::error::all_finite("start coordinate", &start)?;
    chain(
        n,
        start,
        width,
        random,
        |x, step, random| x.map(|axis| axis + step * standard_normal(random)),
        |x| energy_plane(*x),
    )
}

fn chain<T: Copy>(
    n: usize,
    start: T,
    width: f64,
    random: &mut Random,
    propose: impl Fn(T, f64, &mut Random) -> T,
    energy: impl Fn(&T) -> f64,
) -> Result<Draws<T>> {
    within_limit("n", n, MOST_DRAWS)?;
    positive("the width of the proposal", width)?;
    let (mut here, mut accepted, mut samples) = (start, 0usize, Vec::with_capacity(n));
    for _ in 0..n {
        let next = propose(here, width, random);
        if uniform(random) < (energy(&here) - energy(&next)).exp() {
            here = next;
            accepted += 1;
        }
        samples.push(here);
    }
    Ok(Draws { samples, acceptance: accepted as f64 / n as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::Estimate;
    use elbo_numerics::random::seeded;

    #[test]
    fn the_bounds_of_rejection_hold() {
        let least = (0..=100_000).map(|i| energy(-REACH + 1e-4 * f64::from(i))).fold(f64::INFINITY, f64::min);
        assert!((-1.1..-0.6).contains(&least), "{least}");
        assert!((-energy(-REACH)).exp() < 1e-12 && (-energy(REACH)).exp() < 1e-12);
        assert!(
            energy_plane([2.0 * (std::f64::consts::PI / 3.0).cos(), 2.0 * (std::f64::consts::PI / 3.0).sin()]) < 1e-15
        );
    }

    #[test]
    fn normalizers_by_another_rule() {
        let sum: f64 = (0..10_000).map(|i| (-energy(-REACH + 1e-3 * (f64::from(i) + 0.5))).exp() * 1e-3).sum();
        assert!((normalizer().unwrap() - sum).abs() < 1e-9);
        let cell = |i: i32| -REACH + 0.02 * (f64::from(i) + 0.5);
        let plane: f64 =
            (0..500).flat_map(|i| (0..500).map(move |j| (-energy_plane([cell(i), cell(j)])).exp() * 4e-4)).sum();
        assert!((normalizer_plane() / plane - 1.0).abs() < 1e-6);
    }

    #[test]
    fn rejection_has_the_exact_mean() {
        let z = normalizer().unwrap();
        let mean = adaptive(-REACH, REACH, 1e-12, |x| x * (-energy(x)).exp()).unwrap().value / z;
        let draws = reject(20_000, &mut seeded(0)).unwrap();
        assert!(Estimate::from_samples(draws.samples).check_against(mean, 4.0).holds);
        let plane = reject_plane(5_000, &mut seeded(1)).unwrap();
        assert!(Estimate::from_samples(plane.samples.iter().map(|x| x[1])).check_against(0.0, 4.0).holds);
        assert!(plane.acceptance > 0.01 && plane.acceptance < 0.2);
    }

    #[test]
    fn a_narrow_chain_stays_in_its_well_and_a_wide_one_leaves() {
        let narrow = metropolis(2_000, -2.0, 0.05, &mut seeded(2)).unwrap();
        let wide = metropolis(20_000, -2.0, 2.5, &mut seeded(2)).unwrap();
        assert!(narrow.samples.iter().all(|x| *x < 0.0) && narrow.acceptance > 0.8);
        assert!(wide.samples.iter().any(|x| *x > 1.0) && wide.acceptance < narrow.acceptance);
        assert!(metropolis(10, 0.0, 0.0, &mut seeded(0)).is_err() && metropolis(0, 0.0, 1.0, &mut seeded(0)).is_err());
        assert_eq!(metropolis_plane(10, [2.0, 0.0], 0.5, &mut seeded(0)).unwrap().samples.len(), 10);
    }

    #[test]
    fn radii_follow_their_density() {
        let density = radius_density();
        assert!((composite(0.0, REACH, 40, &density) - 1.0).abs() < 1e-12);
        let draws = reject_plane(4000, &mut elbo_numerics::random::seeded(2)).unwrap().samples;
        let radii: Vec<f64> = draws.iter().map(|x| x[0].hypot(x[1])).collect();
        let histogram = crate::distributions::histogram::Histogram::of(&radii, 0.5, 3.5, 30).unwrap();
        assert!(histogram.compare(density).unwrap().check().holds);
    }
}
