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
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(project())
        .output()
        .expect("cargo starts");
    let metadata: Value = serde_json::from_slice(&metadata.stdout).expect("cargo metadata");
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

/// Each package of Cargo.lock with the names of its dependencies: all platforms, all features in use.
fn locked_packages() -> BTreeMap<String, BTreeSet<String>> {
    let lock = std::fs::read_to_string(project().join("Cargo.lock")).expect("Cargo.lock");
    let mut packages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in lock.split("[[package]]").skip(1) {
        let name = entry.lines().find_map(|line| line.strip_prefix("name = ")).expect("a name").trim_matches('"');
        // `"name",` or `"name version",`; several versions of one crate count as one.
        let dependencies = entry.lines().filter_map(|line| line.strip_prefix(" \"")?.split(['"', ' ']).next());
        packages.entry(name.to_owned()).or_default().extend(dependencies.map(str::to_owned));
    }
    packages
}

/// Everything that a package of ours is built with.
fn reachable(package: &str) -> BTreeSet<String> {
    let mut graph = locked_packages();
    // For our own packages, Cargo.lock lists what only tests use too.
    graph.extend(our_packages());
    let mut found = BTreeSet::new();
    let mut next = vec![package.to_owned()];
    while let Some(name) = next.pop() {
        for dependency in graph.get(&name).into_iter().flatten() {
            if found.insert(dependency.clone()) {
                next.push(dependency.clone());
            }
        }
    }
    found
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
    for name in ["elbo-numerics", "elbo-lecture", "elbo-data"] {
        let found = reachable(name);
        assert!(found.contains("serde"), "{name} has dependencies");
        for dependency in found {
            assert!(!dependency.starts_with("burn") && !WEB.contains(&dependency.as_str()), "{name}: {dependency}");
        }
    }
}

#[test]
fn models_cannot_see_training_and_training_cannot_see_the_web() {
    let training = "elbo-training".to_owned();
    assert!(!reachable("elbo-model").contains(&training) && reachable("elbo-room").contains(&training));
    let packages = our_packages();
    // burn itself asks a browser for random bytes and for its GPU; ours do not.
    for name in ["elbo-kernels", "elbo-model", "elbo-training", "elbo-pretrain"] {
        assert!(packages[name].iter().all(|dependency| !WEB.contains(&dependency.as_str())), "{name}");
    }
}
