//! Random hands on the built page (`tests/hands/`): a minute of three seeds in the tests, as long as one likes by command.

use anyhow::{Context, Result, bail, ensure};
use std::process::Command;

use crate::process::{self, say};
use crate::project::Project;
use crate::{browser, build, node};

/// What `cargo xtask hands` is asked for.
#[derive(Debug, PartialEq)]
struct Hands {
    minutes: f64,
    browser: String,
    /// Empty: 1, 2, 3, and so on, until the time is up.
    seeds: Vec<String>,
}

/// `[MINUTES] [--browser chromium|firefox|both] [--seed N]...`
fn read(arguments: &[String]) -> Result<Hands> {
    let mut hands = Hands { minutes: 30.0, browser: "both".to_owned(), seeds: Vec::new() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().with_context(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--browser" => hands.browser = value()?,
            "--seed" => hands.seeds.push(value()?),
            minutes => {
                hands.minutes = minutes.parse().with_context(|| format!("`{minutes}` is no number of minutes"))?
            }
        }
    }
    let Hands { minutes, browser, seeds } = &hands;
    ensure!(minutes.is_finite() && *minutes > 0.0, "{minutes} minutes are no time");
    if !["chromium", "firefox", "both"].contains(&browser.as_str()) {
        bail!("no browser `{browser}`; there are: chromium firefox both");
    }
    for seed in seeds {
        ensure!(seed.parse::<u32>().is_ok(), "`{seed}` is no seed: a whole number from 0 to 4294967295");
    }
    Ok(hands)
}

/// The long run, by command.
pub fn hands(project: &Project, arguments: &[String]) -> Result<()> {
    let Hands { minutes, browser, seeds } = read(arguments)?;
    build::build(project)?;
    say(format!("random hands: {minutes} minutes in each browser asked for ({browser})"));
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

#[cfg(test)]
mod tests {
    use super::{Hands, read};

    fn asked(arguments: &str) -> anyhow::Result<Hands> {
        read(&arguments.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn reads_minutes_browser_and_seeds() {
        let default = Hands { minutes: 30.0, browser: "both".to_owned(), seeds: vec![] };
        assert_eq!(asked("").unwrap(), default);
        let seeds = vec!["7".to_owned(), "12".to_owned()];
        let all = Hands { minutes: 2.5, browser: "firefox".to_owned(), seeds };
        assert_eq!(asked("2.5 --browser firefox --seed 7 --seed 12").unwrap(), all);
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        for arguments in ["soon", "0", "-1", "NaN", "--browser opera", "--seed x", "--seed -1", "--seed"] {
            assert!(asked(arguments).is_err(), "{arguments}");
        }
    }
}
