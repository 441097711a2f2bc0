//! Debian's package manager, where there is one.

use std::io::{IsTerminal, Write, stdin, stdout};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process;

/// Installs packages; needs root or sudo. Asks first where a person sits at the terminal, since this is the one thing that
/// changes the machine outside the project and its cache.
pub fn install(packages: &[&str]) -> Result<()> {
    ensure!(process::on_path("apt-get"), "this machine has no apt-get");
    let mut update = as_root("apt-get");
    update.args(["update", "-q"]);
    let mut install = as_root("apt-get");
    install.args(["install", "-y", "-q", "--no-install-recommends"]).args(packages);
    println!(
        "    Debian's packages are needed, by\n        {}\n        {}",
        process::shown(&update),
        process::shown(&install)
    );
    ensure!(may_go_on()?, "not installed, as you answered; run the two lines above yourself, then try again");
    process::run(&mut update).context("apt-get cannot reach Debian's servers")?;
    process::run(&mut install)
}

/// A person may say no; a machine goes on.
fn may_go_on() -> Result<bool> {
    if !stdin().is_terminal() {
        return Ok(true);
    }
    print!("    Go on? [Y/n] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}

/// A command with root's rights.
fn as_root(program: &str) -> Command {
    let root = process::output(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = if root {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
