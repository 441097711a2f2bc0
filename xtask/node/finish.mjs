// Trunk's post-build hook: wasm-bindgen's scripts are minified in place; its types are for tsc, not for the reader.

import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { transform } from "esbuild";

const staging = process.env.TRUNK_STAGING_DIR;
if (!staging) throw new Error("finish.mjs is run by Trunk, which sets TRUNK_STAGING_DIR");
const types = path.resolve("build/wasm");
await mkdir(types, { recursive: true });

for (const file of await readdir(staging)) {
  const built = path.join(staging, file);
  if (file.endsWith(".d.ts")) {
    await copyFile(built, path.join(types, file));
    await rm(built);
  } else if (file.endsWith("_bg.wasm")) {
    const script = built.replace(/_bg\.wasm$/, ".js");
    const { code } = await transform(await readFile(script, "utf8"), { minify: true, format: "esm", target: "es2022" });
    await writeFile(script, code);
  }
}
