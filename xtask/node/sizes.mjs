// What the reader downloads: sizes of dist/ by kind of file, and the budgets. Ends unsuccessfully when one is exceeded.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const dist = path.join(root, "dist");

/** What the engines came to, and 5 percent. */
const engines = { "engine_bg.wasm": 813_000, "engine-webgpu_bg.wasm": 3_051_000 };

/** Rows of the table, and the most that one may cost after gzip, in bytes. */
const rows = [
  // Not the lecture's: `cargo xtask bench` writes it.
  { name: "benchmark", match: /^bench\// },
  { name: "HTML", match: /\.html$/ },
  { name: "CSS", match: /\.css$/ },
  { name: "JavaScript", match: /\.js$/, budget: 250_000 },
  { name: "fonts", match: /\.woff2$/ },
  // One row a module: none is fetched with another.
  ...readdirSync(dist)
    .filter((file) => file.endsWith("_bg.wasm"))
    .map((file) => ({
      name: file,
      match: new RegExp(`^${file}$`),
      budget: file.startsWith("lecture") ? 150_000 : engines[file],
    })),
  { name: "data", match: /^data\// },
  { name: "other", match: /./ },
];

// Compressing the modules takes seconds: remembered by content.
const memory = path.join(root, "build/sizes.json");
const known = existsSync(memory) ? JSON.parse(readFileSync(memory, "utf8")) : {};
const used = {};
function sizes(bytes) {
  const key = createHash("sha256").update(bytes).digest("hex");
  used[key] = known[key] ?? {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }).length,
  };
  return used[key];
}

const totals = new Map(rows.map((row) => [row, { files: 0, raw: 0, gzip: 0, brotli: 0 }]));
for (const file of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!file.isFile()) continue;
  const full = path.join(file.parentPath ?? file.path, file.name);
  const relative = path.relative(dist, full).split(path.sep).join("/");
  const total = totals.get(rows.find((row) => row.match.test(relative)));
  const size = sizes(readFileSync(full));
  total.files += 1;
  for (const kind of ["raw", "gzip", "brotli"]) total[kind] += size[kind];
}
mkdirSync(path.dirname(memory), { recursive: true });
writeFileSync(memory, JSON.stringify(used));

const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(10);
const head = ["raw", "gzip", "brotli"].map((name) => name.padStart(10)).join("");
console.log(`    ${"kB".padEnd(28)}${"files".padStart(6)}${head}    budget`);
let over = 0;
for (const [row, { files, raw, gzip, brotli }] of totals) {
  if (files === 0) continue;
  const exceeded = row.budget !== undefined && gzip > row.budget;
  over += exceeded ? 1 : 0;
  const budget = row.budget === undefined ? "" : `    ${row.budget / 1000} gzip${exceeded ? "  EXCEEDED" : ""}`;
  const sizes = [raw, gzip, brotli].map(kilobytes).join("");
  console.log(`    ${row.name.padEnd(28)}${String(files).padStart(6)}${sizes}${budget}`);
}
if (over > 0) {
  console.error(
    "A budget is exceeded: make the page smaller, or change the budget in xtask/node/sizes.mjs with a reason.",
  );
  process.exit(1);
}
