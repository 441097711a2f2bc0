/**
 * 10.1: the scores of real digits, models and controls; the bound that grows; what was measured when it was stopped
 * stays.
 */
import AxeBuilder from "@axe-core/playwright";
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

interface Source {
  n: number;
  step: number | null;
  inceptionScore: Estimate | null;
  frechet: Estimate | null;
  frechetWithoutBias: number | null;
}

interface Values {
  step: number;
  running: string | null;
  reference: number;
  sources: { [id: string]: Source | null };
  elbo: (Estimate & { interval: [number, number] }) | null;
  bounds: { samples: number; bound: Estimate }[];
}

test("both models are trained and scored beside real digits and controls", async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto("./");
  const figure = new Figure<Values>(page, "how-good");
  await figure.open({ steps: 200, images: 1000 });
  const idle = async (): Promise<boolean> => (await figure.values()).running === null;
  const press = (name: string) => figure.locator.getByRole("button", { name, exact: true }).click();
  const first = await figure.values();
  expect(first.step).toBe(0);
  expect(Object.values(first.sources).every((source) => source === null)).toBe(true);

  await press("Train both models");
  await expect.poll(async () => (await figure.values()).step, { timeout: 90_000 }).toBe(200);
  await expect.poll(idle).toBe(true);

  await press("Score the images");
  await expect.poll(async () => (await figure.values()).sources.oneEach?.n ?? 0, { timeout: 120_000 }).toBe(1000);
  await expect.poll(idle).toBe(true);
  const { sources, reference } = await figure.values();
  expect(reference).toBe(10_000);
  const score = (id: string): number => sources[id]?.inceptionScore?.mean ?? NaN;
  const distance = (id: string): number => sources[id]?.frechetWithoutBias ?? NaN;
  expect(sources.vae?.step).toBe(200);
  expect(score("training")).toBeGreaterThan(9);
  expect(score("oneEach")).toBeGreaterThan(9.5);
  expect(Math.abs(score("memorised") - score("training"))).toBeLessThan(0.3);
  expect(score("blurred")).toBeGreaterThan(0.85 * score("training"));
  const error = sources.training?.frechet?.standardError ?? NaN;
  expect(Math.abs(distance("training"))).toBeLessThan(4 * error);
  expect(distance("memorised")).toBeLessThan(4 * error);
  for (const id of ["blurred", "oneEach", "vae", "autoencoder"]) expect(distance(id), id).toBeGreaterThan(10 * error);
  await expect(figure.locator.locator(".check-fails")).toHaveCount(0);

  // Sharper digits score otherwise; the rest of the table stays.
  await figure.set({ blur: 2 });
  const after = await figure.values();
  expect(after.sources.blurred).toBeNull();
  expect(after.sources.vae).toEqual(sources.vae);
});

test("the bound grows with K, and what is measured when it is stopped stays", async ({ page }) => {
  test.setTimeout(180_000);
  await page.goto("./");
  const figure = new Figure<Values>(page, "how-good");
  await figure.open({ samples: "100", tests: 20 });
  const measure = figure.locator.getByRole("button", { name: "Measure log p(x)", exact: true });
  await measure.click();
  await expect.poll(async () => (await figure.values()).bounds[0]?.bound.n ?? 0, { timeout: 60_000 }).toBe(20);
  await expect.poll(async () => (await figure.values()).running).toBeNull();
  const { bounds, elbo } = await figure.values();
  expect(bounds.map(({ samples }) => samples)).toEqual([1, 10, 100]);
  const means = bounds.map(({ bound }) => bound.mean);
  expect(means).toEqual([...means].sort((a, b) => a - b));
  expect(elbo?.n).toBe(10_000);
  expect(elbo?.interval[0]).toBeLessThan(elbo?.mean ?? NaN);
  expect(elbo?.interval[1]).toBeGreaterThan(elbo?.mean ?? NaN);
  await expect(figure.locator.locator(".check-row")).toHaveCount(2);
  await expect(figure.locator.locator(".check-fails")).toHaveCount(0);

  await figure.set({ samples: "5000", tests: 500 });
  await measure.click();
  await expect.poll(async () => (await figure.values()).bounds.at(-1)?.samples, { timeout: 60_000 }).toBe(5000);
  await figure.locator.getByRole("button", { name: "Stop: Measure log p(x)" }).click();
  await expect.poll(async () => (await figure.values()).running).toBeNull();
  // The slice under way may still end.
  await page.waitForTimeout(500);
  const stopped = await figure.values();
  expect(stopped.bounds.at(-1)?.bound.n).toBeGreaterThan(1);
  expect(stopped.bounds.at(-1)?.bound.n).toBeLessThan(500);
  await page.waitForTimeout(1000);
  expect(await figure.values()).toEqual(stopped);

  const score = figure.locator.getByRole("button", { name: "Score the images", exact: true });
  await score.focus();
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await figure.values()).reference, { timeout: 60_000 }).toBeGreaterThan(100);
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await figure.values()).running).toBeNull();
  const { violations } = await new AxeBuilder({ page })
    .include("elbo-figure[name=how-good]")
    .setLegacyMode()
    .options({ resultTypes: ["violations"] })
    .analyze();
  expect(violations).toEqual([]);
});
