//! Where things are: the clone and the cache that outlives it.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Folders of one clone and of the shared cache.
pub struct Project {
    /// The repository's root.
    pub root: PathBuf,
    /// Built files that a second clone can use again.
    pub cache: PathBuf,
}

impl Project {
    /// Finds the clone from where cargo says that this crate is, the cache from the environment.
    pub fn locate() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").context("run this through cargo: cargo xtask")?;
        let root = Path::new(&manifest).parent().context("xtask is not inside a repository")?.to_owned();
        Ok(Self { root, cache: cache_folder()? })
    }

    /// Cargo's target folder for wasm32; shared by Trunk's builds and the browser tests, so nothing compiles twice.
    pub fn web_target(&self) -> PathBuf {
        self.cache.join("target/web")
    }

    /// Cargo's target folder for native tests and commands.
    pub fn native_target(&self) -> PathBuf {
        self.cache.join("target/native")
    }

    /// Each built WebAssembly module, as wasm-bindgen and wasm-opt leave it, with a record of what it was built from.
    pub fn modules(&self) -> PathBuf {
        self.root.join("build/modules")
    }

    /// A Rust toolchain for wasm32, where rustup can fetch none.
    pub fn toolchain(&self) -> PathBuf {
        self.cache.join("toolchain")
    }

    /// The page as it is published.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Packed data, copied into `dist/data`.
    pub fn data(&self) -> PathBuf {
        self.root.join("build/data")
    }
}

fn cache_folder() -> Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("ELBO_ROOM_CACHE")
        .or_else(|| variable("XDG_CACHE_HOME").map(|folder| folder.join("elbo-room")))
        .or_else(|| std::env::home_dir().map(|home| home.join(".cache/elbo-room")))
        .context("no home folder: set ELBO_ROOM_CACHE to a folder for built files")
}
