//! IDX files, the format in which MNIST is published (LeCun, Cortes, Burges, "The MNIST database of handwritten digits").
//!
//! Big-endian: two zero bytes, the type (8: unsigned byte), the number of dimensions, then each dimension as `u32`, then
//! the bytes. Nothing is copied: what is returned borrows from the file's bytes.

use super::error::{Error, Result};

/// Largest side of an image that a shard can hold, pixels.
pub const MAXIMUM_SIDE: usize = 28;

/// First four bytes of a file of images.
pub const IMAGES_MAGIC: u32 = 0x0000_0803;
/// First four bytes of a file of labels.
pub const LABELS_MAGIC: u32 = 0x0000_0801;

/// Images of one IDX file.
///
/// # Shapes
///
/// `pixels`: `[count, rows, columns]`, row-major, 0 (background) to 255 (ink).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Images<'a> {
    /// Rows of an image, pixels.
    pub rows: usize,
    /// Columns of an image, pixels.
    pub columns: usize,
    /// All pixels.
    pub pixels: &'a [u8],
}

impl Images<'_> {
    /// Number of images.
    pub fn count(&self) -> usize {
        self.pixels.len() / (self.rows * self.columns)
    }
}

/// Reads an IDX file of images; `file` names it in messages.
///
/// # Errors
///
/// [`Error`] when the header is cut off or of another kind, when an image is empty or over [`MAXIMUM_SIDE`], and when the
/// file is longer or shorter than announced.
pub fn images<'a>(file: &str, bytes: &'a [u8]) -> Result<Images<'a>> {
    let [count, rows, columns] = header(file, bytes, "IDX images of bytes", IMAGES_MAGIC)?;
    let size = |limit| Error::IdxSize { file: file.to_owned(), count, rows, columns, limit };
    let side = |value: u32| usize::try_from(value).ok().filter(|side| (1..=MAXIMUM_SIDE).contains(side));
    let (Some(row_count), Some(column_count)) = (side(rows), side(columns)) else {
        return Err(size("sides are 1 to 28 pixels: get the file again"));
    };
    if count == 0 {
        return Err(size("at least one image is needed: get the file again"));
    }
    let expected = u64::from(count) * u64::from(rows) * u64::from(columns);
    Ok(Images { rows: row_count, columns: column_count, pixels: body(file, bytes, 16, expected)? })
}

/// Reads an IDX file of labels, each 0 to 9; `file` names it in messages.
///
/// # Shapes
///
/// Output: `[count]`.
///
/// # Errors
///
/// [`Error`] when the header is cut off or of another kind, when the file is longer or shorter than announced, and when a
/// label is not a digit.
pub fn labels<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a [u8]> {
    let [count] = header(file, bytes, "IDX labels", LABELS_MAGIC)?;
    let labels = body(file, bytes, 8, u64::from(count))?;
    match labels.iter().enumerate().find(|(_, label)| **label > 9) {
        Some((index, value)) => Err(Error::Label { file: file.to_owned(), index, value: *value }),
        None => Ok(labels),
    }
}

/// The dimensions of an IDX file whose magic number is as expected.
fn header<const DIMENSIONS: usize>(
    file: &str,
    bytes: &[u8],
    kind: &'static str,
    magic: u32,
) -> Result<[u32; DIMENSIONS]> {
    let (words, _) = bytes.as_chunks::<4>();
    let mut words = words.iter().map(|word| u32::from_be_bytes(*word));
    let cut_off = || Error::IdxHeader { file: file.to_owned(), expected: 4 * (DIMENSIONS + 1), found: bytes.len() };
    let found = words.next().ok_or_else(cut_off)?;
    if found != magic {
        let hint = match found {
            IMAGES_MAGIC => "it holds images; were two files swapped?",
            LABELS_MAGIC => "it holds labels; were two files swapped?",
            _ if bytes.starts_with(&[0x1f, 0x8b]) => "it is still compressed with gzip; unpack it first",
            _ => "it is another kind of file",
        };
        return Err(Error::IdxMagic { file: file.to_owned(), kind, expected: magic, found, hint });
    }
    let mut dimensions = [0; DIMENSIONS];
    for dimension in &mut dimensions {
        *dimension = words.next().ok_or_else(cut_off)?;
    }
    Ok(dimensions)
}

/// Everything after the header, which must be as long as announced.
fn body<'a>(file: &str, bytes: &'a [u8], header: usize, announced: u64) -> Result<&'a [u8]> {
    let body = bytes.get(header..).unwrap_or_default();
    if body.len() as u64 == announced {
        Ok(body)
    } else {
        Err(Error::IdxLength { file: file.to_owned(), expected: announced + header as u64, found: bytes.len() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(magic: u32, dimensions: &[u32], body: &[u8]) -> Vec<u8> {
        let words = std::iter::once(magic).chain(dimensions.iter().copied());
        words.flat_map(u32::to_be_bytes).chain(body.iter().copied()).collect()
    }

    #[test]
    fn reads_images_and_labels() {
        let bytes = file(IMAGES_MAGIC, &[2, 1, 3], &[0, 1, 2, 253, 254, 255]);
        let images = images("images", &bytes).unwrap();
        assert_eq!((images.count(), images.rows, images.columns), (2, 1, 3));
        assert_eq!(images.pixels, [0, 1, 2, 253, 254, 255]);
        assert_eq!(labels("labels", &file(LABELS_MAGIC, &[3], &[0, 9, 5])).unwrap(), [0, 9, 5]);
    }

    #[test]
    fn every_malformed_file_is_named_with_its_fault() {
        let message = |result: Result<Images>| result.unwrap_err().to_string();
        assert!(message(images("train", &[])).contains("train ends after 0 bytes"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[1], &[]))).contains("inside its IDX header of 16"));
        assert!(message(images("train", &file(LABELS_MAGIC, &[1], &[0]))).contains("were two files swapped"));
        assert!(message(images("train", &[0x1f, 0x8b, 8, 0, 0])).contains("gzip"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[1, 29, 28], &[0]))).contains("1 to 28"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[1, 0, 28], &[]))).contains("1 to 28"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[0, 28, 28], &[]))).contains("at least one"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[1, 2, 2], &[0; 3]))).contains("19 bytes"));
        assert!(message(images("train", &file(IMAGES_MAGIC, &[1, 2, 2], &[0; 5]))).contains("announces 20"));
        let everything = file(IMAGES_MAGIC, &[u32::MAX, 28, 28], &[0; 10]);
        assert!(message(images("train", &everything)).contains("announces 3367254359296"));
        let label = labels("labels", &file(LABELS_MAGIC, &[2], &[3, 10])).unwrap_err().to_string();
        assert_eq!(label, "label 1 of labels is 10; labels are 0 to 9");
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..64), images_first in any::<bool>()) {
            let magic = if images_first { IMAGES_MAGIC } else { LABELS_MAGIC };
            let bytes: Vec<u8> = magic.to_be_bytes().into_iter().chain(bytes).collect();
            let _ = images("any", &bytes);
            let _ = labels("any", &bytes);
        }
    }
}
