//! The workspace's own crates, and which of them each module links.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId, TargetKind};

use crate::wasm_toolchain::TARGET;

/// What cargo knows of the workspace.
pub struct Packages(Metadata);

impl Packages {
    /// Asks cargo, from a crate's folder and with features of that crate.
    pub fn read(folder: &Path, features: &str) -> Result<Self> {
        MetadataCommand::new()
            .manifest_path(folder.join("Cargo.toml"))
            .features(CargoOpt::SomeFeatures(features.split(',').map(str::to_owned).collect()))
            .other_options(["--locked", "--filter-platform", TARGET].map(str::to_owned))
            .exec()
            .map(Self)
            .context("cargo metadata")
    }

    /// The workspace's libraries: the file in which each begins.
    #[cfg(test)]
    pub fn libraries(&self) -> impl Iterator<Item = PathBuf> {
        self.0.packages.iter().filter(|package| package.source.is_none()).filter_map(library)
    }

    /// Those that a binary links in a browser.
    pub fn linked(&self, binary: &str) -> Vec<PathBuf> {
        let is_its = |package: &&Package| {
            package.source.is_none() && package.targets.iter().any(|target| target.name == binary && target.is_bin())
        };
        let mut next: Vec<&PackageId> = self.0.packages.iter().filter(is_its).map(|package| &package.id).collect();
        let dependencies = self.dependencies();
        let mut reached = BTreeSet::new();
        while let Some(id) = next.pop() {
            if reached.insert(id) {
                next.extend(dependencies.get(id).into_iter().flatten());
            }
        }
        let ours = reached.into_iter().map(|id| &self.0[id]).filter(|package| package.source.is_none());
        ours.filter_map(library).collect()
    }

    /// What each package links; not what its tests and build scripts use.
    fn dependencies(&self) -> BTreeMap<&PackageId, Vec<&PackageId>> {
        let nodes = self.0.resolve.iter().flat_map(|resolve| &resolve.nodes);
        nodes
            .map(|node| {
                let linked = node
                    .deps
                    .iter()
                    .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
                (&node.id, linked.map(|dependency| &dependency.pkg).collect())
            })
            .collect()
    }
}

fn library(package: &Package) -> Option<PathBuf> {
    let kinds = [TargetKind::Lib, TargetKind::RLib];
    let library = package.targets.iter().find(|target| target.kind.iter().any(|kind| kinds.contains(kind)))?;
    Some(library.src_path.clone().into_std_path_buf())
}

/// All Rust files of the library that begins with this one.
pub fn files(library: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![library.parent().context("a library is in a folder")?.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    Ok(files)
}
