//! `cargo xtask test`: every runner, one after the other; the last line counts the tests that any of them ran.

use anyhow::{Result, bail, ensure};
use std::fs;
use std::process::{Command, exit};
use std::time::{Duration, Instant};

use crate::counts::Counts;
use crate::process::{self, say};
use crate::project::Project;
use crate::wasm_toolchain::TARGET;
use crate::{browser, build, data, hands, node, tools};

/// A part of the tests: its name, what it is, and how it runs.
struct Part {
    name: &'static str,
    what: &'static str,
    run: fn(&Project, &mut Counts) -> Result<()>,
}

const PARTS: [Part; 7] = [
    Part { name: "lint", what: "formats, Biome, clippy, the documentation", run: lint },
    Part { name: "native", what: "Rust tests, native", run: native },
    Part { name: "build", what: "the page", run: page },
    Part { name: "types", what: "TypeScript", run: types },
    Part { name: "web", what: "Rust tests in headless Chromium", run: web },
    Part { name: "e2e", what: "the built page in Chromium, Firefox and WebKit", run: end_to_end },
    Part {
        name: "hands",
        what: "a minute of random hands, three times",
        run: |project, counts| run_playwright(project, &mut hands::playwright(project)?, counts),
    },
];

/// The parts, for those who want only some.
pub fn part_names() -> impl IntoIterator<Item = &'static str> {
    PARTS.iter().map(|part| part.name)
}

/// Runs all parts, or those named; ends the process, unsuccessfully if anything failed.
pub fn test(project: &Project, names: &[String]) -> Result<()> {
    let mut counts = Counts::default();
    let mut times = Vec::new();
    let mut outcome = Ok(());
    for part in PARTS.iter().filter(|part| names.is_empty() || names.iter().any(|name| name == part.name)) {
        say(format!("test {}: {}", part.name, part.what));
        let started = Instant::now();
        outcome = (part.run)(project, &mut counts);
        times.push(format!("{} {}", part.name, minutes(started.elapsed())));
        if outcome.is_err() {
            break;
        }
    }
    println!("\ntimes: {}", times.join(", "));
    if let Err(error) = &outcome {
        println!("failed: {error:#}");
        // A build or a lint that fails is not a test, but the line must not read as a success.
        counts.failed = counts.failed.max(1);
    }
    println!("{} passed, {} failed", counts.passed, counts.failed);
    exit(i32::from(outcome.is_err() || counts.failed > 0))
}

fn minutes(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

/// Cargo for native builds, whose dependencies the dev profile optimises: unoptimised tensors learn nothing in time.
fn native_cargo(project: &Project) -> Command {
    let mut cargo = process::command("cargo", &project.root);
    cargo.env("CARGO_TARGET_DIR", project.native_target());
    cargo
}

/// No line of scripts and style sheets is longer: formatters leave long strings and comments as they are.
const COLUMNS: usize = 120;

fn no_long_lines(project: &Project) -> Result<()> {
    let listed = process::output(process::command("git", &project.root).args(["ls-files", "*.ts", "*.mjs", "*.css"]));
    let mut long = Vec::new();
    // Where there is no git, nothing is listed.
    for file in listed.unwrap_or_default().lines() {
        // A file may be listed and removed.
        let Ok(text) = std::fs::read_to_string(project.root.join(file)) else { continue };
        let places = text.lines().enumerate().filter(|(_, line)| line.chars().count() > COLUMNS);
        long.extend(places.map(|(i, _)| format!("{file}:{}", i + 1)));
    }
    ensure!(long.is_empty(), "lines of more than {COLUMNS} columns: {}", long.join(" "));
    Ok(())
}

/// `biome ci` also checks the directions of imports, see `www/biome.jsonc`.
fn lint(project: &Project, _: &mut Counts) -> Result<()> {
    no_long_lines(project)?;
    node::install_packages(project)?;
    let biome = project.root.join("node_modules/.bin/biome");
    process::run(process::command(biome, &project.root).args(["ci", "--error-on-warnings", "."]))?;
    process::run(process::command("cargo", &project.root).args(["fmt", "--all", "--check"]))?;
    process::run(process::command("node", &project.root).args(["xtask/node/third-party.mjs", "--check"]))?;
    process::run(native_cargo(project).args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn native(project: &Project, counts: &mut Counts) -> Result<()> {
    node::install_packages(project)?;
    data::pack(project)?;
    let mut cargo = native_cargo(project);
    cargo.args(["test", "--workspace"]);
    run_tests(&mut cargo, counts)
}

/// Also a test that needs the page: its modules hold what they should.
fn page(project: &Project, counts: &mut Counts) -> Result<()> {
    build::build(project)?;
    let mut cargo = native_cargo(project);
    cargo.args(["test", "--package", "xtask", "modules_of_the_page", "--", "--ignored"]);
    run_tests(&mut cargo, counts)
}

fn types(project: &Project, _: &mut Counts) -> Result<()> {
    node::texts(project, &["--check"])?;
    let tsc = || process::command(project.root.join("node_modules/.bin/tsc"), &project.root);
    process::run(&mut tsc())?;
    process::run(tsc().args(["--project", "www/offline"]))
}

/// With the features of the module `engine-webgpu`, so that all but the tests themselves is already compiled.
fn web(project: &Project, counts: &mut Counts) -> Result<()> {
    let toolchain = tools::set_up(project)?;
    let browser = browser::find_or_install()?;
    let mut cargo = tools::web_command(project, &toolchain, "cargo", false)?;
    cargo
        .args(["test", "--release", "--target", TARGET, "--features", "webgpu", "--test", "web"])
        .env("CHROMEDRIVER", &browser.driver)
        // Seconds; a training step on the software adapter takes more than one.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "600");
    run_tests(&mut cargo, counts)
}

fn end_to_end(project: &Project, counts: &mut Counts) -> Result<()> {
    node::install_packages(project)?;
    let browser = browser::find_or_install()?;
    let firefox = browser::find_or_install_firefox()?;
    let webkit = browser::find_or_install_webkit()?;
    ensure!(project.dist().join("index.html").is_file(), "dist/ is not built: run `cargo xtask build` first");
    let mut playwright = process::command(project.root.join("node_modules/.bin/playwright"), &project.root);
    playwright
        .args(["test", "--config", "tests/e2e/playwright.config.ts"])
        .env("CHROMIUM", &browser.chromium)
        .env("FIREFOX", firefox)
        .env("WEBKIT_DRIVER", webkit.driver)
        .env("XVFB", webkit.xvfb);
    run_playwright(project, &mut playwright, counts)
}

/// Long runs of what `test` does briefly with input from outside: the decoders of bytes, and the texts of links and attributes.
pub fn fuzz(project: &Project, cases: u32) -> Result<()> {
    say(format!("fuzz: {cases} cases for the cheapest properties, fewer for those that train"));
    let mut cargo = native_cargo(project);
    cargo.args(["test", "--test", "hostile"]).env("PROPTEST_CASES", cases.to_string());
    process::run(&mut cargo)?;
    node::install_packages(project)?;
    let browser = browser::find_or_install()?;
    let mut playwright = process::command(project.root.join("node_modules/.bin/playwright"), &project.root);
    playwright
        .args(["test", "--config", "tests/e2e/playwright.config.ts", "hostile", "-g", "any text"])
        .env("CHROMIUM", &browser.chromium)
        .env("PROPTEST_CASES", cases.to_string());
    process::run(&mut playwright)
}

/// Runs cargo's tests.
fn run_tests(command: &mut Command, counts: &mut Counts) -> Result<()> {
    let mut seen = Counts::default();
    let succeeded = process::watch(command, |line| seen.read(line))?;
    judge(command, succeeded, &seen, counts)
}

/// Runs Playwright's tests, which it counts in a file beside what it prints.
fn run_playwright(project: &Project, command: &mut Command, counts: &mut Counts) -> Result<()> {
    let report = project.root.join("build/playwright.json");
    fs::remove_file(&report).ok();
    command.arg("--reporter=list,json").env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    let succeeded = process::run(command).is_ok();
    // Without a report it ran no test.
    let report = fs::read(&report).ok().and_then(|json| serde_json::from_slice(&json).ok()).unwrap_or_default();
    judge(command, succeeded, &Counts::of_playwright(&report), counts)
}

/// Besides an unsuccessful end, a run of no test at all is a failure.
fn judge(command: &Command, succeeded: bool, seen: &Counts, counts: &mut Counts) -> Result<()> {
    counts.add(seen);
    if !succeeded {
        bail!("`{}` failed", process::shown(command));
    }
    ensure!(seen.passed > 0, "`{}` ran no test", process::shown(command));
    Ok(())
}
