/** What goes wrong is said where the reader looks, and nothing else is lost. */
import { engineWorker, trainOn } from "./broken";
import { Figure, Lab } from "./lab-page";
import { expect, test } from "./page";

const small = { device: "cpu", trainImages: 20_000, batchSize: 16 };

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
  const message = await lab.locator.evaluate((element) =>
    (element as HTMLElement & { ready: Promise<void> }).ready.then(
      () => "",
      (error: Error) => error.message,
    ),
  );
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

/** Waits for the offer to restart; the step it names. */
async function offeredStep(lab: Lab, words: RegExp): Promise<number> {
  const notice = lab.locator.locator(".lab-notice:not(.lab-keep)");
  await expect(notice).toContainText(words, { timeout: 60_000 });
  const step = Number(/Nothing up to step ([\d,]+) is lost/.exec(await notice.innerText())?.[1]?.replaceAll(",", ""));
  await expect(notice.getByRole("button", { name: /Restart from step/ })).toBeVisible();
  return step;
}

test("an engine that traps can be restarted where its snapshot was", async ({ page, conduct }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await trainOn(lab, 10);
  await lab.pause();
  // The figure's values are told a few times a second.
  await expect.poll(async () => (await lab.values()).playing).toBe(false);
  const { step } = await lab.values();
  const before = await lab.call((element) => element.decode([0.5, -0.5]));
  conduct.expected.push("unreachable");
  const worker = await engineWorker(lab);
  await worker.evaluate(
    () =>
      void setTimeout(() => {
        throw new WebAssembly.RuntimeError("unreachable");
      }),
  );
  expect(await offeredStep(lab, /The engine stopped in mid-computation \(unreachable\)\./)).toBe(step);
  expect((await lab.values()).playing).toBe(false);
  await lab.locator.getByRole("button", { name: /Restart from step/ }).click();
  await expect.poll(async () => (await lab.values()).step).toBe(step);
  expect(await lab.call((element) => element.decode([0.5, -0.5])), "the model of the snapshot").toEqual(before);
  await trainOn(lab);
  await lab.pause();
});

test("an engine that falls silent in mid-training is missed, and at most five seconds are lost", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(small);
  await lab.play();
  // The first snapshot, and then some.
  await expect(lab.locator.locator(".lab-kept")).toHaveText(/Kept in this browser at step [1-9]/, { timeout: 60_000 });
  await page.waitForTimeout(1500);
  const worker = await engineWorker(lab);
  await worker.evaluate(() => self.close()).catch(() => {});
  const { step, stepsPerSecond } = await lab.values();
  const offered = await offeredStep(lab, /The engine has not answered for 15 seconds\./);
  expect(offered).toBeGreaterThan(0);
  expect((step - offered) / (stepsPerSecond ?? Number.NaN), "seconds lost").toBeLessThanOrEqual(5);
  await lab.locator.getByRole("button", { name: /Restart from step/ }).click();
  await expect.poll(async () => (await lab.values()).step).toBe(offered);
  await trainOn(lab);
  await lab.pause();
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
  const before = await lab.values();
  await worker.evaluate(() => (globalThis as unknown as { lastDevice: GPUDevice }).lastDevice.destroy());
  await expect.poll(async () => (await lab.values()).device?.kind, { timeout: 60_000 }).toBe("cpu");
  expect((await lab.values()).device?.reason).toMatch(
    /^WebGPU failed earlier \(the device was lost: .*\), so the CPU computes\.$/,
  );
  expect(before.playing && before.device?.kind).toBe("webgpu");
  const { step } = await lab.values();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(step + 5);
});
