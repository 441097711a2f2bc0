// Whose work the page ships: THIRD_PARTY.md from Cargo.lock and package-lock.json.
//
//   node xtask/node/third-party.mjs           writes it
//   node xtask/node/third-party.mjs --check   fails when it is not what it would write

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "THIRD_PARTY.md");

/** Crates that are linked into a WebAssembly module: not build scripts, macros and tests. */
function crates() {
  const arguments_ = ["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown", "--no-default-features", "--features", "lecture,webgpu"];
  const { packages, resolve } = JSON.parse(execFileSync("cargo", arguments_, { cwd: root, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] }));
  const byId = new Map(packages.map((found) => [found.id, found]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const macro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const linked = new Set();
  const visit = (id) => {
    if (linked.has(id) || macro(id)) return;
    linked.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  const ours = packages.find(({ name, source }) => name === "elbo-room" && source === null).id;
  visit(ours);
  linked.delete(ours);
  return [...linked].map((id) => byId.get(id)).map(({ name, version, license, license_file }) => ({ name, version, license: license ?? `see its ${license_file}` }));
}

/** Packages that are bundled: what package.json depends on, and what those depend on. */
function npmPackages() {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([place, { dev, optional }]) => place !== "" && !dev && !optional)
    .map(([place, { version, license }]) => ({ name: place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length), version, license: license ?? "?" }));
}

const normal = (license) => license.replaceAll(/\s*\/\s*/g, " OR ");

function table(rows) {
  const sorted = rows.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1));
  return ["| name | version | licence |", "|---|---|---|", ...sorted.map(({ name, version, license }) => `| ${name} | ${version} | ${normal(license)} |`)].join("\n");
}

const text = `# Whose work this ships

Made by \`node xtask/node/third-party.mjs\` from the lock files; \`cargo xtask test lint\` checks that it is current. ELBO Room itself is licensed MIT OR Apache-2.0.

## Data

MNIST, by Yann LeCun and Corinna Cortes: CC BY-SA 3.0. The shipped models in \`models/\` were trained on it by this project's own command.

## In the scripts, styles and fonts

${table(npmPackages())}

## In the WebAssembly modules

${table(crates())}
`;

if (process.argv.includes("--check")) {
  const kept = readFileSync(file, "utf8");
  if (kept !== text) {
    console.error("THIRD_PARTY.md is not current: run `node xtask/node/third-party.mjs` and commit what it writes.");
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
