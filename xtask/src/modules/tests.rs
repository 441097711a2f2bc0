use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;

use super::{Module, Record, attribute, links, page, prerequisites, sources};
use crate::project::Project;

/// A workspace of the page's kind: a module of the lecture, and an engine with and without a GPU.
const WORKSPACE: [(&str, &str); 12] = [
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"kernels\", \"numerics\", \"lecture\"]\n[package]\nname = \"engine\"\n[features]\ngpu = [\"kernels/gpu\"]\n\
         [dependencies]\nkernels.path = \"kernels\"\nnumerics.path = \"numerics\"\n[[bin]]\nname = \"engine\"\npath = \"src/main.rs\"\n\
         [[bin]]\nname = \"engine-gpu\"\npath = \"src/gpu.rs\"\nrequired-features = [\"gpu\"]\n",
    ),
    ("src/main.rs", "fn main() { kernels::add(); numerics::add(); }"),
    ("src/gpu.rs", "fn main() { kernels::gpu::add(); numerics::add(); }"),
    ("kernels/Cargo.toml", "[package]\nname = \"kernels\"\n[features]\ngpu = []\n"),
    ("kernels/src/lib.rs", "pub fn add() {}\n#[cfg(feature = \"gpu\")]\npub mod gpu;\n#[cfg(test)]\nmod tests;"),
    ("kernels/src/gpu.rs", "pub fn add() {}"),
    ("kernels/src/tests.rs", ""),
    ("numerics/Cargo.toml", "[package]\nname = \"numerics\"\n"),
    ("numerics/src/lib.rs", "pub fn add() {}"),
    ("lecture/Cargo.toml", "[package]\nname = \"lecture\"\n[dependencies]\nnumerics.path = \"../numerics\"\n"),
    (
        "lecture/src/main.rs",
        "mod two_words;\nfn main() { numerics::add(); two_words::say(include_str!(\"a text.txt\")); }",
    ),
    ("lecture/src/two_words.rs", "pub fn say(_: &str) {}"),
];

/// Builds the workspace as Trunk builds the page, and returns each module's record.
fn build(root: &Path) -> Vec<(&'static str, Record)> {
    let commands = [("lecture", "lecture", ""), ("engine", "engine", ""), ("engine-gpu", "engine", "gpu")];
    let built = commands.map(|(name, package, features)| {
        let status = Command::new("cargo")
            .args(["build", "--quiet", "--offline", "--package", package, "--bin", name])
            .args(["--features", features])
            .current_dir(root)
            .env("CARGO_TARGET_DIR", root.join("target"))
            .status();
        assert!(status.is_ok_and(|status| status.success()), "cargo cannot build {name}");
        let depinfo = root.join("target/debug").join(format!("{name}.d"));
        let sources = sources(root, &depinfo, SystemTime::now()).unwrap();
        (name, Record { settings: String::new(), sources })
    });
    built.into()
}

fn containing<'a>(records: &[(&'a str, Record)], file: &str) -> Vec<&'a str> {
    records.iter().filter(|(_, record)| record.contains(file)).map(|(name, _)| *name).collect()
}

fn stale<'a>(records: &[(&'a str, Record)], root: &Path) -> Vec<&'a str> {
    records.iter().filter(|(_, record)| record.changed(root).is_some()).map(|(name, _)| *name).collect()
}

#[test]
fn an_edit_makes_the_modules_stale_that_contain_the_file_and_no_others() {
    let root = std::env::temp_dir().join(format!("elbo-room-modules-{}", std::process::id()));
    for (file, text) in WORKSPACE.into_iter().chain([("lecture/src/a text.txt", "")]) {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text.replace("[package]\n", "[package]\nedition = \"2024\"\n")).unwrap();
    }
    let root = root.canonicalize().unwrap();
    let records = build(&root);
    assert_eq!(stale(&records, &root), [""; 0]);

    let expected: [(&str, &[&str]); 9] = [
        ("kernels/src/lib.rs", &["engine", "engine-gpu"]),
        ("kernels/src/gpu.rs", &["engine-gpu"]),
        ("kernels/Cargo.toml", &["engine", "engine-gpu"]),
        ("kernels/src/tests.rs", &[]),
        ("numerics/src/lib.rs", &["lecture", "engine", "engine-gpu"]),
        ("lecture/src/main.rs", &["lecture"]),
        ("lecture/src/two_words.rs", &["lecture"]),
        ("lecture/src/a text.txt", &["lecture"]),
        ("src/gpu.rs", &["engine-gpu"]),
    ];
    for (file, modules) in expected {
        assert_eq!(containing(&records, file), modules, "{file}");
        let before = fs::read(root.join(file)).unwrap();
        fs::write(root.join(file), [before.as_slice(), b"\n"].concat()).unwrap();
        assert_eq!(stale(&records, &root), modules, "after an edit of {file}");
        fs::write(root.join(file), before).unwrap();
        assert_eq!(stale(&records, &root), [""; 0], "after {file} is as it was");
    }
    fs::remove_dir_all(root).unwrap();
}

/// What cargo says of the real modules agrees with the crates that they name as dependencies.
#[test]
#[ignore = "needs the built page; `cargo xtask test build` runs it"]
fn modules_of_the_page_contain_the_crates_that_they_depend_on() {
    let project = Project::locate().unwrap();
    let modules = super::of_page(&project).unwrap();
    let records: Vec<(&str, Record)> = modules
        .iter()
        .map(|module| (module.name.as_str(), Record::read(&project, &module.name).expect("the page is not built")))
        .collect();
    let all: Vec<&str> = records.iter().map(|(name, _)| *name).collect();
    let crates = own_crates(&project.root);
    assert!(crates.len() > 2, "{crates:?}");
    for (name, library, dependents) in crates {
        let Some(library) = library else { continue };
        let is_dependent = |module: &&str| dependents.iter().any(|name| name == module);
        let expected: Vec<&str> = all.iter().copied().filter(is_dependent).collect();
        assert_eq!(containing(&records, &library), expected, "modules with {library} of {name}");
    }
    // A binary's own file is in no other module.
    for module in &modules {
        let own: Vec<&String> = records
            .iter()
            .filter(|(name, _)| *name == module.name)
            .flat_map(|(_, record)| record.sources.keys())
            .collect();
        assert!(own.iter().any(|file| containing(&records, file) == [module.name.as_str()]), "{}", module.name);
    }
}

/// Crates of the workspace: name, file of the library, and the binaries that it is linked into in a browser.
fn own_crates(root: &Path) -> Vec<(String, Option<String>, Vec<String>)> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version=1", "--offline", "--all-features", "--filter-platform", super::TARGET])
        .current_dir(root)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let normal = |dep: &&Value| items(&dep["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
    let links: BTreeMap<&str, Vec<&str>> = items(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| {
            (text(&node["id"]), items(&node["deps"]).iter().filter(normal).map(|dep| text(&dep["pkg"])).collect())
        })
        .collect();
    let ours: Vec<&Value> = items(&metadata["packages"]).iter().filter(|package| package["source"].is_null()).collect();
    let linked: Vec<BTreeSet<&str>> = ours.iter().map(|package| reached(text(&package["id"]), &links)).collect();
    ours.iter()
        .map(|package| {
            let library = targets(package, &["lib", "rlib"]).next().map(|target| {
                let file = PathBuf::from(text(&target["src_path"]));
                file.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
            });
            let users = ours.iter().zip(&linked).filter(|(_, linked)| linked.contains(text(&package["id"])));
            let binaries =
                users.flat_map(|(user, _)| targets(user, &["bin"])).map(|target| text(&target["name"]).to_owned());
            (text(&package["name"]).to_owned(), library, binaries.collect())
        })
        .collect()
}

fn reached<'a>(from: &'a str, links: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(id) = next.pop() {
        if reached.insert(id) {
            next.extend(&links[id]);
        }
    }
    reached
}

fn targets<'a>(package: &'a Value, kinds: &'a [&str]) -> impl Iterator<Item = &'a Value> {
    items(&package["targets"]).iter().filter(|target| kinds.contains(&text(&target["kind"][0])))
}

fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn reads_dep_info() {
    let rule = "/cache/release/engine.wasm: /home/some\\ one/src/lib.rs /home/some\\ one/src/main.rs\n\n/x:\n";
    let files = ["/home/some one/src/lib.rs", "/home/some one/src/main.rs"].map(PathBuf::from);
    assert_eq!(prerequisites(rule), files);
}

#[test]
fn a_page_for_trunk_has_the_links_of_some_modules() {
    let html = "<head>\n  <link data-trunk rel=\"rust\" data-bin=\"a\" />\n  <link data-trunk rel=\"copy-dir\" href=\"models\" />\n\
        <link data-trunk rel=\"rust\" href=\"crates/b\" data-bin=\"b\" />\n</head>";
    let modules = links(html);
    assert_eq!(modules.iter().map(|module| module.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    let folders = |modules: &[Module]| {
        let page = page(modules);
        let links: Vec<String> = page.lines().filter_map(|line| attribute(line, "href")).map(str::to_owned).collect();
        links
    };
    assert_eq!(folders(&modules), ["../..", "../../crates/b"]);
    assert_eq!(folders(&modules[1..]), ["../../crates/b"]);
}
