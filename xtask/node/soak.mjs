// Long training in one Chromium: `cargo xtask soak [MINUTES] [cpu|webgpu]` (30, cpu). After warm-up, memory and what a
// step costs must stay what they were, and at the end the model must still be right, as it stands and from its own
// checkpoint. Prints what it saw; ends unsuccessfully when something grew or slowed. tests/e2e/ageing.spec.ts runs it
// for three minutes.

import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { serve } from "./static-server.mjs";

/**
 * Between the second and the last third nothing may grow by more than this factor (and some megabytes), a step's cost
 * by that.
 */
const MOST_GROWTH = 1.05;
const MOST_COST = 1.3;
/** Nats: the reference run of this model has -131.5 after one epoch; a short soak has not trained so long. */
const LEAST_BOUND = -150;

/** Before the engine's script: it notes the memories of modules, and the buffers of a GPU that are not given back. */
const watchMemory = `{
  self.soak = { memories: [], gpu: 0 };
  const original = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (...given) => {
    const result = await original(...given);
    self.soak.memories.push(result.instance.exports.memory);
    return result;
  };
  if (self.GPUDevice) {
    const sizes = new WeakMap(), collected = new FinalizationRegistry((held) => give(held));
    const give = (held) => { self.soak.gpu -= held.bytes; held.bytes = 0; };
    const { createBuffer } = GPUDevice.prototype, { destroy } = GPUBuffer.prototype;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      const buffer = createBuffer.call(this, descriptor), held = { bytes: descriptor.size };
      self.soak.gpu += descriptor.size;
      sizes.set(buffer, held);
      collected.register(buffer, held);
      return buffer;
    };
    GPUBuffer.prototype.destroy = function () {
      const held = sizes.get(this);
      if (held) give(held);
      return destroy.call(this);
    };
  }
}`;

const kinds = [
  { key: "wasm", what: "the modules' memory" },
  { key: "heap", what: "the page's heap" },
  { key: "resident", what: "the process" },
  { key: "gpu", what: "the GPU's buffers" },
];

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** What the system says of a process: megabytes in memory, seconds of processor used. */
function statusOf(id) {
  const [user = 0, kernel = 0] = readFileSync(`/proc/${id}/stat`, "utf8")
    .split(") ")[1]
    .split(" ")
    .slice(11, 13)
    .map(Number);
  return {
    resident: Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0) / 1000,
    seconds: (user + kernel) / 100,
  };
}

/**
 * Trains in a page at `address` of `browser`; what went wrong, in words. `slack`: megabytes that anything may grow by.
 */
export async function soak(browser, address, { minutes = 30, device = "cpu", slack = 4, print = console.log } = {}) {
  // Compared by thirds; the first third is warm-up.
  const count = Math.min(30, Math.max(12, minutes));
  const problems = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => problems.push(`the page threw: ${error.message}`));
    await page.route("**/worker.js", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${watchMemory};${await response.text()}` });
    });
    const lab = page.locator('elbo-figure[name="lab"]').first();
    const open = async () => {
      await page.goto(`${address}#lab`);
      await lab.evaluate((figure) => figure.ready);
      const setting = {
        device,
        latent: 20,
        trainImages: 60_000,
        ...(device === "webgpu" ? { batchSize: 16 } : {}),
      };
      await lab.evaluate(async (figure, controls) => {
        figure.controls = controls;
        await figure.updated;
      }, setting);
    };
    await open();
    await lab.evaluate((figure) => figure.play());
    const [browserTools, pageTools] = [await browser.newBrowserCDPSession(), await context.newCDPSession(page)];
    const samples = [];
    // The page's process holds its workers and the modules' memories too.
    const process = async () => {
      const { processInfo } = await browserTools.send("SystemInfo.getProcessInfo");
      return processInfo
        .filter(({ type }) => type === "renderer")
        .map(({ id }) => statusOf(id))
        .sort((a, b) => b.resident - a.resident)[0];
    };
    const now = async () => ({
      step: await lab.evaluate((figure) => figure.values.step),
      time: performance.now(),
      ...(await process()),
    });
    let before = await now();
    const began = before.time;
    for (let sample = 1; sample <= count; sample += 1) {
      await page.waitForTimeout(Math.max(0, began + (sample * minutes * 60_000) / count - performance.now()));
      const after = await now();
      const steps = after.step - before.step;
      const [rate, cost] = [
        (1000 * steps) / (after.time - before.time),
        (1000 * (after.seconds - before.seconds)) / steps,
      ];
      before = after;
      await pageTools.send("HeapProfiler.collectGarbage");
      const heap = (await pageTools.send("Runtime.getHeapUsage")).usedSize / 1e6;
      // The engine's, and those that help it.
      const workers = await Promise.all(
        page.workers().map((worker) =>
          worker.evaluate(() => ({
            modules: self.soak?.memories.map((memory) => memory.buffer.byteLength / 1e6) ?? [],
            gpu: (self.soak?.gpu ?? 0) / 1e6,
          })),
        ),
      );
      const sum = (values) => values.reduce((a, b) => a + b, 0);
      const seen = { wasm: sum(workers.flatMap(({ modules }) => modules)), gpu: sum(workers.map(({ gpu }) => gpu)) };
      samples.push({ ...seen, heap, resident: after.resident, rate, cost });
      const megabytes = kinds.map(({ key }) => `${key} ${samples.at(-1)[key].toFixed(1)} MB`).join("   ");
      print(
        `    step ${String(after.step).padStart(7)}  ${rate.toFixed(1).padStart(6)} steps/s  ` +
          `${cost.toFixed(1).padStart(6)} ms of processor a step   ${megabytes}`,
      );
    }
    const third = (index, key, of) =>
      of(samples.slice((index * count) / 3, ((index + 1) * count) / 3).map((sample) => sample[key]));
    // What is collected now and then is not what is kept: the least counts.
    const least = (values) => Math.min(...values);
    for (const { key, what } of kinds) {
      const [early, late] = [third(1, key, least), third(2, key, least)];
      if (late > MOST_GROWTH * early + slack)
        problems.push(`${what} grew from ${early.toFixed(1)} to ${late.toFixed(1)} MB`);
    }
    // Not the time on the wall: others may be at work.
    const [early, late] = [third(1, "cost", median), third(2, "cost", median)];
    if (!(late <= MOST_COST * early))
      problems.push(`a step took ${early.toFixed(1)} and then ${late.toFixed(1)} ms of processor`);

    const test = await lab.evaluate(async (figure) => {
      await figure.pause();
      return figure.evaluate();
    });
    print(
      `    test: ${test.elbo.toFixed(2)} nats over ${test.n} images, ` +
        `of them ${test.reconstruction.toFixed(2)} for the reconstruction`,
    );
    if (device === "cpu" && !(test.elbo > LEAST_BOUND)) problems.push(`the test bound is ${test.elbo}`);
    // The same model in another page, from the checkpoint of this one.
    const bytes = await lab.evaluate(async (figure) => [
      ...new Uint8Array(await (await figure.checkpoint()).arrayBuffer()),
    ]);
    await open();
    const again = await lab.evaluate(async (figure, bytes) => {
      await figure.restore(new Blob([new Uint8Array(bytes)]));
      return figure.evaluate();
    }, bytes);
    if (!(Math.abs(again.elbo - test.elbo) < 0.5))
      problems.push(`from its own checkpoint the test bound is ${again.elbo}, not ${test.elbo}`);
  } finally {
    await context.close();
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [minutes = "30", device = "cpu"] = process.argv.slice(2);
  const root = process.env.SOAK_DIST ?? path.resolve(import.meta.dirname, "../../dist");
  const server = await serve({ root, port: 0 });
  const gpu = [
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--use-vulkan=swiftshader",
    "--enable-unsafe-swiftshader",
  ];
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-quic",
      ...(device === "webgpu" && !process.env.REAL_GPU ? gpu : []),
    ],
  });
  let problems;
  try {
    problems = await soak(browser, `http://localhost:${server.address().port}/`, { minutes: Number(minutes), device });
  } finally {
    await browser.close();
    server.close();
  }
  for (const problem of problems) console.error(`soak: ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
