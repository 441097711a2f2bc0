//! `cargo xtask serve`: build what is out of date, then serve `dist/` and bundle again when a source of it changes.

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::{build, process, tools};

/// Builds and serves until interrupted.
pub fn serve(project: &Project, arguments: &[String]) -> Result<()> {
    let port = match arguments {
        [] => 8080,
        [flag, port] if flag == "--port" => {
            port.parse::<u16>().with_context(|| format!("`{port}` is not a port number"))?
        }
        _ => bail!("serve takes only `--port N`"),
    };
    let toolchain = tools::set_up(project)?;
    build::build_page(project, toolchain)?;
    process::become_program(process::command("node", &project.root).args([
        "xtask/node/serve.mjs",
        "--port",
        &port.to_string(),
    ]))
}
