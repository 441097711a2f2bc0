/**
 * The public contract of `<elbo-figure>`, on a page that knows nothing of the lecture; then the lecture's page itself.
 */

import type { Locator, Page } from "@playwright/test";
import { coursePage, strictPolicy } from "./course";
import { expect, test } from "./page";

interface Check {
  left: number;
  right: number;
  difference: number;
  tolerance: number;
  holds: boolean;
}

interface Values {
  forward: number;
  reverse: number;
  quadrature: Check;
  monteCarlo: { mean: number; standardError: number; n: number };
}

/** The element as a course author's script sees it. */
interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
  values: Values;
  link: string;
}

/** A foreign page in the same folder, under the strict policy, with `body` as its content. */
async function embed(page: Page, body: string, hash = ""): Promise<void> {
  const html = coursePage(`<main><h1>A course</h1>${body}</main>`);
  await page.route("**/course.html", (route) =>
    route.fulfill({ contentType: "text/html", headers: { "content-security-policy": strictPolicy }, body: html }),
  );
  await page.goto(`./course.html${hash}`);
  await page.waitForFunction(() => customElements.get("elbo-figure") !== undefined);
}

async function ready(figure: Locator): Promise<void> {
  await figure.evaluate((element: FigureElement) => element.ready);
}

/** Sets controls and waits for the values that belong to them. */
function set(
  figure: Locator,
  controls: Record<string, unknown>,
): Promise<{ controls: Record<string, unknown>; values: Values }> {
  return figure.evaluate(async (element: FigureElement, patch) => {
    element.controls = patch;
    await element.updated;
    return { controls: element.controls, values: element.values };
  }, controls);
}

test.describe("the element on a foreign page", () => {
  test("attributes are controls, values are the closed form", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians" mu1="0" sigma1="1" mu2="1" sigma2="2"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const { controls, values } = await figure.evaluate((element: FigureElement) => ({
      controls: element.controls,
      values: element.values,
    }));
    expect(controls).toMatchObject({ mu1: 0, sigma1: 1, mu2: 1, sigma2: 2 });
    // log 2 + (1 + 1) / 8 - 1/2 and its reverse.
    expect(values.forward).toBeCloseTo(Math.log(2) - 0.25, 12);
    expect(values.reverse).toBeCloseTo(-Math.log(2) + 2.5 - 0.5, 12);
    expect(values.quadrature.holds).toBe(true);
    expect(Object.keys(values.monteCarlo).sort()).toEqual(["mean", "n", "standardError"]);
    await expect(figure.getByText("0.4431").first()).toBeVisible();
  });

  test("controls merge and clamp, `updated` belongs to the latest, events tell", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const many = await figure.evaluate(async (element: FigureElement) => {
      const seen: { controls: Record<string, unknown>; values: Values }[] = [];
      element.addEventListener("change", (event) => seen.push((event as CustomEvent).detail));
      for (let i = 0; i <= 40; i++) element.controls = { mu1: i / 40 };
      await element.updated;
      return { forward: element.values.forward, changes: seen.length, last: seen.at(-1) };
    });
    expect(many.changes).toBeLessThan(5);
    expect(many.last?.controls.mu1).toBe(1);
    expect(many.last?.values.forward).toBe(many.forward);

    const clamped = await set(figure, { sigma1: 0, mu2: 1e9 });
    expect(clamped.controls.sigma1).toBe(0.2);
    expect(clamped.controls.mu2).toBe(4);
    await expect(figure.getByText(/sigma1 was 0; it must lie between 0.2 and 4/i)).toBeVisible();

    await set(figure, { mu2: 1 });
    await expect(figure.getByText(/it must lie between/)).toHaveCount(0);
  });

  test("what is malformed is refused with a message and an event, never an exception", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const said = await figure.evaluate(async (element: FigureElement) => {
      const messages: unknown[] = [];
      element.addEventListener("error", (event) => messages.push((event as unknown as CustomEvent).detail));
      const before = JSON.stringify(element.controls);
      for (const patch of [
        { mu1: "wide" },
        { mu1: Number.NaN },
        { sigma: 1 },
        { direction: "sideways" },
        { seed: null },
      ])
        element.controls = patch;
      element.setAttribute("mu1", "left");
      await element.updated;
      return { messages, unchanged: before === JSON.stringify(element.controls) };
    });
    expect(said.unchanged).toBe(true);
    expect(said.messages).toHaveLength(6);
    for (const message of said.messages)
      expect(message).toMatchObject({ recoverable: true, message: expect.stringMatching(/.{15,}\.$/) });
    await expect(figure.getByRole("alert")).toContainText("mu1");
  });

  test("an unknown name and a malformed attribute stand as a message in the element's place", async ({ page }) => {
    await embed(
      page,
      `<elbo-figure id="a" name="kl-gaussian"></elbo-figure>
       <elbo-figure id="b" name="kl-gaussians" sigma2="thick"></elbo-figure>
       <elbo-figure id="c"></elbo-figure>`,
    );
    for (const [id, text] of [
      ["a", /no figure named "kl-gaussian".*kl-gaussians/],
      ["b", /sigma2 is "thick"/],
      ["c", /has no name/],
    ] as const) {
      const figure = page.locator(`#${id}`);
      const reason = await figure.evaluate((element: FigureElement) =>
        element.ready.then(
          () => "",
          (error: Error) => error.message,
        ),
      );
      expect(reason).toMatch(text);
      await expect(figure.getByRole("alert")).toContainText(text);
    }
    // Set right, it comes to life.
    const mended = page.locator("#b");
    await mended.evaluate((element) => element.setAttribute("sigma2", "2"));
    await expect(mended.getByText("0.4431").first()).toBeVisible();
  });

  test("hide, theme, and a change of attribute", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians" hide="mu2 sigma2" theme="dark"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    await expect(figure.getByRole("slider", { name: "mean of p" }).first()).toBeVisible();
    await expect(figure.locator('[data-control="mu2"]')).toBeHidden();
    await expect(figure.locator('[data-control="mu1"]')).toBeVisible();
    // Also what stands in the drawing instead.
    await figure.evaluate((element) => element.setAttribute("name", "elbo-derivation"));
    await figure.evaluate((element) => element.setAttribute("hide", "derivation"));
    await ready(figure);
    await expect(figure.locator('.derivations[data-control="derivation"]')).toBeHidden();
    await figure.evaluate((element) => element.removeAttribute("hide"));
    await expect(figure.locator('.derivations[data-control="derivation"]')).toBeVisible();
    await figure.evaluate((element) => element.setAttribute("name", "kl-gaussians"));
    await ready(figure);
    const surface = () => figure.locator(".figure").evaluate((element) => getComputedStyle(element).backgroundColor);
    const dark = await surface();
    await figure.evaluate((element) => element.setAttribute("theme", "light"));
    expect(await surface()).not.toBe(dark);
    const moved = await figure.evaluate(async (element: FigureElement) => {
      element.setAttribute("mu1", "1");
      element.setAttribute("sigma1", "2");
      await element.updated;
      return element.values.forward;
    });
    expect(moved).toBe(0);
  });

  test("a link restores the state, is validated, and works for two figures apart", async ({ page }) => {
    await embed(
      page,
      '<elbo-figure name="kl-gaussians"></elbo-figure><elbo-figure id="second" name="kl-gaussians"></elbo-figure>',
      "#second?mu1=-2&sigma2=0.5&seed=7",
    );
    const second = page.locator("#second");
    await ready(second);
    const state = await set(second, {});
    expect(state.controls).toMatchObject({ mu1: -2, sigma2: 0.5, seed: 7 });
    const link = await second.evaluate((element: FigureElement) => element.link);
    expect(link).toContain("#second?");
    await page.goto("about:blank");
    await page.goto(link);
    await ready(second);
    expect((await set(second, {})).values.forward).toBe(state.values.forward);
    const first = page.locator("elbo-figure").first();
    await ready(first);
    expect((await set(first, {})).controls.mu1).toBe(0);

    await page.evaluate(() => (location.hash = "#second?mu1=nonsense&sigma2=99"));
    await expect(second.getByRole("alert")).toContainText(/link does not fit.*mu1/i);
    expect((await set(second, {})).controls.mu1).toBe(-2);
  });

  test("reset, draw again, copied numbers", async ({ page, context }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await embed(page, '<elbo-figure name="kl-gaussians" mu1="0.5"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const first = await set(figure, {});
    await figure.getByRole("button", { name: "Draw again" }).click();
    const again = await set(figure, {});
    expect(again.controls.seed).toBe(2);
    expect(again.values.monteCarlo.mean).not.toBe(first.values.monteCarlo.mean);
    expect(again.values.forward).toBe(first.values.forward);
    await figure.getByRole("button", { name: "Copy numbers" }).click();
    await expect(figure.getByText("Numbers copied")).toBeVisible();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied).toMatchObject({ figure: "kl-gaussians", values: again.values });
    await figure.getByRole("button", { name: "Reset" }).click();
    expect((await set(figure, {})).values).toEqual(first.values);
  });

  test("without the module, or without SIMD, it says so in its place", async ({ page, conduct }) => {
    conduct.expected.push("lecture_bg.wasm");
    await page.route("**/lecture_bg.wasm", (route) => route.abort());
    await embed(page, '<elbo-figure name="kl-gaussians"></elbo-figure>');
    await expect(page.locator("elbo-figure").getByRole("alert")).toContainText(/did not load.*reload the page/i);
    await page.addInitScript(() => (WebAssembly.validate = () => false));
    await page.reload();
    await expect(page.locator("elbo-figure").getByRole("alert")).toContainText(/SIMD.*current browser/);
  });

  test("its styles and ids stay inside", async ({ page }) => {
    await embed(page, '<p id="outside">text</p><elbo-figure name="kl-gaussians"></elbo-figure>');
    const before = await page.locator("#outside").evaluate((element) => getComputedStyle(element).fontFamily);
    await ready(page.locator("elbo-figure"));
    expect(await page.locator("#outside").evaluate((element) => getComputedStyle(element).fontFamily)).toBe(before);
    expect(await page.evaluate(() => document.querySelectorAll("style, head link[rel=stylesheet]").length)).toBe(0);
  });
});

test.describe("by keyboard and pointer", () => {
  test("handles move by arrows, Home and End, and by dragging", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const handle = figure.locator(".handle").first();
    await expect(handle).toHaveAttribute("role", "slider");
    await handle.focus();
    await page.keyboard.press("ArrowRight");
    expect((await set(figure, {})).controls.mu1).toBeCloseTo(0.1, 10);
    await page.keyboard.press("Shift+ArrowLeft");
    expect((await set(figure, {})).controls.mu1).toBeCloseTo(-0.9, 10);
    await page.keyboard.press("End");
    expect((await set(figure, {})).controls.mu1).toBe(4);
    await expect(handle).toHaveAttribute("aria-valuenow", "4");

    await set(figure, { mu1: 0 });
    const box = await handle.locator(".handle-mark").boundingBox();
    if (box === null) throw new Error("the handle is not drawn");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 60, box.y, { steps: 6 });
    await page.mouse.up();
    expect((await set(figure, {})).controls.mu1).toBeLessThan(-1);
  });

  test("every control is reached with the tab key", async ({ page }) => {
    await embed(page, '<elbo-figure name="kl-gaussians"></elbo-figure>');
    const figure = page.locator("elbo-figure");
    await ready(figure);
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      reached.add(
        await figure.evaluate((element) => {
          const active = element.shadowRoot?.activeElement;
          return (
            active?.closest("[data-control]")?.getAttribute("data-control") ??
            active?.getAttribute("aria-label") ??
            active?.textContent ??
            ""
          );
        }),
      );
    }
    for (const name of [
      "mu1",
      "sigma1",
      "mu2",
      "sigma2",
      "direction",
      "mix",
      "n",
      "seed",
      "mean of p",
      "standard deviation of q",
      "Copy link",
    ])
      expect(reached).toContain(name);
  });
});

test.describe("the lecture's page", () => {
  test("contents follow, shortcuts move between figures, lecture mode shows one", async ({ page }) => {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto("./#chapter-5");
    await expect(page.locator(".toc-chapter.open > a")).toContainText("Two tools");
    await page.goto("./#kl-gaussians?mu1=2");
    const figure = page.locator("#kl-gaussians");
    await ready(figure);
    await expect(figure).toBeInViewport();
    await page.keyboard.press("l");
    await expect(figure).toHaveClass(/presented/);
    await expect(page.locator(".presenter-place")).toContainText("5.1");
    await page.keyboard.press("ArrowRight");
    await expect(figure).not.toHaveClass(/presented/);
    await page.keyboard.press("Escape");
    await expect(page.locator("html")).not.toHaveClass(/presenting/);
    await page.keyboard.press("?");
    await expect(page.getByRole("dialog")).toBeVisible();
  });
});
