/** The cover: a shipped model that is alive before anything is trained. */
import { Figure, three } from "./lab-page";
import { expect, test } from "./page";

interface CoverValues {
  z: [number, number];
  mu: [number, number] | null;
  sigma: [number, number] | null;
  decoded: { pixelsInUnitInterval: number; smallest: number; largest: number };
  wandering: boolean;
}

test("it moves by itself, and decodes finite pixels in [0, 1]", async ({ page }) => {
  await page.goto("./");
  const cover = new Figure<CoverValues>(page, "cover");
  await cover.open();
  console.log(
    `first answer of the cover ${Math.round(await page.evaluate(() => performance.now()))} ms after navigation`,
  );
  const first = await cover.values();
  expect(first.decoded.pixelsInUnitInterval).toBe(784);
  expect(first.decoded.largest, "there is a digit").toBeGreaterThan(0.4);
  await expect.poll(async () => (await cover.values()).z).not.toEqual(first.z);
});

test("a drawing gets a code; z goes there, and moves by keyboard", async ({ page }) => {
  await page.goto("./");
  const cover = new Figure<CoverValues>(page, "cover");
  await cover.open();
  await cover.draw(three);
  await expect.poll(async () => (await cover.values()).mu).not.toBeNull();
  await expect
    .poll(async () => {
      const { z, mu } = await cover.values();
      return mu ? Math.hypot(z[0] - mu[0], z[1] - mu[1]) : Infinity;
    })
    .toBeLessThan(0.01);
  const { z, sigma, wandering } = await cover.values();
  expect(wandering).toBe(false);
  expect(sigma?.every((value) => value > 0 && value < 2)).toBe(true);
  await cover.locator.getByRole("slider", { name: "Latent map" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await cover.values()).z[0]).toBeGreaterThan(z[0]);
  await cover.locator.getByRole("button", { name: "Clear" }).click();
  await expect.poll(async () => (await cover.values()).mu).toBeNull();
});

test("one can draw with the keyboard, and undo", async ({ page }) => {
  await page.goto("./");
  const cover = new Figure<CoverValues>(page, "cover");
  await cover.open();
  await cover.locator.getByRole("application").focus();
  await page.keyboard.press("Space");
  for (let i = 0; i < 15; i += 1) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expect.poll(async () => (await cover.values()).mu).not.toBeNull();
  await page.keyboard.press("u");
  await expect.poll(async () => (await cover.values()).mu).toBeNull();
});

test("the map is dragged with the mouse, and a test digit is encoded", async ({ page }) => {
  await page.goto("./");
  const cover = new Figure<CoverValues>(page, "cover");
  await cover.open();
  const box = await cover.locator.locator(".map-over").boundingBox();
  if (!box) throw new Error("the map is not laid out");
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.84134, box.y + box.height * 0.5, { steps: 4 });
  await page.mouse.up();
  // Phi(1) = 0.84134: one standard deviation to the right.
  await expect.poll(async () => Math.round((await cover.values()).z[0] * 20) / 20).toBeCloseTo(1, 1);
  await cover.locator.getByRole("button", { name: "Test digit" }).click();
  await expect.poll(async () => (await cover.values()).mu).not.toBeNull();
});
