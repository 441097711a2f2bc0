/** The Lab's families, layers and bounds: each trains, and its panels show it. */
import { Lab } from "./lab-page";
import { expect, test } from "./page";

const cases: { what: string; controls: { [name: string]: number | string | boolean } }[] = [
  { what: "a plain autoencoder", controls: { family: "autoencoder" } },
  {
    what: "denoising, by Gaussian noise",
    controls: { family: "denoising", corruption: "gaussian", corruptionLevel: 0.4 },
  },
  { what: "sparse", controls: { family: "sparse", penalty: 0.5, latent: 8 } },
  { what: "contractive", controls: { family: "contractive", penalty: 0.5 } },
  { what: "the importance-weighted bound", controls: { bound: "importance-weighted", samples: 4, latent: 6 } },
  { what: "warm-up and free nats", controls: { beta: 2, warmUp: 200, freeBits: 0.2, latent: 10 } },
  { what: "a learned scale", controls: { likelihood: "gaussian", binarization: "none", learnedSigma: true } },
  { what: "convolutions", controls: { architecture: "conv", latent: 4 } },
  { what: "one dimension", controls: { latent: 1 } },
  { what: "sixty-four dimensions", controls: { latent: 64 } },
];

for (const { what, controls } of cases) {
  test(`it trains: ${what}`, async ({ page }) => {
    await page.goto("./");
    const lab = new Lab(page);
    await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 32, ...controls } as never);
    await lab.call((element) => element.step(3));
    await expect.poll(async () => (await lab.values()).test?.n ?? 0, { timeout: 60_000 }).toBe(500);
    const { step, train, test: tested } = await lab.values();
    expect(step).toBe(3);
    expect(Number.isFinite(train?.reconstruction) && Number.isFinite(tested?.reconstruction)).toBe(true);
    const prior = (controls.family ?? "vae") === "vae";
    expect((tested?.kl ?? 0) > 0).toBe(prior);
    await expect(lab.locator.locator(".message")).toBeHidden();
  });
}

test("controls that say nothing beside the others are left out, and keep their values", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, beta: 3 });
  const beta = lab.locator.locator('[data-control="beta"]');
  await expect(beta).toBeVisible();
  await lab.set({ family: "sparse" });
  await expect(beta).toBeHidden();
  await expect(lab.locator.locator('[data-control="penalty"]')).toBeVisible();
  await lab.set({ family: "vae" });
  await expect(beta).toBeVisible();
  expect(
    await lab.locator.evaluate((element) => (element as unknown as { controls: { beta: number } }).controls.beta),
  ).toBe(3);
});

test("larger codes are walked, traversed and seen in a plane", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, latent: 10 });
  await lab.call((element) => element.step(20));
  await expect(lab.locator.locator(".lab-dimension")).toHaveCount(6);
  await expect(lab.locator.getByText(/principal components, with \d+ and \d+ %/)).toBeVisible();
  await lab.locator.getByLabel("Which two directions").selectOption("leading");
  await expect(lab.locator.getByText(/most used$/)).toBeVisible();
  const way = lab.locator.getByRole("img", { name: /Seven images/ });
  const pixels = (): Promise<string> => way.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  const before = await pixels();
  await lab.locator.getByRole("button", { name: "Another test image as the first" }).click();
  await expect.poll(pixels).not.toBe(before);
  const free = lab.locator.getByRole("img", { name: /chosen place/ });
  const middle = await free.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
  await lab.locator.getByLabel("Place on the way").press("End");
  await expect.poll(() => free.evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL())).not.toBe(middle);
});
