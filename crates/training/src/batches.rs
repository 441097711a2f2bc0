//! Which images make a batch, and what their grey pixels become.

use elbo_kernels::draw_pixels;
use elbo_numerics::random::{Random, standard_normal};
use rand::RngExt;
use rand::seq::SliceRandom;

use super::config::{Binarization, Corruption, Family, Source};
use super::dataset::{Availability, Dataset, Split};
use super::position::Cursor;
use super::streams::{Purpose, stream};
use super::{Error, TrainingConfig};

/// What comes next in the order of images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Positions of the images of a batch.
    Batch(Vec<usize>),
    /// The next image's file is still on its way.
    Waiting,
}

/// The seeded order of the training images. In the first epoch the files come one after the other, each shuffled, so
/// that training can start with the first and a run does not depend on how fast they come; later epochs shuffle all.
///
/// The reader's own images are either all there is (`own`), or are dealt over the files in proportion to their sizes and
/// shuffled into them (`mixed`): an epoch shows each image, own or not, once. When the reader's images change, their
/// order begins anew.
#[derive(Debug, Clone, Default)]
pub struct Batches {
    cursor: Cursor,
    data: String,
    order: Vec<u32>,
    order_epoch: Option<u64>,
}

impl Batches {
    /// Starts at `cursor` of the order of the reader's images `data` (see [`Dataset::identity`]).
    pub fn new(cursor: Cursor, data: &str) -> Self {
        Self { cursor, data: data.to_owned(), ..Self::default() }
    }

    /// Identity of the reader's images in this order; empty without such images.
    pub fn data(&self) -> &str {
        &self.data
    }

    /// The current place in the order.
    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// The next `batch_size` images; fewer only when the data set has fewer. The last partial batch of an epoch is dropped.
    ///
    /// # Errors
    ///
    /// [`Error::NoImages`] when no file came, [`Error::OwnImages`] when the reader's images are too few.
    pub fn next(&mut self, config: &TrainingConfig, data: &Dataset) -> Result<Next, Error> {
        if config.source != Source::Mnist {
            data.enough_own()?;
        }
        let identity = data.identity(config.source);
        if self.data != identity {
            *self = Self::new(Cursor::default(), identity);
        }
        // At most two epochs are looked at: what is left of this one may be too short, a whole one always holds a batch.
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
        let files = if config.source == Source::Own { Vec::new() } else { data.train_file_sizes() };
        let mut own = if config.source == Source::Mnist { Vec::new() } else { data.own_train() };
        if files.is_empty() || epoch > 0 {
            self.order.append(&mut own);
        }
        own.shuffle(&mut random);
        let total = files.iter().sum::<usize>().min(config.train_images);
        let (mut first, mut dealt) = (0, 0);
        for images in files {
            let start = self.order.len();
            let end = (first + images).min(config.train_images);
            self.order.extend((first..end).map(|index| index as u32));
            first = end;
            let share = own.len() * first / total.max(1);
            self.order.extend(own.get(dealt..share).unwrap_or_default());
            dealt = share;
            if epoch == 0 {
                self.order[start..].shuffle(&mut random);
            }
        }
        if epoch > 0 || config.source == Source::Own {
            self.order.shuffle(&mut random);
        }
        self.order_epoch = Some(epoch);
    }
}

fn is_missing(data: &Dataset, index: u32) -> bool {
    data.availability(Split::Train, index as usize) == Availability::Missing
}

/// Appends the pixels of an image that is here to `batch` as the likelihood sees them: in `[0, 1]`, binarized or not.
pub fn append_pixels(
    batch: &mut Vec<f32>,
    (data, split, index): (&Dataset, Split, usize),
    binarization: Binarization,
    random: &mut Random,
) {
    let begin = batch.len();
    data.append_intensities(split, index, batch);
    let pixels = batch.get_mut(begin..).unwrap_or_default();
    match binarization {
        Binarization::None => {}
        Binarization::Threshold => pixels.iter_mut().for_each(|grey| *grey = f32::from(u8::from(*grey >= 0.5))),
        Binarization::Stochastic => draw_pixels(pixels, random),
    }
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
    use crate::OwnImages;
    use crate::dataset::OWN;
    use elbo_data::{Shard, idx::Images, own};
    use elbo_model::{PIXELS, SIDE};
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::sync::Arc;

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
        let mut batches = Batches::default();
        let mut epoch = || (0..4).flat_map(|_| batch(&mut batches, &config, &data)).collect::<Vec<_>>();
        let (first, second) = (epoch(), epoch());
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), 20);
        assert_eq!(second.iter().collect::<HashSet<_>>().len(), 20);
        assert_ne!(first, second);
    }

    #[test]
    fn a_cursor_continues_the_order() {
        let (config, data) = (config(3, 20), data(20));
        let mut whole = Batches::default();
        for _ in 0..9 {
            batch(&mut whole, &config, &data);
        }
        let mut resumed = Batches::new(whole.cursor(), "");
        for _ in 0..20 {
            assert_eq!(batch(&mut whole, &config, &data), batch(&mut resumed, &config, &data));
        }
    }

    #[test]
    fn a_small_data_set_makes_a_small_batch_and_an_empty_one_an_error() {
        assert_eq!(batch(&mut Batches::default(), &config(128, 60_000), &data(7)).len(), 7);
        let mut missing = data(7);
        missing.mark_missing("train");
        let nothing = Batches::default().next(&config(128, 60_000), &missing);
        assert_eq!(nothing, Err(Error::NoImages));
    }

    fn with_own(mut data: Dataset, count: usize) -> Dataset {
        let own = own::drawings(&vec![0; count * PIXELS], &vec![own::NO_LABEL; count]).unwrap();
        data.set_own(Some(Arc::new(OwnImages::new(own))));
        data
    }

    fn sourced(source: Source, batch_size: usize) -> TrainingConfig {
        TrainingConfig { source, ..config(batch_size, 60_000) }
    }

    #[test]
    fn own_images_need_no_file_and_enough_of_them() {
        let config = sourced(Source::Own, 128);
        let few = Batches::default().next(&config, &with_own(Dataset::default(), 9));
        assert_eq!(few, Err(Error::OwnImages { found: 9, needed: 10 }));
        assert_eq!(batch(&mut Batches::default(), &config, &with_own(Dataset::default(), 10)).len(), 9);
        let awaited = batch(&mut Batches::default(), &config, &with_own(data(7), 10));
        assert!(awaited.iter().all(|&index| index >= OWN));
    }

    #[test]
    fn other_images_begin_another_order() {
        let config = sourced(Source::Own, 3);
        let (first, second) = (with_own(Dataset::default(), 20), with_own(Dataset::default(), 30));
        let mut batches = Batches::default();
        batch(&mut batches, &config, &first);
        batch(&mut batches, &config, &first);
        assert_eq!(batches.cursor().position, 6);
        let mut resumed = Batches::new(batches.cursor(), batches.data());
        assert_eq!(batch(&mut resumed.clone(), &config, &first), batch(&mut batches, &config, &first));
        let anew = batch(&mut resumed, &config, &second);
        assert_eq!(anew, batch(&mut Batches::default(), &config, &second));
        assert_eq!((resumed.cursor().position, resumed.data()), (3, second.identity(Source::Own)));
    }

    proptest! {
        #[test]
        fn an_epoch_of_both_shows_each_image_once_and_none_that_is_held_out(
            files in prop::collection::vec(1usize..30, 1..4),
            own in 10usize..40,
            train_images in 1usize..80,
            seed in any::<u32>(),
        ) {
            let images = |n: usize| Shard::pack(&Images { rows: SIDE, columns: SIDE, pixels: &vec![0; n * PIXELS] }, &vec![0; n]).unwrap();
            let data = with_own(Dataset::of_files(files.iter().map(|&n| images(n)).collect(), images(1)), own);
            let config = TrainingConfig { source: Source::Mixed, seed, ..config(1, train_images) };
            let mnist = files.iter().sum::<usize>().min(train_images);
            let kept: HashSet<_> = data.own_train().into_iter().map(|index| index as usize).collect();
            let mut batches = Batches::default();
            for _ in 0..2 {
                let epoch: Vec<_> = (0..mnist + kept.len()).map(|_| batch(&mut batches, &config, &data)[0]).collect();
                let shown: HashSet<_> = epoch.iter().copied().collect();
                prop_assert_eq!(shown.len(), epoch.len());
                prop_assert!(kept.is_subset(&shown));
                prop_assert_eq!(shown.iter().filter(|&&index| index < mnist).count(), mnist);
            }
            prop_assert_eq!(batches.cursor().epoch, 1);
        }
    }

    #[test]
    fn stochastic_binarization_keeps_the_mean() {
        let grey = Images { rows: SIDE, columns: SIDE, pixels: &[43; PIXELS] };
        let data = Dataset::of_shards(Shard::pack(&grey, &[0]).unwrap(), Shard::pack(&grey, &[0]).unwrap());
        let (mut pixels, mut random) = (Vec::new(), stream(0, Purpose::Pixels, 0));
        for _ in 0..50 {
            append_pixels(&mut pixels, (&data, Split::Train, 0), Binarization::Stochastic, &mut random);
        }
        assert_eq!(pixels.len(), 50 * PIXELS);
        let count = pixels.len() as f64;
        let mean = f64::from(pixels.iter().sum::<f32>()) / count;
        let grey = f64::from(data.intensities(Split::Train, 0).unwrap().next().unwrap());
        assert!(grey > 0.1 && grey < 0.3);
        // Four standard errors of a Bernoulli mean.
        assert!((mean - grey).abs() < 4.0 * (grey * (1.0 - grey) / count).sqrt());
    }
}
