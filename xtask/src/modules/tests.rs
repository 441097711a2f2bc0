use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use super::{Module, Record, attribute, links, page, prerequisites, sources};
use crate::packages::Packages;
use crate::project::Project;

/// A workspace of the page's kind: a module of the lecture, and an engine with and without a GPU.
const WORKSPACE: [(&str, &str); 14] = [
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
    ("patched/src/lib.rs", "mod inner;"),
    ("patched/src/inner.rs", ""),
    ("lecture/Cargo.toml", "[package]\nname = \"lecture\"\n[dependencies]\nnumerics.path = \"../numerics\"\n"),
    (
        "lecture/src/main.rs",
        "mod two_words;\nfn main() { numerics::add(); two_words::say(include_str!(\"a text.txt\")); }",
    ),
    ("lecture/src/two_words.rs", "pub fn say(_: &str) {}"),
];

/// Builds the workspace as Trunk builds the page, and returns each module's record.
fn build(root: &Path) -> Vec<(&'static str, Record)> {
    // As if it were a patch that published crates use: no dep-info names it.
    let libraries = [root.join("patched/src/lib.rs")];
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
        let sources = sources(root, &depinfo, &libraries[usize::from(name == "lecture")..], SystemTime::now()).unwrap();
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

    let expected: [(&str, &[&str]); 10] = [
        ("kernels/src/lib.rs", &["engine", "engine-gpu"]),
        ("kernels/src/gpu.rs", &["engine-gpu"]),
        ("kernels/Cargo.toml", &["engine", "engine-gpu"]),
        ("kernels/src/tests.rs", &[]),
        ("numerics/src/lib.rs", &["lecture", "engine", "engine-gpu"]),
        ("patched/src/inner.rs", &["engine", "engine-gpu"]),
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

/// What the compiler said of the real modules agrees with the crates that they name as dependencies.
#[test]
#[ignore = "needs the built page; `cargo xtask test build` runs it"]
fn modules_of_the_page_contain_the_crates_that_they_depend_on() {
    let project = Project::locate().unwrap();
    let modules = super::of_page(&project).unwrap();
    let records: Vec<(&str, Record)> = modules
        .iter()
        .map(|module| (module.name.as_str(), Record::read(&project, &module.name).expect("the page is not built")))
        .collect();
    let packages: Vec<Packages> = modules.iter().map(|module| module.packages(&project).unwrap()).collect();
    for library in packages[0].libraries() {
        let is_linked = |(module, packages): &(&Module, &Packages)| packages.linked(&module.name).contains(&library);
        let users = modules.iter().zip(&packages).filter(is_linked);
        let expected: Vec<&str> = users.map(|(module, _)| module.name.as_str()).collect();
        let file = library.strip_prefix(&project.root).unwrap().to_string_lossy().replace('\\', "/");
        assert_eq!(containing(&records, &file), expected, "modules with {file}");
    }
    for (name, record) in &records {
        let own = record.sources.keys().filter(|file| containing(&records, file) == [*name]);
        assert!(own.count() > 0, "{name} has no file that is in no other module");
    }
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
