// `cargo xtask serve`: the built page, bundled again whenever something of www/ or index.html changes.

import { watch } from "node:fs";
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

let told = 0;
watch(path.join(root, "src"), { recursive: true }, () => {
  // An editor writes a file several times; once is enough to say.
  if (Date.now() - told < 10_000) return;
  told = Date.now();
  console.log("  Rust sources changed: `cargo xtask build` in another terminal brings them into the page.");
});
