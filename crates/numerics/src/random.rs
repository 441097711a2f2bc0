//! One seeded generator for everything random in the lecture, so that every figure can be drawn again exactly.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// The generator of the lecture: ChaCha with 8 rounds, the same stream on every machine.
pub type Random = ChaCha8Rng;

/// A generator whose stream depends on `seed` alone.
pub fn seeded(seed: u64) -> Random {
    Random::seed_from_u64(seed)
}

/// A generator for part `stream` of a computation with `seed`; different streams do not overlap.
pub fn seeded_stream(seed: u64, stream: u64) -> Random {
    let mut random = seeded(seed);
    random.set_stream(stream);
    random
}

/// One draw of epsilon ~ N(0, 1).
pub fn standard_normal(random: &mut Random) -> f64 {
    random.sample(StandardNormal)
}

/// `n` draws of epsilon ~ N(0, 1).
pub fn standard_normals(random: &mut Random, n: usize) -> Vec<f64> {
    (0..n).map(|_| standard_normal(random)).collect()
}

/// One draw of u ~ U[0, 1).
pub fn uniform(random: &mut Random) -> f64 {
    random.random()
}

/// One draw of u ~ U[low, high); `low` itself if the interval is empty.
pub fn uniform_between(random: &mut Random, low: f64, high: f64) -> f64 {
    low + (high - low) * uniform(random)
}

/// One draw of an index with probability proportional to its weight (inverse of the cumulative sum).
///
/// Weights that sum to a little less than the draw through rounding give the last index; no weights give 0.
pub fn categorical(random: &mut Random, weights: &[f64]) -> usize {
    let mut remaining = uniform(random) * weights.iter().sum::<f64>();
    for (index, weight) in weights.iter().enumerate() {
        if remaining < *weight {
            return index;
        }
        remaining -= weight;
    }
    weights.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Estimate;

    #[test]
    fn same_seed_same_numbers() {
        assert_eq!(standard_normals(&mut seeded(3), 5), standard_normals(&mut seeded(3), 5));
        assert_ne!(standard_normals(&mut seeded(3), 5), standard_normals(&mut seeded(4), 5));
        assert_ne!(standard_normals(&mut seeded_stream(3, 1), 5), standard_normals(&mut seeded_stream(3, 2), 5));
    }

    #[test]
    fn moments_of_the_standard_normal() {
        let draws = standard_normals(&mut seeded(0), 40_000);
        assert!(Estimate::from_samples(draws.iter().copied()).check_against(0.0, 4.0).holds);
        assert!(Estimate::from_samples(draws.iter().map(|e| e * e)).check_against(1.0, 4.0).holds);
    }

    #[test]
    fn categorical_follows_its_weights() {
        let mut random = seeded(1);
        let hits = (0..20_000).map(|_| f64::from(u8::from(categorical(&mut random, &[0.2, 0.3, 0.5]) == 1)));
        assert!(Estimate::from_samples(hits).check_against(0.3, 4.0).holds);
    }
}
