/** A browser without WebGPU. */
import { Lab } from "./lab-page";
import { expect, test } from "./page";

test.use({
  launchOptions: {
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-features=WebGPU",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  },
});

test("it trains on the CPU, also when WebGPU was chosen, and says why", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "webgpu", trainImages: 10_000, batchSize: 16 });
  await lab.call((element) => element.step(2));
  await expect.poll(async () => (await lab.values()).step).toBe(2);
  const { device } = await lab.values();
  expect(device?.kind).toBe("cpu");
  expect(device?.reason).toMatch(/chose WebGPU, but/);
});
