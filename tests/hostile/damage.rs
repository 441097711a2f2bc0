//! Good bytes, damaged.

use proptest::prelude::*;
use proptest::sample::Index;

/// One change of some bytes.
#[derive(Debug, Clone)]
pub enum Damage {
    /// One bit is another.
    Flip(Index, u8),
    /// A byte is another.
    Set(Index, u8),
    /// Eight bytes are a number that sizes go wrong with.
    Number(Index, u64, bool),
    /// The rest is missing.
    Cut(Index),
    /// Others come in between.
    Insert(Index, Vec<u8>),
    /// A piece comes twice, or is missing.
    Move(Index, Index, bool),
}

/// Some damage, of which most concerns the beginning, where sizes are written.
pub fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let number =
        prop::sample::select(vec![0, 1, 255, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 32, 1 << 62, 1 << 63, u64::MAX]);
    let damage = prop_oneof![
        (any::<Index>(), 0..8_u8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (any::<Index>(), number, any::<bool>()).prop_map(|(at, number, wide)| Damage::Number(at, number, wide)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), prop::collection::vec(any::<u8>(), 1..9)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), any::<Index>(), any::<bool>()).prop_map(|(from, to, twice)| Damage::Move(from, to, twice)),
    ];
    prop::collection::vec(damage, 0..6)
}

/// The first `head` bytes are damaged as often as all the others.
pub fn damaged(good: &[u8], damages: &[Damage], head: usize) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for (round, damage) in damages.iter().enumerate() {
        if bytes.is_empty() {
            break;
        }
        let length = if round % 2 == 0 { bytes.len().min(head) } else { bytes.len() };
        match damage {
            Damage::Flip(at, bit) => bytes[at.index(length)] ^= 1 << bit,
            Damage::Set(at, byte) => bytes[at.index(length)] = *byte,
            Damage::Number(at, number, wide) => {
                let at = at.index(length);
                let number =
                    if *wide { number.to_le_bytes().to_vec() } else { (*number as u32).to_be_bytes().to_vec() };
                for (place, byte) in bytes.iter_mut().skip(at).zip(number) {
                    *place = byte;
                }
            }
            Damage::Cut(at) => bytes.truncate(at.index(length)),
            Damage::Insert(at, more) => drop(bytes.splice(at.index(length)..at.index(length), more.iter().copied())),
            Damage::Move(from, to, twice) => {
                let (from, to) = (from.index(length), to.index(length));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                if *twice { bytes.extend(piece) } else { drop(bytes.drain(from.min(to)..from.max(to))) }
            }
        }
    }
    bytes
}
