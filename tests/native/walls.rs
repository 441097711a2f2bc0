//! The walls between the crates: which of ours each may use, and what none of its dependencies may bring in.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::golden::project;

/// Our crates, and those of ours that each uses. A new arrow is added here on purpose, and points to a crate above.
const ARROWS: [(&str, &[&str]); 15] = [
    ("matrixmultiply", &[]),
    ("elbo-kernels", &[]),
    ("elbo-numerics", &[]),
    ("elbo-lecture", &["elbo-numerics"]),
    ("elbo-data", &["elbo-kernels"]),
    ("elbo-model", &["elbo-kernels", "elbo-numerics"]),
    ("elbo-training", &["elbo-data", "elbo-kernels", "elbo-lecture", "elbo-model", "elbo-numerics"]),
    ("elbo-pretrain", &["elbo-data", "elbo-model", "elbo-training"]),
    ("elbo-lecture-web", &["elbo-numerics"]),
    ("elbo-lecture-web-autoencoders", &["elbo-lecture", "elbo-lecture-web", "elbo-numerics"]),
    ("elbo-lecture-web-distributions", &["elbo-data", "elbo-lecture", "elbo-lecture-web", "elbo-numerics"]),
    ("elbo-lecture-web-errata", &["elbo-lecture", "elbo-lecture-web", "elbo-numerics"]),
    ("elbo-lecture-web-gradients", &["elbo-lecture", "elbo-lecture-web", "elbo-numerics"]),
    ("elbo-lecture-web-latents", &["elbo-lecture", "elbo-lecture-web", "elbo-numerics"]),
    ("elbo-room", &["elbo-data", "elbo-lecture", "elbo-model", "elbo-numerics", "elbo-training"]),
];

/// Edges to JavaScript.
const WEB: [&str; 5] = ["js-sys", "tsify", "wasm-bindgen", "wasm-bindgen-futures", "web-sys"];

/// Each of our packages with the names of its dependencies, those of tests left out.
fn our_packages() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo metadata");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let dependencies = list(&package["dependencies"]);
            let shipped = dependencies.iter().filter(|dependency| dependency["kind"] != "dev");
            (name(package), shipped.map(name).collect())
        })
        .collect()
}

/// Everything that a package is built with for a browser; the package itself too. Not by `cargo metadata`, which unites the
/// features of the whole workspace: burn asks `rand` for random bytes of a browser, and with it everyone would seem to.
fn built_with(package: &str) -> BTreeSet<String> {
    let target = "wasm32-unknown-unknown";
    let tree = ["tree", "--package", package, "--target", target, "--edges", "normal,build", "--prefix", "none"];
    cargo(&tree).lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// What cargo prints.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(arguments).current_dir(project()).output().expect("cargo starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn our_crates_use_those_that_they_may() {
    let packages = our_packages();
    let mut known: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).chain(["xtask"]).collect();
    known.sort_unstable();
    assert_eq!(packages.keys().map(String::as_str).collect::<Vec<_>>(), known);
    let mut above: Vec<&str> = Vec::new();
    for (name, uses) in ARROWS {
        let found: Vec<&str> = packages[name].iter().map(String::as_str).filter(|name| known.contains(name)).collect();
        assert_eq!(found, uses, "{name}");
        assert!(uses.iter().all(|used| above.contains(used)), "{name} uses a crate below it");
        above.push(name);
    }
}

#[test]
fn the_lecture_cannot_see_tensors_or_the_web() {
    for name in ["elbo-numerics", "elbo-lecture", "elbo-data", "elbo-kernels", "matrixmultiply"] {
        for dependency in built_with(name) {
            let tensors = dependency.starts_with("burn") || dependency.starts_with("cubecl");
            assert!(!tensors && !WEB.contains(&dependency.as_str()), "{name} is built with {dependency}");
        }
    }
    for name in ["autoencoders", "distributions", "errata", "gradients", "latents"] {
        let found = built_with(&format!("elbo-lecture-web-{name}"));
        assert!(found.contains("wasm-bindgen") && found.contains("elbo-lecture"), "{name}");
        assert!(!found.iter().any(|dependency| dependency.starts_with("burn")), "{name}");
    }
}

#[test]
fn models_cannot_see_training_and_training_cannot_see_the_web() {
    let model = built_with("elbo-model");
    assert!(model.contains("burn") && !model.contains("elbo-training") && !model.contains("elbo-lecture"));
    let packages = our_packages();
    // burn itself asks a browser for random bytes and for its GPU; ours do not.
    for name in ["elbo-model", "elbo-training", "elbo-pretrain"] {
        assert!(packages[name].iter().all(|dependency| !WEB.contains(&dependency.as_str())), "{name}");
    }
}
