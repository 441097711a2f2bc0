//! Everything random in training, each from its own stream of one seed.
//!
//! A draw depends only on the seed, the purpose and the step (or epoch), so a run that was saved and restored continues
//! exactly, and one seed gives one run on every device.

use elbo_numerics::random::{self, Random, seeded_stream};

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

/// 2^24 words for each step, epoch or image: more than any of them draws, the most being 100,000 codes of 64 dimensions at
/// about two words a normal number.
const WORDS_PER_INDEX: u32 = 24;

/// The generator of `purpose` at step or epoch `index` of the run with `seed`.
pub fn stream(seed: u64, purpose: Purpose, index: u64) -> Random {
    let mut random = seeded_stream(seed, purpose as u64);
    random.set_word_pos(u128::from(index) << WORDS_PER_INDEX);
    random
}

/// [`random::standard_normals`] in the precision of the models.
pub fn standard_normals(n: usize, random: &mut Random) -> Vec<f32> {
    (0..n).map(|_| random::standard_normal(random) as f32).collect()
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
