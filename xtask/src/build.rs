//! The page: Trunk builds the WebAssembly modules, esbuild the rest.

use anyhow::Result;

use crate::browser;
use crate::modules::{self, Module};
use crate::process::{self, say};
use crate::project::Project;
use crate::tools;
use crate::wasm_toolchain::WasmToolchain;

/// Sets up, builds `dist/`, prints its sizes and checks them against the budgets.
pub fn build(project: &Project) -> Result<WasmToolchain> {
    let toolchain = tools::set_up(project)?;
    say("page (WebAssembly modules from nothing: about 20 minutes on two cores)");
    let modules = modules::of_page(project)?;
    let stale = modules::stale(project, &toolchain, &modules)?;
    if stale.is_empty() {
        println!("    WebAssembly modules are up to date");
    }
    modules::build(project, &toolchain, &stale, false)?;
    place(project, &modules, &[])?;
    bundle(project)?;
    say("sizes");
    process::run(process::command("node", &project.root).arg("xtask/node/sizes.mjs"))?;
    Ok(toolchain)
}

/// Puts modules, data and models into `dist/`; for a module that is awaited, a script that says so.
pub fn place(project: &Project, modules: &[Module], awaited: &[Module]) -> Result<()> {
    let mut node = process::command("node", &project.root);
    node.args(["xtask/node/finish.mjs", "--out", "dist"]);
    for module in modules {
        node.arg(if awaited.contains(module) { "--awaited" } else { "--module" }).arg(&module.name);
    }
    process::run(&mut node)
}

/// Puts a module that was awaited into `dist/`.
pub fn add(project: &Project, module: &Module) -> Result<()> {
    let mut node = process::command("node", &project.root);
    process::run(node.args(["xtask/node/finish.mjs", "--out", "dist", "--add", &module.name]))
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
