//! A sampler without a density: a nonlinear map of Gaussian noise, as a decoder is.
//!
//! ```text
//! z ~ N(0, I),   x = g(z)
//! ```
//!
//! Draws cost one evaluation of g; p(x) would need every z with g(z) = x and the Jacobian there.
//!
//! Source: decks 000 and 002 (a sampler without a representation of the density).

use elbo_numerics::error::{Result, within_limit};
use elbo_numerics::random::{Random, standard_normal};

/// Most draws.
pub const MOST_DRAWS: usize = 200_000;

/// `g(z) = z + sin(3 z)` on the line: not monotone, so several z give the same x.
pub fn warp(z: f64) -> f64 {
    z + (3.0 * z).sin()
}

/// A map of the plane that rolls the Gaussian into a spiral arm.
///
/// With `r = 0.7 + 0.9 |z_1|`, angle `a = 2.4 z_1`: `x = r (cos a, sin a) + 0.15 z_2 (cos a, sin a)`.
pub fn warp_plane(z: [f64; 2]) -> [f64; 2] {
    let (sin, cos) = (2.4 * z[0]).sin_cos();
    let radius = 0.7 + 0.9 * z[0].abs() + 0.15 * z[1];
    [radius * cos, radius * sin]
}

/// n draws x = [`warp`]`(z)`.
///
/// # Errors
/// [`Error::Empty`](elbo_numerics::Error::Empty) or [`Error::OverLimit`](elbo_numerics::Error::OverLimit) for n.
pub fn sample(n: usize, random: &mut Random) -> Result<Vec<f64>> {
    within_limit("n", n, MOST_DRAWS)?;
    Ok((0..n).map(|_| warp(standard_normal(random))).collect())
}

/// n draws x = [`warp_plane`]`(z)`.
///
/// # Errors
/// As [`sample`].
pub fn sample_plane(n: usize, random: &mut Random) -> Result<Vec<[f64; 2]>> {
    within_limit("n", n, MOST_DRAWS)?;
    Ok((0..n).map(|_| warp_plane([standard_normal(random), standard_normal(random)])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_numerics::Estimate;
    use elbo_numerics::random::seeded;

    #[test]
    fn the_variance_of_the_warp() {
        // Var[z + sin 3z] = 1 + (1 - exp(-18)) / 2 + 2 E[z sin 3z], and E[z sin 3z] = 3 exp(-9/2).
        let exact = 1.0 + 0.5 * (1.0 - (-18f64).exp()) + 6.0 * (-4.5f64).exp();
        let draws = sample(50_000, &mut seeded(0)).unwrap();
        assert!(Estimate::from_samples(draws.iter().map(|x| x * x)).check_against(exact, 4.0).holds);
        assert!(sample(0, &mut seeded(0)).is_err() && sample_plane(MOST_DRAWS + 1, &mut seeded(0)).is_err());
        assert!(sample_plane(100, &mut seeded(0)).unwrap().iter().flatten().all(|x| x.is_finite()));
    }
}
