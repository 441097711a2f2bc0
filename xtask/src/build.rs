//! The page: Trunk builds the WebAssembly modules, esbuild the rest.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use elbo_data::manifest::sha256;

use crate::browser;
use crate::process::{self, say};
use crate::project::Project;
use crate::tools;
use crate::wasm_toolchain::WasmToolchain;

/// What the modules are made from. Everything else of `dist/` is bundled anew every time, which takes a moment.
const MODULE_SOURCES: [&str; 9] = [
    "src",
    "crates",
    "models",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "Trunk.toml",
    "xtask/bin",
    "xtask/node/finish.mjs",
];

/// Sets up, builds `dist/`, prints its sizes and checks them against the budgets.
pub fn build(project: &Project) -> Result<WasmToolchain> {
    let toolchain = tools::set_up(project)?;
    build_page(project, toolchain)?;
    say("sizes");
    process::run(process::command("node", &project.root).arg("xtask/node/sizes.mjs"))?;
    Ok(toolchain)
}

/// Builds `dist/`; what is up to date is left.
pub fn build_page(project: &Project, toolchain: WasmToolchain) -> Result<()> {
    let stamp = project.root.join("build/modules.sha256");
    let html = fs::read_to_string(project.root.join("index.html")).context("cannot read index.html")?;
    let sources = fingerprint(project, &html)?;
    if fs::read_to_string(&stamp).is_ok_and(|built| built == sources) && page_is_there(project, &html) {
        say("WebAssembly modules and data are up to date");
        return bundle(project);
    }
    say("page with Trunk (WebAssembly modules from nothing: about 20 minutes on two cores)");
    process::run(tools::web_command(project, toolchain, "trunk")?.arg("build"))?;
    fs::write(&stamp, sources).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Bundles TypeScript and CSS and copies the HTML into `dist/`, without touching the modules.
pub fn bundle(project: &Project) -> Result<()> {
    process::run(process::command("node", &project.root).arg("xtask/node/bundle.mjs"))
}

/// Runs a script that drives Chromium over `dist/`.
pub fn in_browser(project: &Project, script: &str, arguments: &[String]) -> Result<()> {
    let browser = browser::find_or_install()?;
    let mut node = process::command("node", &project.root);
    process::run(node.arg(script).args(arguments).env("CHROMIUM", &browser.chromium))
}

/// Makes the npm package in `pkg/dist/` from `dist/`.
pub fn package(project: &Project) -> Result<()> {
    say("npm package");
    process::run(process::command("node", &project.root).arg("xtask/node/pkg.mjs"))
}

/// Whether every module that index.html asks Trunk for is in `dist/`, with its types, and the data too.
fn page_is_there(project: &Project, html: &str) -> bool {
    let dist = project.dist();
    let types = project.root.join("build/wasm");
    let modules = html.split("data-bin=\"").skip(1).filter_map(|rest| rest.split('"').next());
    dist.join("data/manifest.json").is_file()
        && modules.into_iter().all(|module| {
            dist.join(format!("{module}_bg.wasm")).is_file() && types.join(format!("{module}.d.ts")).is_file()
        })
}

/// SHA-256 over names and contents of everything that Trunk's part of the page depends on.
fn fingerprint(project: &Project, html: &str) -> Result<String> {
    let mut files = Vec::new();
    for source in MODULE_SOURCES {
        collect(&project.root.join(source), &mut files)?;
    }
    collect(&project.data(), &mut files)?;
    files.sort();
    let mut text = String::new();
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(&project.root).unwrap_or(&file);
        text.push_str(&format!("{} {}\n", sha256(&bytes), name.display()));
    }
    // Of the page's text, only what is meant for Trunk.
    html.lines().filter(|line| line.contains("data-trunk")).for_each(|line| text.push_str(line));
    Ok(sha256(text.as_bytes()))
}

fn collect(path: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
            collect(&entry?.path(), into)?;
        }
    } else if path.is_file() {
        into.push(path.to_owned());
    }
    Ok(())
}
