//! Everything that a build needs, found or installed, and the environment in which it runs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::{self, say};
use crate::project::Project;
use crate::versions::Versions;
use crate::wasm_toolchain::{self, WasmToolchain};
use crate::{browser, data, node};

/// A tool that cargo installs from its registry.
struct Tool {
    package: &'static str,
    /// Its programs; the first says its version.
    programs: &'static [&'static str],
    options: &'static [&'static str],
    /// Levels of optimisation cost seconds here and save some at every build.
    opt_level: &'static str,
}

// Not --locked: one crate of its lock file is newer than some registry mirrors have. TLS is for browsers on other machines.
const WASM_BINDGEN: Tool = Tool {
    package: "wasm-bindgen-cli",
    programs: &["wasm-bindgen", "wasm-bindgen-test-runner"],
    options: &["--no-default-features"],
    opt_level: "1",
};

// It only starts others, and all that it could download is there already: TLS and its search for updates stay out.
const TRUNK: Tool =
    Tool { package: "trunk", programs: &["trunk"], options: &["--locked", "--no-default-features"], opt_level: "0" };

/// Finds or installs tools, npm packages and data.
pub fn set_up(project: &Project) -> Result<WasmToolchain> {
    let versions = Versions::read(project)?;
    node::install_packages(project)?;
    let toolchain = wasm_toolchain::find_or_install(project)?;
    WASM_BINDGEN.install(project, &versions.wasm_bindgen)?;
    TRUNK.install(project, &versions.trunk)?;
    data::pack(project)?;
    Ok(toolchain)
}

/// Says what is there and what is missing.
pub fn check(project: &Project) -> Result<()> {
    let versions = Versions::read(project)?;
    let state = |tool: &Tool, wanted: &str| match tool.find(project, wanted) {
        Some(Found::OnPath) => wanted.to_owned(),
        Some(Found::Cached) => format!("{wanted}, in the cache"),
        None => format!("missing; {wanted} will be installed"),
    };
    let row = |what: &str, text: String| println!("{what:<28}{text}");
    row(
        "Rust for wasm32",
        match wasm_toolchain::find(project) {
            Some(WasmToolchain::Active) => "active toolchain".to_owned(),
            Some(WasmToolchain::Cached(_)) => "Debian's, in the cache".to_owned(),
            None => "missing; will be installed".to_owned(),
        },
    );
    row("wasm-bindgen", state(&WASM_BINDGEN, &versions.wasm_bindgen));
    row("trunk", state(&TRUNK, &versions.trunk));
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
    let toolchain = wasm_toolchain::find(project).context("no Rust for wasm32 yet: run `cargo xtask setup` first")?;
    for (name, value) in web_environment(project, &toolchain)? {
        println!("export {name}='{}'", value.to_string_lossy().replace('\'', r"'\''"));
    }
    Ok(())
}

/// A command in the environment of web builds; `patiently` leaves the machine to others.
pub fn web_command(project: &Project, toolchain: &WasmToolchain, program: &str, patiently: bool) -> Result<Command> {
    let mut command = if patiently && process::on_path("nice") {
        let mut nice = process::command("nice", &project.root);
        nice.args(["-n", "10", program]);
        nice
    } else {
        process::command(program, &project.root)
    };
    command.envs(web_environment(project, toolchain)?);
    // Trunk wants `true` or `false` here, not the usual 1.
    command.env_remove("NO_COLOR");
    Ok(command)
}

fn web_environment(project: &Project, toolchain: &WasmToolchain) -> Result<Vec<(&'static str, OsString)>> {
    let versions = Versions::read(project)?;
    let mut path = vec![project.root.join("xtask/bin"), project.root.join("node_modules/.bin")];
    for (tool, version) in [(&WASM_BINDGEN, &versions.wasm_bindgen), (&TRUNK, &versions.trunk)] {
        if tool.find(project, version) == Some(Found::Cached) {
            path.push(tool.folder(project, version).join("bin"));
        }
    }
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut environment = vec![
        ("PATH", std::env::join_paths(path).context("a folder of PATH has a separator in its name")?),
        ("CARGO_TARGET_DIR", project.web_target().into()),
        ("ELBO_ROOM_CACHE", project.cache.clone().into()),
        ("TRUNK_SKIP_VERSION_CHECK", "true".into()),
    ];
    if let Some(folder) = toolchain.folder() {
        environment.push(("RUSTUP_TOOLCHAIN", folder.into()));
    }
    Ok(environment)
}

/// Where a tool of the right version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    OnPath,
    Cached,
}

impl Tool {
    fn folder(&self, project: &Project, version: &str) -> PathBuf {
        project.cache.join("tools").join(format!("{}-{version}", self.package))
    }

    /// A tool of the right version on the search path is used as it is.
    fn find(&self, project: &Project, version: &str) -> Option<Found> {
        let cached = self.folder(project, version).join("bin");
        let is_in = |folder: &Path| {
            self.programs.iter().all(|program| says_version(&folder.join(program)).as_deref() == Some(version))
        };
        if is_in(Path::new("")) {
            Some(Found::OnPath)
        } else if is_in(&cached) {
            Some(Found::Cached)
        } else {
            None
        }
    }

    fn install(&self, project: &Project, version: &str) -> Result<()> {
        if self.find(project, version).is_some() {
            return Ok(());
        }
        let package = self.package;
        say(format!("{package} {version} into the cache (built once, some minutes)"));
        process::run(
            process::command("cargo", &project.root)
                .args(["install", package, "--version", version, "--debug", "--root"])
                .arg(self.folder(project, version))
                .args(self.options)
                // What both tools are made of compiles once.
                .env("CARGO_TARGET_DIR", project.cache.join("target/tools"))
                .env("CARGO_INCREMENTAL", "0")
                .env("CARGO_PROFILE_DEV_DEBUG", "0")
                .env("CARGO_PROFILE_DEV_DEBUG_ASSERTIONS", "false")
                .env("CARGO_PROFILE_DEV_OPT_LEVEL", self.opt_level)
                .env("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "false"),
        )
        .with_context(|| format!("install {package} {version} by hand, then try again"))
    }
}

/// The version that a tool says it has: the second word of `tool --version`.
fn says_version(program: &Path) -> Option<String> {
    let text = process::output(Command::new(program).arg("--version"))?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
