//! Reads reference values: the folder in `GOLDEN_DIR`, else `tests/golden`.

use std::path::PathBuf;

use serde_json::Value;

/// The project's root as it is when the tests run: a checkout may have been moved since they were built.
pub fn project() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(PathBuf::default, PathBuf::from)
}

/// The parsed file `name.json`.
pub fn read(name: &str) -> Value {
    let folder = std::env::var_os("GOLDEN_DIR").map_or_else(|| project().join("tests/golden"), PathBuf::from);
    let path = folder.join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
