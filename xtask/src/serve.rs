//! `cargo xtask serve`: build what is out of date, then serve `dist/` and bundle again when a source of it changes.

use std::net::TcpListener;

use anyhow::{Result, ensure};

use crate::modules::{self, Module};
use crate::process::{self, say};
use crate::project::Project;
use crate::{build, tools};

/// The module that the page does without until it is there: the CPU computes. It takes longer to build than all the others.
const LAST: &str = "engine-webgpu";

/// Builds and serves until interrupted.
pub fn serve(project: &Project, port: u16) -> Result<()> {
    // Better said now than after the build.
    ensure!(
        TcpListener::bind(("localhost", port)).is_ok(),
        "port {port} is taken: stop what uses it, or run `cargo xtask serve --port {}`",
        port.wrapping_add(1)
    );
    let toolchain = tools::set_up(project)?;
    let modules = modules::of_page(project)?;
    let (later, now): (Vec<Module>, Vec<Module>) =
        modules::stale(project, &toolchain, &modules)?.into_iter().partition(|module| module.name == LAST);
    modules::build(project, &toolchain, &now, false)?;
    build::place(project, &modules, &later)?;

    let mut server = process::command("node", &project.root);
    server.args(["xtask/node/serve.mjs", "--port", &port.to_string()]);
    let [module] = later.as_slice() else {
        return process::become_program(&mut server);
    };
    say(format!("the page is served while {LAST} is built in the background; until then the CPU computes"));
    let mut server = server.spawn()?;
    let built = modules::build(project, &toolchain, &later, true).and_then(|()| build::add(project, module));
    match built {
        Ok(()) => say(format!("{LAST} is there: reload the page to compute with WebGPU")),
        Err(error) => say(format!("{LAST} could not be built, the page goes on without it: {error:#}")),
    }
    let status = server.wait()?;
    ensure!(status.success(), "the server ended ({status})");
    Ok(())
}
