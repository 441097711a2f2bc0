//! The page's WebAssembly modules, each built anew when a file that it contains has changed.
//!
//! Which files a module contains is what the compiler says: cargo writes it beside every binary, in `<name>.d`. So a file of
//! a crate that a module does not use, a test, or what a feature leaves out makes no module stale.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::process::{self, say};
use crate::project::Project;
use crate::tools;
use crate::wasm_toolchain::{TARGET, WasmToolchain};

/// What says how modules are compiled, besides each one's link in index.html. A change here makes all of them stale.
const SETTINGS: [&str; 4] = ["Cargo.lock", ".cargo/config.toml", "Trunk.toml", "xtask/bin/wasm-opt"];

/// A module that index.html asks Trunk for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The name of its binary and its files.
    pub name: String,
    /// The element in index.html, with the options of its build.
    link: String,
}

/// What a module was built from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Record {
    /// Digest of [`SETTINGS`], of the link and of the compiler's version.
    settings: String,
    /// Digest of each source file and manifest, by its path from the project's root.
    sources: BTreeMap<String, String>,
}

impl Record {
    /// The record of a built module; `None` where it must be built anyway.
    pub fn read(project: &Project, name: &str) -> Option<Self> {
        serde_json::from_slice(&fs::read(record_file(project, name)).ok()?).ok()
    }

    /// A source that is no longer what was compiled.
    fn changed(&self, root: &Path) -> Option<&str> {
        let same = |(name, digest): (&String, &String)| file_digest(&root.join(name)).is_ok_and(|now| now == *digest);
        self.sources.iter().find(|source| !same(*source)).map(|(name, _)| name.as_str())
    }

    /// Whether the module contains this file of the project.
    #[cfg(test)]
    fn contains(&self, file: &str) -> bool {
        self.sources.contains_key(file)
    }
}

/// The modules of index.html, whose links to Trunk have a line each.
pub fn of_page(project: &Project) -> Result<Vec<Module>> {
    let html = fs::read_to_string(project.root.join("index.html")).context("cannot read index.html")?;
    let modules = links(&html);
    ensure!(!modules.is_empty(), "index.html has no `<link data-trunk rel=\"rust\" data-bin=...>`");
    Ok(modules)
}

/// Those that must be built, saying why.
pub fn stale(project: &Project, toolchain: &WasmToolchain, modules: &[Module]) -> Result<Vec<Module>> {
    let compiler = toolchain.version().unwrap_or_default();
    let mut stale = Vec::new();
    for module in modules {
        let why = match Record::read(project, &module.name) {
            Some(record) if is_whole(project, &module.name) => {
                if record.settings == settings(project, module, &compiler)? {
                    record.changed(&project.root).map(|file| format!("{file} has changed"))
                } else {
                    Some("its settings have changed".to_owned())
                }
            }
            _ => Some("not built yet".to_owned()),
        };
        if let Some(why) = why {
            println!("    {} must be built: {why}", module.name);
            stale.push(module.clone());
        }
    }
    Ok(stale)
}

/// Builds modules by one run of Trunk over a page that holds their links alone; `patiently` leaves the machine to others.
pub fn build(project: &Project, toolchain: &WasmToolchain, modules: &[Module], patiently: bool) -> Result<()> {
    if modules.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = modules.iter().map(|module| module.name.as_str()).collect();
    say(format!("Trunk: {}", names.join(", ")));
    let started = SystemTime::now();
    for name in &names {
        // An interrupted build must not be taken for a finished one.
        fs::remove_file(record_file(project, name)).ok();
    }
    // `serve` builds in the background while another terminal may build too.
    let folder = project.root.join(if patiently { "build/trunk-background" } else { "build/trunk" });
    fs::remove_dir_all(&folder).ok();
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(folder.join("modules.html"), page(modules))?;
    let built = folder.join("dist");
    let mut trunk = tools::web_command(project, toolchain, "trunk", patiently)?;
    process::run(trunk.arg("build").arg(folder.join("modules.html")).arg("--dist").arg(&built))?;

    let compiler = toolchain.version().unwrap_or_default();
    keep(&built, &project.modules())?;
    for module in modules {
        let depinfo = project.web_target().join(TARGET).join("release").join(format!("{}.d", module.name));
        let sources = sources(&project.root, &depinfo, started)?;
        let record = Record { settings: settings(project, module, &compiler)?, sources };
        fs::write(record_file(project, &module.name), serde_json::to_vec_pretty(&record)?)?;
    }
    fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))
}

/// A page for Trunk, two folders below the root, that holds nothing but these modules.
fn page(modules: &[Module]) -> String {
    let links = modules.iter().map(|module| match attribute(&module.link, "href") {
        Some(folder) => module.link.replace(&format!("href=\"{folder}\""), &format!("href=\"../../{folder}\"")),
        None => module.link.replace(" rel=", " href=\"../..\" rel="),
    });
    format!("<!doctype html><html><head>\n{}\n</head><body></body></html>\n", links.collect::<Vec<_>>().join("\n"))
}

fn links(html: &str) -> Vec<Module> {
    let lines = html.lines().filter(|line| line.contains("data-trunk rel=\"rust\""));
    lines
        .filter_map(|line| Some(Module { name: attribute(line, "data-bin")?.to_owned(), link: line.trim().to_owned() }))
        .collect()
}

fn attribute<'a>(element: &'a str, name: &str) -> Option<&'a str> {
    element.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn record_file(project: &Project, name: &str) -> PathBuf {
    project.modules().join(format!("{name}.json"))
}

fn is_whole(project: &Project, name: &str) -> bool {
    ["_bg.wasm", ".js", ".d.ts"].iter().all(|end| project.modules().join(format!("{name}{end}")).is_file())
}

/// Moves what Trunk built to where modules are kept, but for its page.
fn keep(built: &Path, kept: &Path) -> Result<()> {
    fs::create_dir_all(kept).with_context(|| format!("cannot create {}", kept.display()))?;
    for entry in fs::read_dir(built).with_context(|| format!("cannot read {}", built.display()))? {
        let entry = entry?;
        let target = kept.join(entry.file_name());
        if target.extension().is_some_and(|extension| extension == "html") {
            continue;
        }
        if entry.path().is_dir() && target.is_dir() {
            keep(&entry.path(), &target)?;
        } else {
            fs::rename(entry.path(), &target).with_context(|| format!("cannot write {}", target.display()))?;
        }
    }
    Ok(())
}

/// Digests of the files in cargo's dep-info and of the manifests above them.
fn sources(root: &Path, depinfo: &Path, started: SystemTime) -> Result<BTreeMap<String, String>> {
    let text = fs::read_to_string(depinfo).with_context(|| format!("cannot read {}", depinfo.display()))?;
    let mut files = prerequisites(&text);
    // The cache is shared by clones, and so is this file.
    ensure!(
        files.iter().any(|file| file.starts_with(root)),
        "{} names no file of {}: is another clone being built at the same time?",
        depinfo.display(),
        root.display()
    );
    let folders: Vec<PathBuf> = files.iter().flat_map(|file| file.ancestors().skip(1)).map(Path::to_owned).collect();
    let manifests = folders.into_iter().filter(|folder| folder.starts_with(root)).map(|it| it.join("Cargo.toml"));
    files.extend(manifests.filter(|manifest| manifest.is_file()));
    files
        .into_iter()
        .map(|file| {
            let edited = fs::metadata(&file)?.modified()? > started;
            // What was saved while the compiler ran may not be what it read: such a module stays stale.
            let digest = if edited { "edited during the build".to_owned() } else { file_digest(&file)? };
            let name = file.strip_prefix(root).unwrap_or(&file);
            Ok((name.to_string_lossy().replace('\\', "/"), digest))
        })
        .collect()
}

/// The files after the colon of a rule in Makefile syntax, where spaces of names are escaped.
fn prerequisites(rule: &str) -> Vec<PathBuf> {
    let line = rule.lines().next().unwrap_or_default().replace("\\ ", "\0");
    line.split(' ').skip(1).map(|file| PathBuf::from(file.replace('\0', " "))).collect()
}

fn settings(project: &Project, module: &Module, compiler: &str) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{}\n{compiler}\n", module.link));
    for file in SETTINGS {
        hash.update(fs::read(project.root.join(file)).with_context(|| format!("cannot read {file}"))?);
    }
    Ok(hexadecimal(&hash.finalize()))
}

fn file_digest(file: &Path) -> Result<String> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(hexadecimal(&Sha256::digest(bytes)))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
