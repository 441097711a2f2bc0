//! Numbers under a header, sealed by a check sum: the file of a checkpoint and of every shipped model.
//!
//! `magic (8) | header length (u32, little-endian) | header (JSON) | numbers (little-endian) | SHA-256 of all before (32)`.
//! The header says what the numbers are; those that follow the weights are the optimizer's moments.

use burn::tensor::f16;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::Error;

const MAGIC: &[u8; 8] = b"ELBOROOM";
const VERSION: u32 = 1;
const DIGEST: usize = 32;
/// Longest header that is parsed, far above that of any model here: a wrong length cannot make us read or allocate more.
const LONGEST_HEADER: usize = 1 << 16;

/// What a file holds. A file that does not say so is a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A training run of an autoencoder.
    #[default]
    Run,
    /// A digit classifier.
    Classifier,
}

impl Kind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Run => "an autoencoder",
            Self::Classifier => "a classifier",
        }
    }
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Precision {
    /// Exactly.
    F32,
    /// Small enough to ship.
    F16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Frame {
    version: u32,
    #[serde(default)]
    kind: Kind,
    precision: Precision,
    weights: usize,
    moments: usize,
}

#[derive(Serialize)]
struct Header<'a, T> {
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    about: &'a T,
}

/// What a file says and holds.
#[derive(Debug)]
pub(super) struct Opened<T> {
    /// Its own part of the header.
    pub about: T,
    /// All parameters.
    pub weights: Vec<f32>,
    /// The optimizer's moments.
    pub moments: Vec<f32>,
}

/// The bytes of a file of this kind, whose header also says `about`.
pub(super) fn seal<T: Serialize>(
    kind: Kind,
    about: &T,
    precision: Precision,
    weights: &[f32],
    moments: &[f32],
) -> Result<Vec<u8>, Error> {
    let frame = Frame { version: VERSION, kind, precision, weights: weights.len(), moments: moments.len() };
    let header = serde_json::to_vec(&Header { frame, about }).map_err(|error| Error::Checkpoint(error.to_string()))?;
    let mut bytes = MAGIC.to_vec();
    bytes.extend((header.len() as u32).to_le_bytes());
    bytes.extend(header);
    for &value in weights.iter().chain(moments) {
        match precision {
            Precision::F32 => bytes.extend(value.to_le_bytes()),
            Precision::F16 => bytes.extend(f16::from_f32(value).to_le_bytes()),
        }
    }
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest.iter());
    Ok(bytes)
}

/// Reads what [`seal`] wrote. Holds at most five times the length of `bytes`, and 4 MB for the header.
///
/// # Errors
///
/// [`Error::Checkpoint`] says whether the bytes are no such file, of another version or kind, cut off or damaged.
pub(super) fn open<T: DeserializeOwned>(kind: Kind, bytes: &[u8]) -> Result<Opened<T>, Error> {
    let refuse = |message: &str| Error::Checkpoint(message.to_owned());
    let damaged = |error: serde_json::Error| Error::Checkpoint(format!("its header is damaged ({error})"));
    let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("it is not a file that this page saved"))?;
    let (length, body) = body.split_first_chunk::<4>().ok_or_else(|| refuse("it is cut off"))?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > LONGEST_HEADER {
        return Err(refuse("its header is damaged"));
    }
    let (header, body) = body.split_at_checked(length).ok_or_else(|| refuse("it is cut off"))?;
    let frame: Frame = serde_json::from_slice(header).map_err(damaged)?;
    if frame.version != VERSION {
        let message = format!("it has format version {}, and this page reads version {VERSION}", frame.version);
        return Err(Error::Checkpoint(message));
    }
    if frame.kind != kind {
        let message = format!("it holds {}, and {} is wanted here", frame.kind.in_words(), kind.in_words());
        return Err(Error::Checkpoint(message));
    }
    let width = if frame.precision == Precision::F32 { 4 } else { 2 };
    let expected = frame.weights.checked_add(frame.moments).and_then(|n| n.checked_mul(width));
    if expected.and_then(|n| n.checked_add(DIGEST)) != Some(body.len()) {
        return Err(refuse("it is cut off"));
    }
    let (signed, digest) = bytes.split_at_checked(bytes.len() - DIGEST).ok_or_else(|| refuse("it is cut off"))?;
    if Sha256::digest(signed).as_slice() != digest {
        return Err(refuse("its bytes are damaged: the check sum does not fit"));
    }
    let about = serde_json::from_slice(header).map_err(damaged)?;
    let numbers = &body[..body.len() - DIGEST];
    let mut weights: Vec<f32> = match frame.precision {
        Precision::F32 => numbers.as_chunks::<4>().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect(),
        Precision::F16 => numbers.as_chunks::<2>().0.iter().map(|&chunk| f16::from_le_bytes(chunk).to_f32()).collect(),
    };
    let moments = weights.split_off(frame.weights);
    Ok(Opened { about, weights, moments })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(kind: Kind, bytes: &[u8]) -> String {
        open::<serde_json::Value>(kind, bytes).err().map_or_else(String::new, |error| error.to_string())
    }

    #[test]
    fn other_versions_kinds_and_cuts_are_named() -> Result<(), Error> {
        let bytes = seal(Kind::Classifier, &serde_json::json!({}), Precision::F32, &[1.0, 2.0], &[])?;
        assert_eq!(refusal(Kind::Classifier, &bytes), "");
        assert!(refusal(Kind::Run, &bytes).contains("it holds a classifier, and an autoencoder is wanted here"));
        let mut newer = bytes.clone();
        let place = newer.windows(11).position(|text| text == b"\"version\":1").unwrap_or_default();
        newer[place + 10] = b'2';
        assert!(refusal(Kind::Classifier, &newer).contains("it has format version 2, and this page reads version 1"));
        assert!(refusal(Kind::Classifier, &bytes[..bytes.len() - 1]).contains("it is cut off"));
        assert!(refusal(Kind::Classifier, b"ELBO").contains("it is not a file that this page saved"));
        let mut damaged = bytes;
        let middle = damaged.len() - 36;
        damaged[middle] ^= 1;
        assert!(refusal(Kind::Classifier, &damaged).contains("the check sum does not fit"));
        Ok(())
    }
}
