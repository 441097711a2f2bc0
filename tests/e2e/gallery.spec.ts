/** The gallery for course authors: every figure, and lines that work when they are pasted. */
import AxeBuilder from "@axe-core/playwright";
import { readFigures } from "./figure-tables";
import { expect, test } from "./page";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
}

test.use({ trace: "off" });

test("all figures are listed, come as they are needed, and their lines open them as they stand", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("./");
  const chapters = await page.locator(".toc-chapter > a").allInnerTexts();
  await page
    .locator(".page-foot")
    .getByRole("link", { name: /All figures/ })
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Figures for your course");
  const titles = await page.locator(".gallery-chapter > h2").allInnerTexts();
  const plain = (texts: string[]): string[] => texts.map((text) => text.replace(/\s+/g, " "));
  expect(plain(titles)).toEqual(plain(chapters));
  const figures = await readFigures();
  const article = (name: string) => page.locator("article", { has: page.locator(`#${name}`) });
  expect(await page.locator("article elbo-figure").evaluateAll((all) => all.map((figure) => figure.id))).toEqual(
    figures.map(({ name }) => name),
  );
  await expect(page.locator("#count")).toHaveText(`${figures.length} of ${figures.length} figures`);
  await page.locator("#cover").evaluate((element: FigureElement) => element.ready);
  expect(await page.evaluate(() => document.querySelectorAll("elbo-figure:state(shown)").length)).toBeLessThan(8);

  // Every line names its figure before it is set up, too.
  await expect(article("errata").locator("code")).toHaveText([
    '<elbo-figure name="errata"></elbo-figure>',
    /^<iframe src="http:[\w/:]+\/courses\/vae\/embed\.html\?figure=errata" title="Slips in the decks" .*<\/iframe>$/,
  ]);

  await page.getByRole("searchbox").fill("gaussian  5.1");
  await expect(page.locator("article:visible")).toHaveCount(1);
  await expect(page.locator("#count")).toHaveText(/^1 of/);
  const kl = page.locator("#kl-gaussians");
  await kl.evaluate(async (element: FigureElement) => {
    await element.ready;
    element.controls = { mu1: -1.5, direction: "reverse" };
    await element.updated;
  });
  await expect(page.locator("article:visible code").first()).toHaveText(
    '<elbo-figure name="kl-gaussians" mu1="-1.5" direction="reverse"></elbo-figure>',
  );
  await page.getByRole("button", { name: /^Copy the element of/ }).click();
  const element = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: /^Copy the frame of/ }).click();
  await expect(page.locator("#said")).toHaveText("Copied");
  const frame = await page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("searchbox").fill("");
  await page.getByLabel("Chapter").selectOption({ index: 6 });
  await expect(page.locator("article:visible")).toHaveCount(3);
  await page.getByRole("searchbox").fill("xyz");
  await expect(page.locator("#count")).toHaveText("No figure has these words.");
  const scripts = await page.locator(".gallery-once code").allTextContents();

  await page.route("**/pasted.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><html lang="en"><title>A course</title>${scripts.join("")}
        <main>${element}${frame}</main></html>`,
    }),
  );
  await page.goto("./pasted.html");
  const controls = { mu1: -1.5, direction: "reverse", sigma2: 2 };
  const read = async (figure: FigureElement): Promise<Record<string, unknown>> => {
    await customElements.whenDefined("elbo-figure");
    await figure.ready;
    return figure.controls;
  };
  expect(await page.locator("elbo-figure").evaluate(read)).toMatchObject(controls);
  expect(await page.frameLocator("iframe").locator("elbo-figure").evaluate(read)).toMatchObject(controls);
});

test("axe finds nothing in the gallery, in both themes and on a phone", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("./gallery.html#kl-gaussians?mu1=2");
  const kl = page.locator("#kl-gaussians");
  await kl.evaluate((element: FigureElement) => element.ready);
  await expect(kl).toBeInViewport();
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ["violations"] })
      .analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`),
      colorScheme,
    ).toEqual([]);
  }
  for (const width of [320, 390]) {
    await page.setViewportSize({ width, height: 800 });
    await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  await page.evaluate(() => (location.hash = "kl-gausians"));
  await expect(page.locator("#lost")).toContainText('Did you mean "kl-gaussians"?');
});
