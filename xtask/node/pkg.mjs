// Makes the npm package in pkg/dist from the built dist/: the element and the iframe's page with all that they load,
// types, README and licences.
//
//   node xtask/node/pkg.mjs [--out DIR]
//
// A bundler of a host page (Vite, webpack) finds every file by its `new URL("./name", import.meta.url)`. Style sheets
// are called .css.txt in the package: bundlers and their servers make other things of .css than a file to be fetched.

import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");
const own = path.join(root, "pkg");

/** What is asked for by its name; all else is found from here. */
const entries = ["elbo-room.js", "embed.html", "embed-figure.js", "elbo-room-frame.js"];

/** Whose code or fonts the scripts contain: folders of node_modules. */
const others = ["katex", "d3", "comlink", "@fontsource-variable/inter"];

/** Neighbours that a file names: in scripts and pages. */
function namedIn(text) {
  const names = [
    ...text.matchAll(/["'`]\.\/([\w./-]+\.\w+)["'`]/g),
    ...text.matchAll(/new URL\("([\w-]+\.wasm)",import\.meta\.url\)/g),
  ];
  return names.map(([, name]) => name);
}

/** All files of the package that come from dist/, with the text of those that name others. */
async function gather() {
  const files = new Map();
  const waiting = [...entries];
  for (const name of waiting) {
    if (files.has(name)) continue;
    let text = null;
    if (name === "worker.js") text = await workerInOne();
    else if (/\.(js|html)$/.test(name)) text = await readFile(path.join(dist, name), "utf8");
    files.set(name, text);
    if (text !== null) waiting.push(...namedIn(text).filter((found) => existsSync(path.join(dist, found))));
  }
  const forgotten = [];
  for (const folder of ["data", "models"]) {
    for (const name of await readdir(path.join(dist, folder)))
      if (!files.has(`${folder}/${name}`)) forgotten.push(`${folder}/${name}`);
  }
  for (const name of await readdir(dist)) if (name.endsWith(".wasm") && !files.has(name)) forgotten.push(name);
  if (forgotten.length > 0)
    throw new Error(
      `Nothing in the package's scripts names ${forgotten.join(", ")}: ` +
        'write each as new URL("./…", import.meta.url), as in www/engine/data.ts.',
    );
  return files;
}

/** The package's name of a file: see the top. */
const renamed = (name) => (/^(figures\/.*|katex)\.css$/.test(name) ? `${name}.txt` : name);

/**
 * A script of the package. `?no-inline` keeps Vite from writing small files into the scripts as data: addresses, which
 * strict policies refuse.
 */
function rewritten(script) {
  return script.replace(/new URL\("(?:\.\/)?([\w./-]+)",import\.meta\.url\)/g, (whole, name) =>
    name.endsWith(".js") ? whole : `new URL("./${renamed(name)}?no-inline",import.meta.url)`,
  );
}

/** The worker in one file: not every bundler splits a worker's code. */
async function workerInOne() {
  const { outputFiles } = await build({
    entryPoints: [path.join(dist, "worker.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    logLevel: "warning",
  });
  return outputFiles[0].text;
}

/** Own licence, then those of others. */
async function licences() {
  const texts = [await readFile(path.join(own, "LICENSE"), "utf8")];
  for (const name of others)
    texts.push(
      `${"-".repeat(80)}\n${name}\n\n${await readFile(path.join(root, "node_modules", name, "LICENSE"), "utf8")}`,
    );
  return texts.join("\n");
}

/** Makes the package in the folder `out`, which is emptied first. */
export async function makePackage(out = path.join(own, "dist")) {
  const files = await gather();
  await rm(out, { recursive: true, force: true });
  let bytes = 0;
  for (const [name, text] of files) {
    const file = path.join(out, renamed(name));
    await mkdir(path.dirname(file), { recursive: true });
    if (name.endsWith(".js")) await writeFile(file, rewritten(text));
    else await copyFile(path.join(dist, name), file);
    bytes += (await stat(file)).size;
  }
  const version = /^version = "([^"]+)"$/m.exec(await readFile(path.join(root, "Cargo.toml"), "utf8"))?.[1];
  if (!version) throw new Error("Cargo.toml gives no version");
  const { name, ...manifest } = JSON.parse(await readFile(path.join(own, "package.json"), "utf8"));
  await writeFile(path.join(out, "package.json"), `${JSON.stringify({ name, version, ...manifest }, null, 2)}\n`);
  await writeFile(path.join(out, "LICENSE"), await licences());
  for (const file of ["README.md", "elbo-room.d.ts"]) await copyFile(path.join(own, file), path.join(out, file));
  await copyFile(path.join(root, "THIRD_PARTY.md"), path.join(out, "THIRD_PARTY.md"));
  console.log(
    `    elbo-room ${version} in ${path.relative(process.cwd(), out)}: ` +
      `${files.size} files of dist/, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  return out;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  try {
    await makePackage(values.out);
  } catch (error) {
    console.error(`pkg: ${error.message}`);
    process.exit(1);
  }
}
