// Whose work the page ships: THIRD_PARTY.md from Cargo.lock and package-lock.json.
//
//   node xtask/node/third-party.mjs           writes it
//   node xtask/node/third-party.mjs --check   fails when it is not what it would write, when a licence asks for more
// than to be
//                                             named, or when something is not from its registry with a check sum
//
// What tools that ask for a list of advisories would add cannot be had without a network.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "THIRD_PARTY.md");

/** Read in the file that stands for an expression. */
const licenceFiles = { cfg_block: "Apache-2.0" };

/** Crates that are linked into a WebAssembly module: not build scripts, macros and tests. */
function crates() {
  const arguments_ = [
    "metadata",
    "--format-version",
    "1",
    "--locked",
    "--filter-platform",
    "wasm32-unknown-unknown",
    "--features",
    "webgpu",
  ];
  const { packages, resolve } = JSON.parse(
    execFileSync("cargo", arguments_, { cwd: root, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] }),
  );
  const byId = new Map(packages.map((found) => [found.id, found]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const macro = (id) => byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  const linked = new Set();
  const visit = (id) => {
    if (linked.has(id) || macro(id)) return;
    linked.add(id);
    for (const { pkg, dep_kinds } of nodes.get(id).deps) if (dep_kinds.some(({ kind }) => kind === null)) visit(pkg);
  };
  for (const { id } of packages.filter(({ name }) => /^elbo-(room|lecture-web)/.test(name))) visit(id);
  // What has no source is ours.
  return [...linked]
    .map((id) => byId.get(id))
    .filter(({ source }) => source !== null)
    .map(({ name, version, license, license_file }) => ({
      name,
      version,
      license: license ?? licenceFiles[name] ?? `see its ${license_file}`,
    }));
}

/** Packages that are bundled: what package.json depends on, and what those depend on. */
function npmPackages() {
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages)
    .filter(([place, { dev, optional }]) => place !== "" && !dev && !optional)
    .map(([place, { version, license }]) => ({
      name: place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      license: license ?? "?",
    }));
}

/** Licences that ask for no more than that they are named and that the source can be had, as `third-party.txt` says. */
const allowed = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "OFL-1.1",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);

/** Whether one of the licences that an expression leaves to choose is allowed. */
function fits(expression) {
  const inner = /\(([^()]*)\)/.exec(expression);
  if (inner) return fits(expression.replace(inner[0], fits(inner[1]) ? "MIT" : "refused"));
  // An exception allows more than its licence.
  return expression
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every((licence) => allowed.has(licence.split(" WITH ")[0].trim())));
}

/** What is wrong with where things come from, and on which terms. */
function faults() {
  const shipped = [...npmPackages(), ...crates()];
  const terms = shipped
    .filter(({ license }) => !fits(normal(license)))
    .map(({ name, license }) => `${name} is licensed ${license}`);
  const locked = readFileSync(path.join(root, "Cargo.lock"), "utf8").split("[[package]]").slice(1);
  const own = /^(elbo-.*|matrixmultiply|xtask)$/;
  const foreign = locked
    .map((entry) => ({
      name: /^name = "(.*)"$/m.exec(entry)?.[1],
      sound:
        /^source = "registry\+https:\/\/github\.com\/rust-lang\/crates\.io-index"\nchecksum = "[0-9a-f]{64}"$/m.test(
          entry,
        ),
    }))
    .filter(({ name, sound }) => !sound && !own.test(name));
  const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8"));
  const unsealed = Object.entries(packages).filter(
    ([place, { integrity, inBundle, resolved }]) =>
      place !== "" && !inBundle && (!integrity?.startsWith("sha512-") || /^(git|http:|file:)/.test(resolved ?? "")),
  );
  return [
    ...terms,
    ...foreign.map(({ name }) => `the crate ${name} is not from crates.io with a check sum`),
    ...unsealed.map(([place]) => `${place} has no check sum`),
  ];
}

const normal = (license) => license.replaceAll(/\s*\/\s*/g, " OR ");

function table(rows) {
  const key = ({ name, version }) => `${name} ${version}`;
  const sorted = rows.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return [
    "| name | version | licence |",
    "|---|---|---|",
    ...sorted.map(({ name, version, license }) => `| ${name} | ${version} | ${normal(license)} |`),
  ].join("\n");
}

const text = `# Whose work this ships

Made by \`node xtask/node/third-party.mjs\` from the lock files; \`cargo xtask test lint\` checks that it is current.
ELBO Room itself is licensed MIT OR Apache-2.0. The sources of everything here, unchanged, are at npm (scripts, styles
and fonts) and at crates.io (WebAssembly modules) under the names and versions given.

## Data

MNIST, by Yann LeCun and Corinna Cortes: CC BY-SA 3.0. The shipped models in \`models/\` were trained on it by this
project's own command.

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
  const found = faults();
  for (const fault of found) console.error(`third-party: ${fault}`);
  if (found.length > 0) process.exit(1);
} else {
  writeFileSync(file, text);
}
