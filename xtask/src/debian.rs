//! Debian's package manager, where there is one.

use anyhow::{Context, Result, ensure};
use std::process::Command;

use crate::process;

/// Installs packages; needs root or sudo.
pub fn install(packages: &[&str]) -> Result<()> {
    ensure!(process::on_path("apt-get"), "this machine has no apt-get");
    process::run(as_root("apt-get").args(["update", "-q"])).context("apt-get cannot reach Debian's servers")?;
    process::run(as_root("apt-get").args(["install", "-y", "-q", "--no-install-recommends"]).args(packages))
}

/// A command with root's rights.
pub fn as_root(program: &str) -> Command {
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
