// Long training in one Chromium: `cargo xtask soak [MINUTES]` (30). Memory and the time of a step must stay what they were
// after warm-up, and the model must still be right at the end. Prints what it saw; ends unsuccessfully when it grew or slowed.

import { readFileSync } from "node:fs";
import path from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "./static-server.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const port = 4186;
const minutes = Number(process.argv[2] ?? 30);
/** Samples are compared by thirds; the first third is warm-up. */
const SAMPLES = 30;
const MOST_GROWTH = 1.1;
const LEAST_SPEED = 0.75;

const server = await serve({ root: path.join(root, "dist"), port });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox", "--enable-precise-memory-info", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"] });
const problems = [];
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  page.on("pageerror", (error) => problems.push(`the page threw: ${error.message}`));
  await page.goto(`http://localhost:${port}/#lab`);
  const lab = page.locator('elbo-figure[name="lab"]');
  await lab.evaluate((figure) => figure.ready);
  await lab.evaluate(async (figure) => {
    figure.controls = { device: "cpu", latent: 20, trainImages: 60_000 };
    await figure.updated;
    await figure.play();
  });
  const devtools = await browser.newBrowserCDPSession();
  const pageTools = await page.context().newCDPSession(page);
  const samples = [];
  let before = await lab.evaluate((figure) => figure.values.step);
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    await page.waitForTimeout((minutes * 60_000) / SAMPLES);
    const step = await lab.evaluate((figure) => figure.values.step);
    await pageTools.send("HeapProfiler.collectGarbage");
    const heap = (await pageTools.send("Runtime.getHeapUsage")).usedSize / 1e6;
    const { processInfo } = await devtools.send("SystemInfo.getProcessInfo");
    // The page's process holds its worker and the WebAssembly memories too.
    const resident = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1]) / 1000);
    const rate = (step - before) / ((minutes * 60) / SAMPLES);
    before = step;
    samples.push({ heap, resident: Math.max(...resident), rate });
    console.log(`    step ${String(step).padStart(7)}  ${rate.toFixed(1).padStart(6)} steps/s   heap ${heap.toFixed(1)} MB   process ${Math.max(...resident).toFixed(0)} MB`);
  }
  const third = (index, key) => {
    const part = samples.slice((index * SAMPLES) / 3, ((index + 1) * SAMPLES) / 3).map((sample) => sample[key]);
    return part.sort((a, b) => a - b)[part.length >> 1];
  };
  for (const [key, what] of [["heap", "the page's heap"], ["resident", "the process"]]) {
    if (third(2, key) > MOST_GROWTH * third(1, key)) problems.push(`${what} grew from ${third(1, key).toFixed(0)} to ${third(2, key).toFixed(0)} MB`);
  }
  if (third(2, "rate") < LEAST_SPEED * third(1, "rate")) problems.push(`training slowed from ${third(1, "rate").toFixed(1)} to ${third(2, "rate").toFixed(1)} steps a second`);
  const test = await lab.evaluate(async (figure) => (await figure.pause(), figure.evaluate()));
  console.log(`    test: ${test.elbo.toFixed(2)} nats over ${test.n} images`);
  // The reference run of this model has -131.5 after one epoch; a short soak has not trained so long.
  if (!(test.elbo > -150)) problems.push(`the test bound is ${test.elbo}`);
} finally {
  await browser.close();
  server.close();
}
for (const problem of problems) console.error(`soak: ${problem}`);
process.exit(problems.length === 0 ? 0 : 1);
