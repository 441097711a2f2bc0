//! Node and the npm packages of package-lock.json.

use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::process::{self, say};
use crate::project::Project;

const OLDEST_NODE: u32 = 20;

/// Checks Node's version.
pub fn check() -> Result<String> {
    let version = process::output(Command::new("node").arg("--version"))
        .with_context(|| format!("Node is not installed: install Node {OLDEST_NODE} or newer, with npm"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    ensure!(
        major.is_some_and(|major| major >= OLDEST_NODE),
        "Node {version} is too old: install Node {OLDEST_NODE} or newer"
    );
    Ok(version)
}

/// Installs exactly the locked packages; nothing to do when they are there.
pub fn install_packages(project: &Project) -> Result<()> {
    check()?;
    if packages_are_current(&project.root)? {
        return Ok(());
    }
    say("npm packages of package-lock.json");
    process::run(
        process::command("npm", &project.root)
            .args(["ci", "--no-audit", "--no-fund"])
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
    )
    .context("npm could not install the locked packages: is its registry reachable (`npm ping`)?")
}

/// Lists the English texts that other languages translate; with `--check`, a language that lacks some is a failure.
pub fn texts(project: &Project, arguments: &[&str]) -> Result<()> {
    process::run(process::command("node", &project.root).arg("xtask/node/texts.mjs").args(arguments))
}

/// Whether node_modules holds what package-lock.json asks for, by npm's own record of what it installed.
pub fn packages_are_current(root: &Path) -> Result<bool> {
    let wanted = packages(&root.join("package-lock.json"))?.context("package-lock.json is missing: restore it")?;
    let Some(installed) = packages(&root.join("node_modules/.package-lock.json"))? else {
        return Ok(false);
    };
    // What is optional is left out on systems that it is not made for.
    let required = |entry: &serde_json::Value| entry["optional"] != true && entry["devOptional"] != true;
    Ok(wanted.iter().all(|(name, entry)| match installed.get(name) {
        Some(found) => found["version"] == entry["version"],
        None => name.is_empty() || !required(entry),
    }))
}

type Packages = serde_json::Map<String, serde_json::Value>;

fn packages(lock: &Path) -> Result<Option<Packages>> {
    let text = match fs::read_to_string(lock) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", lock.display())),
    };
    let mut value: serde_json::Value =
        serde_json::from_str(&text).with_context(|| format!("{} is not JSON", lock.display()))?;
    match value["packages"].take() {
        serde_json::Value::Object(packages) => Ok(Some(packages)),
        _ => bail!("{} lists no packages", lock.display()),
    }
}
