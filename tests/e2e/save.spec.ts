/** What a figure shows is saved as PNG, SVG and CSV, and each file says what it is and stands alone. */

import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import type { Locator, Page } from "@playwright/test";
import { coursePage } from "./course";
import { Figure, Lab } from "./lab-page";
import { expect, test } from "./page";

interface File {
  name: string;
  bytes: Buffer;
}

type Value = null | boolean | number | string | Value[] | { [name: string]: Value };

/** Chooses a file in the figure's menu. */
async function save(figure: Locator, choice: RegExp): Promise<File> {
  await figure.getByRole("button", { name: "Save", exact: true }).click();
  const coming = figure.page().waitForEvent("download");
  await figure.getByRole("button", { name: choice }).click();
  const download = await coming;
  const name = download.suggestedFilename();
  await expect(figure.locator(".action-status")).toHaveText(`Saved ${name}`);
  return { name, bytes: await readFile(await download.path()) };
}

/** Size of a PNG, and the share of its pixels that are not of its commonest colour. */
async function look(
  page: Page,
  { bytes }: File,
): Promise<{ width: number; height: number; drawn: number; colours: number }> {
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
  return page.evaluate(async (base64) => {
    const bitmap = await createImageBitmap(
      new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], { type: "image/png" }),
    );
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    if (context === null) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    const pixels = new Uint32Array(context.getImageData(0, 0, bitmap.width, bitmap.height).data.buffer);
    const counts = new Map<number, number>();
    for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
    return {
      width: bitmap.width,
      height: bitmap.height,
      drawn: 1 - Math.max(...counts.values()) / pixels.length,
      colours: counts.size,
    };
  }, bytes.toString("base64"));
}

/** What an SVG file holds, opened by itself. */
async function open(
  page: Page,
  { name, bytes }: File,
): Promise<{
  width: number;
  height: number;
  words: string;
  images: string[];
  references: string[];
  curves: number;
  unstyled: number;
}> {
  const path = test.info().outputPath(name);
  await writeFile(path, bytes);
  const alone = await page.context().newPage();
  await alone.goto(pathToFileURL(path).href);
  const found = await alone.evaluate(() => {
    const wrong = document.querySelector("parsererror");
    if (wrong !== null) throw new Error(wrong.textContent);
    const root = document.documentElement;
    const all = [...document.querySelectorAll("*")];
    const references = all.flatMap((element) =>
      [...element.attributes].flatMap(({ name, value }) =>
        /^(xlink:)?(href|src)$/.test(name)
          ? [value]
          : [...value.matchAll(/url\(([^)]*)\)/g)].map(([, address = ""]) => address),
      ),
    );
    for (const [, address = ""] of (document.querySelector("style")?.textContent ?? "").matchAll(/url\(([^)]*)\)/g))
      references.push(address);
    return {
      width: Number(root.getAttribute("width")),
      height: Number(root.getAttribute("height")),
      words: [...document.querySelectorAll("text")].map((element) => element.textContent).join("\n"),
      images: all
        .filter(({ localName }) => localName === "image")
        .map((image) => image.getAttribute("href")?.slice(0, 22) ?? ""),
      references: references.filter((address) => !/^(#|data:)/.test(address)),
      curves: all.filter(({ localName }) => localName === "path").length,
      unstyled: all.filter(
        (element) => element.hasAttribute("class") || /^[^>]{0,400}(var\(|currentcolor)/i.test(element.outerHTML),
      ).length,
    };
  });
  await alone.close();
  return found;
}

/** Rows of a CSV file by their first column. */
function table({ bytes }: File): Map<string, string[]> {
  const lines = bytes.toString().split("\r\n");
  expect(lines.pop(), "the last line ends").toBe("");
  const cells = lines.map((line) =>
    [...line.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = ""]) =>
      cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
    ),
  );
  return new Map(cells.map((row) => [row[0] ?? "", row]));
}

/** Every number of `values`, by its dotted name. */
function flat(value: Value, name = ""): [string, Value][] {
  if (value === null || typeof value !== "object") return [[name, value]];
  return Object.entries(value).flatMap(([key, entry]) => flat(entry, name === "" ? key : `${name}.${key}`));
}

/** The file holds what the element says, to the last digit. */
function expectSame(rows: Map<string, string[]>, values: Value): void {
  const estimate = new Map([
    ["mean", 2],
    ["standardError", 4],
    ["n", 5],
  ]);
  for (const [name, value] of flat(values)) {
    const [, owner = "", last = ""] = /^(.*)\.(\w+)$/.exec(name) ?? [];
    const cell = rows.get(name)?.[2] ?? rows.get(owner)?.[estimate.get(last) ?? -1];
    if (typeof value === "number") expect(Number(cell), name).toBe(value);
    else expect(cell, name).toBe(value === null ? "" : String(value));
  }
}

test("a plot, on a foreign page under the strict policy", async ({ page, baseURL }) => {
  const policy = (await fetch(baseURL ?? "")).headers.get("content-security-policy") ?? "";
  const html = coursePage('<elbo-figure name="kl-gaussians" mu1="-1.5"></elbo-figure>');
  await page.route("**/course.html", (route) =>
    route.fulfill({ contentType: "text/html", headers: { "content-security-policy": policy }, body: html }),
  );
  await page.goto("./course.html");
  const figure = new Figure<{ [name: string]: Value }>(page, "kl-gaussians");
  await figure.open();

  const svg = await save(figure.locator, /SVG/);
  expect(svg.name).toBe("elbo-room-kl-gaussians.svg");
  const opened = await open(page, svg);
  expect(opened.references, "nothing outside the file").toEqual([]);
  expect(opened.unstyled, "no classes, no variables").toBe(0);
  expect(opened.curves).toBeGreaterThan(5);
  expect(opened.words).toContain("The divergence between two Gaussians");
  expect(opened.words).toContain("mean of p = −1.5");
  expect(opened.words, "a tick of the axis").toContain("−8");

  const png = await save(figure.locator, /PNG/);
  expect(png.name).toBe("elbo-room-kl-gaussians.png");
  const seen = await look(page, png);
  expect([seen.width, seen.height]).toEqual([2 * opened.width, 2 * opened.height]);
  expect(seen.drawn).toBeGreaterThan(0.05);

  const csv = await save(figure.locator, /Numbers/);
  expect(csv.name).toBe("elbo-room-kl-gaussians.csv");
  const rows = table(csv);
  expectSame(rows, await figure.values());
  expectSame(rows, { controls: (await figure.controls()) as Value });
  expect(rows.get("forward")?.[3], "the unit of the read-out").toBe("nats");
  expect(rows.get("controls.mu1")?.[1]).toBe("mean of p");
});

test("a map of canvases; the menu by keyboard; a theme of its own", async ({ page }) => {
  await page.goto("./");
  const cover = new Figure<{ [name: string]: Value }>(page, "cover");
  await cover.open();
  await expect(cover.locator.locator(".map-digits")).toBeVisible();
  const svg = await open(page, await save(cover.locator, /SVG/));
  expect(svg.references).toEqual([]);
  expect(svg.images.length, "map, codes, digit").toBeGreaterThan(2);
  expect(new Set(svg.images)).toEqual(new Set(["data:image/png;base64,"]));
  const png = await look(page, await save(cover.locator, /PNG/));
  expect(png.colours, "ten classes and the greys of digits").toBeGreaterThan(500);

  const opener = cover.locator.getByRole("button", { name: "Save", exact: true });
  await opener.focus();
  await page.keyboard.press("Enter");
  await expect(opener).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  await expect(opener).toHaveAttribute("aria-expanded", "false");

  await page.emulateMedia({ colorScheme: "dark" });
  const dark = (await save(cover.locator, /SVG/)).bytes.toString();
  expect(/<rect width="100%" height="100%" fill="#1b1e25"/.test(dark), "drawn in the theme that is shown").toBe(true);
});

test("the Lab, with its training curves", async ({ page }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 1000 });
  const footer = lab.locator.locator(".actions");
  await footer.getByRole("button", { name: "Save", exact: true }).click();
  await footer.getByRole("button", { name: /Training curves/ }).click();
  await expect(lab.locator.locator(".message"), "nothing is trained, and the figure says so").toContainText(
    "Training curves",
  );
  await lab.call((element) => element.step(3));
  await expect.poll(async () => (await lab.values()).test?.n ?? 0).toBeGreaterThan(0);

  const curves = await save(footer, /Training curves/);
  expect(curves.name).toBe("elbo-room-lab-curves.csv");
  const rows = table(curves);
  expect(rows.get("step")).toEqual([
    "step",
    "train_elbo",
    "train_reconstruction",
    "train_kl",
    "train_n",
    "test_elbo",
    "test_reconstruction",
    "test_kl",
    "test_n",
  ]);
  const values = await lab.values();
  const last = rows.get("3") ?? [];
  expect(last.slice(5, 8).map(Number)).toEqual([values.test?.elbo, values.test?.reconstruction, values.test?.kl]);

  expectSame(table(await save(footer, /Numbers/)), values as unknown as Value);
  const png = await look(page, await save(footer, /PNG/));
  expect(png.drawn).toBeGreaterThan(0.05);
  expect((await open(page, await save(footer, /SVG/))).references).toEqual([]);
});

test("what cannot be saved is told in the figure", async ({ page }) => {
  await page.goto("./");
  const figure = new Figure(page, "kl-gaussians");
  await figure.open();
  await page.evaluate(() => (HTMLCanvasElement.prototype.toBlob = (callback) => callback(null)));
  await figure.locator.getByRole("button", { name: "Save", exact: true }).click();
  await figure.locator.getByRole("button", { name: /PNG/ }).click();
  await expect(figure.locator.locator(".message")).toContainText("The picture could not be drawn");
});
