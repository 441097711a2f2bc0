//! Versions of the tools, read from the one place where each is pinned.

use anyhow::{Context, Result, ensure};
use std::fs;

use crate::project::Project;

/// Pinned versions.
pub struct Versions {
    /// `wasm-bindgen` in Cargo.toml; the command line tool must be the same.
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
        let cargo = read("Cargo.toml")?;
        let trunk_toml = read("Trunk.toml")?;
        let package: serde_json::Value = serde_json::from_str(&read("package.json")?).context("package.json")?;

        let wasm_bindgen = pinned(&cargo, "wasm-bindgen").context("Cargo.toml pins no `wasm-bindgen = \"=...\"`")?;
        let trunk = pinned(&trunk_toml, "trunk-version").context("Trunk.toml pins no `trunk-version = \"=...\"`")?;
        let binaryen =
            package["devDependencies"]["binaryen"].as_str().context("package.json pins no binaryen")?.to_owned();

        let trunk_bindgen = pinned(&trunk_toml, "wasm_bindgen").context("Trunk.toml pins no wasm_bindgen")?;
        ensure!(
            trunk_bindgen == wasm_bindgen,
            "Trunk.toml asks for wasm_bindgen {trunk_bindgen}, Cargo.toml for {wasm_bindgen}: make them equal"
        );
        let trunk_opt = pinned(&trunk_toml, "wasm_opt").context("Trunk.toml pins no wasm_opt")?;
        let major = binaryen.split('.').next().unwrap_or_default();
        ensure!(
            trunk_opt == format!("version_{major}"),
            "Trunk.toml asks for wasm_opt {trunk_opt}, package.json for binaryen {binaryen}: make them equal"
        );
        Ok(Self { wasm_bindgen, trunk, binaryen })
    }
}

/// The quoted version on the line `key = "..."`, without a leading `=`.
fn pinned(toml: &str, key: &str) -> Option<String> {
    toml.lines().find_map(|line| {
        let value = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        let quoted = value.trim().strip_prefix('"')?;
        Some(quoted.split('"').next()?.trim_start_matches('=').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::pinned;

    #[test]
    fn reads_pinned_versions() {
        let toml = "wasm-bindgen-test = \"=0.3.80\"\nwasm-bindgen = \"=0.2.130\" # why\nwasm_opt = \"version_132\"\n";
        assert_eq!(pinned(toml, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(pinned(toml, "wasm_opt").as_deref(), Some("version_132"));
        assert_eq!(pinned(toml, "trunk-version"), None);
    }
}
