/** 1.1: the shipped classifier and the evidence of the shipped VAE. */
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Estimate {
  mean: number;
  standardError: number;
  n: number;
}

interface Values {
  class: number | null;
  probabilities: number[] | null;
  classWithoutPerturbation: number | null;
  label: number | null;
  flipped: boolean;
  evidence: Estimate | null;
  testEvidence: Estimate | null;
  noiseEvidence: Estimate | null;
  testDigitsBelow: number | null;
  testDigitsMeasured: number;
}

test("a test digit, the histogram behind it, and noise far below", async ({ page }) => {
  await page.goto("./");
  const figure = new Figure<Values>(page, "two-questions");
  await figure.open();
  const first = await figure.values();
  expect(first.class).toBe(first.label);
  expect(first.probabilities?.reduce((sum, probability) => sum + probability)).toBeCloseTo(1, 4);
  expect(first.evidence?.n).toBe(100);
  await expect.poll(async () => (await figure.values()).noiseEvidence?.n).toBe(20);
  const { testEvidence, noiseEvidence, testDigitsMeasured } = await figure.values();
  expect(testDigitsMeasured).toBe(500);
  expect(testEvidence?.n).toBe(500);
  // The mean ELBO of this model on all test digits is -152.6 nats; the bound with 100 samples is tighter.
  expect(testEvidence?.mean).toBeGreaterThan(-153);
  expect(testEvidence?.mean).toBeLessThan(-135);
  expect(noiseEvidence?.mean).toBeLessThan(-1500);
  await expect(figure.locator.locator(".check-row")).toHaveCount(1);
  await expect(figure.locator.locator(".check-fails")).toHaveCount(0);
  await figure.set({ source: "noise" });
  const noise = await figure.values();
  expect(noise.evidence?.mean).toBeLessThan(-1500);
  expect(noise.testDigitsBelow).toBe(0);
  expect(Math.max(...(noise.probabilities ?? []))).toBeGreaterThan(0.3);
});

test("a small perturbation flips the class and costs evidence", async ({ page }) => {
  await page.goto("./");
  const figure = new Figure<Values>(page, "two-questions");
  await figure.open({ digit: 5 });
  const before = await figure.values();
  await figure.set({ perturbation: 0.1 });
  const after = await figure.values();
  expect(after.flipped).toBe(true);
  expect(after.classWithoutPerturbation).toBe(before.class);
  expect(after.evidence?.mean).toBeLessThan((before.evidence?.mean ?? 0) - 50);
  await figure.set({ perturbation: 0 });
  expect((await figure.values()).evidence).toEqual(before.evidence);
});

test("a drawing is judged, and cleared; a digit is picked by its picture", async ({ page }) => {
  await page.goto("./");
  const figure = new Figure<Values>(page, "two-questions");
  await figure.open();
  await figure.draw([
    [0.2, 0.8],
    [0.5, 0.15],
    [0.8, 0.8],
    [0.2, 0.4],
    [0.8, 0.4],
    [0.2, 0.8],
  ]);
  await expect.poll(async () => (await figure.values()).label).toBeNull();
  await expect.poll(async () => (await figure.values()).evidence?.mean ?? 0).toBeLessThan(-200);
  await figure.locator.getByRole("button", { name: "Clear" }).click();
  await expect.poll(async () => (await figure.values()).class).toBeNull();
  await figure.locator.getByRole("button", { name: "Test digit 3", exact: true }).click();
  await expect.poll(async () => (await figure.values()).label).not.toBeNull();
  expect((await figure.values()).evidence).not.toBeNull();
});
