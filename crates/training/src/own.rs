//! The reader's own images, divided into those that are trained on and those that are kept for the test.

use elbo_data::Shard;
use elbo_data::own::Collection;
use elbo_data::shard::MAXIMUM_IMAGES;
use rand::RngExt;
use serde::Serialize;

use super::streams::{Purpose, stream};

/// Fewest images to train on.
pub const LEAST: usize = 10;

/// One image of this many is kept for the test.
const BLOCK: usize = 10;
const HOLD_OUT_SEED: u64 = 10;

/// A reader's images. Of every ten in order, one, drawn by a fixed seed, is held out: never trained on, by any source. An
/// image's part does not change when others are appended, so what a model was trained on cannot become its test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnImages {
    collection: Collection,
    count: usize,
    /// Which of each ten is held out.
    held_out: Vec<usize>,
}

/// What the page shows about them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnReport {
    /// Number of images.
    pub images: usize,
    /// Images that have a label.
    pub labelled: usize,
    /// Images kept for the test.
    pub held_out: usize,
    /// First digits of the SHA-256 of the pixels.
    pub identity: String,
}

impl OwnImages {
    /// Divides a collection.
    pub fn new(collection: Collection) -> Self {
        let count = collection.count();
        let mut random = stream(HOLD_OUT_SEED, Purpose::Order, 0);
        let held_out = (0..count.div_ceil(BLOCK)).map(|block| BLOCK * block + random.random_range(0..BLOCK));
        let held_out = held_out.filter(|&index| index < count).collect();
        Self { collection, count, held_out }
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Identity of the pixels.
    pub fn identity(&self) -> &str {
        &self.collection.identity
    }

    /// Indices of the images that are trained on, in order.
    pub fn train(&self) -> impl Iterator<Item = usize> + '_ {
        let mut held_out = self.held_out.iter().copied().peekable();
        (0..self.count).filter(move |index| held_out.next_if_eq(index).is_none())
    }

    /// Indices of the images kept for the test, in order.
    pub fn held_out(&self) -> impl Iterator<Item = usize> + '_ {
        self.held_out.iter().copied()
    }

    /// The file of image `index`, and its place there.
    pub fn locate(&self, index: usize) -> Option<(&Shard, usize)> {
        let shard = self.collection.shards.get(index / MAXIMUM_IMAGES)?;
        let offset = index % MAXIMUM_IMAGES;
        (offset < shard.count()).then_some((shard, offset))
    }

    /// What the page shows.
    pub fn report(&self) -> OwnReport {
        let Collection { labelled, identity, .. } = &self.collection;
        OwnReport { images: self.count, labelled: *labelled, held_out: self.held_out.len(), identity: identity.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_data::own::{NO_LABEL, drawings};
    use elbo_model::PIXELS;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn own(count: usize) -> OwnImages {
        OwnImages::new(drawings(&vec![0; count * PIXELS], &vec![NO_LABEL; count]).unwrap())
    }

    proptest! {
        #[test]
        fn a_tenth_is_held_out_and_stays_so(count in LEAST..300, more in 0usize..40) {
            let (few, many) = (own(count), own(count + more));
            let train: HashSet<_> = few.train().collect();
            let held_out: HashSet<_> = few.held_out().collect();
            prop_assert!(train.is_disjoint(&held_out));
            prop_assert_eq!(train.len() + held_out.len(), count);
            prop_assert!((count / BLOCK..=count.div_ceil(BLOCK)).contains(&held_out.len()));
            prop_assert!(train.is_subset(&many.train().collect()));
            prop_assert!(held_out.is_subset(&many.held_out().collect()));
        }
    }
}
