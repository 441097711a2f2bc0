// Trunk's post-build hook: wasm-bindgen's scripts are minified, and those of the lecture's modules put together; its
// types are for tsc, not for the reader. Last comes what lists all files (offline.mjs).

import { copyFile, mkdir, readdir, rm } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { minifyScripts } from "./minify.mjs";
import { completeOffline } from "./offline.mjs";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("finish.mjs is run by Trunk, which sets TRUNK_STAGING_DIR");
const types = path.resolve("build/wasm");
await mkdir(types, { recursive: true });

const files = await readdir(staging);
for (const file of files.filter((name) => name.endsWith(".d.ts"))) {
  await copyFile(path.join(staging, file), path.join(types, file));
  await rm(path.join(staging, file));
}

const modules = files.filter((name) => name.endsWith("_bg.wasm")).map((name) => name.replace("_bg.wasm", ""));
const lecture = modules.filter((name) => name.startsWith("lecture"));
// Much the same text five times: together it is compressed once. Each module is an export of its own name, with `_` for
// `-`.
await bundle(
  "lecture",
  lecture.map((name) => `export * as ${name.replaceAll("-", "_")} from "./${name}.js";`).join("\n"),
);
for (const name of lecture.filter((name) => name !== "lecture")) await rm(path.join(staging, `${name}.js`));
for (const name of modules.filter((name) => !lecture.includes(name))) {
  await bundle(name, `export * from "./${name}.js"; export { default } from "./${name}.js";`);
}
await completeOffline(staging);

async function bundle(name, contents) {
  const outfile = path.join(staging, `${name}.js`);
  await build({
    stdin: { contents, resolveDir: staging },
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
