//! A Rust toolchain that can build for wasm32-unknown-unknown.
//!
//! The ordinary way is `rustup target add`. On a closed Debian machine, where only the package registries answer, Debian's
//! own `rustc-web` is used instead: its standard library for wasm32 is built from Debian's source package and the whole is
//! linked into rustup as `elbo-web`.

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{self, say};
use crate::project::Project;

/// The target of the page's modules.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Name under which Debian's toolchain is linked into rustup.
const LINKED: &str = "elbo-web";

/// A toolchain that is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The one that is active anyway.
    Active,
    /// [`LINKED`].
    Linked,
}

impl WasmToolchain {
    /// Value of `RUSTUP_TOOLCHAIN` for web builds, where it must be set.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Active => None,
            Self::Linked => Some(LINKED),
        }
    }
}

/// What is there, judged by its files.
pub fn find() -> Option<WasmToolchain> {
    [WasmToolchain::Active, WasmToolchain::Linked].into_iter().find(|toolchain| is_ready(*toolchain))
}

/// What is there, or what can be installed.
pub fn find_or_install(project: &Project) -> Result<WasmToolchain> {
    if let Some(toolchain) = find() {
        return Ok(toolchain);
    }
    say(format!("Rust's standard library for {TARGET}"));
    let ordinary = process::run(
        process::command("rustup", &project.root).args(["target", "add", TARGET]).env("RUSTUP_MAX_RETRIES", "0"),
    );
    if ordinary.is_ok() && is_ready(WasmToolchain::Active) {
        return Ok(WasmToolchain::Active);
    }
    say("rustup cannot fetch it here; building it from Debian's packages instead (about 2 minutes)");
    install_from_debian(project)?;
    ensure!(
        is_ready(WasmToolchain::Linked),
        "the toolchain `{LINKED}` was linked but cannot build for {TARGET}; look at the output above"
    );
    Ok(WasmToolchain::Linked)
}

/// Whether the standard library and a linker for the target are there.
fn is_ready(toolchain: WasmToolchain) -> bool {
    let Some(library) = ask_rustc(toolchain, &["--print", "target-libdir", "--target", TARGET]) else {
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
    standard && ask_rustc(toolchain, &["--print", "sysroot"]).is_some_and(|root| linker(Path::new(&root)).exists())
}

fn ask_rustc(toolchain: WasmToolchain, arguments: &[&str]) -> Option<String> {
    let mut rustc = Command::new("rustc");
    if let Some(name) = toolchain.name() {
        rustc.env("RUSTUP_TOOLCHAIN", name);
    }
    process::output(rustc.args(arguments))
}

/// `rust-lld` of a sysroot.
fn linker(sysroot: &Path) -> PathBuf {
    sysroot.join("lib/rustlib").join(host()).join("bin/rust-lld")
}

fn host() -> String {
    ask_rustc(WasmToolchain::Active, &["-vV"])
        .and_then(|text| text.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned)))
        .unwrap_or_default()
}

fn install_from_debian(project: &Project) -> Result<()> {
    crate::debian::install(&["rustc-web", "cargo-web", "rust-web-src"]).with_context(|| {
        format!(
            "no Rust for {TARGET}: make `rustup target add {TARGET}` work, or run this on Debian 12 as root or with sudo"
        )
    })?;
    let built = build_standard_library(project)?;
    let libraries = PathBuf::from("/usr/lib/rustlib").join(TARGET).join("lib");
    // Libraries of an interrupted attempt would be found twice.
    process::run(crate::debian::as_root("rm").arg("-rf").arg(&libraries))?;
    process::run(crate::debian::as_root("mkdir").arg("-p").arg(&libraries))?;
    process::run(crate::debian::as_root("cp").args(&built).arg(&libraries))?;

    // A link, not a copy: rust-lld finds its LLVM beside itself.
    let active = ask_rustc(WasmToolchain::Active, &["--print", "sysroot"]).context("rustc does not answer")?;
    let (ours, debians) = (linker(Path::new(&active)), linker(Path::new("/usr")));
    ensure!(ours.exists(), "{} is missing: reinstall the Rust toolchain with rustup", ours.display());
    let folder = debians.parent().context("a linker has a folder")?;
    process::run(crate::debian::as_root("mkdir").arg("-p").arg(folder))?;
    process::run(crate::debian::as_root("ln").arg("-sf").args([&ours, &debians]))?;
    process::run(Command::new("rustup").args(["toolchain", "link", LINKED, "/usr"]))
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
