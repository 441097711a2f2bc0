//! Random hands on the built page (`tests/hands/`): a minute of three seeds in the tests, as long as one likes by command.

use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{self, say};
use crate::project::Project;
use crate::{browser, build, node};

/// What `cargo xtask hands` is asked for.
#[derive(Debug, clap::Args)]
pub struct Hands {
    /// In each browser
    #[arg(default_value = "30", value_parser = positive)]
    minutes: f64,
    #[arg(long, default_value = "both", value_parser = ["chromium", "firefox", "both"])]
    browser: String,
    /// One page from each of these, instead of one after another from seeds 1, 2, 3, ...
    #[arg(long = "seed", value_name = "SEED")]
    seeds: Vec<u32>,
}

fn positive(text: &str) -> Result<f64> {
    let number: f64 = text.parse().with_context(|| format!("`{text}` is no number"))?;
    ensure!(number.is_finite() && number > 0.0, "{text} minutes are no time");
    Ok(number)
}

/// The long run, by command.
pub fn hands(project: &Project, Hands { minutes, browser, seeds }: &Hands) -> Result<()> {
    build::build(project)?;
    say(format!("random hands: {minutes} minutes in each browser asked for ({browser})"));
    let seeds: Vec<String> = seeds.iter().map(u32::to_string).collect();
    process::run(
        playwright(project)?
            .env("HANDS_MINUTES", minutes.to_string())
            .env("HANDS_BROWSER", browser)
            .env("HANDS_SEEDS", seeds.join(" ")),
    )
}

/// The test runner; without more, it does what the tests do.
pub fn playwright(project: &Project) -> Result<Command> {
    node::install_packages(project)?;
    let browser = browser::find_or_install()?;
    let firefox = browser::find_or_install_firefox()?;
    ensure!(project.dist().join("index.html").is_file(), "dist/ is not built: run `cargo xtask build` first");
    let mut playwright = process::command(project.root.join("node_modules/.bin/playwright"), &project.root);
    playwright
        .args(["test", "--config", "tests/hands/playwright.config.ts"])
        .env("CHROMIUM", &browser.chromium)
        .env("FIREFOX", firefox);
    Ok(playwright)
}
