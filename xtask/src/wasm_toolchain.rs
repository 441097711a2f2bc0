//! A Rust toolchain that can build for wasm32-unknown-unknown.
//!
//! The ordinary way is `rustup target add`. On a closed Debian machine, where only the package registries answer, Debian's
//! own `rustc-web` is used instead: its standard library for wasm32 is built from Debian's source package, and a folder of the
//! cache holds it beside links to the rest. rustup takes such a folder as a toolchain, without being told of it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, say};
use crate::project::Project;

/// The target of the page's modules.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A toolchain that is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The one that is active anyway.
    Active,
    /// This folder.
    Cached(PathBuf),
}

impl WasmToolchain {
    /// Value of `RUSTUP_TOOLCHAIN` for web builds, where it must be set.
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Active => None,
            Self::Cached(folder) => Some(folder),
        }
    }

    /// What the compiler says of itself.
    pub fn version(&self) -> Option<String> {
        self.ask_rustc(&["-vV"])
    }

    /// Whether the standard library and a linker for the target are there.
    fn is_ready(&self) -> bool {
        let Some(library) = self.ask_rustc(&["--print", "target-libdir", "--target", TARGET]) else {
            return false;
        };
        let Ok(files) = fs::read_dir(library) else {
            return false;
        };
        let standard = files.flatten().any(|file| {
            let name = file.file_name();
            let name = name.to_string_lossy();
            name.starts_with("libstd-") && name.ends_with(".rlib")
        });
        standard && self.ask_rustc(&["--print", "sysroot"]).is_some_and(|root| linker(Path::new(&root)).exists())
    }

    fn ask_rustc(&self, arguments: &[&str]) -> Option<String> {
        let mut rustc = Command::new("rustc");
        if let Some(folder) = self.folder() {
            rustc.env("RUSTUP_TOOLCHAIN", folder);
        }
        process::output(rustc.args(arguments))
    }
}

/// What is there, judged by its files.
pub fn find(project: &Project) -> Option<WasmToolchain> {
    [WasmToolchain::Active, cached(project)].into_iter().find(WasmToolchain::is_ready)
}

/// What is there, or what can be installed.
pub fn find_or_install(project: &Project) -> Result<WasmToolchain> {
    if let Some(toolchain) = find(project) {
        return Ok(toolchain);
    }
    say(format!("Rust's standard library for {TARGET}"));
    let ordinary = process::run(
        process::command("rustup", &project.root).args(["target", "add", TARGET]).env("RUSTUP_MAX_RETRIES", "0"),
    );
    if ordinary.is_ok() && WasmToolchain::Active.is_ready() {
        return Ok(WasmToolchain::Active);
    }
    say("rustup cannot fetch it here; building it from Debian's packages instead (about 2 minutes)");
    crate::debian::install(&["rustc-web", "cargo-web", "rust-web-src"]).with_context(|| {
        format!(
            "no Rust for {TARGET}: make `rustup target add {TARGET}` work, or run this on Debian 12 as root or with sudo"
        )
    })?;
    let libraries = build_standard_library(project)?;
    let toolchain = cached(project);
    assemble(&project.toolchain(), &libraries)?;
    ensure!(
        toolchain.is_ready(),
        "the toolchain in {} cannot build for {TARGET}; look at the output above",
        project.toolchain().display()
    );
    Ok(toolchain)
}

fn cached(project: &Project) -> WasmToolchain {
    WasmToolchain::Cached(project.toolchain())
}

/// `rust-lld` of a sysroot.
fn linker(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(host()).join("bin/rust-lld")
}

fn host() -> String {
    WasmToolchain::Active
        .version()
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .unwrap_or_default()
}

/// Makes a toolchain of Debian's compiler, rustup's linker and these libraries for the target.
fn assemble(folder: &Path, libraries: &[PathBuf]) -> Result<()> {
    // Libraries of an interrupted attempt would be found twice.
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    let host_folder = folder.join("lib/rustlib").join(host());
    let target_folder = folder.join("lib/rustlib").join(TARGET).join("lib");
    for folder in [&folder.join("bin"), &host_folder.join("bin"), &target_folder] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    link(Path::new("/usr/bin/cargo"), &folder.join("bin/cargo"))?;
    link(&Path::new("/usr/lib/rustlib").join(host()).join("lib"), &host_folder.join("lib"))?;

    // A link, not a copy: rust-lld finds its LLVM beside itself.
    let active = WasmToolchain::Active.ask_rustc(&["--print", "sysroot"]).context("rustc does not answer")?;
    let lld = linker(Path::new(&active));
    ensure!(lld.exists(), "{} is missing: reinstall the Rust toolchain with rustup", lld.display());
    link(&lld, &host_folder.join("bin/rust-lld"))?;

    for library in libraries {
        let name = library.file_name().context("a library has a name")?;
        fs::copy(library, target_folder.join(name)).with_context(|| format!("cannot copy {}", library.display()))?;
    }
    // Last, since rustup takes a folder with a compiler for a toolchain.
    write_compiler(folder)
}

/// A script named rustc: Debian's compiler takes its libraries from this folder instead of /usr.
#[cfg(unix)]
fn write_compiler(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let sysroot = folder.display().to_string().replace('\'', r"'\''");
    let rustc = folder.join("bin/rustc");
    fs::write(&rustc, format!("#!/bin/sh\nexec /usr/bin/rustc --sysroot '{sysroot}' \"$@\"\n"))?;
    fs::set_permissions(&rustc, fs::Permissions::from_mode(0o755))
        .with_context(|| format!("cannot write {}", rustc.display()))
}

#[cfg(not(unix))]
fn write_compiler(_: &Path) -> Result<()> {
    bail!("Debian's compiler runs on Debian")
}

#[cfg(unix)]
fn link(to: &Path, from: &Path) -> Result<()> {
    std::os::unix::fs::symlink(to, from).with_context(|| format!("cannot link {} to {}", from.display(), to.display()))
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Result<()> {
    bail!("Debian's compiler runs on Debian")
}

/// Builds `std`, `panic_abort` and `test` (wasm-bindgen-test needs it) for the target; returns the libraries.
fn build_standard_library(project: &Project) -> Result<Vec<PathBuf>> {
    const SCRATCH: &str = "standard-library";
    let folder = project.cache.join(SCRATCH);
    fs::create_dir_all(folder.join("src")).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(
        folder.join("Cargo.toml"),
        format!("[workspace]\n[package]\nname = \"{SCRATCH}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
    )?;
    fs::write(folder.join("src/lib.rs"), "")?;

    // Without /usr/bin in front, Debian's cargo would find rustup's rustc.
    let mut path = vec![PathBuf::from("/usr/bin")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let target = folder.join("target");
    process::run(
        process::command("/usr/bin/cargo", &folder)
            .args(["build", "--release", "-Zbuild-std=std,panic_abort,test", "--target", TARGET])
            .env("PATH", std::env::join_paths(path)?)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_DIR", &target)
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("RUSTC")
            .env_remove("RUSTFLAGS"),
    )?;

    let dependencies = target.join(TARGET).join("release/deps");
    let mut libraries = Vec::new();
    for file in fs::read_dir(&dependencies).with_context(|| format!("cannot read {}", dependencies.display()))? {
        let file = file?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name.ends_with(".rlib") && !name.contains("standard_library") {
            libraries.push(file);
        }
    }
    if libraries.is_empty() {
        bail!("cargo built no library in {}", dependencies.display());
    }
    Ok(libraries)
}
