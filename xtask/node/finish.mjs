// Puts the WebAssembly modules into the page: wasm-bindgen's scripts are minified, and those of the lecture's modules
// put together; their types are for tsc, not for the reader.
//
//   node xtask/node/finish.mjs                           Trunk's post-build hook, in its staging folder
//   node xtask/node/finish.mjs --out DIR --module NAME ...   `cargo xtask`: from build/modules/, with data and models
//   node xtask/node/finish.mjs --out DIR --add NAME      one that was `--awaited` then: a script stood in for it
//
// www/engine/module.ts knows the script that stands in. The list of all files (offline.mjs) is written too, but with
// `--module`, where whoever bundles afterwards writes it.

import { copyFile, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { minifyScripts } from "./minify.mjs";
import { completeOffline } from "./offline.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const types = path.join(root, "build/wasm");
const hook = process.env.TRUNK_STAGING_DIR;
// `cargo xtask` has Trunk build modules from a page of their own, and puts them in place itself.
if (hook && path.basename(process.env.TRUNK_HTML_FILE) !== "index.html") process.exit(0);

const names = { type: "string", multiple: true, default: [] };
const { values } = parseArgs({
  options: { out: { type: "string", default: hook }, module: names, awaited: names, add: { type: "string" } },
});
if (!values.out) throw new Error("finish.mjs needs --out DIR");
const out = path.resolve(values.out);
const from = hook ?? path.join(root, "build/modules");
await mkdir(out, { recursive: true });
await mkdir(types, { recursive: true });

if (hook) {
  await placeModules((await readdir(from)).filter((name) => /_bg\.wasm$/.test(name)).map((name) => name.slice(0, -8)));
} else if (values.add) {
  await placeModules([values.add]);
} else {
  await removeModules(values.module);
  await copyFolders();
  await placeModules(values.module);
  for (const name of values.awaited) await standIn(name);
}
if (hook || values.add) await completeOffline(out);

async function placeModules(modules) {
  for (const name of modules) await placeModule(name);
  const lecture = modules.filter((name) => name.startsWith("lecture"));
  // Much the same text five times: together it is compressed once. Each module is an export of its own name, with `_`
  // for `-`.
  const exports = lecture.map((name) => `export * as ${name.replaceAll("-", "_")} from "./${name}.js";`);
  if (lecture.length > 0) await bundle("lecture", exports.join("\n"));
  if (hook) for (const name of lecture.filter((name) => name !== "lecture")) await rm(path.join(out, `${name}.js`));
  for (const name of modules.filter((name) => !lecture.includes(name))) {
    await bundle(name, `export * from "./${name}.js"; export { default } from "./${name}.js";`);
  }
}

async function standIn(name) {
  await writeFile(path.join(out, `${name}.js`), "export const stillBeingBuilt = true;\n");
}

/** Removes modules of an earlier page that this one has not, or not yet. */
async function removeModules(modules) {
  for (const file of await readdir(out)) {
    const name = /^(.*)_bg\.wasm$/.exec(file)?.[1];
    if (name === undefined || modules.includes(name)) continue;
    await rm(path.join(out, file));
    await rm(path.join(out, `${name}.js`), { force: true });
  }
}

/** What index.html has Trunk copy: data and models. */
async function copyFolders() {
  const html = await readFile(path.join(root, "index.html"), "utf8");
  for (const [, folder] of html.matchAll(/data-trunk rel="copy-dir" href="([^"]+)"/g)) {
    const copy = path.join(out, path.basename(folder));
    await rm(copy, { recursive: true, force: true });
    await cp(path.join(root, folder), copy, { recursive: true });
  }
}

/** The module's code to the page, its types to where tsc finds them. */
async function placeModule(name) {
  await copyFile(path.join(from, `${name}.d.ts`), path.join(types, `${name}.d.ts`));
  if (hook) await rm(path.join(out, `${name}.d.ts`));
  else await copyFile(path.join(from, `${name}_bg.wasm`), path.join(out, `${name}_bg.wasm`));
}

async function bundle(name, contents) {
  const outfile = path.join(out, `${name}.js`);
  await build({
    stdin: { contents, resolveDir: from },
    outfile,
    allowOverwrite: true,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  await minifyScripts([outfile]);
}
