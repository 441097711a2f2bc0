/** The digits come slowly, badly, or not at all. */
import { pageOn, unreliableHost } from "./broken";
import { Lab } from "./lab-page";
import { expect, test } from "./page";

const small = { device: "cpu", batchSize: 16 };

test("shards that are missing, damaged or cut off are named, and training goes on with the rest", async ({
  page,
  conduct,
}) => {
  conduct.expected.push("train-1.bin", "404");
  await page.route("**/data/train-1.bin", (route) => route.fulfill({ status: 404, body: "not here" }));
  await page.route("**/data/train-2.bin", async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    for (let i = 1000; i < 1100; i += 1) body[i] = (body[i] ?? 0) ^ 0x55;
    await route.fulfill({ response, body });
  });
  await page.route("**/data/train-3.bin", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.body()).subarray(0, 500_000) });
  });
  // Whole, and of the same length as another: only its digest tells.
  await page.route("**/data/train-4.bin", async (route) => {
    const other = await route.fetch({ url: route.request().url().replace("train-4", "train-0") });
    await route.fulfill({ response: other });
  });
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ ...small, trainImages: 60_000 });
  await lab.play();
  const words = lab.locator.locator(".lab-toolbar > .lab-data");
  await expect(words).toContainText("Training goes on with the 20,000 training and 10,000 test digits that are here.");
  for (const said of [
    /train-1\.bin \(the server answered 404/,
    /train-2\.bin \([^)]*damaged/,
    /train-3\.bin \([^)]*gzip stream is damaged/,
    /train-4\.bin \([^)]*(sha256|damaged)/,
  ])
    await expect(words).toContainText(said);
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(10);
  const { data } = await lab.values();
  expect(data?.trainImages).toBe(20_000);
  expect(data?.problems.map(({ file }) => file).sort()).toEqual([
    "train-1.bin",
    "train-2.bin",
    "train-3.bin",
    "train-4.bin",
  ]);

  // Where they can be had again, playing asks for them again.
  await page.unrouteAll();
  await lab.pause();
  await lab.play();
  await expect.poll(async () => (await lab.values()).data?.trainImages).toBe(60_000);
  await expect(words).toBeEmpty();
});

test("a slow host: how far the digits are is said; what breaks off comes when there is a network again", async ({
  page,
  context,
  conduct,
  baseURL,
}) => {
  if (!baseURL) throw new Error("there is no page");
  conduct.expected.push("train-1.bin");
  let broken = true;
  const asked = { first: 0 };
  const host = await unreliableHost(baseURL, (path, response, bytes) => {
    if (path.endsWith("train-0.bin")) {
      asked.first += 1;
      // 0.3 MB a second.
      const send = (from: number): void => {
        response.write(bytes.subarray(from, from + 50_000));
        if (from + 50_000 < bytes.length) setTimeout(send, 150, from + 50_000);
        else response.end();
      };
      send(0);
      return true;
    }
    if (path.endsWith("train-1.bin") && broken) {
      response.write(bytes.subarray(0, 300_000));
      setTimeout(() => void context.setOffline(true).then(() => response.destroy()), 300);
      return true;
    }
    return false;
  });
  conduct.origins.push(new URL(pageOn(host, baseURL)).origin);
  try {
    await page.goto(pageOn(host, baseURL));
    const lab = new Lab(page);
    await lab.open({ ...small, trainImages: 20_000 });
    const words = lab.locator.locator(".lab-toolbar > .lab-data");
    await expect(words).toHaveText(
      /^Digits: 0 of 20,000 training digits are here \([0-2]\.[1-9] MB so far\).* begins with the first of them\.$/,
    );
    await lab.play();
    await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(0);
    await expect(words).toContainText(
      "Could not be used: train-1.bin (there is no network, and it is not kept in this browser). " +
        "Training goes on with the 10,000",
    );
    const { step } = await lab.values();
    broken = false;
    await context.setOffline(false);
    await expect.poll(async () => (await lab.values()).data?.trainImages).toBe(20_000);
    await expect(words).toBeEmpty();
    await expect.poll(async () => (await lab.values()).step).toBeGreaterThan(step);
    expect(asked.first).toBe(1);
    await lab.pause();
  } finally {
    host.closeAllConnections();
    host.close();
  }
});
