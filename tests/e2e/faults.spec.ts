/** What goes wrong is said where the reader looks, and nothing else is lost. */
import type { Worker } from "@playwright/test";
import { Figure, Lab } from "./lab-page";
import { expect, test } from "./page";

const small = { device: "cpu", trainImages: 20_000, batchSize: 16 };

/** The engine's worker. */
async function engineWorker(lab: Lab): Promise<Worker> {
  await expect.poll(() => lab.page.workers().length).toBeGreaterThan(0);
  const worker = lab.page.workers().at(-1);
  if (!worker) throw new Error("there is no worker");
  return worker;
}

test("a missing shard is named and training goes on", async ({ page, conduct }) => {
  conduct.expected.push("train-0.bin", "404");
  await page.route("**/data/train-0.bin", (route) => route.fulfill({ status: 404, body: "not here" }));
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.play();
  await expect(lab.locator.locator(".lab-toolbar > .lab-data")).toContainText("train-0.bin");
  await expect(lab.locator.locator(".lab-toolbar > .lab-data")).toContainText("404");
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(10);
  const { data } = await lab.values();
  expect(data?.trainImages).toBe(10_000);
  expect(data?.problems.map(({ file }) => file)).toEqual(["train-0.bin"]);
});

test("a damaged shard is named and training goes on", async ({ page }) => {
  await page.route("**/data/train-1.bin", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    for (let i = 1000; i < 1100; i += 1) body[i] = (body[i] ?? 0) ^ 0x55;
    await route.fulfill({ response, body });
  });
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.play();
  await expect(lab.locator.locator(".lab-toolbar > .lab-data")).toContainText("train-1.bin");
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(10);
  expect((await lab.values()).data?.trainImages).toBe(10_000);
});

test("without any digits the figure says so, and the page lives", async ({ page, conduct }) => {
  conduct.expected.push("manifest.json", "404");
  await page.route("**/data/manifest.json", (route) => route.fulfill({ status: 404, body: "not here" }));
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await expect(lab.locator.locator(".message")).toContainText("manifest.json");
  const image = await lab.call((element) => element.decode([0, 0]));
  expect(image).toHaveLength(784);
});

test("without workers the Lab says so, and the derivations still compute", async ({ page }) => {
  await page.addInitScript(() => Reflect.deleteProperty(window, "Worker"));
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await expect(lab.locator.locator(".message")).toContainText("no web workers");
  const kl = new Figure<{ forward: number }>(page, "kl-gaussians");
  await kl.open();
  expect(Number.isFinite((await kl.values()).forward)).toBe(true);
});

test("a learning rate that is not a number is refused with its name", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.locator.evaluate((element) => element.setAttribute("learning-rate", "NaN"));
  await lab.locator.scrollIntoViewIfNeeded();
  const message = await lab.locator.evaluate((element) => (element as HTMLElement & { ready: Promise<void> }).ready.then(() => "", (error: Error) => error.message));
  expect(message).toContain("learning-rate");
  await expect(lab.locator.locator(".message")).toContainText("not a number");
});

test("a control out of its range is clamped, and that is said", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.set({ latent: 500 });
  expect(await lab.message()).toContain("64");
  expect(await lab.call((element) => element.sample(1).then(({ z }) => z[0]?.length))).toBe(64);
});

test("an engine that traps can be restarted where its snapshot was", async ({ page, conduct }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(10);
  await lab.pause();
  const { step } = await lab.values();
  await lab.play();
  conduct.expected.push("unreachable");
  const worker = await engineWorker(lab);
  await worker.evaluate(() => void setTimeout(() => { throw new WebAssembly.RuntimeError("unreachable"); }));
  const restart = lab.locator.getByRole("button", { name: /Restart from step/ });
  await expect(restart).toBeVisible();
  expect((await lab.values()).playing).toBe(false);
  await restart.click();
  await expect(restart).toBeHidden();
  await expect.poll(async () => (await lab.values()).step).toBeGreaterThanOrEqual(step);
  const again = (await lab.values()).step;
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(again);
});

test("an engine that falls silent is missed", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(5);
  const worker = await engineWorker(lab);
  await worker.evaluate(() => self.close()).catch(() => {});
  await expect(lab.locator.getByRole("button", { name: /Restart from step/ })).toBeVisible({ timeout: 60_000 });
});

test("a GPU that is lost in mid-run hands over to the CPU", async ({ page, conduct }) => {
  test.setTimeout(400_000);
  conduct.expected.push("lost", "destroyed", "RuntimeError", "panicked", "Uncaught");
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 8 });
  const worker = await engineWorker(lab);
  await worker.evaluate(() => {
    const original = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...descriptors) {
      const device = await original.apply(this, descriptors);
      Object.assign(globalThis, { lastDevice: device });
      return device;
    };
  });
  await lab.set({ device: "webgpu" });
  expect((await lab.values()).device?.kind).toBe("webgpu");
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 180_000 }).toBeGreaterThan(0);
  await worker.evaluate(() => (globalThis as unknown as { lastDevice: GPUDevice }).lastDevice.destroy());
  await expect.poll(async () => (await lab.values()).device?.kind, { timeout: 60_000 }).toBe("cpu");
  expect((await lab.values()).device?.reason).toContain("WebGPU failed");
  const { step } = await lab.values();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(step + 5);
});
