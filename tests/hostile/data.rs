//! Shards, IDX files, a reader's own files, and the list of shards.

use std::io::Write;
use std::sync::LazyLock;

use elbo_data::idx::{self, Images};
use elbo_data::manifest::{Entry, Split};
use elbo_data::{Manifest, Shard, own, shard};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::cases;
use crate::damage::{damaged, damages};
use crate::memory::measured;

/// Beside what is decoded: gzip's window and messages.
const BESIDES: usize = 200_000;
/// Of the largest shard: once as it comes, once taken apart.
const MOST_OF_A_SHARD: usize = 2 * (10 + shard::MAXIMUM_IMAGES * (1 + 28 * 28 / 2)) + BESIDES;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn idx_file(magic: u32, dimensions: &[u32], body: &[u8]) -> Vec<u8> {
    let words = std::iter::once(magic).chain(dimensions.iter().copied());
    words.flat_map(u32::to_be_bytes).chain(body.iter().copied()).collect()
}

fn pixels(count: usize) -> Vec<u8> {
    (0..count * 784).map(|i| (i % 251) as u8).collect()
}

/// Good files of every kind, packed and not.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let shard = Shard::pack(&Images { rows: 28, columns: 28, pixels: &pixels(2) }, &[3, 7]).unwrap();
    let images = idx_file(idx::IMAGES_MAGIC, &[2, 28, 28], &pixels(2));
    let labels = idx_file(idx::LABELS_MAGIC, &[2], &[3, 7]);
    let plain = [shard.payload(), images, labels, Vec::new()];
    plain.iter().flat_map(|bytes| [bytes.clone(), gzip(bytes)]).collect()
});

static MANIFEST: LazyLock<(Manifest, Vec<u8>)> = LazyLock::new(|| {
    let shard = Shard::decode(&FILES[0]).unwrap();
    let manifest = Manifest {
        name: "MNIST".to_owned(),
        attribution: "them".to_owned(),
        license: "theirs".to_owned(),
        version: shard::VERSION,
        sources: Vec::new(),
        shards: vec![Entry::describe("train-0.bin", Split::Train, &shard, FILES[1].len())],
    };
    let json = manifest.to_json().unwrap().into_bytes();
    (manifest, json)
});

/// Every decoder gets every kind of bytes: files are swapped too.
fn decode_all(bytes: &[u8]) -> Result<(), TestCaseError> {
    let (shard, most) = measured(|| Shard::decode(bytes));
    prop_assert!(most <= MOST_OF_A_SHARD, "a shard of {} bytes held {most}", bytes.len());
    if let Ok(shard) = shard {
        // What passes can be read to its end, and is what its packing says.
        let levels: usize = (0..shard.count()).map(|index| shard.levels(index).unwrap().count()).sum();
        prop_assert_eq!(levels % shard.count(), 0);
        prop_assert_eq!(Shard::decode(&shard.payload()), Ok(shard));
    }
    let (_, most) = measured(|| MANIFEST.0.shards[0].verify(bytes));
    prop_assert!(most <= MOST_OF_A_SHARD);
    let (_, most) = measured(|| idx::images("any", bytes).is_ok() | idx::labels("any", bytes).is_ok());
    prop_assert!(most <= 10_000, "an IDX file of {} bytes held {most}", bytes.len());
    let files = [("any".to_owned(), bytes.to_vec()), ("labels".to_owned(), FILES[4].clone())];
    for files in [&files[..1], &files[..]] {
        let (found, most) = measured(|| own::open(files));
        // The pixels of as many images as really come, read into a buffer that doubles, and packed.
        prop_assert!(
            most <= 4 * bytes.len().max(16_000) * 32 + BESIDES,
            "own files of {} bytes held {most}",
            bytes.len()
        );
        if let Ok(found) = found {
            prop_assert_eq!(found.shards.iter().map(Shard::count).sum::<usize>(), found.count());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn damaged_files_are_refused_or_whole(which in 0..8_usize, damages in damages(), then_packed in any::<bool>()) {
        let bytes = damaged(&FILES[which], &damages, 24);
        decode_all(&bytes)?;
        if then_packed {
            decode_all(&gzip(&bytes))?;
        }
    }

    #[test]
    fn noise_is_refused(noise in prop::collection::vec(any::<u8>(), 0..200), start in 0..8_usize, kept in 0..24_usize) {
        let good = &FILES[start];
        decode_all(&[&good[..kept.min(good.len())], &noise].concat())?;
    }

    #[test]
    fn a_damaged_list_of_shards_is_refused_or_sound(damages in damages()) {
        let json = damaged(&MANIFEST.1, &damages, MANIFEST.1.len());
        let (read, most) = measured(|| Manifest::from_json(&json));
        prop_assert!(most <= 20 * json.len() + 10_000, "{} bytes held {most}", json.len());
        if let Ok(read) = read {
            prop_assert!(read.shards.iter().all(|entry| (1..=shard::MAXIMUM_IMAGES).contains(&entry.images)));
        }
    }

    #[test]
    fn drawings_of_any_length_are_refused_or_kept(pixels in prop::collection::vec(any::<u8>(), 0..2000), labels in prop::collection::vec(any::<u8>(), 0..4)) {
        if let Ok(found) = own::drawings(&pixels, &labels) {
            prop_assert_eq!((found.count() * 784, found.count()), (pixels.len(), labels.len()));
        }
    }
}

#[test]
fn headers_that_claim_everything_take_nothing() {
    let claim = |magic, dimensions: &[u32]| idx_file(magic, dimensions, &[0; 10]);
    let most_images = own::MOST_IMAGES as u32;
    for bytes in [
        claim(idx::IMAGES_MAGIC, &[u32::MAX, 28, 28]),
        claim(idx::IMAGES_MAGIC, &[most_images, 28, 28]),
        claim(idx::IMAGES_MAGIC, &[u32::MAX, u32::MAX, u32::MAX]),
        claim(idx::LABELS_MAGIC, &[u32::MAX]),
        claim(idx::LABELS_MAGIC, &[most_images]),
    ] {
        for bytes in [gzip(&bytes), bytes] {
            let (_, most) = measured(|| own::open(&[("any".to_owned(), bytes.clone())]).is_err());
            assert!(most < 400_000, "own files held {most}");
            let (_, most) = measured(|| idx::images("any", &bytes).is_ok());
            assert!(most < 1000, "IDX held {most}");
        }
    }
    // The largest shard that a header can announce is made room for, and no more.
    let mut payload = FILES[0][..10].to_vec();
    payload[6..8].copy_from_slice(&(shard::MAXIMUM_IMAGES as u16).to_le_bytes());
    let packed = gzip(&payload);
    let (refused, most) = measured(|| Shard::decode(&packed).is_err());
    assert!(refused && most <= MOST_OF_A_SHARD / 2 + BESIDES, "a shard held {most}");
    payload[6..8].copy_from_slice(&u16::MAX.to_le_bytes());
    let packed = gzip(&payload);
    let (refused, most) = measured(|| Shard::decode(&packed).is_err());
    assert!(refused && most < BESIDES, "a shard held {most}");
}

#[test]
fn the_most_images_that_are_accepted_stay_within_their_bound() {
    let (count, blank) = (own::MOST_IMAGES, vec![0; own::MOST_IMAGES * 784]);
    let file = gzip(&idx_file(idx::IMAGES_MAGIC, &[count as u32, 28, 28], &blank));
    drop(blank);
    let files = [("blank.gz".to_owned(), file)];
    let (found, most) = measured(|| own::open(&files).unwrap());
    assert_eq!(found.count(), count);
    assert!(most <= own::MOST_BYTES, "{} bytes held {most}", files[0].1.len());
}
