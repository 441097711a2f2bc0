//! Which images make a batch, and what their grey pixels become.

use rand::RngExt;
use rand::seq::SliceRandom;

use super::config::{Binarization, Corruption, Family};
use super::dataset::{Availability, Dataset, Split};
use super::streams::{Purpose, stream};
use super::{Error, TrainingConfig};
use crate::data::shard::HIGHEST_LEVEL;
use crate::stats::random::{Random, standard_normal};

/// A place in the run's order of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cursor {
    /// Epochs completed.
    pub epoch: u64,
    /// Images of this epoch's order that have been passed.
    pub position: usize,
}

/// What the order gives next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Positions of the images of a batch.
    Batch(Vec<usize>),
    /// The next image's file is still on its way.
    Waiting,
}

/// The seeded order of the training images. In the first epoch the files come one after the other, each shuffled, so
/// that training can start with the first and a run does not depend on how fast they come; later epochs shuffle all.
#[derive(Debug, Clone)]
pub struct Batches {
    cursor: Cursor,
    order: Vec<u32>,
    order_epoch: Option<u64>,
}

impl Batches {
    /// Starts at `cursor`.
    pub fn new(cursor: Cursor) -> Self {
        Self { cursor, order: Vec::new(), order_epoch: None }
    }

    /// Where the order stands.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next `batch_size` images; fewer only when the data set has fewer. The last partial batch of an epoch is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::NoImages`] when no file came.
    pub fn next(&mut self, config: &TrainingConfig, data: &Dataset) -> Result<Next, Error> {
        // Two epochs: the rest of this one may be too short, and a whole one always holds a batch.
        for _ in 0..2 {
            self.prepare(config, data);
            let wanted = self.order.iter().filter(|&&index| !is_missing(data, index)).take(config.batch_size).count();
            if wanted == 0 {
                return Err(Error::NoImages);
            }
            let mut batch = Vec::with_capacity(wanted);
            let mut position = self.cursor.position;
            while let (true, Some(&index)) = (batch.len() < wanted, self.order.get(position)) {
                match data.availability(Split::Train, index as usize) {
                    Availability::Ready => batch.push(index as usize),
                    Availability::Awaited => return Ok(Next::Waiting),
                    Availability::Missing => {}
                }
                position += 1;
            }
            if batch.len() == wanted {
                self.cursor.position = position;
                return Ok(Next::Batch(batch));
            }
            self.cursor = Cursor { epoch: self.cursor.epoch + 1, position: 0 };
        }
        Err(Error::NoImages)
    }

    fn prepare(&mut self, config: &TrainingConfig, data: &Dataset) {
        let epoch = self.cursor.epoch;
        if self.order_epoch == Some(epoch) {
            return;
        }
        let mut random = stream(config.seed.into(), Purpose::Order, epoch);
        self.order.clear();
        for images in data.train_file_sizes() {
            let start = self.order.len();
            let end = (start + images).min(config.train_images);
            self.order.extend((start..end).map(|index| index as u32));
            if epoch == 0 {
                self.order[start..].shuffle(&mut random);
            }
        }
        if epoch > 0 {
            self.order.shuffle(&mut random);
        }
        self.order_epoch = Some(epoch);
    }
}

fn is_missing(data: &Dataset, index: u32) -> bool {
    data.availability(Split::Train, index as usize) == Availability::Missing
}

/// Appends an image's pixels, given as levels of 0 to 15, to `batch` as the likelihood sees them: in `[0, 1]`, binarized
/// or not.
pub fn append_pixels(
    batch: &mut Vec<f32>,
    levels: impl Iterator<Item = u8>,
    binarization: Binarization,
    random: &mut Random,
) {
    batch.extend(levels.map(|level| match (binarization, level) {
        (_, 0) => 0.0,
        (_, HIGHEST_LEVEL) => 1.0,
        (Binarization::None, _) => f32::from(level) / f32::from(HIGHEST_LEVEL),
        (Binarization::Threshold, _) => f32::from(u8::from(2 * level > HIGHEST_LEVEL)),
        (Binarization::Stochastic, _) => {
            f32::from(u8::from(random.random::<f32>() * f32::from(HIGHEST_LEVEL) < f32::from(level)))
        }
    }));
}

/// What the encoder sees where that is not the image itself: a corrupted copy, for a denoising autoencoder.
pub fn encoder_input(x: &[f32], config: &TrainingConfig, random: &mut Random) -> Option<Vec<f32>> {
    let level = config.corruption_level;
    let corrupt = |pixel: f32| match config.corruption {
        Corruption::Masking if random.random::<f32>() < level => 0.0,
        Corruption::Masking => pixel,
        Corruption::Gaussian => pixel + level * standard_normal(random) as f32,
    };
    (config.family == Family::Denoising).then(|| x.iter().copied().map(corrupt).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Shard, idx::Images};
    use crate::model::{PIXELS, SIDE};
    use std::collections::HashSet;

    fn data(train: usize) -> Dataset {
        let shard = |n: usize| {
            let images = Images { rows: SIDE, columns: SIDE, pixels: &vec![0; n * PIXELS] };
            Shard::pack(&images, &vec![0; n]).unwrap()
        };
        Dataset::of_shards(shard(train), shard(1))
    }

    fn config(batch_size: usize, train_images: usize) -> TrainingConfig {
        TrainingConfig { batch_size, train_images, ..TrainingConfig::default() }
    }

    fn batch(batches: &mut Batches, config: &TrainingConfig, data: &Dataset) -> Vec<usize> {
        match batches.next(config, data) {
            Ok(Next::Batch(batch)) => batch,
            other => panic!("expected a batch, got {other:?}"),
        }
    }

    #[test]
    fn an_epoch_shows_every_image_once_and_the_next_in_another_order() {
        let (config, data) = (config(5, 20), data(20));
        let mut batches = Batches::new(Cursor::default());
        let mut epoch = || (0..4).flat_map(|_| batch(&mut batches, &config, &data)).collect::<Vec<_>>();
        let (first, second) = (epoch(), epoch());
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 20);
        assert_eq!(second.iter().collect::<HashSet<_>>().len(), 20);
        assert_ne!(first, second);
    }

    #[test]
    fn a_cursor_continues_the_order() {
        let (config, data) = (config(3, 20), data(20));
        let mut whole = Batches::new(Cursor::default());
        for _ in 0..9 {
            batch(&mut whole, &config, &data);
        }
        let mut resumed = Batches::new(whole.cursor());
        for _ in 0..20 {
            assert_eq!(batch(&mut whole, &config, &data), batch(&mut resumed, &config, &data));
        }
    }

    #[test]
    fn a_small_data_set_makes_a_small_batch_and_an_empty_one_an_error() {
        assert_eq!(batch(&mut Batches::new(Cursor::default()), &config(128, 60_000), &data(7)).len(), 7);
        let mut missing = data(7);
        missing.mark_missing("train");
        let nothing = Batches::new(Cursor::default()).next(&config(128, 60_000), &missing);
        assert_eq!(nothing, Err(Error::NoImages));
    }

    #[test]
    fn stochastic_binarization_keeps_the_mean() {
        let mut pixels = Vec::new();
        append_pixels(
            &mut pixels,
            std::iter::repeat_n(3, 40_000),
            Binarization::Stochastic,
            &mut stream(0, Purpose::Pixels, 0),
        );
        let mean = f64::from(pixels.iter().sum::<f32>()) / 40_000.0;
        // Four standard errors of a Bernoulli(0.2) mean.
        assert!((mean - 0.2).abs() < 4.0 * (0.2_f64 * 0.8 / 40_000.0).sqrt());
    }
}
