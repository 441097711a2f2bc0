/** 10.3: the mean of many images is the cheapest picture, and three suspects are trained in step. */
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

interface Costs {
  mean: number;
  decoded: number;
  images: number[];
  parts: { holds: boolean };
  cheapest: { holds: boolean };
}

interface Values {
  step: number;
  near: number;
  labels: number[];
  crossEntropy: Costs;
  squaredError: Costs;
  drawnFromReal: Estimate;
  models: { title: string; sigma: number | null; contrast: { rebuilt: Estimate; drawn: Estimate; fresh: Estimate } }[];
}

test("the mean of many images is blurred and cheap, and what blurs the models", async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto("./");
  const figure = new Figure<Values>(page, "blurry");
  await figure.open({ steps: 150, near: 12, digit: 3, seed: 1 });
  const train = (): Promise<void> =>
    figure.locator.evaluate((element) => (element as unknown as { train(): Promise<void> }).train());
  const first = await figure.values();
  expect(first.step).toBe(0);
  await train();
  await expect.poll(async () => (await figure.values()).step).toBe(150);
  const { near, labels, crossEntropy, squaredError, models, drawnFromReal } = await figure.values();
  expect(labels).toHaveLength(near);
  for (const costs of [crossEntropy, squaredError]) {
    expect(costs.parts.holds && costs.cheapest.holds).toBe(true);
    expect(costs.images).toHaveLength(12);
    expect(Math.min(...costs.images)).toBeGreaterThan(costs.mean);
    expect(costs.decoded).toBeGreaterThan(costs.mean);
  }
  // The decoder has come nearer to the mean.
  expect(crossEntropy.decoded).toBeLessThan(first.crossEntropy.decoded / 2);

  const [bernoulli, wide, learnt] = models;
  expect([bernoulli?.sigma, wide?.sigma]).toEqual([null, 1]);
  expect(learnt?.sigma).toBeLessThan(0.8);
  for (const { contrast } of models) {
    expect(contrast.rebuilt.mean).toBeLessThan(0.8);
    expect(contrast.rebuilt.n).toBe(100);
    expect(contrast.drawn.mean).toBeGreaterThan(1);
  }
  // Draws of a wide Gaussian are noise.
  expect(learnt?.contrast.drawn.mean).toBeLessThan(wide?.contrast.drawn.mean ?? 0);
  expect(wide?.contrast.drawn.mean).toBeGreaterThan(10);
  expect(drawnFromReal.mean).toBeGreaterThan(1);

  await figure.set({ suspect: "family" });
  await expect.poll(async () => (await figure.values()).step).toBe(0);
  await train();
  await expect.poll(async () => (await figure.values()).step).toBe(150);
  const [, twenty] = (await figure.values()).models;
  expect(twenty?.contrast.rebuilt.mean).toBeGreaterThan(bernoulli?.contrast.rebuilt.mean ?? 1);

  await figure.locator.getByRole("button", { name: "test digit 5", exact: false }).click();
  await expect.poll(async () => (await figure.controls()).digit).toBe(5);
  await figure.locator.getByRole("button", { name: "Start over" }).click();
  await expect.poll(async () => (await figure.values()).step).toBe(0);
});
