// `cargo xtask lighthouse [RUNS]`: Lighthouse's mobile profile on the built page, as a compressing host serves it. The
// median of its runs in each category; under 95 it ends unsuccessfully. Times of other programs count as the page's:
// run it on a machine at rest.

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import path from "node:path";
import { serve } from "./static-server.mjs";

/** The last that runs on Node 20. Not a dependency of the project: it is as large as many others together. */
const LIGHTHOUSE = "lighthouse@12.8.2";
const WANTED = 95;

const runs = Number(process.argv[2] ?? 3);
if (!Number.isInteger(runs) || runs < 1) {
  console.error("lighthouse takes the number of runs: `cargo xtask lighthouse 3`.");
  process.exit(1);
}
const folder = mkdtempSync(path.join(tmpdir(), "elbo-room-lighthouse-"));
const server = await serve({ root: path.resolve(import.meta.dirname, "../../dist"), port: 0, compress: true });
const address = `http://localhost:${server.address().port}/`;
// As on a host, where files have been compressed before.
await Promise.all(
  ["", "page.css", "main.js", "lecture_bg.wasm", "engine_bg.wasm"].map((file) =>
    fetch(address + file, { headers: { "Accept-Encoding": "br" } }).then((response) => response.arrayBuffer()),
  ),
);

const measures = {
  "first-contentful-paint": [],
  "largest-contentful-paint": [],
  "speed-index": [],
  "total-blocking-time": [],
  "cumulative-layout-shift": [],
};
const scores = {};
try {
  for (let run = 0; run < runs; run += 1) {
    const report = path.join(folder, `${run}.json`);
    const load = loadavg()[0].toFixed(1);
    await lighthouse(report);
    const { audits, categories } = JSON.parse(readFileSync(report, "utf8"));
    for (const { id, score } of Object.values(categories)) {
      scores[id] ??= [];
      scores[id].push(Math.round(100 * score));
    }
    for (const name of Object.keys(measures)) measures[name].push(audits[name].numericValue);
    console.log(
      `    run ${run + 1}, load ${load}: ${Object.keys(scores)
        .map((id) => `${id} ${scores[id][run]}`)
        .join(", ")}`,
    );
    for (const { auditRefs } of Object.values(categories)) {
      for (const { id, weight } of auditRefs) {
        const { score, title, displayValue = "" } = audits[id];
        if (weight > 0 && score !== null && score < 0.9) console.log(`      ${title} ${displayValue}`);
      }
    }
  }
} finally {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
console.log(
  `    median of ${runs}: ${Object.keys(scores)
    .map((id) => `${id} ${median(scores[id])}`)
    .join(", ")}`,
);
console.log(
  `    ${Object.entries(measures)
    .map(
      ([name, values]) =>
        `${name} ${name.endsWith("shift") ? median(values).toFixed(3) : `${Math.round(median(values))} ms`}`,
    )
    .join(", ")}`,
);
if (Object.values(scores).some((values) => median(values) < WANTED)) {
  console.error(`    below ${WANTED}`);
  process.exit(1);
}

/** In a process of its own, so that this one goes on serving. */
async function lighthouse(report) {
  const flags = [
    "--headless=new",
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  const child = spawn(
    "npx",
    [
      "--yes",
      LIGHTHOUSE,
      address,
      "--quiet",
      "--output=json",
      `--output-path=${report}`,
      `--chrome-flags=${flags.join(" ")}`,
    ],
    {
      env: { ...process.env, CHROME_PATH: process.env.CHROMIUM ?? "/usr/bin/chromium" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
  const code = await new Promise((resolve, reject) => child.once("error", reject).once("exit", resolve));
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}; its own message is above.`);
}
