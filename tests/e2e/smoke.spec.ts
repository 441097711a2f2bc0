/** The page stands up: it loads in a folder of a host, without errors, and its modules start. */
import { expect, test } from "./page";

test("the page loads from a folder of a host under the strict policy", async ({ page }) => {
  const response = await page.goto("./");
  expect(response?.headers()["content-security-policy"]).toContain("default-src 'self'");
  await expect(page).toHaveTitle(/ELBO Room/);
  await expect(page.locator("main")).not.toBeEmpty();
});

test("the lecture's modules start on the main thread", async ({ page }) => {
  await page.goto("./");
  const exported = await page.evaluate(async () => {
    const modules = await import(new URL("./lecture.js", document.baseURI).href);
    return Promise.all(
      Object.values<Record<string, unknown> & { default(): Promise<unknown> }>(modules).map(async (module) => {
        await module.default();
        return Object.keys(module).length;
      }),
    );
  });
  expect(exported).toHaveLength(5);
  expect(Math.min(...exported)).toBeGreaterThan(1);
});

test("the data manifest lists all of MNIST and whose it is", async ({ page }) => {
  await page.goto("./");
  const manifest = await page.evaluate(async () => (await fetch("./data/manifest.json")).json());
  expect(manifest.attribution).toContain("LeCun");
  const images = (split: string): number =>
    manifest.shards
      .filter((shard: { split: string }) => shard.split === split)
      .reduce((sum: number, shard: { images: number }) => sum + shard.images, 0);
  expect(images("train")).toBe(60_000);
  expect(images("test")).toBe(10_000);
});
