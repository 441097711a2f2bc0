//! Versions of the tools, read from the one place where each is pinned.

use std::fs;

use anyhow::{Context, Result, ensure};
use toml::{Table, Value};

use crate::project::Project;

/// Pinned versions.
pub struct Versions {
    /// The library's in Cargo.lock; the command line tool must be the same.
    pub wasm_bindgen: String,
    /// `trunk-version` in Trunk.toml.
    pub trunk: String,
    /// `binaryen` in package.json, which brings wasm-opt.
    pub binaryen: String,
}

impl Versions {
    /// Reads them, and checks that Trunk.toml, which repeats two, agrees.
    pub fn read(project: &Project) -> Result<Self> {
        let read =
            |file: &str| fs::read_to_string(project.root.join(file)).with_context(|| format!("cannot read {file}"));
        let lock: Table = read("Cargo.lock")?.parse().context("Cargo.lock")?;
        let trunk: Table = read("Trunk.toml")?.parse().context("Trunk.toml")?;
        let package: serde_json::Value = serde_json::from_str(&read("package.json")?).context("package.json")?;

        let wasm_bindgen = locked(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?.to_owned();
        let tool = |name: &str| trunk.get("tools")?.get(name)?.as_str();
        let asked = trunk.get("trunk-version").and_then(Value::as_str);
        let pinned = asked.and_then(|version| version.strip_prefix('='));
        let binaryen =
            package["devDependencies"]["binaryen"].as_str().context("package.json pins no binaryen")?.to_owned();

        let trunk_bindgen = tool("wasm_bindgen").context("Trunk.toml pins no wasm_bindgen")?;
        ensure!(
            trunk_bindgen == wasm_bindgen,
            "Trunk.toml asks for wasm_bindgen {trunk_bindgen}, Cargo.lock for {wasm_bindgen}: make them equal"
        );
        let trunk_opt = tool("wasm_opt").context("Trunk.toml pins no wasm_opt")?;
        let major = binaryen.split('.').next().unwrap_or_default();
        ensure!(
            trunk_opt == format!("version_{major}"),
            "Trunk.toml asks for wasm_opt {trunk_opt}, package.json for binaryen {binaryen}: make them equal"
        );
        let trunk = pinned.context("Trunk.toml pins no `trunk-version = \"=...\"`")?.to_owned();
        Ok(Self { wasm_bindgen, trunk, binaryen })
    }
}

/// The version of a package in Cargo.lock.
fn locked<'a>(lock: &'a Table, name: &str) -> Option<&'a str> {
    let package = lock.get("package")?.as_array()?.iter().find(|package| package["name"].as_str() == Some(name))?;
    package.get("version")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::Versions;
    use crate::project::Project;

    #[test]
    fn pinned_versions_agree() {
        let versions = Versions::read(&Project::locate().unwrap()).unwrap();
        for version in [versions.wasm_bindgen, versions.trunk, versions.binaryen] {
            assert!(version.split('.').all(|part| part.parse::<u32>().is_ok()), "{version}");
        }
    }
}
