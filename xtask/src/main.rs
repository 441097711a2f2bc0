//! The project's commands: `cargo xtask <command>`. Each sets up what it needs, says what it does, and costs little when
//! there is nothing to do.

mod browser;
mod build;
mod counts;
mod data;
mod debian;
mod hands;
mod interoperate;
mod modules;
mod node;
mod pretrain;
mod process;
mod project;
mod serve;
mod test;
mod tools;
mod versions;
mod wasm_toolchain;

use std::process::ExitCode;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, Subcommand};
use project::Project;

#[derive(Parser)]
#[command(
    bin_name = "cargo xtask",
    about = "ELBO Room's commands. Each sets up what it needs.",
    after_help = "Built files are kept in $ELBO_ROOM_CACHE, $XDG_CACHE_HOME/elbo-room or ~/.cache/elbo-room.",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Build and serve the page; www/ and index.html are bundled again on change
    Serve {
        /// Of http://localhost
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Build, run every test; the last line counts them
    Test {
        /// Only these
        #[arg(value_parser = PossibleValuesParser::new(test::part_names()))]
        parts: Vec<String>,
    },
    /// Build dist/, which works from any folder of any static host; print sizes, check budgets
    Build,
    /// Build, then make the npm package in pkg/dist/: `npm pack` and `npm publish` work there
    Pkg,
    /// Only the TypeScript, CSS and HTML, into the existing dist/ (seconds)
    Bundle,
    /// Tools, npm packages and data, without building
    Setup {
        /// The browsers of the tests too
        #[arg(long)]
        browser: bool,
    },
    /// Only the MNIST shards in build/data/
    Data,
    /// List what the figures say in build/texts.ts, a table to be translated, and what languages lack
    Texts,
    /// Train the shipped models from their seeds (native)
    Pretrain {
        /// Only these
        models: Vec<String>,
    },
    /// The reference runs, beside their table (native; minutes)
    Reproduce {
        #[arg(default_value_t = 20)]
        epochs: u32,
    },
    /// Build, then time training beside TensorFlow.js in one Chromium; a table, dist/bench/ and its results.json
    Bench {
        #[arg(default_value_t = 5)]
        rounds: u32,
    },
    /// Build, then the median of some runs of Lighthouse, mobile profile: 95 or more in all four categories
    Lighthouse {
        #[arg(default_value_t = 3)]
        runs: u32,
    },
    /// Build, then train in Chromium: memory and speed must stay what they were
    Soak {
        #[arg(default_value_t = 30.0)]
        minutes: f64,
        #[arg(default_value = "cpu", value_parser = ["cpu", "webgpu"])]
        device: String,
    },
    /// Build, then random hands on the page
    Hands(hands::Hands),
    /// Random and damaged inputs for each decoder of bytes from outside, and for links (minutes)
    Fuzz {
        /// For each of the cheapest properties; fewer for those that train
        #[arg(default_value_t = 200_000)]
        cases: u32,
    },
    /// Weights as safetensors, against Python with NumPy (in a virtual environment of the cache)
    Interoperate,
    /// What is installed and what is missing; installs nothing
    CheckTools,
    /// Shell lines that let plain `trunk` and `cargo` build for the web here: eval "$(cargo xtask env)"
    Env,
}

fn main() -> ExitCode {
    let Some(command) = Arguments::parse().command else {
        Arguments::command().print_help().ok();
        return ExitCode::SUCCESS;
    };
    match Project::locate().and_then(|project| run(&project, command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(project: &Project, command: Command) -> Result<()> {
    match command {
        Command::Serve { port } => serve::serve(project, port),
        Command::Test { parts } => test::test(project, &parts),
        Command::Build => build::build(project).map(drop),
        Command::Pkg => {
            build::build(project)?;
            build::package(project)
        }
        Command::Bundle => {
            node::install_packages(project)?;
            build::bundle(project)
        }
        Command::Setup { browser } => {
            tools::set_up(project)?;
            if browser {
                browser::find_or_install()?;
                browser::find_or_install_firefox()?;
                browser::find_or_install_webkit()?;
            }
            Ok(())
        }
        Command::Data => {
            node::install_packages(project)?;
            data::pack(project)
        }
        Command::Texts => {
            node::install_packages(project)?;
            node::texts(project, &[])
        }
        Command::Pretrain { models } => pretrain::pretrain(project, &models),
        Command::Reproduce { epochs } => pretrain::pretrain(project, &["reproduce".to_owned(), epochs.to_string()]),
        Command::Bench { rounds } => on_the_page(project, "bench", &[rounds.to_string()]),
        Command::Lighthouse { runs } => on_the_page(project, "lighthouse", &[runs.to_string()]),
        Command::Soak { minutes, device } => on_the_page(project, "soak", &[minutes.to_string(), device]),
        Command::Hands(hands) => hands::hands(project, &hands),
        Command::Fuzz { cases } => test::fuzz(project, cases),
        Command::Interoperate => interoperate::interoperate(project),
        Command::CheckTools => tools::check(project),
        Command::Env => tools::print_environment(project),
    }
}

/// Builds the page, then runs a script of xtask/node/ that drives Chromium over it.
fn on_the_page(project: &Project, script: &str, arguments: &[String]) -> Result<()> {
    build::build(project)?;
    build::in_browser(project, &format!("xtask/node/{script}.mjs"), arguments)
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::Arguments;

    #[test]
    fn commands_are_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn refuses_what_it_does_not_know() {
        let parses = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(parses("xtask test") && parses("xtask test lint e2e") && parses("xtask serve --port 9000"));
        assert!(parses("xtask soak 30 webgpu") && parses("xtask soak 2.5") && parses("xtask"));
        assert!(parses("xtask hands 2.5 --browser firefox --seed 7 --seed 12") && parses("xtask hands"));
        for line in ["xtask tests", "xtask test all", "xtask serve --port x", "xtask soak 30 gpu", "xtask fuzz -1"] {
            assert!(!parses(line), "{line}");
        }
        for rest in ["soon", "0", "-1", "NaN", "--browser opera", "--seed x", "--seed -1", "--seed"] {
            assert!(!parses(&format!("xtask hands {rest}")), "{rest}");
        }
    }
}
