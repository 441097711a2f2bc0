/** The page stands up: it loads in a folder of a host, without errors, and its modules start. */
import { expect, test } from "./page";

test("the page loads from a folder of a host under the strict policy", async ({ page }) => {
  const response = await page.goto("./");
  expect(response?.headers()["content-security-policy"]).toContain("default-src 'self'");
  await expect(page).toHaveTitle(/ELBO Room/);
  await expect(page.locator("main")).not.toBeEmpty();
});

test("what the policy forbids is refused, and would fail a test", async ({ page, conduct }) => {
  await page.goto("./");
  const refused = await page.evaluate(async () => {
    const found: string[] = [];
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.push(effectiveDirective));
    document.body.setAttribute("style", "color: red");
    document.body.append(Object.assign(document.createElement("script"), { textContent: "1" }));
    const worker = new Worker(URL.createObjectURL(new Blob([""], { type: "text/javascript" })));
    await new Promise((resolve) => (worker.onerror = resolve));
    await fetch("https://elsewhere.example/").catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    return found;
  });
  expect(refused.sort()).toEqual(["connect-src", "script-src-elem", "style-src-attr", "worker-src"]);
  expect(
    conduct.problems.filter((problem) => problem.includes("Content Security Policy")).length,
  ).toBeGreaterThanOrEqual(4);
  conduct.expected.push("Content Security Policy", "elsewhere.example");
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
