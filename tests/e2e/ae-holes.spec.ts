/** 3.1: two models trained side by side, and what lies between their codes. */
import { Figure } from "./lab-page";
import { expect, test } from "./page";

interface Side {
  digitLike: { mean: number; standardError: number; n: number };
  rebuiltDigitLike: { mean: number; n: number };
  low: number[];
  high: number[];
  reconstruction: number | null;
}

interface Values {
  step: number;
  pictureStep: number;
  playing: boolean;
  autoencoder: Side;
  vae: Side;
  testDigits: { digitLike: { mean: number; n: number } };
}

test("both begin equal, learn, pause without losing anything, and start over", async ({ page }) => {
  await page.goto("./");
  const figure = new Figure<Values>(page, "ae-holes");
  await figure.open({ steps: 200 });
  const first = await figure.values();
  expect(first.step).toBe(0);
  expect(first.autoencoder.low).toEqual(first.vae.low);
  expect(first.testDigits.digitLike.mean).toBeGreaterThan(0.9);

  await figure.locator.getByRole("button", { name: "One step of training" }).click();
  await expect.poll(async () => (await figure.values()).pictureStep).toBe(10);
  await figure.locator.getByRole("button", { name: "Play training" }).click();
  await expect.poll(async () => (await figure.values()).step).toBeGreaterThan(40);
  await figure.locator.getByRole("button", { name: "Pause training" }).click();
  await expect
    .poll(async () => {
      const { playing, step, pictureStep } = await figure.values();
      return !playing && step === pictureStep;
    })
    .toBe(true);
  const paused = await figure.values();
  await page.waitForTimeout(1500);
  expect(await figure.values()).toEqual(paused);

  await figure.locator.getByRole("button", { name: "Play training" }).click();
  await expect
    .poll(async () => {
      const { playing, pictureStep } = await figure.values();
      return !playing && pictureStep;
    })
    .toBe(200);
  const { autoencoder, vae } = await figure.values();
  for (const side of [autoencoder, vae]) {
    expect(side.digitLike.n).toBe(1000);
    expect(side.reconstruction).toBeLessThan(240);
  }
  // Nothing keeps the plain one's codes near the origin.
  const width = ({ low, high }: Side): number => Math.max(...low.map((value, i) => (high[i] ?? 0) - value));
  expect(width(autoencoder)).toBeGreaterThan(width(vae));

  await figure.set({ from: "prior" });
  const prior = await figure.values();
  expect(prior.step).toBe(200);
  expect(prior.autoencoder.digitLike.mean).not.toBe(autoencoder.digitLike.mean);
  expect(prior.autoencoder.low).toEqual(autoencoder.low);

  await figure.locator.getByRole("button", { name: "Start over" }).click();
  await expect.poll(async () => (await figure.values()).step).toBe(0);
  expect((await figure.values()).autoencoder.low).toEqual(first.autoencoder.low);
});
