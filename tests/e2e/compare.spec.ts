/** Two runs side by side: in step, from one seed, and different only in what was asked for. */
import { Figure, type Terms } from "./lab-page";
import { expect, test } from "./page";

interface Side {
  family: string;
  architecture: string;
  latent: number;
  beta: number;
  step: number;
  train: Terms | null;
  test: Terms | null;
}

interface CompareValues {
  step: number;
  playing: boolean;
  pendingReset: boolean;
  left: Side;
  right: Side;
}

const small = { device: "cpu", trainImages: 10_000, batchSize: 32, seed: 3 };

test("both runs make the same steps, and equal configurations the same run", async ({ page }) => {
  await page.goto("./");
  const compare = new Figure<CompareValues>(page, "compare");
  await compare.open({ ...small, leftFamily: "vae", rightFamily: "vae", leftLatent: 3, rightLatent: 3 });
  await compare.locator.evaluate((element) => (element as unknown as { step(n: number): Promise<void> }).step(5));
  await expect.poll(async () => (await compare.values()).left.test?.n ?? 0, { timeout: 30_000 }).toBe(500);
  await expect.poll(async () => (await compare.values()).right.test?.n ?? 0, { timeout: 30_000 }).toBe(500);
  const { left, right } = await compare.values();
  expect(left.step).toBe(5);
  expect(right).toEqual(left);
});

test("a preset trains two families in turn and shows both", async ({ page }) => {
  await page.goto("./");
  const compare = new Figure<CompareValues>(page, "compare");
  await compare.open({ ...small, trainImages: 10_000 });
  await compare.locator.getByRole("button", { name: "AE against VAE" }).click();
  await expect.poll(async () => (await compare.values()).left.family).toBe("autoencoder");
  await compare.locator.getByRole("button", { name: "Play" }).click();
  await expect.poll(async () => (await compare.values()).step, { timeout: 60_000 }).toBeGreaterThan(30);
  await compare.locator.getByRole("button", { name: "Pause" }).click();
  await expect.poll(async () => (await compare.values()).playing).toBe(false);
  // The turn under way is finished.
  await expect
    .poll(async () => {
      const { left, right } = await compare.values();
      return left.step - right.step;
    })
    .toBe(0);
  const { left, right } = await compare.values();
  expect([left.family, right.family]).toEqual(["autoencoder", "vae"]);
  expect(left.test?.kl).toBe(0);
  expect(right.test?.kl ?? 0).toBeGreaterThan(0);
  await expect(compare.locator.getByRole("heading", { name: /^AE/ })).toBeVisible();
  await expect(compare.locator.getByRole("heading", { name: /^VAE/ })).toBeVisible();
});

for (const preset of ["β = 1 against 4", "2 against 20 dimensions", "Dense against convolutional"]) {
  test(`the preset ${preset} steps`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.goto("./");
    const compare = new Figure<CompareValues>(page, "compare");
    await compare.open(small);
    await compare.locator.getByRole("button", { name: preset }).click();
    await expect.poll(async () => (await compare.values()).right.family).toBe("vae");
    await compare.locator.getByRole("button", { name: "Step", exact: true }).click();
    await expect.poll(async () => (await compare.values()).step, { timeout: 60_000 }).toBe(1);
    const { left, right } = await compare.values();
    expect([left.beta, left.latent, left.architecture]).not.toEqual([right.beta, right.latent, right.architecture]);
    await expect(compare.locator.locator(".message")).toBeHidden();
  });
}
