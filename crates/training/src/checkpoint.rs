//! A run as bytes: weights, optimizer, configuration and position. A restored run continues exactly as if it had not stopped.
//!
//! A sealed file (`sealed.rs`) whose numbers are the weights, then the optimizer's first and second moments, each in
//! the order of the module's parameters. A model that is shipped carries no moments, and 16-bit weights.

use serde::{Deserialize, Serialize};

use super::position::{Cursor, Position};
use super::sealed::{self, Kind, Precision};
use super::{Error, TrainingConfig};

/// A month at a thousand steps a second. The optimizer's own counter has 32 bits.
const MOST_STEPS: u64 = i32::MAX as u64 / 2;
/// Largest count that a JavaScript number holds exactly.
const MOST_IMAGES_SEEN: u64 = 1 << 53;

/// A saved run.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The run's configuration.
    pub config: TrainingConfig,
    /// How far it has come.
    pub position: Position,
    /// Identity of the reader's images in the order that the position belongs to; empty without such images.
    pub data: String,
    /// All parameters, in the module's order.
    pub weights: Vec<f32>,
    /// Updates of the optimizer.
    pub optimizer_time: usize,
    /// First, then second moments; empty before the first step, and in shipped models.
    pub moments: Vec<f32>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    config: TrainingConfig,
    step: u64,
    images_seen: u64,
    epoch: u64,
    position: usize,
    #[serde(default)]
    data: String,
    optimizer_time: usize,
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
            config: self.config.clone(),
            step,
            images_seen,
            epoch: cursor.epoch,
            position: cursor.position,
            data: self.data.clone(),
            optimizer_time: self.optimizer_time,
        };
        sealed::seal(Kind::Run, &header, precision, &self.weights, &self.moments)
    }

    /// Reads what [`Checkpoint::to_bytes`] or [`Checkpoint::to_shipped_bytes`] wrote. Holds at most five
    /// times the length of `bytes`, and 4 MB for the header.
    ///
    /// # Errors
    ///
    /// [`Error::Checkpoint`] says whether the bytes are no checkpoint, of another version or kind, cut off or damaged, or
    /// count more than any run can.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let sealed::Opened { about, weights, moments } = sealed::open::<Header>(Kind::Run, bytes)?;
        about.config.validate()?;
        let Header { step, images_seen, epoch, position, optimizer_time, .. } = about;
        let most = [step, epoch, position as u64, optimizer_time as u64].into_iter().max().unwrap_or_default();
        if most > MOST_STEPS || images_seen > MOST_IMAGES_SEEN {
            return Err(Error::Checkpoint("its header is damaged (it counts more than a run can)".to_owned()));
        }
        Ok(Self {
            config: about.config,
            position: Position {
                step: about.step,
                images_seen: about.images_seen,
                cursor: Cursor { epoch: about.epoch, position: about.position },
            },
            data: about.data,
            weights,
            optimizer_time: about.optimizer_time,
            moments,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            config: TrainingConfig::default(),
            position: Position { step: 3, images_seen: 384, cursor: Cursor { epoch: 0, position: 384 } },
            data: "0123456789abcdef".to_owned(),
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
