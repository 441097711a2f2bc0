//! Everything that a build needs, found or installed, and the environment in which it runs.

use anyhow::{Context, Result};
use std::ffi::OsString;
use std::process::Command;

use crate::process::{self, say};
use crate::project::Project;
use crate::versions::Versions;
use crate::wasm_toolchain::{self, WasmToolchain};
use crate::{browser, data, node};

/// Finds or installs tools, npm packages and data.
pub fn set_up(project: &Project) -> Result<WasmToolchain> {
    let versions = Versions::read(project)?;
    node::install_packages(project)?;
    let toolchain = wasm_toolchain::find_or_install(project)?;
    // Not --locked: one crate of its lock file is newer than some registry mirrors have.
    cargo_install(project, "wasm-bindgen", "wasm-bindgen-cli", &versions.wasm_bindgen, &[])?;
    // Trunk only starts others: unoptimised it is as good, and there in half the time.
    cargo_install(project, "trunk", "trunk", &versions.trunk, &["--locked", "--debug"])?;
    data::pack(project)?;
    Ok(toolchain)
}

/// Says what is there and what is missing.
pub fn check(project: &Project) -> Result<()> {
    let versions = Versions::read(project)?;
    let state = |version: Option<String>, wanted: &str| match version {
        Some(version) if version == wanted => version,
        Some(version) => format!("{version}; {wanted} will be installed"),
        None => format!("missing; {wanted} will be installed"),
    };
    let row = |what: &str, text: String| println!("{what:<28}{text}");
    row(
        "Rust for wasm32",
        match wasm_toolchain::find() {
            Some(WasmToolchain::Active) => "active toolchain".to_owned(),
            Some(WasmToolchain::Linked) => "toolchain elbo-web".to_owned(),
            None => "missing; will be installed".to_owned(),
        },
    );
    row("wasm-bindgen", state(installed("wasm-bindgen"), &versions.wasm_bindgen));
    row("trunk", state(installed("trunk"), &versions.trunk));
    row("node", node::check().unwrap_or_else(|error| error.to_string()));
    let packages = node::packages_are_current(&project.root)?;
    row("npm packages", if packages { "as locked" } else { "will be installed" }.to_owned());
    row("wasm-opt", format!("binaryen {} from npm", versions.binaryen));
    row("data shards", if data::is_current(project) { "packed" } else { "will be packed" }.to_owned());
    match browser::find() {
        Some(browser) => {
            row("browser (tests)", browser::version(&browser.chromium));
            row("chromedriver (tests)", browser::version(&browser.driver));
        }
        None => row("browser (tests)", "missing; the tests will install it".to_owned()),
    }
    match browser::find_firefox() {
        Some(firefox) => row("firefox (tests)", browser::version(&firefox)),
        None => row("firefox (tests)", "missing; the tests will install it".to_owned()),
    }
    match browser::find_webkit() {
        Some(webkit) => row("webkit (tests)", webkit.driver.display().to_string()),
        None => row("webkit (tests)", "missing; the tests will install it".to_owned()),
    }
    row("cache", project.cache.display().to_string());
    Ok(())
}

/// Prints shell lines that put plain `trunk` and `cargo` into the environment of [`web_command`].
pub fn print_environment(project: &Project) -> Result<()> {
    let toolchain = wasm_toolchain::find().context("no Rust for wasm32 yet: run `cargo xtask setup` first")?;
    for (name, value) in web_environment(project, toolchain)? {
        println!("export {name}='{}'", value.to_string_lossy().replace('\'', r"'\''"));
    }
    Ok(())
}

/// A command in the environment of web builds.
pub fn web_command(project: &Project, toolchain: WasmToolchain, program: &str) -> Result<Command> {
    let mut command = process::command(program, &project.root);
    command.envs(web_environment(project, toolchain)?);
    // Trunk wants `true` or `false` here, not the usual 1.
    command.env_remove("NO_COLOR");
    Ok(command)
}

fn web_environment(project: &Project, toolchain: WasmToolchain) -> Result<Vec<(&'static str, OsString)>> {
    let mut path = vec![project.root.join("xtask/bin"), project.root.join("node_modules/.bin")];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut environment = vec![
        ("PATH", std::env::join_paths(path).context("a folder of PATH has a separator in its name")?),
        ("CARGO_TARGET_DIR", project.web_target().into()),
        ("ELBO_ROOM_CACHE", project.cache.clone().into()),
        ("TRUNK_SKIP_VERSION_CHECK", "true".into()),
    ];
    if let Some(name) = toolchain.name() {
        environment.push(("RUSTUP_TOOLCHAIN", name.into()));
    }
    Ok(environment)
}

/// The version that a tool says it has: the second word of `tool --version`.
fn installed(tool: &str) -> Option<String> {
    let text = process::output(Command::new(tool).arg("--version"))?;
    text.split_whitespace().nth(1).map(str::to_owned)
}

fn cargo_install(project: &Project, tool: &str, package: &str, version: &str, options: &[&str]) -> Result<()> {
    if installed(tool).as_deref() == Some(version) {
        return Ok(());
    }
    say(format!("{package} {version} (built once, some minutes)"));
    process::run(
        process::command("cargo", &project.root)
            .args(["install", package, "--version", version])
            .args(options)
            .env("CARGO_PROFILE_DEV_DEBUG", "0"),
    )
    .with_context(|| format!("install {package} {version} by hand, then try again"))
}
