/** The Lab: it learns, it answers while it learns, and one seed gives one run. */
import { Lab, three } from "./lab-page";
import { expect, test } from "./page";

test("play trains on the CPU and the test bound rises", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000 });
  await lab.locator.getByRole("button", { name: "Play" }).click();
  await expect.poll(async () => (await lab.values()).test?.n ?? 0, { timeout: 60_000 }).toBe(500);
  const early = await lab.values();
  await expect.poll(async () => (await lab.values()).step, { timeout: 90_000 }).toBeGreaterThan(early.step + 120);
  await lab.pause();
  await expect.poll(async () => (await lab.values()).playing).toBe(false);
  const late = await lab.values();
  expect(late.test?.elbo ?? -Infinity).toBeGreaterThan((early.test?.elbo ?? 0) + 5);
  expect(late.test?.elbo).toBeCloseTo(-(late.test?.reconstruction ?? 0) - (late.test?.kl ?? 0), 6);
  expect(late.klPerDimension?.reduce((sum, kl) => sum + kl, 0)).toBeCloseTo(late.test?.kl ?? 0, 6);
  expect(late.imagesSeen).toBe(late.step * 128);
  expect(late.device?.kind).toBe("cpu");
  expect(late.device?.reason).not.toBe("");
  await page.waitForTimeout(500);
  expect((await lab.values()).step, "paused").toBe(late.step);
});

test("a drawing is encoded and decoded while the model trains", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000 });
  await lab.play();
  await lab.draw(three);
  await expect(lab.locator.locator(".lab-code output").first()).toHaveText(/^−?\d/);
  await expect(lab.locator.locator(".lab-draws")).toBeVisible();
  const { codes, decoded, refused } = await lab.call(async (element) => {
    const image = Array.from({ length: 784 }, (_, i) => (i % 28 > 12 && i % 28 < 16 ? 1 : 0));
    const codes = await element.encode(image);
    const refused = await element.encode([1, 2, 3]).catch((error: Error) => error.message);
    return { codes, decoded: await element.decode(codes.mu), refused };
  });
  expect(codes.mu).toHaveLength(2);
  expect(codes.logSigma.every(Number.isFinite)).toBe(true);
  expect(decoded).toHaveLength(784);
  expect(decoded.every((pixel) => pixel >= 0 && pixel <= 1)).toBe(true);
  expect(refused).toContain("784");
  expect((await lab.values()).playing).toBe(true);
});

test("one seed gives one run, and a checkpoint goes on where it stopped", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 32, seed: 7 });
  const runs = await lab.call(async (element) => {
    const values = () => element.values as { step: number; train: { elbo: number } };
    const settle = () => element.updated;
    await element.step(4);
    const saved = await element.checkpoint();
    await element.step(3);
    element.controls = {};
    await settle();
    const first = values();
    await element.reset();
    await element.step(4);
    await element.step(3);
    element.controls = {};
    await settle();
    const again = values();
    await element.restore(saved);
    await element.step(3);
    element.controls = {};
    await settle();
    return { first, again, restored: values() };
  });
  expect(runs.first.step).toBe(7);
  expect(runs.again).toMatchObject({ step: 7, train: runs.first.train });
  expect(runs.restored).toMatchObject({ step: 7, train: runs.first.train });
});

test("what cannot change in mid-run waits for a new start; learning rate and beta do not", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 32 });
  await lab.set({ latent: 5 });
  expect((await lab.values()).pendingReset, "at step 0 it applies at once").toBe(false);
  await lab.call((element) => element.step(2));
  await lab.set({ beta: 4, learningRate: 0.003 });
  expect((await lab.values()).pendingReset).toBe(false);
  await lab.set({ latent: 3 });
  expect((await lab.values()).pendingReset).toBe(true);
  await lab.locator.getByRole("button", { name: "Start over" }).first().click();
  await expect.poll(async () => (await lab.values()).step).toBe(0);
  expect(await lab.call((element) => element.sample(2).then(({ z }) => z.map((row) => row.length)))).toEqual([3, 3]);
});

test("the full test set is measured with its standard error", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 32 });
  await lab.call((element) => element.step(2));
  const terms = await lab.call((element) => element.evaluate());
  expect(terms.n).toBe(10_000);
  expect(terms).toHaveProperty("standardError", expect.any(Number));
});

test("WebGPU trains when it is chosen, checked against the CPU", async ({ page }) => {
  test.setTimeout(400_000);
  await page.goto("./");
  const lab = new Lab(page);
  // The adapter is software here: a small batch.
  await lab.open({ device: "webgpu", trainImages: 10_000, batchSize: 8 });
  await lab.call((element) => element.step(2));
  await expect.poll(async () => (await lab.values()).step, { timeout: 120_000 }).toBe(2);
  const { device, train } = await lab.values();
  console.log(JSON.stringify(device));
  expect(device?.kind).toBe("webgpu");
  expect(device?.selfCheck?.holds).toBe(true);
  expect(Number.isFinite(train?.elbo)).toBe(true);
});

test("automatic choice prefers the CPU to a software adapter, and says so", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open();
  const { device } = await lab.values();
  expect(device?.kind).toBe("cpu");
  expect(device?.reason).toContain("software");
});

test("the page can be reloaded in mid-training", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 16 });
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(5);
  await page.reload();
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 16 });
  expect((await lab.values()).step).toBe(0);
  await lab.call((element) => element.step(1));
  await expect.poll(async () => (await lab.values()).step).toBe(1);
});
