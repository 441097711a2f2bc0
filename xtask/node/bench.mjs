// How fast the page trains, beside TensorFlow.js, in one Chromium: `cargo xtask bench [ROUNDS]`.
//
// Bundles www/bench into dist/bench/ (a page that anyone can open on his own machine), runs it, measures the lecture
// itself while it trains, prints a table and writes dist/bench/results.json.

import { execFileSync } from "node:child_process";
import { copyFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import * as esbuild from "esbuild";
import { serve } from "./static-server.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const out = path.join(root, "dist/bench");
const port = 4187;
const rounds = Number(process.argv[2] ?? 5);

await esbuild.build({
  absWorkingDir: root,
  entryPoints: { bench: "www/bench/bench.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  logLevel: "error",
  // The worker and its modules are the lecture's own, one folder up.
  define: { "import.meta.url": "lectureFolder" },
  banner: { js: 'const lectureFolder = new URL("../", import.meta.url).href;' },
});
for (const file of ["bench.html", "bench.css"])
  await copyFile(path.join(root, "www/bench", file), path.join(out, file === "bench.html" ? "index.html" : file));
const wasm = path.join(root, "node_modules/@tensorflow/tfjs-backend-wasm/dist");
for (const file of await readdir(wasm))
  if (file.endsWith(".wasm")) await copyFile(path.join(wasm, file), path.join(out, file));

const server = await serve({ root: path.join(root, "dist"), port, compress: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
  ],
});
try {
  const lecture = await lectureWhileTraining();
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(`page: ${error.message}`));
  await page.goto(`http://localhost:${port}/bench/`);
  await page.waitForFunction(() => typeof window.bench === "function");
  let last = "";
  const watching = setInterval(async () => {
    const said = await page
      .locator("#said")
      .textContent()
      .catch(() => "");
    if (said === last) return;
    console.log(`    ${said}`);
    last = said;
  }, 1000);
  const findings = await page.evaluate((n) => window.bench(n), rounds);
  clearInterval(watching);
  await writeFile(path.join(out, "results.json"), `${JSON.stringify({ ...findings, lecture }, null, 2)}\n`);
  print(findings, lecture);
} finally {
  await browser.close();
  server.close();
}

/**
 * The lecture: time to the first answer, transfer, and what the reader's frames and memory are while the Lab trains.
 */
async function lectureWhileTraining() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const began = performance.now();
  await page.goto(`http://localhost:${port}/`);
  await page.evaluate(async () => {
    const cover = document.querySelector('elbo-figure[name="cover"]');
    await customElements.whenDefined("elbo-figure");
    await cover.ready;
  });
  const firstAnswer = performance.now() - began;
  const requests = await page.evaluate(() =>
    performance.getEntriesByType("resource").map(({ transferSize }) => transferSize),
  );
  const trained = await page.evaluate(async () => {
    const lab = document.querySelector('elbo-figure[name="lab"]');
    lab.controls = { device: "cpu", latent: 20 };
    lab.scrollIntoView();
    await lab.ready;
    await lab.step(3);
    await lab.play();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    let longest = 0;
    let frames = 0;
    const tasks = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    tasks.observe({ entryTypes: ["longtask"] });
    const before = lab.values.step;
    const start = performance.now();
    await new Promise((resolve) => {
      const frame = () => {
        if (performance.now() - start > 10_000) return resolve();
        frames++;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
    });
    const seconds = (performance.now() - start) / 1000;
    const found = {
      stepsPerSecond: (lab.values.step - before) / seconds,
      framesPerSecond: frames / seconds,
      longestTask: longest,
    };
    await lab.pause();
    return found;
  });
  // The renderer holds page, worker and WebAssembly memories.
  const pids = (await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo")).processInfo
    .filter(({ type }) => type === "renderer")
    .map(({ id }) => id);
  const peaks = pids.map((pid) =>
    Number(/VmHWM:\s+(\d+)/.exec(execFileSync("cat", [`/proc/${pid}/status`]).toString())?.[1] ?? Number.NaN),
  );
  await page.close();
  return {
    firstAnswer,
    requests: requests.length,
    transfer: requests.reduce((sum, size) => sum + size, 0),
    ...trained,
    peakMegabytes: Math.max(...peaks) / 1024,
  };
}

function print({ results, contenders, absent, roofline, step, notes }, lecture) {
  const names = contenders.map(({ name }) => name);
  const measures = [...new Set(results.map(({ measure }) => measure))];
  console.log(`\nmilliseconds: median (quartiles) of ${rounds} rounds; x: times ${names[0]}`);
  for (const measure of measures) {
    console.log(`\n  ${measure}`);
    const rows = results.filter((result) => result.measure === measure);
    const ours = rows.find(({ contender }) => contender === names[0])?.median ?? Number.NaN;
    for (const { contender, median, low, high } of rows) {
      const range = `(${low.toFixed(2)} to ${high.toFixed(2)})`;
      const cells = `    ${contender.padEnd(24)}${median.toFixed(2).padStart(10)}  ${range}`;
      console.log(`${cells.padEnd(64)}${(median / ours).toFixed(2)} x`);
    }
  }
  console.log(
    `\nproduct of matrices in the engine: ${roofline.toFixed(1)} thousand million multiplications and additions ` +
      `a second; a training step: ${step.toFixed(1)} (${((100 * step) / roofline).toFixed(0)} %)`,
  );
  const { firstAnswer, requests, transfer, stepsPerSecond, framesPerSecond, longestTask, peakMegabytes } = lecture;
  const longest = longestTask === 0 ? "under 50" : longestTask.toFixed(0);
  console.log(
    `lecture: first answer ${firstAnswer.toFixed(0)} ms, ${requests} requests, ${(transfer / 1000).toFixed(0)} kB ` +
      `until then; while it trains ${stepsPerSecond.toFixed(1)} steps and ${framesPerSecond.toFixed(1)} frames ` +
      `a second, longest task ${longest} ms, peak memory ${peakMegabytes.toFixed(0)} MB`,
  );
  for (const line of [...absent.map(({ name, why }) => `${name}: ${why}`), ...notes]) console.log(line);
}
