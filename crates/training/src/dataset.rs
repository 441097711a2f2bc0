//! The images available now: shards arrive one by one, and some may never arrive.

use std::sync::Arc;

use elbo_data::{Manifest, Shard};
use elbo_model::SIDE;

use super::own::{LEAST, OwnImages};
use super::{Error, Source};

pub use elbo_data::manifest::Split;

/// One data file's place in the data set.
#[derive(Debug, Clone)]
enum Slot {
    /// Not here yet.
    Awaited,
    /// Here.
    Ready(Arc<Shard>),
    /// Will not come.
    Missing,
}

/// Whether an image can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It is here.
    Ready,
    /// Its file is still on its way.
    Awaited,
    /// Its file could not be used.
    Missing,
}

/// Positions from here on are those of the reader's own images, in both splits.
pub const OWN: usize = 1 << 24;

/// Training and test images, file by file, in the manifest's order, and the reader's own. A clone shares the images.
#[derive(Debug, Clone, Default)]
pub struct Dataset {
    train: Files,
    test: Files,
    own: Option<Arc<OwnImages>>,
}

#[derive(Debug, Clone, Default)]
struct Files {
    files: Vec<(String, usize, Slot)>,
}

impl Files {
    fn locate(&self, index: usize) -> Option<(&Slot, usize)> {
        let mut offset = index;
        for (_, images, slot) in &self.files {
            if offset < *images {
                return Some((slot, offset));
            }
            offset -= images;
        }
        None
    }

    fn ready(&self) -> usize {
        let ready = |slot: &Slot| matches!(slot, Slot::Ready(_));
        self.files.iter().filter(|(_, _, slot)| ready(slot)).map(|(_, images, _)| images).sum()
    }
}

impl Dataset {
    /// A data set of the manifest's files, none of which is here yet.
    pub fn new(manifest: &Manifest) -> Self {
        let files = |split| Files {
            files: manifest
                .shards
                .iter()
                .filter(|shard| shard.split == split)
                .map(|shard| (shard.file.clone(), shard.images, Slot::Awaited))
                .collect(),
        };
        Self { train: files(Split::Train), test: files(Split::Test), own: None }
    }

    /// A data set that is already here, as one file each.
    pub fn of_shards(train: Shard, test: Shard) -> Self {
        Self::of_files(vec![train], test)
    }

    /// A data set that is already here.
    pub fn of_files(train: Vec<Shard>, test: Shard) -> Self {
        let file = |name: &str, shard: Shard| (name.to_owned(), shard.count(), Slot::Ready(Arc::new(shard)));
        let train = train.into_iter().map(|shard| file("train", shard)).collect();
        Self { train: Files { files: train }, test: Files { files: vec![file("test", test)] }, own: None }
    }

    /// Takes the reader's own images in place of those there were; `None` for none.
    pub fn set_own(&mut self, own: Option<Arc<OwnImages>>) {
        self.own = own;
    }

    /// The reader's own images.
    pub fn own(&self) -> Option<&Arc<OwnImages>> {
        self.own.as_ref()
    }

    /// Identity of the reader's images among those that `source` trains on; empty when there are none.
    pub fn identity(&self, source: Source) -> &str {
        match (source, &self.own) {
            (Source::Mnist, _) | (_, None) => "",
            (Source::Own | Source::Mixed, Some(own)) => own.identity(),
        }
    }

    /// Whether there are enough of the reader's images to train on.
    ///
    /// # Errors
    ///
    /// [`Error::OwnImages`].
    pub fn enough_own(&self) -> Result<(), Error> {
        let found = self.own.as_ref().map_or(0, |own| own.count());
        if found >= LEAST { Ok(()) } else { Err(Error::OwnImages { found, needed: LEAST }) }
    }

    /// Positions of the reader's images that are trained on.
    pub fn own_train(&self) -> Vec<u32> {
        let own = self.own.iter().flat_map(|own| own.train());
        own.map(|index| (OWN + index) as u32).collect()
    }

    /// Puts a decoded file in its place; false when the manifest does not name it, when it holds another number of images, and
    /// when they are not of 28 x 28 pixels, as the model needs them.
    #[must_use]
    pub fn insert(&mut self, file: &str, shard: Shard) -> bool {
        let found = shard.count();
        match self.slot(file) {
            Some((expected, slot)) if *expected == found && shard.size() == (SIDE, SIDE) => {
                *slot = Slot::Ready(Arc::new(shard));
                true
            }
            _ => false,
        }
    }

    /// Says that a file will not come: training goes on without its images.
    pub fn mark_missing(&mut self, file: &str) {
        if let Some((_, slot)) = self.slot(file) {
            *slot = Slot::Missing;
        }
    }

    fn slot(&mut self, file: &str) -> Option<(&usize, &mut Slot)> {
        let files = self.train.files.iter_mut().chain(&mut self.test.files);
        files.into_iter().find(|(name, ..)| name == file).map(|(_, images, slot)| (&*images, slot))
    }

    fn files(&self, split: Split) -> &Files {
        match split {
            Split::Train => &self.train,
            Split::Test => &self.test,
        }
    }

    /// Number of images of a split that are here.
    pub fn ready(&self, split: Split) -> usize {
        self.files(split).ready()
    }

    /// Numbers of images of the training files, in order, whether here or not.
    pub fn train_file_sizes(&self) -> Vec<usize> {
        self.train.files.iter().map(|(_, images, _)| *images).collect()
    }

    /// Whether image `index` of a split can be used.
    pub fn availability(&self, split: Split, index: usize) -> Availability {
        if index >= OWN {
            let here = self.shard(split, index).is_some();
            return if here { Availability::Ready } else { Availability::Missing };
        }
        match self.files(split).locate(index) {
            Some((Slot::Ready(_), _)) => Availability::Ready,
            Some((Slot::Awaited, _)) => Availability::Awaited,
            Some((Slot::Missing, _)) | None => Availability::Missing,
        }
    }

    /// Appends the grey values `[784]` of an image to a batch; whether it is here.
    pub fn append_intensities(&self, split: Split, index: usize, batch: &mut Vec<f32>) -> bool {
        self.shard(split, index).is_some_and(|(shard, offset)| shard.append_intensities(offset, batch))
    }

    /// The grey values of an image that is here, in `[0, 1]`, row by row: `[784]`.
    pub fn intensities(&self, split: Split, index: usize) -> Option<impl Iterator<Item = f32> + '_> {
        let (shard, offset) = self.shard(split, index)?;
        shard.intensities(offset)
    }

    /// The label of an image that is here; [`elbo_data::own::NO_LABEL`] for an image of the reader's without one.
    pub fn label(&self, split: Split, index: usize) -> Option<u8> {
        let (shard, offset) = self.shard(split, index)?;
        shard.labels().get(offset).copied()
    }

    fn shard(&self, split: Split, index: usize) -> Option<(&Shard, usize)> {
        if let Some(index) = index.checked_sub(OWN) {
            return self.own.as_ref()?.locate(index);
        }
        match self.files(split).locate(index)? {
            (Slot::Ready(shard), offset) => Some((shard, offset)),
            _ => None,
        }
    }

    /// Positions of all test images that are here and measure a run on `source`: the reader's held-out images for a run on
    /// the reader's alone, else MNIST's.
    ///
    /// # Errors
    ///
    /// [`Error::NoTestImages`] when there are none, [`Error::OwnImages`] when the reader's images are too few.
    pub fn test_indices(&self, source: Source) -> Result<Vec<usize>, Error> {
        if source == Source::Own {
            self.enough_own()?;
            return Ok(self.own.iter().flat_map(|own| own.held_out()).map(|index| OWN + index).collect());
        }
        let total: usize = self.test.files.iter().map(|(_, images, _)| images).sum();
        let here = (0..total).filter(|&index| self.availability(Split::Test, index) == Availability::Ready);
        let indices: Vec<usize> = here.collect();
        if indices.is_empty() { Err(Error::NoTestImages) } else { Ok(indices) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use elbo_data::idx::Images;
    use elbo_data::manifest::Entry;

    fn shard(count: usize, side: usize) -> Shard {
        let images = Images { rows: side, columns: side, pixels: &vec![0; count * side * side] };
        Shard::pack(&images, &vec![0; count]).unwrap()
    }

    #[test]
    fn only_the_file_that_the_manifest_describes_is_taken() {
        let manifest = Manifest {
            name: String::new(),
            attribution: String::new(),
            license: String::new(),
            version: elbo_data::shard::VERSION,
            sources: Vec::new(),
            shards: vec![Entry::describe("one.bin", Split::Train, &shard(3, SIDE), 0)],
        };
        let mut data = Dataset::new(&manifest);
        assert!(!data.insert("other.bin", shard(3, SIDE)));
        assert!(!data.insert("one.bin", shard(2, SIDE)));
        // A batch of smaller images would not fill the model's input.
        assert!(!data.insert("one.bin", shard(3, SIDE - 1)));
        assert_eq!((data.ready(Split::Train), data.availability(Split::Train, 0)), (0, Availability::Awaited));
        assert!(data.insert("one.bin", shard(3, SIDE)));
        assert_eq!((data.ready(Split::Train), data.availability(Split::Train, 3)), (3, Availability::Missing));
    }
}
