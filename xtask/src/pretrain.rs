//! `cargo xtask pretrain`: the models that ship with the page, trained from their seeds.

use anyhow::Result;

use crate::process::{self, say};
use crate::project::Project;
use crate::{data, node};

/// Packs the data where needed and runs the native trainer.
pub fn pretrain(project: &Project, arguments: &[String]) -> Result<()> {
    node::install_packages(project)?;
    data::pack(project)?;
    say("pretrained models (native)");
    process::run(
        process::command("cargo", &project.root)
            .args(["run", "--package", "elbo-pretrain", "--"])
            .args(arguments)
            .env("CARGO_TARGET_DIR", project.native_target()),
    )
}
