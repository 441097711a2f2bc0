//! What can go wrong with a data file, in words that can stand in the page.

use thiserror::Error as ThisError;

/// Why bytes are not the data they should be. Each message says what was wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// An IDX file ends before its header does.
    #[error("{file} ends after {found} bytes, inside its IDX header of {expected}: get the file again")]
    IdxHeader {
        /// The file, as the caller names it.
        file: String,
        /// Bytes of the header.
        expected: usize,
        /// Bytes of the file.
        found: usize,
    },
    /// An IDX file does not begin with the magic number of its kind.
    #[error("{file} begins with {found:#010x}, but {kind} begin with {expected:#010x}: {hint}")]
    IdxMagic {
        /// The file, as the caller names it.
        file: String,
        /// What was expected ("IDX images of bytes").
        kind: &'static str,
        /// Magic number of that kind.
        expected: u32,
        /// First four bytes of the file.
        found: u32,
        /// What it may be instead.
        hint: &'static str,
    },
    /// An IDX header announces sizes that no data set here has.
    #[error("{file} announces {count} images of {rows} x {columns} pixels; {limit}")]
    IdxSize {
        /// The file, as the caller names it.
        file: String,
        /// Announced images.
        count: u32,
        /// Announced rows.
        rows: u32,
        /// Announced columns.
        columns: u32,
        /// The limit that is broken, and what to do.
        limit: &'static str,
    },
    /// An IDX file has more or fewer bytes than its header announces.
    #[error("{file} has {found} bytes, but its header announces {expected}: it is cut off or has something appended")]
    IdxLength {
        /// The file, as the caller names it.
        file: String,
        /// Bytes announced, header included.
        expected: u64,
        /// Bytes found.
        found: usize,
    },
    /// A compressed IDX file goes on beyond what its header announces.
    #[error("{file} goes on after the {expected} bytes that its header announces: it has something appended")]
    IdxTail {
        /// The file, as the caller names it.
        file: String,
        /// Bytes announced, header included.
        expected: u64,
    },
    /// A compressed file that a reader gave is damaged.
    #[error("{file} is damaged or cut off: its gzip stream cannot be unpacked ({reason}); get the file again")]
    OwnGzip {
        /// The file, as the caller names it.
        file: String,
        /// The decoder's words.
        reason: String,
    },
    /// A file that a reader gave is no IDX file.
    #[error(
        "{file} is no IDX file of images or labels: it begins with {found:#010x}, and these begin with 0x00000803 or 0x00000801 (after unpacking)"
    )]
    NotIdx {
        /// The file, as the caller names it.
        file: String,
        /// First four bytes of the file, unpacked.
        found: u32,
    },
    /// The files that a reader gave are not one of images with at most one of labels.
    #[error("{given} were given: give one IDX file of images, and the file of its labels if there is one")]
    OwnFiles {
        /// What was given.
        given: String,
    },
    /// Labels of other images.
    #[error("{labels} labels came with {images} images: give the labels that belong to these images, or none")]
    LabelCount {
        /// Number of labels.
        labels: usize,
        /// Number of images.
        images: usize,
    },
    /// A label is not a digit.
    #[error("label {index} of {file} is {value}; labels are 0 to 9")]
    Label {
        /// The file, as the caller names it.
        file: String,
        /// Which label, from 0.
        index: usize,
        /// Its value.
        value: u8,
    },
    /// Images cannot be packed: sizes do not fit together or are over the format's limits.
    #[error("cannot pack {what}: {found} given, {expected} expected")]
    Pack {
        /// What has the wrong size.
        what: &'static str,
        /// Size expected.
        expected: usize,
        /// Size found.
        found: usize,
    },
    /// A shard's gzip stream is damaged.
    #[error("the gzip stream is damaged ({0}): load it again")]
    Gzip(String),
    /// A shard does not begin as a shard of this version.
    #[error("not a data shard of version {version}: {found}; rebuild the page, or load it again without the cache")]
    ShardHeader {
        /// Version that this program reads.
        version: u8,
        /// What was found instead.
        found: String,
    },
    /// A shard has more or fewer bytes than its header announces.
    #[error(
        "the shard has {found} bytes, but its header announces {expected}: it is cut off or damaged; load it again"
    )]
    ShardLength {
        /// Bytes announced, header included, uncompressed.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// A shard's bytes are not those that the manifest describes.
    #[error("{file} is damaged or of another version: {what} is {found}, the manifest says {expected}; load it again")]
    Mismatch {
        /// The shard's file name.
        file: String,
        /// What differs ("sha256", "number of images").
        what: &'static str,
        /// By the manifest.
        expected: String,
        /// In the bytes.
        found: String,
    },
    /// The manifest cannot be read or contradicts itself.
    #[error("the data manifest cannot be used: {0}; rebuild the page with `cargo xtask build`")]
    Manifest(String),
}

/// `Result` with this module's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
