// `cargo xtask serve`: the built page, bundled again whenever something of www/ or index.html changes.

import { readdirSync, readFileSync, watch } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.mjs";
import { serve } from "./static-server.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const { values } = parseArgs({ options: { port: { type: "string", default: "8080" } } });

try {
  await serve({ root: path.join(root, "dist"), port: Number(values.port) });
} catch (error) {
  if (error.code !== "EADDRINUSE") throw error;
  console.error(
    `Port ${values.port} is taken: stop what uses it, or run \`cargo xtask serve --port ${Number(values.port) + 1}\`.`,
  );
  process.exit(1);
}
await bundle({ out: path.join(root, "dist"), debug: true, watching: true });
console.log(`
  The page is at   http://localhost:${values.port}/
  Ctrl-C stops. Changes of www/ and index.html show on reload.`);

// Which module contains which source, as `cargo xtask` wrote it when it built them.
const records = new Map();
const modules = path.join(root, "build/modules");
for (const file of readdirSync(modules).filter((name) => name.endsWith(".json"))) {
  records.set(path.basename(file, ".json"), JSON.parse(readFileSync(path.join(modules, file), "utf8")).sources);
}
const folders = new Set([...records.values()].flatMap((sources) => Object.keys(sources).map(topFolder)));

let told = 0;
for (const folder of [...folders].filter((folder) => folder !== "")) {
  watch(path.join(root, folder), { recursive: true }, (_, file) => {
    const name = path.posix.join(folder, (file ?? "").split(path.sep).join("/"));
    const stale = [...records].filter(([, sources]) => Object.hasOwn(sources, name)).map(([module]) => module);
    // An editor writes a file several times; once is enough to say.
    if (stale.length === 0 || Date.now() - told < 10_000) return;
    told = Date.now();
    console.log(`  ${name} changed: \`cargo xtask build\` in another terminal builds ${stale.join(", ")} anew.`);
  });
}

/** The first folder of a path; none for files of the root and for what lies elsewhere. */
function topFolder(name) {
  return name.includes("/") ? name.split("/")[0] : "";
}
