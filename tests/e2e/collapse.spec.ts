/** 10.2: a heavy divergence silences units, and the cures keep some. */
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Model {
  active: number;
  variances: number[];
  klPerDimension: number[];
  kl: { holds: boolean };
  test: { elbo: number; kl: number };
}

interface CollapseValues {
  step: number;
  plain: Model;
  warmUp: Model;
  freeBits: Model;
}

test("units fall silent under a heavy weight, and fewer do with a cure", async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto("./");
  const collapse = new Figure<CollapseValues>(page, "collapse");
  await collapse.open({ beta: 20, latent: 12, warmUp: 3000, freeBits: 0.5, steps: 400, seed: 1 });
  await collapse.locator.evaluate((element) => (element as unknown as { train(): Promise<void> }).train());
  await expect.poll(async () => (await collapse.values()).step).toBe(400);
  const { plain, warmUp, freeBits } = await collapse.values();
  expect(plain.active).toBeLessThan(10);
  expect(warmUp.active).toBeGreaterThan(plain.active);
  expect(freeBits.active).toBeGreaterThan(plain.active);
  for (const { kl, klPerDimension, variances } of [plain, warmUp, freeBits]) {
    expect(kl.holds).toBe(true);
    expect(klPerDimension).toHaveLength(12);
    expect(variances.every((variance) => variance >= 0)).toBe(true);
  }
  await collapse.locator
    .getByRole("button", { name: /start|restart|again|beginning/i })
    .first()
    .click();
  await expect.poll(async () => (await collapse.values()).step).toBe(0);
});
