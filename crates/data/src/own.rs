//! A reader's own images: IDX files as they are published, compressed or not, or drawings.
//!
//! Kept as the digits of MNIST are, at 4 bits a pixel (see [`super::shard`]). A file is unpacked piece by piece and never
//! beyond what its header announces, so no file takes more memory than [`MOST_IMAGES`] images: [`MOST_BYTES`].

use std::io::Read;

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::error::{Error, Result};
use super::idx::{IMAGES_MAGIC, Images, LABELS_MAGIC, MAXIMUM_SIDE};
use super::shard::{MAXIMUM_IMAGES, Shard};

/// Most images of a reader: all of MNIST, Fashion-MNIST or KMNIST.
pub const MOST_IMAGES: usize = 70_000;

/// No file, however it is made, makes [`open`] hold more bytes at once beside the file's own.
pub const MOST_BYTES: usize = 64_000_000;

/// The label of an image that has none.
pub const NO_LABEL: u8 = u8::MAX;

const SIDE: usize = MAXIMUM_SIDE;
const PIXELS: usize = SIDE * SIDE;

/// Images of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// The images in order, at most [`MAXIMUM_IMAGES`] each; labels are 0 to 9 or [`NO_LABEL`].
    pub shards: Vec<Shard>,
    /// Images that have a label.
    pub labelled: usize,
    /// The first 16 hexadecimal digits of the SHA-256 of all pixels.
    pub identity: String,
}

impl Collection {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.shards.iter().map(Shard::count).sum()
    }
}

/// Drawings as a collection.
///
/// # Shapes
///
/// - `pixels`: `[n, 784]`, 0 (paper) to 255 (ink)
/// - `labels`: `[n]`, 0 to 9 or [`NO_LABEL`]
///
/// # Errors
///
/// [`Error::LabelCount`] and [`Error::Label`]; [`Error::IdxSize`] when there are too many.
pub fn drawings(pixels: &[u8], labels: &[u8]) -> Result<Collection> {
    let file = "your drawings";
    let images = pixels.len() / PIXELS;
    let count = u32::try_from(images).unwrap_or(u32::MAX);
    let announced = Announced::images(file, [count, SIDE as u32, SIDE as u32])?;
    if pixels.len() != images * PIXELS || labels.len() != images {
        return Err(Error::LabelCount { labels: labels.len(), images });
    }
    if let Some((index, value)) = labels.iter().enumerate().find(|(_, label)| **label > 9 && **label != NO_LABEL) {
        return Err(Error::Label { file: file.to_owned(), index, value: *value });
    }
    pack(&mut Body { file, announced, read: 16, rest: Box::new(pixels) }, labels)
}

/// Reads IDX files `(name, bytes)` in any order: one of images of 28 x 28 pixels, and at most one of labels.
///
/// # Errors
///
/// [`Error`] that names the file and says what is wrong with it.
pub fn open(files: &[(String, Vec<u8>)]) -> Result<Collection> {
    let (mut images, mut labels) = (Vec::new(), Vec::new());
    for (file, bytes) in files {
        let body = Body::open(file, bytes)?;
        let kind = if body.announced.image { &mut images } else { &mut labels };
        kind.push(body);
    }
    let given = format!("{} of images and {} of labels", in_words(images.len()), in_words(labels.len()));
    let ([images], [] | [_]) = (images.as_mut_slice(), labels.as_slice()) else {
        return Err(Error::OwnFiles { given });
    };
    let count = images.announced.count;
    let labels = match labels.pop() {
        None => vec![NO_LABEL; count],
        Some(body) if body.announced.count != count => {
            return Err(Error::LabelCount { labels: body.announced.count, images: count });
        }
        Some(mut body) => {
            let labels = body.take(count)?;
            body.end()?;
            if let Some((index, value)) = labels.iter().enumerate().find(|(_, label)| **label > 9) {
                return Err(Error::Label { file: body.file.to_owned(), index, value: *value });
            }
            labels
        }
    };
    pack(images, &labels)
}

fn in_words(files: usize) -> String {
    match files {
        0 => "no file".to_owned(),
        1 => "one file".to_owned(),
        more => format!("{more} files"),
    }
}

/// Packs images of 28 x 28 a shard at a time.
fn pack(body: &mut Body<'_>, labels: &[u8]) -> Result<Collection> {
    let (mut shards, mut hash) = (Vec::new(), Sha256::new());
    for labels in labels.chunks(MAXIMUM_IMAGES) {
        let pixels = body.take(labels.len() * PIXELS)?;
        hash.update(&pixels);
        shards.push(Shard::pack(&Images { rows: SIDE, columns: SIDE, pixels: &pixels }, labels)?);
    }
    body.end()?;
    let identity = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let labelled = labels.iter().filter(|label| **label != NO_LABEL).count();
    Ok(Collection { shards, labelled, identity })
}

/// What the header of an IDX file says.
#[derive(Debug, Clone, Copy)]
struct Announced {
    image: bool,
    count: usize,
    /// Bytes of the whole file.
    length: u64,
}

impl Announced {
    fn images(file: &str, [count, rows, columns]: [u32; 3]) -> Result<Self> {
        let refuse = |limit| Error::IdxSize { file: file.to_owned(), count, rows, columns, limit };
        if (rows as usize, columns as usize) != (SIDE, SIDE) {
            return Err(refuse("the models here take 28 x 28: scale the images first"));
        }
        let count = Self::count(count).ok_or_else(|| refuse("1 to 70,000 images are possible: give a part of them"))?;
        Ok(Self { image: true, count, length: (16 + count * PIXELS) as u64 })
    }

    fn labels(file: &str, count: u32) -> Result<Self> {
        let refuse = || Error::OwnFiles { given: format!("{count} labels ({file}), where 1 to 70,000 are possible,") };
        let count = Self::count(count).ok_or_else(refuse)?;
        Ok(Self { image: false, count, length: (8 + count) as u64 })
    }

    fn count(count: u32) -> Option<usize> {
        usize::try_from(count).ok().filter(|count| (1..=MOST_IMAGES).contains(count))
    }
}

/// A file whose header has been read.
struct Body<'a> {
    file: &'a str,
    announced: Announced,
    /// Bytes read so far, header included.
    read: u64,
    rest: Box<dyn Read + 'a>,
}

impl<'a> Body<'a> {
    /// Reads the header; of a file that is not compressed, checks the length too.
    fn open(file: &'a str, bytes: &'a [u8]) -> Result<Self> {
        let packed = bytes.starts_with(&[0x1f, 0x8b]);
        let mut rest: Box<dyn Read + 'a> = if packed { Box::new(GzDecoder::new(bytes)) } else { Box::new(bytes) };
        let mut head = read(rest.as_mut(), file, 4)?;
        let magic = word(&head, 0).unwrap_or_default();
        let expected = match magic {
            IMAGES_MAGIC => 16,
            LABELS_MAGIC => 8,
            found => return Err(Error::NotIdx { file: file.to_owned(), found }),
        };
        head.extend(read(rest.as_mut(), file, expected - 4)?);
        let cut_off = || Error::IdxHeader { file: file.to_owned(), expected, found: head.len() };
        let dimension = |index| word(&head, index).ok_or_else(cut_off);
        let announced = if magic == IMAGES_MAGIC {
            Announced::images(file, [dimension(1)?, dimension(2)?, dimension(3)?])?
        } else {
            Announced::labels(file, dimension(1)?)?
        };
        if !packed && bytes.len() as u64 != announced.length {
            return Err(Error::IdxLength { file: file.to_owned(), expected: announced.length, found: bytes.len() });
        }
        Ok(Self { file, announced, read: head.len() as u64, rest })
    }

    /// The next `count` bytes.
    fn take(&mut self, count: usize) -> Result<Vec<u8>> {
        let bytes = read(self.rest.as_mut(), self.file, count)?;
        self.read += bytes.len() as u64;
        if bytes.len() == count {
            return Ok(bytes);
        }
        let (file, expected) = (self.file.to_owned(), self.announced.length);
        Err(Error::IdxLength { file, expected, found: self.read as usize })
    }

    /// Nothing may follow; reaching the end checks gzip's own sum.
    fn end(&mut self) -> Result<()> {
        if read(self.rest.as_mut(), self.file, 1)?.is_empty() {
            return Ok(());
        }
        Err(Error::IdxTail { file: self.file.to_owned(), expected: self.announced.length })
    }
}

/// Up to `count` bytes; fewer only at the end.
fn read(from: &mut dyn Read, file: &str, count: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let damaged = |error: std::io::Error| Error::OwnGzip { file: file.to_owned(), reason: error.to_string() };
    from.take(count as u64).read_to_end(&mut bytes).map_err(damaged)?;
    Ok(bytes)
}

/// The big-endian word `index` of a header.
fn word(bytes: &[u8], index: usize) -> Option<u32> {
    bytes.as_chunks::<4>().0.get(index).map(|word| u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;
    use std::io::Write;

    fn idx(magic: u32, dimensions: &[u32], body: &[u8]) -> Vec<u8> {
        let words = std::iter::once(magic).chain(dimensions.iter().copied());
        words.flat_map(u32::to_be_bytes).chain(body.iter().copied()).collect()
    }

    fn pixels(count: usize) -> Vec<u8> {
        (0..count * PIXELS).map(|i| (i % 251) as u8).collect()
    }

    fn images(count: usize) -> Vec<u8> {
        idx(IMAGES_MAGIC, &[count as u32, 28, 28], &pixels(count))
    }

    fn labels(count: usize) -> Vec<u8> {
        idx(LABELS_MAGIC, &[count as u32], &(0..count).map(|i| (i % 10) as u8).collect::<Vec<_>>())
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn files(list: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
        list.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect()
    }

    #[test]
    fn files_are_known_by_their_magic_packed_or_not() {
        let plain = open(&files(&[("a", images(12)), ("b", labels(12))])).unwrap();
        let packed = open(&files(&[("b.gz", gzip(&labels(12))), ("a.gz", gzip(&images(12)))])).unwrap();
        assert_eq!(plain, packed);
        assert_eq!((plain.count(), plain.labelled, plain.identity.len()), (12, 12, 16));
        assert_eq!(plain.shards[0].labels()[3], 3);
        let drawn = drawings(&pixels(12), &[NO_LABEL; 12]).unwrap();
        assert_eq!((drawn.labelled, &drawn.identity), (0, &plain.identity), "the identity is that of the pixels");
        assert_ne!(open(&files(&[("a", images(11))])).unwrap().identity, plain.identity);
    }

    #[test]
    fn more_than_a_shard_of_images_fit() {
        let many = MAXIMUM_IMAGES + 3;
        let found = open(&files(&[("a", gzip(&images(many)))])).unwrap();
        assert_eq!((found.shards.len(), found.count(), found.labelled), (2, many, 0));
        let level = super::super::shard::level(pixels(many)[MAXIMUM_IMAGES * PIXELS]);
        assert_eq!(found.shards[1].levels(0).unwrap().next(), Some(level));
    }

    #[test]
    fn every_bad_file_is_named_with_its_fault() {
        let message = |list: &[(&str, Vec<u8>)]| open(&files(list)).unwrap_err().to_string();
        let big = idx(IMAGES_MAGIC, &[2, 64, 64], &vec![0; 2 * 64 * 64]);
        assert!(
            message(&[("big", big)]).contains("big announces 2 images of 64 x 64 pixels; the models here take 28 x 28")
        );
        assert!(message(&[("dog.png", b"\x89PNG\r\n".to_vec())]).contains("dog.png is no IDX file"));
        assert!(message(&[("empty", Vec::new())]).contains("empty is no IDX file"));
        assert!(message(&[("short", images(12)[..12].to_vec())]).contains("inside its IDX header of 16"));
        assert!(
            message(&[("cut", images(12)[..500].to_vec())]).contains("has 500 bytes, but its header announces 9424")
        );
        assert!(
            message(&[("cut.gz", gzip(&images(12)[..500]))]).contains("has 500 bytes, but its header announces 9424")
        );
        let half = gzip(&images(12));
        assert!(message(&[("half.gz", half[..half.len() / 2].to_vec())]).contains("half.gz is damaged"));
        let mut flipped = half.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(message(&[("flipped.gz", flipped)]).contains("flipped.gz is damaged"));
        let none = idx(IMAGES_MAGIC, &[0, 28, 28], &[]);
        assert!(message(&[("none", none)]).contains("1 to 70,000"));
        let everything = idx(IMAGES_MAGIC, &[u32::MAX, 28, 28], &[]);
        assert!(message(&[("everything", gzip(&everything))]).contains("1 to 70,000"));
        assert!(message(&[("a", images(12)), ("b", labels(11))]).contains("11 labels came with 12 images"));
        assert!(message(&[("a", images(12)), ("b", images(12))]).contains("2 files of images and no file of labels"));
        assert!(message(&[("b", labels(12))]).contains("no file of images and one file of labels"));
        let letters = idx(LABELS_MAGIC, &[12], &[26; 12]);
        assert_eq!(message(&[("a", images(12)), ("letters", letters)]), "label 0 of letters is 26; labels are 0 to 9");
        assert!(drawings(&pixels(2), &[1]).is_err());
        assert!(drawings(&pixels(2), &[1, 12]).is_err());
    }

    #[test]
    fn a_stream_that_grows_without_end_is_left_at_once() {
        let mut bomb = images(1);
        bomb.extend(vec![0; 64 << 20]);
        let message = open(&files(&[("bomb.gz", gzip(&bomb))])).unwrap_err().to_string();
        assert_eq!(message, "bomb.gz goes on after the 800 bytes that its header announces: it has something appended");
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(
            head in prop::sample::select(vec![vec![], IMAGES_MAGIC.to_be_bytes().to_vec(), LABELS_MAGIC.to_be_bytes().to_vec(), images(2)]),
            tail in prop::collection::vec(any::<u8>(), 0..64),
            packed in any::<bool>(),
            cut in 0usize..2000,
        ) {
            let whole = [head, tail].concat();
            let mut bytes = if packed { gzip(&whole) } else { whole };
            bytes.truncate(cut);
            if let Ok(found) = open(&files(&[("any", bytes)])) {
                prop_assert!(found.count() <= 2);
            }
        }

        #[test]
        fn no_damage_to_a_compressed_file_goes_unseen_or_panics(at in 0usize..10_000, bit in 0u8..8) {
            let good = gzip(&images(3));
            let mut bytes = good.clone();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            if let Ok(found) = open(&files(&[("any", bytes)])) {
                // Only what gzip itself does not look at (time, system, extra flags).
                prop_assert_eq!(found, open(&files(&[("any", good)])).unwrap());
            }
        }
    }
}
