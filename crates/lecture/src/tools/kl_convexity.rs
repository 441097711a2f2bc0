//! KL is convex in the pair (p, q): mixing two pairs never costs more than mixing their divergences.
//!
//! ```text
//! KL(t p1 + (1-t) p2 || t q1 + (1-t) q2)  <=  t KL(p1 || q1) + (1-t) KL(p2 || q2)
//! ```
//!
//! Source: deck 000 (convex in both arguments); Cover and Thomas, Elements of Information Theory, theorem 2.7.2.

use elbo_numerics::error::{Error, Result};
use serde::Serialize;

use crate::distributions::gaussian::Gaussian;
use crate::distributions::mixture::Mixture;
use crate::tools::kl::{kl_gaussian, kl_quadrature};

/// Both sides of the inequality at one weight.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Convexity {
    /// Weight of the first pair.
    pub t: f64,
    /// `KL` of the mixtures, by quadrature, in nats.
    pub curve: f64,
    /// The chord `t KL(p1 || q1) + (1-t) KL(p2 || q2)`, closed form, in nats.
    pub chord: f64,
    /// `chord - curve`, at least 0, in nats.
    pub gap: f64,
}

/// Both sides at weight t for the pairs `(p[0], q[0])` and `(p[1], q[1])`.
///
/// With `q[0] = q[1]` it shows convexity in p alone, with `p[0] = p[1]` in q alone.
///
/// # Errors
/// [`Error::OutOfRange`] for t outside 0 to 1; those of [`kl_quadrature`].
pub fn convexity(p: [Gaussian; 2], q: [Gaussian; 2], t: f64) -> Result<Convexity> {
    if !(0.0..=1.0).contains(&t) {
        return Err(Error::OutOfRange { name: "the weight t".to_owned(), value: t, low: 0.0, high: 1.0 });
    }
    let weights = vec![t, 1.0 - t];
    let mixed = kl_quadrature(&Mixture::new(weights.clone(), p.to_vec())?, &Mixture::new(weights, q.to_vec())?)?;
    // Quadrature can be below 0 by rounding where the mixtures coincide.
    let curve = mixed.value.max(0.0);
    let chord = t * kl_gaussian(&p[0], &q[0]) + (1.0 - t) * kl_gaussian(&p[1], &q[1]);
    Ok(Convexity { t, curve, chord, gap: chord - curve })
}

/// [`convexity`] at each of `weights`, for drawing curve and chord.
///
/// # Errors
/// As [`convexity`].
pub fn convexity_curve(p: [Gaussian; 2], q: [Gaussian; 2], weights: &[f64]) -> Result<Vec<Convexity>> {
    weights.iter().map(|&t| convexity(p, q, t)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chord_is_above_the_curve_and_meets_it_at_the_ends() {
        let gaussian = |mean, sigma| Gaussian::new(mean, sigma).unwrap();
        let (p, q) = ([gaussian(0.0, 1.0), gaussian(3.0, 0.5)], [gaussian(1.0, 2.0), gaussian(-1.0, 0.7)]);
        let curve = convexity_curve(p, q, &[0.0, 0.25, 0.5, 0.75, 1.0]).unwrap();
        assert!(curve.iter().all(|point| point.gap > -1e-10 * point.chord));
        assert!(curve[0].gap.abs() < 1e-10 * curve[0].chord && curve[4].gap.abs() < 1e-10);
        assert!(curve[2].gap > 0.1, "{curve:?}");
        assert!(convexity(p, q, 1.1).is_err() && convexity(p, q, f64::NAN).is_err());
    }
}
