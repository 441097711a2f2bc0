//! The project's commands: `cargo xtask <command>`. Each sets up what it needs, says what it does, and costs little when
//! there is nothing to do.

mod browser;
mod build;
mod counts;
mod data;
mod debian;
mod hands;
mod interoperate;
mod node;
mod pretrain;
mod process;
mod project;
mod serve;
mod test;
mod tools;
mod versions;
mod wasm_toolchain;

use anyhow::{Result, bail};
use project::Project;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <command>

  serve [--port N]  set up, build, serve the page at http://localhost:8080; www/ and index.html are bundled again on change
  test [PART...]    set up, build, run every test; the last line counts them. Parts: lint native build types web e2e hands
  build             set up and build dist/, which works from any folder of any static host; prints sizes, checks budgets
  pkg               build, then the npm package in pkg/dist/: `npm pack` and `npm publish` work there
  bundle            only the TypeScript, CSS and HTML, into the existing dist/ (seconds)
  setup [--browser] tools, npm packages and data, without building; --browser also gets what the tests need
  data              only the MNIST shards in build/data/
  texts             list what the figures say in build/texts.ts, a table to be translated, and what languages lack
  pretrain [ARG...] train the shipped models from their seeds (native)
  reproduce [N]     N (20) epochs of the reference runs, beside their table (native; minutes)
  bench [ROUNDS]    build, then time training beside TensorFlow.js in one Chromium; a table, dist/bench/ and its results.json
  lighthouse [RUNS] build, then the median of RUNS (3) of Lighthouse, mobile profile: 95 or more in all four categories
  soak [MINUTES]    build, then 30 minutes of training in Chromium: memory and speed must stay what they were (`soak 30 webgpu`)
  hands [MINUTES]   build, then 30 minutes of random hands on the page in each of --browser chromium, firefox or both (both): one
                    page after another from seeds 1, 2, 3, ..., or only from each --seed N
  fuzz [CASES]      CASES (200000) random and damaged inputs for each decoder of bytes from outside, and for links (minutes)
  interoperate      weights as safetensors, against Python with NumPy (in a virtual environment of the cache)
  check-tools       what is installed and what is missing; installs nothing
  env               shell lines that let plain `trunk` and `cargo` build for the web here: eval \"$(cargo xtask env)\"

Built files are kept in $ELBO_ROOM_CACHE, $XDG_CACHE_HOME/elbo-room or ~/.cache/elbo-room.";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = arguments.split_first() else {
        println!("{USAGE}");
        return Ok(());
    };
    let project = Project::locate()?;
    match command.as_str() {
        "serve" => serve::serve(&project, rest),
        "test" => test::test(&project, rest),
        "build" => build::build(&project).map(drop),
        "pkg" => {
            build::build(&project)?;
            build::package(&project)
        }
        "bundle" => {
            node::install_packages(&project)?;
            build::bundle(&project)
        }
        "setup" => {
            tools::set_up(&project)?;
            if rest.iter().any(|argument| argument == "--browser") {
                browser::find_or_install()?;
                browser::find_or_install_firefox()?;
                browser::find_or_install_webkit()?;
            }
            Ok(())
        }
        "data" => {
            node::install_packages(&project)?;
            data::pack(&project)
        }
        "texts" => {
            node::install_packages(&project)?;
            node::texts(&project, &[])
        }
        "pretrain" => pretrain::pretrain(&project, rest),
        "reproduce" => {
            let mut arguments = vec!["reproduce".to_owned()];
            arguments.extend_from_slice(rest);
            pretrain::pretrain(&project, &arguments)
        }
        "bench" | "soak" | "lighthouse" => {
            build::build(&project)?;
            build::in_browser(&project, &format!("xtask/node/{command}.mjs"), rest)
        }
        "hands" => hands::hands(&project, rest),
        "fuzz" => test::fuzz(&project, rest),
        "interoperate" => interoperate::interoperate(&project),
        "check-tools" => tools::check(&project),
        "env" => tools::print_environment(&project),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        unknown => bail!("no command `{unknown}`\n\n{USAGE}"),
    }
}
