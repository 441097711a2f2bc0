/** The reader's own images: drawn and kept, or dropped as IDX files; alone, mixed in, to fine-tune; bad files. */
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { Lab, type LabValues } from "./lab-page";
import { expect, test } from "./page";

// A trace keeps a copy of the page at every movement of the pen.
test.use({ trace: "off" });

type Values = LabValues & { own: { images: number; labelled: number; heldOut: number; identity: string } | null };

class OwnLab extends Lab {
  readonly section = this.locator.locator(".lab-own");
  readonly keepButton = this.locator.getByRole("button", { name: "Keep this digit" });
  readonly problem = this.section.locator("[role=alert]");

  own(): Promise<Values["own"]> {
    return this.values().then((values) => (values as Values).own);
  }

  /** Draws a digit, another one for every `index`, and keeps it. */
  async keep(index: number, label?: number): Promise<void> {
    await this.draw([
      [0.3 + 0.04 * index, 0.2],
      [0.6, 0.5 + 0.03 * index],
      [0.35, 0.8],
    ]);
    if (label !== undefined)
      await this.locator.getByRole("combobox", { name: "Its class" }).selectOption(String(label));
    await this.keepButton.click();
    await expect(this.section.locator(".lab-own-strip li")).toHaveCount(index + 1);
  }

  /** Drops files on the section. */
  async drop(files: { name: string; bytes: Buffer }[]): Promise<void> {
    const plain = files.map(({ name, bytes }) => ({ name, bytes: [...bytes] }));
    const data = await this.page.evaluateHandle((files) => {
      const data = new DataTransfer();
      for (const { name, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name));
      return data;
    }, plain);
    await this.section.dispatchEvent("drop", { dataTransfer: data });
  }
}

async function openLab(page: Page, controls = {}): Promise<OwnLab> {
  await page.goto("./");
  const lab = new OwnLab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 16, ...controls });
  return lab;
}

function idx(magic: number, dimensions: number[], body: Buffer): Buffer {
  const head = Buffer.alloc(4 + 4 * dimensions.length);
  head.writeUInt32BE(magic);
  for (const [i, size] of dimensions.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, body]);
}

/** Squares whose place and class go together. */
function images(count: number, side = 28): Buffer {
  const pixels = Buffer.alloc(count * side * side);
  for (let n = 0; n < count; n += 1) {
    for (let y = 8; y < 20; y += 1)
      pixels.fill(255, n * side * side + y * side + 2 * (n % 10), n * side * side + y * side + 2 * (n % 10) + 6);
  }
  return idx(0x803, [count, side, side], pixels);
}

function labels(count: number): Buffer {
  return idx(0x801, [count], Buffer.from(Array.from({ length: count }, (_, n) => n % 10)));
}

test("ten digits are drawn, kept over a reload, and trained on without a file of MNIST", async ({ page, conduct }) => {
  test.setTimeout(240_000);
  const lab = await openLab(page, { source: "own" });
  await lab.keepButton.click();
  await expect(lab.problem).toContainText("Draw a digit");
  for (let i = 0; i < 9; i += 1) await lab.keep(i, i % 3 === 0 ? undefined : 3);
  const few = await lab.call((element) => element.step(1).catch((error: Error) => error.message));
  expect(few).toContain("at least 10 of them, and 9 are here");
  await lab.keep(9, 3);
  await expect(lab.section).toContainText("10 digits kept in this browser.");
  await expect(lab.section).toContainText("Your digits: 10 images, 7 of them labelled; 1 kept for the test.");
  await expect.poll(() => lab.own()).toMatchObject({ images: 10, labelled: 7, heldOut: 1 });
  const before = await lab.own();

  conduct.expected.push("/data/", "ERR_FAILED");
  await page.route("**/data/*", (route) => route.abort());
  await page.reload();
  await lab.open({ device: "cpu", batchSize: 16, source: "own" });
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(10);
  await expect.poll(() => lab.own()).toEqual(before);
  await lab.call((element) => element.step(40));
  await expect.poll(async () => (await lab.values()).step).toBe(40);
  await expect.poll(async () => (await lab.values()).test?.n).toBe(1);
  const { step, imagesSeen, train } = await lab.values();
  expect({ step, imagesSeen }).toEqual({ step: 40, imagesSeen: 40 * 9 });
  expect(train?.elbo).toBeGreaterThan(-400);

  // Removed by keyboard, then all.
  await lab.section
    .getByRole("button", { name: /^Remove/ })
    .first()
    .press("Enter");
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(9);
  await lab.section.getByRole("button", { name: "Clear all" }).click();
  await lab.section.getByRole("button", { name: "Clear all 9?" }).click();
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(0);
  await expect.poll(() => lab.own()).toBeNull();
  await page.reload();
  await lab.open({ device: "cpu" });
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(0);
});

test("an IDX pair is dropped, compressed or not, and a trained model is fine-tuned on it", async ({ page }) => {
  const lab = await openLab(page);
  await lab.call((element) => element.step(3));
  await lab.drop([
    { name: "some-labels-idx1-ubyte.gz", bytes: gzipSync(labels(200)) },
    { name: "some-images-idx3-ubyte.gz", bytes: gzipSync(images(200)) },
  ]);
  await expect(lab.section).toContainText("200 images, labelled; 20 kept for the test.");
  await expect.poll(() => lab.own()).toMatchObject({ images: 200, labelled: 200, heldOut: 20 });
  const packed = await lab.own();
  await expect.poll(async () => (await lab.values()).step, "the run is untouched").toBe(3);
  await lab.section.getByRole("button", { name: "Train on these" }).click();
  await expect.poll(async () => (await lab.controls()).source).toBe("own");
  await lab.call((element) => element.updated);
  await lab.call((element) => element.step(30));
  await expect.poll(async () => (await lab.values()).test?.n).toBe(20);
  await expect.poll(async () => (await lab.values()).step, "no new weights").toBe(33);
  expect((await lab.values()).pendingReset).toBe(false);
  await lab.section.getByRole("button", { name: "Mix with MNIST" }).click();
  await lab.call((element) => element.updated);
  await lab.call((element) => element.step(2));
  await expect.poll(async () => (await lab.values()).test?.n).toBe(500);
  await expect.poll(async () => (await lab.values()).step).toBe(35);

  const answer = await lab.call(async (element) => {
    const images = new Uint8Array(16 + 12 * 784);
    images.set([0, 0, 8, 3, 0, 0, 0, 12, 0, 0, 0, 28, 0, 0, 0, 28]);
    const useImages = (
      element as unknown as { useImages(images: Blob, labels?: Blob): Promise<unknown> }
    ).useImages.bind(element);
    const refused = await useImages(new Blob(["nothing"])).catch((error: Error) => error.message);
    return { refused, taken: await useImages(new Blob([images])) };
  });
  expect(answer).toEqual({ refused: expect.stringContaining("no IDX file"), taken: { images: 12, labels: 0 } });
  await lab.drop([
    { name: "plain", bytes: images(200) },
    { name: "plain-labels", bytes: labels(200) },
  ]);
  await expect.poll(() => lab.own()).toEqual(packed);

  // Kept over a reload, until it is closed.
  await page.reload();
  await lab.open({ device: "cpu", source: "own", batchSize: 16 });
  await expect(lab.section).toContainText("plain, plain-labels: 200 images, labelled; 20 kept for the test.");
  await lab.call((element) => element.step(2));
  await expect.poll(async () => (await lab.values()).test?.n).toBe(20);
  expect(await lab.own()).toEqual(packed);
  await lab.section.getByRole("button", { name: "Close file" }).click();
  await expect.poll(() => lab.own()).toBeNull();
  await page.reload();
  await lab.open({ device: "cpu" });
  await expect(lab.section).toContainText("ten are enough to train on");
  expect(await lab.own()).toBeNull();
});

test("a kept file that cannot be used any more is said, and the drawings are back", async ({ page }) => {
  const lab = await openLab(page);
  await lab.drop([{ name: "some", bytes: images(20) }]);
  await expect.poll(() => lab.own()).toMatchObject({ images: 20 });
  const put = (junk: "file" | "number") =>
    page.evaluate(
      (junk) =>
        new Promise<void>((resolve, reject) => {
          const request = indexedDB.open("elbo-room-files");
          request.onerror = () => reject(request.error);
          request.onsuccess = () => {
            const transaction = request.result.transaction("files", "readwrite");
            transaction.objectStore("files").put(junk === "file" ? [new File(["nothing"], "junk")] : 5, "opened");
            transaction.oncomplete = () => {
              request.result.close();
              resolve();
            };
          };
        }),
      junk,
    );
  await put("file");
  await page.reload();
  await lab.open({ device: "cpu" });
  await expect(lab.problem).toContainText("What you opened at an earlier visit cannot be used.");
  expect(await lab.own()).toBeNull();
  await put("number");
  await page.reload();
  await lab.open({ device: "cpu" });
  await lab.call((element) => element.step(1));
  await expect(lab.problem).toBeEmpty();
});

test("each bad file gets its message, and the run goes on", async ({ page }) => {
  const lab = await openLab(page);
  await lab.drop([{ name: "good", bytes: images(20) }]);
  await expect.poll(() => lab.own()).toMatchObject({ images: 20, heldOut: 2 });
  const good = await lab.own();
  await lab.play();
  const whole = gzipSync(images(50));
  const bad: [{ name: string; bytes: Buffer }[], string][] = [
    [[{ name: "photo.png", bytes: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") }], "photo.png is no IDX file"],
    [[{ name: "big", bytes: images(20, 64) }], "64 x 64 pixels; the models here take 28 x 28"],
    [[{ name: "short", bytes: images(20).subarray(0, 5000) }], "short has 5000 bytes, but its header announces 15696"],
    [
      [{ name: "more", bytes: idx(0x803, [2_000_000_000, 28, 28], Buffer.alloc(100)) }],
      "1 to 70,000 images are possible",
    ],
    [[{ name: "cut.gz", bytes: whole.subarray(0, whole.length - 20) }], "cut.gz is damaged or cut off"],
    [
      [
        { name: "a", bytes: images(20) },
        { name: "b", bytes: labels(19) },
      ],
      "19 labels came with 20 images",
    ],
    [
      [
        { name: "a", bytes: images(20) },
        { name: "b", bytes: idx(0x801, [20], Buffer.alloc(20, 77)) },
      ],
      "label 0 of b is 77",
    ],
    [
      [
        { name: "a", bytes: images(20) },
        { name: "b", bytes: images(20) },
      ],
      "2 files of images",
    ],
    [[{ name: "b", bytes: labels(20) }], "one file of labels were given"],
  ];
  for (const [files, message] of bad) {
    await lab.drop(files);
    await expect(lab.problem).toContainText(message);
    await expect(lab.problem).toContainText("Nothing was changed.");
    expect(await lab.own()).toEqual(good);
  }
  await expect.poll(async () => (await lab.values()).playing).toBe(true);
  const { step } = await lab.values();
  await expect.poll(async () => (await lab.values()).step).toBeGreaterThan(step);
});

test("a checkpoint of other images says so and goes on", async ({ page }) => {
  const lab = await openLab(page, { source: "own" });
  await lab.drop([{ name: "first", bytes: images(20) }]);
  await expect.poll(async () => (await lab.own())?.images).toBe(20);
  await lab.drop([{ name: "second", bytes: images(40) }]);
  await expect.poll(async () => (await lab.own())?.images).toBe(40);
  const message = await lab.call(async (element) => {
    const own = element as unknown as { useImages(images: Blob): Promise<unknown> };
    const file = (n: number): Blob => {
      const bytes = new Uint8Array(16 + n * 784);
      bytes.set([0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 28, 0, 0, 0, 28]);
      return new Blob([bytes]);
    };
    await own.useImages(file(20));
    await element.step(2);
    const saved = await element.checkpoint();
    await own.useImages(file(30));
    await element.restore(saved);
    await element.updated;
    const said = element.shadowRoot?.querySelector(".message")?.textContent ?? "";
    await element.step(1);
    return said;
  });
  expect(message).toContain("trained on other images of your own");
  await expect.poll(async () => (await lab.values()).step).toBe(3);
});

test("where the browser stores nothing, digits stay while the page is open, and it says so", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  const lab = await openLab(page);
  for (let i = 0; i < 2; i += 1) await lab.keep(i);
  await expect(lab.problem).toContainText(
    "The browser cannot keep all of these digits (it does not let this page store anything): " +
      "they are here until you leave the page.",
  );
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(2);
});

test("a full storage loses nothing either", async ({ page }) => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.add = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  const lab = await openLab(page);
  await lab.keep(0, 7);
  await expect(lab.problem).toContainText("its storage is full");
  await expect(lab.section.locator(".lab-own-strip li")).toHaveCount(1);
});
