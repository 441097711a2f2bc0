/** Runs outlive the page: kept in the browser, saved as files, and taken back; what cannot be taken is said. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { Lab, type LabValues } from "./lab-page";
import { expect, test } from "./page";

const small = { device: "cpu", trainImages: 10_000, batchSize: 16, seed: 3 };

function offer(lab: Lab) {
  return lab.locator.locator(".lab-keep");
}

/** Waits until the run is in the browser's storage. */
async function kept(lab: Lab, step: number): Promise<void> {
  await expect(lab.locator.locator(".lab-kept")).toHaveText(`Kept in this browser at step ${step}.`);
}

/** One step at a time; the terms of the last. */
async function trained(lab: Lab, steps: number): Promise<LabValues["train"]> {
  for (let i = 0; i < steps; i += 1) await lab.call((element) => element.step(1));
  await lab.set({});
  return (await lab.values()).train;
}

async function opened(page: Page, controls = small): Promise<Lab> {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open(controls);
  return lab;
}

/** Another visit, with the Lab's defaults but for `controls`. */
async function visited(page: Page, controls: { device?: string } = { device: "cpu" }): Promise<Lab> {
  await page.reload();
  const lab = new Lab(page);
  await lab.open(controls);
  return lab;
}

/** What is stored, by name. */
function stored(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await answer(indexedDB.open("elbo-room-runs"));
    const keys = await answer(database.transaction("runs").objectStore("runs").getAllKeys());
    database.close();
    return keys.map(String);
  });
}

/** Damages what is stored. */
async function tamper(page: Page, what: { version?: number; flip?: boolean }): Promise<void> {
  await page.evaluate(async ({ version, flip }) => {
    const answer = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await answer(indexedDB.open("elbo-room-runs"));
    const store = database.transaction("runs", "readwrite").objectStore("runs");
    for (const key of await answer(store.getAllKeys())) {
      const value = await answer<{ version: number } & Uint8Array>(store.get(key));
      if (version !== undefined && String(key).endsWith("head")) value.version = version;
      if (flip && String(key).endsWith("body")) value[5000] = (value[5000] ?? 0) ^ 1;
      await answer(store.put(value, key));
    }
    database.close();
  }, what);
}

test("a run is kept, offered at the next visit, and goes on as if it had never stopped", async ({ page }) => {
  let lab = await opened(page);
  await expect(offer(lab)).toBeHidden();
  await trained(lab, 4);
  await kept(lab, 4);
  lab = await visited(page, {});
  await expect(offer(lab)).toContainText(/A run of step 4 from \w+ \d+, \d{4}.* is kept in this browser/);
  expect(await lab.values(), "nothing goes on by itself").toMatchObject({ step: 0, playing: false });
  await offer(lab).getByRole("button", { name: "Go on with it" }).click();
  await expect(offer(lab)).toBeHidden();
  await expect.poll(async () => (await lab.values()).step).toBe(4);
  expect(await lab.controls()).toMatchObject(small);
  const resumed = await trained(lab, 3);
  expect((await lab.values()).pendingReset).toBe(false);
  await lab.call((element) => element.reset());
  await trained(lab, 4);
  expect(await trained(lab, 3)).toEqual(resumed);
  expect((await lab.values()).step).toBe(7);
});

test("a run is kept while it plays and when the page is hidden, and can be forgotten", async ({ page }) => {
  let lab = await opened(page);
  await lab.play();
  await expect(lab.locator.locator(".lab-kept")).toHaveText(/Kept in this browser at step [1-9]/, { timeout: 60_000 });
  lab = await visited(page);
  await expect(offer(lab)).toContainText("is kept in this browser");
  await trained(lab, 1);
  await expect(offer(lab)).toContainText("Until you choose, the run here is not kept.");
  await offer(lab).getByRole("button", { name: "Forget it" }).click();
  await expect(offer(lab)).toBeHidden();
  expect((await lab.values()).step).toBe(1);
  await kept(lab, 1);
  await trained(lab, 1);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
    Reflect.deleteProperty(document, "hidden");
  });
  await expect(lab.locator.locator(".lab-kept"), "before the next regular write").toHaveText(
    "Kept in this browser at step 2.",
    { timeout: 6000 },
  );
  lab = await visited(page);
  await expect(offer(lab)).toContainText("A run of step 2 ");
  await offer(lab).getByRole("button", { name: "Forget it" }).click();
  lab = await visited(page);
  await trained(lab, 1);
  await kept(lab, 1);
});

test("nothing is stored when nothing was trained", async ({ page }) => {
  const lab = await opened(page);
  await page.waitForTimeout(1500);
  expect(await stored(page)).toEqual([]);
  await expect(lab.locator.locator(".lab-kept")).toHaveText("");
  await expect(offer(await visited(page))).toBeHidden();
});

test("a full storage is said, and training goes on", async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const lab = await opened(page);
  await trained(lab, 1);
  await expect(offer(lab)).toContainText("its storage is full");
  await trained(lab, 1);
  expect((await lab.values()).step).toBe(2);
});

test("a storage that is denied is said once there is something to keep", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  const lab = await opened(page);
  await expect(offer(lab)).toBeHidden();
  await trained(lab, 1);
  await expect(offer(lab)).toContainText("does not let this page store anything");
});

test("a kept run that is damaged or of another version is refused, and the run stays", async ({ page }) => {
  let lab = await opened(page);
  await trained(lab, 2);
  await kept(lab, 2);
  await tamper(page, { flip: true });
  lab = await visited(page);
  await lab.set(small);
  await trained(lab, 1);
  await offer(lab).getByRole("button", { name: "Go on with it" }).click();
  await expect(offer(lab)).toContainText("the check sum does not fit");
  await expect(offer(lab)).toContainText("The run here is as it was.");
  await trained(lab, 1);
  expect((await lab.values()).step).toBe(2);
  await tamper(page, { version: 0 });
  lab = await visited(page);
  await expect(offer(lab)).toContainText("version 0; it reads 1");
  await expect(offer(lab).getByRole("button")).toHaveText(["Forget it"]);
  await offer(lab).getByRole("button", { name: "Forget it" }).click();
  await expect(offer(await visited(page))).toBeHidden();
});

test("two tabs do not overwrite one another", async ({ page, context }) => {
  const first = await opened(page);
  await trained(first, 2);
  await kept(first, 2);
  const second = await opened(await context.newPage());
  await expect(offer(second)).toContainText("A run of step 2 ");
  await trained(second, 1);
  await expect(offer(second)).toContainText("Until you choose, the run here is not kept.");
  await offer(second).getByRole("button", { name: "Forget it" }).click();
  await kept(second, 1);
  await page.bringToFront();
  await trained(first, 1);
  await expect(offer(first)).toContainText("Another run, of step 1 ");
  await expect(offer(first)).toContainText("written from another tab");
  await offer(first).getByRole("button", { name: "Go on with it" }).click();
  await expect.poll(async () => (await first.values()).step).toBe(1);
});

/** Saves by the menu; the file's name and bytes. */
async function saved(lab: Lab, what: string): Promise<{ name: string; bytes: Buffer }> {
  await lab.locator.getByRole("button", { name: "Save model" }).click();
  const [download] = await Promise.all([
    lab.page.waitForEvent("download"),
    lab.locator.getByRole("button", { name: new RegExp(`^${what}`) }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

function load(lab: Lab, bytes: Buffer): Promise<void> {
  return lab.locator
    .locator("input[type=file]")
    .first()
    .setInputFiles({ name: "file", mimeType: "application/octet-stream", buffer: bytes });
}

test("a saved checkpoint and saved weights come back from their files", async ({ page }) => {
  let lab = await opened(page);
  await trained(lab, 3);
  const checkpoint = await saved(lab, "Checkpoint");
  const weights = await saved(lab, "Weights");
  expect([checkpoint.name, weights.name]).toEqual(["vae-step-3.elbo", "vae-step-3.safetensors"]);
  const image = await lab.call((element) => element.decode([0.5, -0.5]));
  const next = await trained(lab, 2);

  lab = await visited(page);
  await load(lab, checkpoint.bytes);
  await expect.poll(async () => (await lab.values()).step).toBe(3);
  expect(await lab.controls()).toMatchObject({ batchSize: 16, seed: 3 });
  expect(await lab.call((element) => element.decode([0.5, -0.5]))).toEqual(image);
  expect(await trained(lab, 2)).toEqual(next);

  lab = await visited(page);
  await load(lab, weights.bytes);
  await expect.poll(() => lab.call((element) => element.decode([0.5, -0.5]))).toEqual(image);
  expect(await lab.values()).toMatchObject({ step: 0, pendingReset: false });
  await trained(lab, 1);
});

test("each bad file is refused in words, and the run stays", async ({ page }) => {
  const lab = await opened(page);
  await trained(lab, 2);
  const { bytes: checkpoint } = await saved(lab, "Checkpoint");
  const { bytes: weights } = await saved(lab, "Weights");
  const changed = (bytes: Buffer, find: string, put: string) => {
    const copy = Buffer.from(bytes);
    copy.write(put, copy.indexOf(find), "latin1");
    return copy;
  };
  const flipped = Buffer.from(checkpoint);
  flipped[40_000] = (flipped[40_000] ?? 0) ^ 4;
  const notANumber = Buffer.from(weights);
  notANumber.writeFloatLE(Number.NaN, notANumber.length - 4);
  const bad: [Buffer, string][] = [
    [Buffer.from("not a checkpoint"), "not a file that this page saved"],
    [checkpoint.subarray(0, 1000), "cut off"],
    [checkpoint.subarray(0, checkpoint.length - 1), "cut off"],
    [flipped, "check sum"],
    [changed(checkpoint, '"version":1', '"version":9'), "format version 9"],
    [await readFile("models/classifier.bin"), "it holds a classifier"],
    [weights.subarray(0, weights.length - 100), "cut off"],
    [changed(weights, "encoder.mu.bias", "encoder.my.bias"), "`encoder.my.bias` has no place"],
    [changed(weights, '\\"latent\\":2', '\\"latent\\":3'), "this model needs"],
    [changed(weights, '\\"version\\":1', '\\"version\\":9'), "format version 9"],
    [notANumber, "must be finite"],
    [Buffer.alloc(0), "not a file that this page saved"],
  ];
  for (const [bytes, words] of bad) {
    await load(lab, bytes);
    await expect(lab.locator.locator(".message")).toContainText(words);
    expect((await lab.values()).step).toBe(2);
  }
  await trained(lab, 1);
  expect((await lab.values()).step).toBe(3);
});
