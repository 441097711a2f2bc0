//! The list of shards, `data/manifest.json`: what there is to download and how to know that it arrived whole.

use super::error::{Error, Result};
use super::shard::{MAXIMUM_IMAGES, Shard, unpack};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// Which part of the data set a shard belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// Images to learn from.
    Train,
    /// Images to judge by.
    Test,
}

/// A file that the shards were made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// File name.
    pub file: String,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

/// One shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// File name, beside the manifest.
    pub file: String,
    /// Part of the data set.
    pub split: Split,
    /// Number of images.
    pub images: usize,
    /// Size of the file, bytes to download.
    pub bytes: usize,
    /// SHA-256 of the *uncompressed* shard, hexadecimal, since a host may unpack it on the way.
    pub sha256: String,
}

impl Entry {
    /// Describes a packed shard whose file has `bytes` bytes.
    pub fn describe(file: &str, split: Split, shard: &Shard, bytes: usize) -> Self {
        Self { file: file.to_owned(), split, images: shard.count(), bytes, sha256: sha256(&shard.payload()) }
    }

    /// Checks that `bytes`, compressed or not, are this shard, whole and unchanged.
    ///
    /// # Errors
    ///
    /// [`Error`] that names the file and says what differs.
    pub fn verify(&self, bytes: &[u8]) -> Result<()> {
        self.open(bytes).map(drop)
    }

    /// Verifies and reads the shard.
    ///
    /// # Errors
    ///
    /// [`Error`] that says what is wrong with the bytes.
    pub fn open(&self, bytes: &[u8]) -> Result<Shard> {
        let mismatch =
            |what, expected: String, found: String| Error::Mismatch { file: self.file.clone(), what, expected, found };
        let payload = unpack(bytes)?;
        // A message about the header says more than a sum that differs.
        let shard = Shard::from_payload(&payload)?;
        if shard.count() != self.images {
            return Err(mismatch("the number of images", self.images.to_string(), shard.count().to_string()));
        }
        let found = sha256(&payload);
        if found != self.sha256 {
            return Err(mismatch("the sha256", self.sha256.clone(), found));
        }
        Ok(shard)
    }
}

/// The data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the data set.
    pub name: String,
    /// Whose it is, to be shown wherever it is used.
    pub attribution: String,
    /// Licence of the data.
    pub license: String,
    /// Version of the shard format.
    pub version: u8,
    /// What the shards were made from.
    pub sources: Vec<Source>,
    /// Shards, in order.
    pub shards: Vec<Entry>,
}

impl Manifest {
    /// Reads and checks `manifest.json`.
    ///
    /// # Errors
    ///
    /// [`Error::Manifest`] when it is not JSON of this form, lists no shard, or has an entry that cannot be right.
    pub fn from_json(json: &[u8]) -> Result<Self> {
        let manifest: Self = serde_json::from_slice(json).map_err(|error| Error::Manifest(error.to_string()))?;
        if manifest.version != super::shard::VERSION {
            return Err(Error::Manifest(format!("its shards have version {}", manifest.version)));
        }
        if manifest.shards.is_empty() {
            return Err(Error::Manifest("it lists no shard".to_owned()));
        }
        let mut names = HashSet::new();
        for Entry { file, images, .. } in &manifest.shards {
            let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
            if file.is_empty() || file.starts_with('.') || !file.chars().all(plain) {
                return Err(Error::Manifest(format!("{file:?} is not the name of a file beside it")));
            }
            if !names.insert(file) {
                return Err(Error::Manifest(format!("it lists {file} twice")));
            }
            if !(1..=MAXIMUM_IMAGES).contains(images) {
                return Err(Error::Manifest(format!("{file} has {images} images; 1 to {MAXIMUM_IMAGES} are possible")));
            }
        }
        Ok(manifest)
    }

    /// As `manifest.json`.
    ///
    /// # Errors
    ///
    /// [`Error::Manifest`] when it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|error| Error::Manifest(error.to_string()))
    }

    /// Shards of one part of the data set, in order.
    pub fn split(&self, split: Split) -> impl Iterator<Item = &Entry> {
        self.shards.iter().filter(move |entry| entry.split == split)
    }
}

/// SHA-256, hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::idx::Images;
    use super::*;

    fn shard(seed: u8) -> Shard {
        let pixels: Vec<u8> = (0..8_u8).map(|value| value.wrapping_mul(31).wrapping_add(seed)).collect();
        Shard::pack(&Images { rows: 2, columns: 2, pixels: &pixels }, &[1, 2]).unwrap()
    }

    fn entry() -> Entry {
        Entry::describe("train-0.bin", Split::Train, &shard(0), shard(0).encode().unwrap().len())
    }

    #[test]
    fn sha256_of_a_known_message() {
        // FIPS 180-4, example "abc".
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn a_whole_shard_is_accepted_packed_or_not() {
        assert_eq!(entry().open(&shard(0).encode().unwrap()), Ok(shard(0)));
        assert_eq!(entry().verify(&shard(0).payload()), Ok(()));
    }

    #[test]
    fn another_shard_is_refused_by_name() {
        let message = entry().verify(&shard(99).encode().unwrap()).unwrap_err().to_string();
        assert!(message.starts_with("train-0.bin is damaged") && message.contains("sha256"), "{message}");
        let fewer = Entry { images: 3, ..entry() };
        assert!(fewer.verify(&shard(0).payload()).unwrap_err().to_string().contains("number of images is 2"));
    }

    #[test]
    fn manifests_round_trip_and_are_checked() {
        let manifest = Manifest {
            name: "MNIST".to_owned(),
            attribution: "them".to_owned(),
            license: "theirs".to_owned(),
            version: crate::shard::VERSION,
            sources: Vec::new(),
            shards: vec![entry()],
        };
        let read = |manifest: &Manifest| Manifest::from_json(manifest.to_json().unwrap().as_bytes());
        assert_eq!(read(&manifest).as_ref(), Ok(&manifest));
        assert_eq!(manifest.split(Split::Test).count(), 0);
        let refused = |change: &dyn Fn(&mut Manifest)| {
            let mut changed = manifest.clone();
            change(&mut changed);
            read(&changed).unwrap_err().to_string()
        };
        assert!(refused(&|it| it.shards.clear()).contains("no shard"));
        assert!(refused(&|it| it.shards.push(entry())).contains("train-0.bin twice"));
        assert!(refused(&|it| it.version = 9).contains("version 9"));
        assert!(refused(&|it| it.shards[0].file = "../secret".to_owned()).contains("not the name of a file"));
        assert!(refused(&|it| it.shards[0].images = 10_001).contains("10001 images"));
        assert!(Manifest::from_json(b"<html>").unwrap_err().to_string().contains("expected value"));
    }
}
