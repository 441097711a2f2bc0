/** For everyone: without a mouse, with forced colours, at 400 %, and as axe sees what opens only on request. */
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { Figure, Lab } from "./lab-page";
import { expect, test } from "./page";

test.use({ trace: "off" });

/** Words for what has the focus, inside figures too. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return `${active?.getAttribute("aria-label") ?? active?.textContent?.trim() ?? ""}`;
  });

/** Presses Tab until something of this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < 120; i++) {
    await page.keyboard.press("Tab");
    const now = await focused(page);
    if (name.test(now)) return;
    passed.push(now.slice(0, 30));
  }
  throw new Error(`Tab does not lead to ${name}; it leads to: ${passed.join(" | ")}`);
}

test("from the top of the page to a trained model by Tab, arrows and Enter alone", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto("./");
  const lab = new Lab(page);
  await page.keyboard.press("Tab");
  expect(await focused(page)).toMatch(/^Skip to/);
  await tabTo(page, /^Go to the Lab/);
  await page.keyboard.press("Enter");
  await lab.locator.evaluate((element) => (element as HTMLElement & { ready: Promise<void> }).ready);
  await tabTo(page, /^Play$/);
  await expect(lab.locator).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(15);
  // The rate may change in mid-run.
  await tabTo(page, /^Learning rate$/);
  const before = (await lab.controls()).learningRate;
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await lab.controls()).learningRate).not.toBe(before);
  await expect.poll(async () => (await lab.values()).test?.elbo ?? -1000, { timeout: 60_000 }).toBeGreaterThan(-400);
  // Back to the pad (it stands before the controls), and draw.
  await page.keyboard.down("Shift");
  await tabTo(page, /^Drawing pad/);
  await page.keyboard.up("Shift");
  const pad = lab.locator.locator(".pad-paper");
  await expect(pad.locator(".pad-invitation")).toContainText("Arrow keys move the pen");
  await page.keyboard.press("Enter");
  for (let i = 0; i < 14; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(pad.getByRole("status")).toHaveText(/Pen up, 50 % across and 72 % down/);
  await expect.poll(async () => (await lab.controls()).drawing).not.toBe("");
  await expect(lab.locator.locator(".lab-code output").first()).toHaveText(/\d/);
});

test("axe finds nothing in what opens only on request, in both themes", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("./");
  const lab = new Lab(page);
  const kl = new Figure(page, "kl-gaussians");
  for (const figure of [lab, kl]) await figure.open();
  await lab.locator.evaluate((element) => {
    for (const details of element.shadowRoot?.querySelectorAll("details") ?? []) details.open = true;
  });
  for (const figure of [lab, kl]) {
    await figure.locator.getByRole("button", { name: "Show numbers" }).click();
    await expect(figure.locator.getByRole("table", { name: /^Numbers of/ })).toBeVisible();
  }
  await expect(kl.locator.getByRole("row", { name: /forward .*nats/ }).first()).toContainText("0.443147");
  await kl.set({ mu2: 0 });
  await expect(kl.locator.getByRole("row", { name: /forward .*nats/ }).first()).not.toContainText("0.443147");
  const find = async (): Promise<string[]> => {
    const { violations } = await new AxeBuilder({ page })
      .setLegacyMode()
      .options({ resultTypes: ["violations"] })
      .analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
  };
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await find(), colorScheme).toEqual([]);
  }
  const opener = page.getByRole("button", { name: "Contents" });
  await opener.click();
  await expect(page.locator("#open-contents")).toHaveAttribute("aria-expanded", "true");
  expect(await find(), "contents").toEqual([]);
  // What is covered is out of reach of the Tab key.
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.closest(".lecture, .bar") ?? null)).toBeNull();
  }
  await page.locator("#close-contents").focus();
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
  await expect(opener).toHaveAttribute("aria-expanded", "false");
});

test("axe finds nothing in the page of one figure, in both themes", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.goto("./embed.html?figure=kl-gaussians&mu1=99");
    await page.locator("elbo-figure").evaluate((element) => (element as HTMLElement & { ready: Promise<void> }).ready);
    const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`),
      colorScheme,
    ).toEqual([]);
  }
});

test("pictures, sliders and choices show in forced colours; targets have 24 px at 400 %", async ({ page }) => {
  await page.emulateMedia({ forcedColors: "active", colorScheme: "dark", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("./");
  const cover = new Figure(page, "cover");
  const compare = new Figure(page, "compare");
  const kl = new Figure(page, "kl-gaussians");
  for (const figure of [cover, kl, compare]) await figure.open();
  const tones = await cover.locator.locator(".cover-decoded-digit").evaluate((canvas) => {
    const pixels = (canvas as HTMLCanvasElement).getContext("2d")?.getImageData(0, 0, 28, 28);
    return new Set(pixels?.data.filter((_, i) => i % 4 === 0)).size;
  });
  expect(tones).toBeGreaterThan(10);
  const [chosen, other] = await kl.locator
    .locator(".segment > span")
    .evaluateAll((spans) => spans.map((span) => getComputedStyle(span).backgroundColor));
  expect(chosen).not.toBe(other);
  const small = await page.evaluate(() => {
    const figures = [...document.querySelectorAll("elbo-figure")];
    const roots = [document, ...figures.flatMap(({ shadowRoot }) => shadowRoot ?? [])];
    const targets = roots.flatMap((root) => [
      ...root.querySelectorAll<HTMLElement>("button, input, select, summary, [role=slider], a[href]"),
    ]);
    return targets.flatMap((target) => {
      const { width, height } = (target.closest("label") ?? target).getBoundingClientRect();
      // Links in a line of text are as high as the text.
      if (!target.checkVisibility() || width === 0 || getComputedStyle(target).display === "inline") return [];
      return width < 23.5 || height < 23.5
        ? [`${target.className} "${target.textContent}" ${width.toFixed(1)} x ${height.toFixed(1)}`]
        : [];
    });
  });
  expect(small).toEqual([]);
});
