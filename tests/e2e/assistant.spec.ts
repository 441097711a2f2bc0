/** The second worker, which computes a part of each gradient: it is asked, and a run is the same without it. */
import type { Worker } from "@playwright/test";
import { Lab } from "./lab-page";
import { expect, test } from "./page";

/** The run from its start to step 30, as a digest of its checkpoint. */
function run(lab: Lab): Promise<string> {
  return lab.call(async (element) => {
    await element.reset();
    await element.step(30);
    const bytes = await (await element.checkpoint()).arrayBuffer();
    return [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].join(" ");
  });
}

test("another worker computes a part of each gradient, and without it the run is the same bit for bit", async ({
  page,
}) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, latent: 8, seed: 3 });
  await lab.call((element) => element.step(12));
  await expect.poll(() => page.workers().length).toBe(2);
  const [, assistant] = page.workers() as [Worker, Worker];
  await assistant.evaluate(() => {
    Object.assign(self, { asked: 0 });
    addEventListener("message", () => Object.assign(self, { asked: (self as unknown as { asked: number }).asked + 1 }));
  });
  const helped = await run(lab);
  expect(await assistant.evaluate(() => (self as unknown as { asked: number }).asked)).toBeGreaterThanOrEqual(30);
  // It dies with a task in its hands: nothing but time is lost, and another one is found.
  await assistant.evaluate(() =>
    addEventListener(
      "message",
      (event) => {
        event.stopImmediatePropagation();
        self.close();
      },
      { capture: true },
    ),
  );
  expect(await run(lab)).toBe(helped);
  expect(await run(lab)).toBe(helped);
  await expect.poll(() => page.workers().length).toBe(2);
});
