//! Shards: what the page downloads. At most 10,000 images at 4 bits a pixel with their labels, compressed with gzip.
//!
//! Uncompressed, little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `ELBO` |
//! | 1 | version, 2 |
//! | 1 | bits a pixel, 4 |
//! | 2 | number of images |
//! | 1 | rows |
//! | 1 | columns |
//! | count | labels |
//! | count x ceil(rows x columns / 2) | levels, two a byte, the first in the high half; each image begins at a byte |
//!
//! A pixel of 0 to 255 becomes one of 16 levels, at half of the size. Their borders are those that lose least of what
//! matters here, the probability with which a pixel is binarized to 1: over MNIST's training images, the divergence between
//! the pixels' distributions before and after is 0.20 nats an image, and the entropy of a binarized image is 45.9 nats where
//! it was 45.8. (Even steps lose 2.9 nats of it, since most ink is 252 to 254 and would become exactly 1: every bound would
//! come out better than it is.) Root mean square error: 2.0/255.

use std::borrow::Cow;
use std::io::{Read, Write};

use elbo_kernels::append_greys;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::error::{Error, Result};
use super::idx::{Images, MAXIMUM_SIDE};

/// Most images in a shard.
pub const MAXIMUM_IMAGES: usize = 10_000;

/// Version of the format that is written and read.
pub const VERSION: u8 = 2;

/// Grey value of each level, of 255: the mean of the pixels that become it. The first and the last are certain: 0 and 1.
const GREYS: [u8; 16] = [0, 5, 14, 27, 43, 63, 86, 111, 136, 164, 190, 212, 230, 244, 253, 255];

/// First pixel of each level.
const BORDERS: [u8; 16] = [0, 1, 9, 20, 35, 53, 75, 99, 124, 151, 178, 202, 222, 238, 250, 255];

const MAGIC: [u8; 4] = *b"ELBO";
const BITS: u8 = 4;
const HEADER: usize = 10;
const LARGEST: usize = HEADER + MAXIMUM_IMAGES * (1 + MAXIMUM_SIDE * MAXIMUM_SIDE / 2);

/// Level of a pixel, 0 to 15.
pub fn level(pixel: u8) -> u8 {
    BORDERS.partition_point(|&border| border <= pixel).saturating_sub(1) as u8
}

/// The probability of ink that a level stands for, in `[0, 1]`.
pub fn intensity(level: u8) -> f32 {
    f32::from(GREYS[usize::from(level & 0x0f)]) / 255.0
}

/// Images with labels, kept packed: 394 bytes an image of 28 x 28.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    rows: usize,
    columns: usize,
    labels: Vec<u8>,
    levels: Vec<u8>,
}

impl Shard {
    /// Quantises images and joins them with their labels.
    ///
    /// # Shapes
    ///
    /// - `images.pixels`: `[count, rows, columns]`
    /// - `labels`: `[count]`
    ///
    /// # Errors
    ///
    /// [`Error::Pack`] when there are no images, more than [`MAXIMUM_IMAGES`], images over the largest side, or another
    /// number of labels.
    pub fn pack(images: &Images<'_>, labels: &[u8]) -> Result<Self> {
        let expect = |what, found, expected, holds: bool| {
            if holds { Ok(()) } else { Err(Error::Pack { what, expected, found }) }
        };
        let Images { rows, columns, pixels } = *images;
        expect("rows", rows, MAXIMUM_SIDE, (1..=MAXIMUM_SIDE).contains(&rows))?;
        expect("columns", columns, MAXIMUM_SIDE, (1..=MAXIMUM_SIDE).contains(&columns))?;
        expect("images", labels.len(), MAXIMUM_IMAGES, (1..=MAXIMUM_IMAGES).contains(&labels.len()))?;
        let needed = labels.len() * rows * columns;
        expect("pixels for these labels", pixels.len(), needed, pixels.len() == needed)?;
        let levels = pixels
            .chunks(rows * columns)
            .flat_map(|image| image.chunks(2))
            .map(|pair| pair.iter().fold(0, |byte, pixel| byte << 4 | level(*pixel)) << (4 * (2 - pair.len())))
            .collect();
        Ok(Self { rows, columns, labels: labels.to_vec(), levels })
    }

    /// The shard as bytes, without compression.
    pub fn payload(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.labels.len() + self.levels.len());
        bytes.extend(MAGIC);
        bytes.extend([VERSION, BITS]);
        // The three sizes were checked against limits far below those of their types.
        bytes.extend((self.labels.len() as u16).to_le_bytes());
        bytes.extend([self.rows as u8, self.columns as u8]);
        bytes.extend(&self.labels);
        bytes.extend(&self.levels);
        bytes
    }

    /// The shard as the file that the page downloads.
    ///
    /// # Errors
    ///
    /// [`Error::Gzip`] when the encoder fails.
    pub fn encode(&self) -> Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder
            .write_all(&self.payload())
            .and_then(|()| encoder.finish())
            .map_err(|error| Error::Gzip(error.to_string()))
    }

    /// Reads a shard, compressed or not: some hosts and caches unpack gzip on the way. Whatever the bytes are, at most twice
    /// the largest shard is held (8 MB).
    ///
    /// # Errors
    ///
    /// [`Error`] that says what is wrong with the bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        Self::from_payload(&unpack(bytes)?)
    }

    /// Reads a shard's uncompressed bytes.
    ///
    /// # Errors
    ///
    /// [`Error`] that says what is wrong with the bytes.
    pub fn from_payload(payload: &[u8]) -> Result<Self> {
        let Layout { count, rows, columns, length } = Layout::read(payload)?;
        let wrong_length = || Error::ShardLength { expected: length, found: payload.len() };
        if payload.len() != length {
            return Err(wrong_length());
        }
        let (labels, levels) =
            payload.get(HEADER..).and_then(|body| body.split_at_checked(count)).ok_or_else(wrong_length)?;
        match labels.iter().enumerate().find(|(_, label)| **label > 9) {
            Some((index, value)) => Err(Error::Label { file: "the shard".to_owned(), index, value: *value }),
            None => Ok(Self { rows, columns, labels: labels.to_vec(), levels: levels.to_vec() }),
        }
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Rows and columns of an image, pixels.
    pub fn size(&self) -> (usize, usize) {
        (self.rows, self.columns)
    }

    /// Number of pixels of an image.
    pub fn pixels(&self) -> usize {
        self.rows * self.columns
    }

    /// Labels of all images, 0 to 9.
    ///
    /// # Shapes
    ///
    /// Output: `[count]`.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Levels of one image, 0 to 15, row by row; `None` beyond the last image.
    pub fn levels(&self, index: usize) -> Option<impl Iterator<Item = u8> + '_> {
        Some(self.packed(index)?.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]).take(self.pixels()))
    }

    /// Two levels a byte.
    fn packed(&self, index: usize) -> Option<&[u8]> {
        let stride = self.pixels().div_ceil(2);
        let start = index.checked_mul(stride)?;
        self.levels.get(start..start.checked_add(stride)?)
    }

    /// Appends [`Shard::intensities`] to a batch; whether there is such an image.
    pub fn append_intensities(&self, index: usize, batch: &mut Vec<f32>) -> bool {
        let Some(packed) = self.packed(index) else { return false };
        let end = batch.len() + self.pixels();
        append_greys(packed, &std::array::from_fn(|level| intensity(level as u8)), batch);
        batch.truncate(end);
        true
    }

    /// Grey values of one image, in [0, 1], row by row; `None` beyond the last image.
    pub fn intensities(&self, index: usize) -> Option<impl Iterator<Item = f32> + '_> {
        Some(self.levels(index)?.map(intensity))
    }
}

/// Uncompressed bytes of a shard file; never more than the largest shard, whatever the stream expands to.
///
/// # Errors
///
/// [`Error::Gzip`] when the stream is damaged, [`Error::ShardHeader`] and [`Error::ShardLength`] when it does not hold what
/// its header announces.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    let damaged = |error: std::io::Error| Error::Gzip(error.to_string());
    let mut stream = GzDecoder::new(bytes);
    let mut payload = Vec::new();
    stream.by_ref().take(HEADER as u64).read_to_end(&mut payload).map_err(damaged)?;
    let length = Layout::read(&payload)?.length;
    payload.reserve_exact(length.saturating_sub(payload.len()) + 1);
    // One byte more than announced shows an overlong stream; reaching the end checks gzip's own sum.
    stream.take((length - HEADER + 1) as u64).read_to_end(&mut payload).map_err(damaged)?;
    if payload.len() == length {
        Ok(Cow::Owned(payload))
    } else {
        Err(Error::ShardLength { expected: length, found: payload.len() })
    }
}

/// What a header announces.
struct Layout {
    count: usize,
    rows: usize,
    columns: usize,
    /// Bytes of the whole payload.
    length: usize,
}

impl Layout {
    fn read(payload: &[u8]) -> Result<Self> {
        let refuse = |found: String| Error::ShardHeader { version: VERSION, found };
        let Some([m0, m1, m2, m3, version, bits, c0, c1, rows, columns]) = payload.first_chunk::<HEADER>() else {
            return Err(refuse(format!("only {} bytes", payload.len())));
        };
        if [*m0, *m1, *m2, *m3] != MAGIC {
            return Err(refuse("it begins otherwise".to_owned()));
        }
        if (*version, *bits) != (VERSION, BITS) {
            return Err(refuse(format!("version {version}, {bits} bits a pixel")));
        }
        let count = usize::from(u16::from_le_bytes([*c0, *c1]));
        let (rows, columns) = (usize::from(*rows), usize::from(*columns));
        let side = 1..=MAXIMUM_SIDE;
        if !(1..=MAXIMUM_IMAGES).contains(&count) || !side.contains(&rows) || !side.contains(&columns) {
            return Err(refuse(format!("{count} images of {rows} x {columns} pixels")));
        }
        let length = HEADER + count * (1 + (rows * columns).div_ceil(2));
        debug_assert!(length <= LARGEST);
        Ok(Self { count, rows, columns, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shard() -> Shard {
        let pixels: Vec<u8> = (0..2 * 9).map(|value| value * 15).collect();
        Shard::pack(&Images { rows: 3, columns: 3, pixels: &pixels }, &[7, 2]).unwrap()
    }

    #[test]
    fn every_pixel_has_the_level_whose_grey_is_near() {
        for pixel in 0..=255_u8 {
            let (level, grey) = (level(pixel), GREYS[usize::from(level(pixel))]);
            assert!(pixel.abs_diff(grey) <= 15, "pixel {pixel} becomes {grey}");
            assert_eq!(level == 0, pixel == 0);
            assert_eq!(level == 15, pixel == 255);
        }
        // What is packed again stays what it is.
        assert!((0..16).all(|index: u8| level(GREYS[usize::from(index)]) == index));
    }

    #[test]
    fn an_odd_number_of_pixels_begins_each_image_at_a_byte() {
        let shard = shard();
        assert_eq!(shard.payload().len(), HEADER + 2 * (1 + 5));
        let expected: Vec<u8> = (9..18).map(|value| level(value * 15)).collect();
        assert_eq!(shard.levels(1).unwrap().collect::<Vec<_>>(), expected);
        assert!(shard.levels(2).is_none());
        let image: Vec<f32> = shard.intensities(1).unwrap().collect();
        assert_eq!((image.len(), image[8]), (9, 1.0));
        assert!(shard.intensities(2).is_none());
    }

    #[test]
    fn a_gzip_bomb_stops_at_the_announced_length() {
        let mut payload = shard().payload();
        payload.resize(50_000_000, 0);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&payload).unwrap();
        let bomb = encoder.finish().unwrap();
        assert_eq!(Shard::decode(&bomb), Err(Error::ShardLength { expected: 22, found: 23 }));
    }

    #[test]
    fn every_fault_has_its_message() {
        let message = |bytes: &[u8]| Shard::decode(bytes).unwrap_err().to_string();
        let payload = shard().payload();
        let with = |index: usize, value: u8| {
            let mut changed = payload.clone();
            changed[index] = value;
            changed
        };
        assert!(message(b"").contains("only 0 bytes"));
        assert!(message(b"<!doctype html>").contains("begins otherwise"));
        assert!(message(&with(4, 9)).contains("version 9"));
        assert!(message(&with(7, 255)).contains("65282 images"));
        assert!(message(&with(8, 29)).contains("29 x 3 pixels"));
        assert!(message(&with(10, 200)).contains("label 0 of the shard is 200"));
        assert!(message(&payload[..20]).contains("has 20 bytes, but its header announces 22"));
        let file = shard().encode().unwrap();
        assert!(message(&file[..file.len() - 9]).contains("gzip stream is damaged"));
    }

    prop_compose! {
        fn any_shard()(rows in 1..=MAXIMUM_SIDE, columns in 1..=MAXIMUM_SIDE, labels in prop::collection::vec(0..10_u8, 1..6))
            (pixels in prop::collection::vec(any::<u8>(), rows * columns * labels.len()), rows in Just(rows),
             columns in Just(columns), labels in Just(labels)) -> (usize, usize, Vec<u8>, Vec<u8>) {
            (rows, columns, labels, pixels)
        }
    }

    proptest! {
        #[test]
        fn a_round_trip_keeps_labels_and_levels((rows, columns, labels, pixels) in any_shard()) {
            let packed = Shard::pack(&Images { rows, columns, pixels: &pixels }, &labels).unwrap();
            let from_file = Shard::decode(&packed.encode().unwrap()).unwrap();
            let unpacked_on_the_way = Shard::decode(&packed.payload()).unwrap();
            prop_assert_eq!(&from_file, &packed);
            prop_assert_eq!(&unpacked_on_the_way, &packed);
            prop_assert_eq!(from_file.labels(), &labels[..]);
            let levels: Vec<u8> = (0..from_file.count()).flat_map(|index| from_file.levels(index).unwrap()).collect();
            let expected: Vec<u8> = pixels.iter().map(|pixel| level(*pixel)).collect();
            prop_assert_eq!(levels, expected);
        }

        #[test]
        fn cut_or_changed_bytes_never_panic(
            (rows, columns, labels, pixels) in any_shard(),
            cut in any::<prop::sample::Index>(), flip in any::<prop::sample::Index>(), bit in 0..8_u32,
        ) {
            let packed = Shard::pack(&Images { rows, columns, pixels: &pixels }, &labels).unwrap();
            for bytes in [packed.encode().unwrap(), packed.payload()] {
                prop_assert!(Shard::decode(&bytes[..cut.index(bytes.len())]).is_err());
                let mut changed = bytes.clone();
                changed[flip.index(bytes.len())] ^= 1_u8 << bit;
                let _ = Shard::decode(&changed);
            }
        }
    }
}
