//! Everything random in training, each from its own stream of one seed.
//!
//! A draw depends only on the seed, the purpose and the step (or epoch), so a run that was saved and restored continues
//! exactly, and one seed gives one run on every device.

use crate::stats::random::{Random, seeded_stream};
use rand_distr::{Distribution, StandardNormal};

/// What a stream is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights.
    Weights = 0,
    /// Order of the images in an epoch.
    Order = 1,
    /// Binarization and corruption of a batch.
    Pixels = 2,
    /// Epsilon of a batch.
    Epsilon = 3,
    /// Samples asked for by the reader.
    Samples = 4,
}

/// 2^24 words for each step or epoch: more than any batch draws.
const WORDS_PER_INDEX: u32 = 24;

/// The generator of `purpose` at step or epoch `index` of the run with `seed`.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Random {
    let mut random = seeded_stream(seed, purpose as u64);
    random.set_word_pos(u128::from(index) << WORDS_PER_INDEX);
    random
}

/// `n` draws of `N(0, 1)`.
pub fn standard_normals(n: usize, random: &mut Random) -> Vec<f32> {
    (0..n).map(|_| StandardNormal.sample(random)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_purpose_and_index_alone() {
        let draw = |purpose, index| standard_normals(4, &mut stream(7, purpose, index));
        assert_eq!(draw(Purpose::Epsilon, 3), draw(Purpose::Epsilon, 3));
        assert_ne!(draw(Purpose::Epsilon, 3), draw(Purpose::Epsilon, 4));
        assert_ne!(draw(Purpose::Epsilon, 3), draw(Purpose::Samples, 3));
    }
}
