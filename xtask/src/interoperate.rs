//! `cargo xtask interoperate`: Python reads weights that our code writes, and the reverse.

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{self, say};
use crate::project::Project;

/// Runs the test with a Python of its own.
pub fn interoperate(project: &Project) -> Result<()> {
    let python = python(project)?;
    say("safetensors: our weights in NumPy, and NumPy's here (native)");
    process::run(
        process::command("cargo", &project.root)
            .args(["test", "--test", "native", "interoperability", "--", "--ignored"])
            .arg("--nocapture")
            .env("CARGO_TARGET_DIR", project.native_target())
            .env("ELBO_ROOM_PYTHON", python),
    )
}

/// The interpreter of a virtual environment in the cache, with the packages of `tests/python/requirements.txt`.
fn python(project: &Project) -> Result<PathBuf> {
    let requirements = project.root.join("tests/python/requirements.txt");
    let wanted =
        fs::read_to_string(&requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    let folder = project.cache.join("python");
    let interpreter = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    let stamp = folder.join("installed.txt");
    if interpreter.is_file() && fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(interpreter);
    }
    say("Python packages (NumPy, safetensors)");
    let Some(system) = ["python3", "python"].into_iter().find(|name| process::on_path(name)) else {
        bail!("Python 3.11 or later is needed, with its module venv");
    };
    process::run(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))?;
    process::run(Command::new(&interpreter).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(interpreter)
}
