//! A run as bytes: weights, optimiser, configuration and position, so that going on is as if it had never stopped.
//!
//! `magic (8) | header length (u32, little-endian) | header (JSON) | numbers (little-endian) | SHA-256 of all before (32)`.
//! Numbers are the weights, then the optimiser's first and second moments, each in the order of the header's parameters.
//! A model that is shipped carries no moments, and 16-bit weights.

use burn::tensor::f16;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::batches::Cursor;
use super::trainer::Position;
use super::{Error, TrainingConfig};
use crate::model::parameters::Parameter;

const MAGIC: &[u8; 8] = b"ELBOROOM";
const VERSION: u32 = 1;
const DIGEST: usize = 32;
/// Far above the header of any model here; bounds what a wrong length can make us read.
const LONGEST_HEADER: usize = 1 << 20;

/// A run at rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The run's configuration.
    pub config: TrainingConfig,
    /// How far it has come.
    pub position: Position,
    /// All parameters, in the module's order.
    pub weights: Vec<f32>,
    /// Updates of the optimiser.
    pub optimizer_time: usize,
    /// First, then second moments; empty before the first step, and in shipped models.
    pub moments: Vec<f32>,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Precision {
    F32,
    F16,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    version: u32,
    config: TrainingConfig,
    step: u64,
    images_seen: u64,
    epoch: u64,
    position: usize,
    optimizer_time: usize,
    precision: Precision,
    weights: usize,
    moments: usize,
}

impl Checkpoint {
    /// The whole run, exactly.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] when the header cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        self.write(Precision::F32)
    }

    /// The weights alone, in 16 bits: small enough to ship.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] when the header cannot be written.
    pub fn to_shipped_bytes(&self) -> Result<Vec<u8>, Error> {
        Self { optimizer_time: 0, moments: Vec::new(), ..self.clone() }.write(Precision::F16)
    }

    fn write(&self, precision: Precision) -> Result<Vec<u8>, Error> {
        let Position { step, images_seen, cursor } = self.position;
        let header = Header {
            version: VERSION,
            config: self.config.clone(),
            step,
            images_seen,
            epoch: cursor.epoch,
            position: cursor.position,
            optimizer_time: self.optimizer_time,
            precision,
            weights: self.weights.len(),
            moments: self.moments.len(),
        };
        let header = serde_json::to_vec(&header).map_err(|error| Error::Checkpoint(error.to_string()))?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend((header.len() as u32).to_le_bytes());
        bytes.extend(header);
        for &value in self.weights.iter().chain(&self.moments) {
            match precision {
                Precision::F32 => bytes.extend(value.to_le_bytes()),
                Precision::F16 => bytes.extend(f16::from_f32(value).to_le_bytes()),
            }
        }
        let digest = Sha256::digest(&bytes);
        bytes.extend(digest.iter());
        Ok(bytes)
    }

    /// Reads what [`Checkpoint::to_bytes`] or [`Checkpoint::to_shipped_bytes`] wrote. Allocates no more than a few times
    /// the length of `bytes`.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] says whether the bytes are no checkpoint, of another version, cut off or damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let refuse = |message: &str| Error::Checkpoint(message.to_owned());
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("it is not a file that this page saved"))?;
        let (length, body) = body.split_first_chunk::<4>().ok_or_else(|| refuse("it is cut off"))?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > LONGEST_HEADER {
            return Err(refuse("its header is damaged"));
        }
        let (header, body) = body.split_at_checked(length).ok_or_else(|| refuse("it is cut off"))?;
        let header: Header = serde_json::from_slice(header)
            .map_err(|error| Error::Checkpoint(format!("its header is damaged ({error})")))?;
        if header.version != VERSION {
            let message = format!("it has format version {}, and this page reads version {VERSION}", header.version);
            return Err(Error::Checkpoint(message));
        }
        let (signed, digest) = bytes.split_at_checked(bytes.len() - DIGEST).ok_or_else(|| refuse("it is cut off"))?;
        let width = if header.precision == Precision::F32 { 4 } else { 2 };
        let expected = header.weights.checked_add(header.moments).and_then(|n| n.checked_mul(width));
        if expected.and_then(|n| n.checked_add(DIGEST)) != Some(body.len()) {
            return Err(refuse("it is cut off"));
        }
        if Sha256::digest(signed).as_slice() != digest {
            return Err(refuse("its bytes are damaged: the check sum does not fit"));
        }
        let numbers = &body[..body.len() - DIGEST];
        let mut weights: Vec<f32> = match header.precision {
            Precision::F32 => numbers.as_chunks::<4>().0.iter().map(|&chunk| f32::from_le_bytes(chunk)).collect(),
            Precision::F16 => {
                numbers.as_chunks::<2>().0.iter().map(|&chunk| f16::from_le_bytes(chunk).to_f32()).collect()
            }
        };
        let moments = weights.split_off(header.weights);
        header.config.validate()?;
        Ok(Self {
            config: header.config,
            position: Position {
                step: header.step,
                images_seen: header.images_seen,
                cursor: Cursor { epoch: header.epoch, position: header.position },
            },
            weights,
            optimizer_time: header.optimizer_time,
            moments,
        })
    }

    /// Whether the numbers fit a model with these parameters.
    pub fn fits(&self, parameters: &[Parameter]) -> bool {
        self.weights.len() == parameters.iter().map(Parameter::len).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            config: TrainingConfig::default(),
            position: Position { step: 3, images_seen: 384, cursor: Cursor { epoch: 0, position: 384 } },
            weights: vec![0.5, -1.25, 3.0],
            optimizer_time: 3,
            moments: vec![1.0e-9, 0.1, 0.2, 0.3, 0.4, 0.5],
        }
    }

    #[test]
    fn bytes_keep_everything() -> Result<(), Error> {
        assert_eq!(Checkpoint::from_bytes(&checkpoint().to_bytes()?)?, checkpoint());
        let shipped = Checkpoint::from_bytes(&checkpoint().to_shipped_bytes()?)?;
        assert_eq!((shipped.weights, shipped.moments), (checkpoint().weights, Vec::new()));
        Ok(())
    }

    #[test]
    fn every_cut_and_every_flipped_bit_is_refused() -> Result<(), Error> {
        let bytes = checkpoint().to_bytes()?;
        for length in 0..bytes.len() {
            assert!(Checkpoint::from_bytes(&bytes[..length]).is_err(), "cut at {length}");
        }
        for bit in 0..bytes.len() * 8 {
            let mut damaged = bytes.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            assert!(Checkpoint::from_bytes(&damaged).is_err(), "bit {bit}");
        }
        Ok(())
    }
}
