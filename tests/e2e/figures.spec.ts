/**
 * Every figure of the catalogue: it mounts, its checks hold wherever its controls are, extremes give numbers or words,
 * and the keyboard reaches and moves everything. Then all of them together on the lecture's page.
 */

import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { coursePage } from "./course";
import {
  checksIn,
  extremes,
  type FoundCheck,
  type Listed,
  notFinite,
  randomSettings,
  readFigures,
  type Setting,
  seeded,
} from "./figure-tables";
import { expect, test } from "./page";

const figures = await readFigures();
const written = figures.filter(({ table }) => table !== null);
/** Settings drawn for each figure. */
const DRAWS = 20;
const words = /(\w+\W+){3}/;
const sentence = /(\w+\W+){3}.*\.$/;
/** These run the engine: a setting is a training run or a network's answer, and other files test them. */
const engineDriven = [
  "cover",
  "lab",
  "two-questions",
  "ae-holes",
  "traversal",
  "regularised-ae",
  "compare",
  "how-good",
  "collapse",
  "blurry",
  "latent-story",
];

// A trace keeps the whole page at every step: with all figures in it, that takes longer than the tests.
test.use({ trace: "off" });

interface FigureElement extends HTMLElement {
  shadowRoot: ShadowRoot;
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
  values: unknown;
}

/** What a figure answered to a setting. */
interface Answer {
  values: unknown;
  /** The message of an alert, where the figure refused; its values are then those of before. */
  refusal: string | null;
  kept: boolean;
  /** Checks that are shown failing. */
  shownFailing: string[];
}

/** A page with one figure and nothing else. */
async function open(page: Page, name: string): Promise<Locator> {
  const html = coursePage(`<main><h1>A figure</h1><elbo-figure name="${name}"></elbo-figure></main>`);
  await page.route("**/figure.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("./figure.html");
  await page.waitForFunction(() => customElements.get("elbo-figure") !== undefined);
  const figure = page.locator("elbo-figure");
  await figure.evaluate((element: FigureElement) => element.ready);
  return figure;
}

/** Sets one setting after the other and says what was shown each time. */
function answers(figure: Locator, settings: Setting[]): Promise<Answer[]> {
  return figure.evaluate(
    async (element: FigureElement, patches) => {
      const root = element.shadowRoot;
      const all: Answer[] = [];
      for (const patch of patches) {
        const before = JSON.stringify(element.values);
        element.controls = patch;
        const failed = await element.updated.then(
          () => false,
          () => true,
        );
        const values = element.values;
        const refusal = failed ? (root.querySelector<HTMLElement>(".message:not([hidden])")?.textContent ?? "") : null;
        const shownFailing = [...root.querySelectorAll(".check-fails .check-label")].map(
          (label) => label.textContent ?? "",
        );
        all.push({ values, refusal, kept: JSON.stringify(values) === before, shownFailing });
      }
      return all;
    },
    settings.map(({ controls }) => controls as Record<string, unknown>),
  );
}

/**
 * Looks at what a figure answered: numbers or words, and checks that hold. Returns the checks made and the number of
 * refusals.
 */
function judge(settings: Setting[], given: Answer[]): { checks: FoundCheck[]; refusals: string[] } {
  const checks: FoundCheck[] = [];
  const refusals: string[] = [];
  given.forEach(({ values, refusal, kept, shownFailing }, i) => {
    const { what = "", controls } = settings[i] ?? {};
    const where = `${what}: ${JSON.stringify(controls)}`;
    if (refusal !== null) {
      expect.soft(refusal, `a refusal says what to do (${where})`).toMatch(sentence);
      expect.soft(kept, `a refusal keeps what was shown (${where})`).toBe(true);
      refusals.push(`${what}: ${refusal}`);
      return;
    }
    expect.soft(notFinite(values), where).toEqual([]);
    const found = checksIn(values);
    expect
      .soft(
        found.filter(({ holds }) => !holds),
        where,
      )
      .toEqual([]);
    expect.soft(shownFailing, where).toEqual([]);
    checks.push(...found);
  });
  return { checks, refusals };
}

/** Of each check the largest difference in units of its tolerance, for the log. */
function worst(checks: FoundCheck[]): string {
  const share = ({ difference, tolerance }: FoundCheck): number =>
    tolerance === 0 ? Number(difference !== 0) : Math.abs(difference) / tolerance;
  const found = new Map<string, FoundCheck>();
  for (const check of checks)
    if (share(check) >= share(found.get(check.path) ?? { ...check, difference: 0 })) found.set(check.path, check);
  return [...found.values()]
    .map(
      ({ path, difference, tolerance }) =>
        `${path} ${Math.abs(difference).toExponential(1)} of ${tolerance.toExponential(1)}`,
    )
    .join("; ");
}

for (const entry of written) {
  test(`${entry.number} ${entry.name}`, async ({ page }) => {
    const figure = await open(page, entry.name);
    await expect(figure.locator(".caption-title")).toContainText(entry.title);
    await expect(figure.locator(".message")).toBeHidden();
    const live = figure.locator(`#${await figure.locator(".drawing").getAttribute("aria-describedby")}`);
    await expect(live).toHaveText(words);

    await test.step("at its defaults", async () => {
      const values = await figure.evaluate((element: FigureElement) => element.values);
      expect(values).toBeTruthy();
      expect(
        judge(
          [{ what: "defaults", controls: {} }],
          [
            {
              values,
              refusal: null,
              kept: true,
              shownFailing: await figure.locator(".check-fails .check-label").allTextContents(),
            },
          ],
        ).refusals,
      ).toEqual([]);
    });

    if (!engineDriven.includes(entry.name)) {
      await test.step("wherever its controls are", async () => {
        const settings = randomSettings(entry, DRAWS, seeded(Number(entry.number.replace(".", "")) + 1));
        const { checks, refusals } = judge(settings, await answers(figure, settings));
        console.log(
          `  ${entry.number} ${entry.name}: ${DRAWS} settings, ${refusals.length} refused, ` +
            `${checks.length} checks: ${worst(checks)}`,
        );
        expect(refusals.length, refusals.join("\n")).toBeLessThan(DRAWS / 2);
      });
      await test.step("at the ends of each control", async () => {
        const settings = extremes(entry);
        judge(settings, await answers(figure, settings));
      });
      await figure.getByRole("button", { name: "Reset", exact: true }).click();
      await figure.evaluate((element: FigureElement) => element.updated);
    }
    await test.step("by keyboard", () => byKeyboard(page, figure, entry));
  });
}

/** Tab reaches every control, button and handle; keys move every control and handle. */
async function byKeyboard(page: Page, figure: Locator, { name }: Listed): Promise<void> {
  const stops = await figure.evaluate((element) => {
    const focusable =
      "a[href], button:not([disabled]), input:not([disabled]), select, summary, textarea, [tabindex='0']";
    const reached = new Set<EventTarget>();
    const visible = [...(element.shadowRoot?.querySelectorAll<HTMLElement>(focusable) ?? [])].filter(
      (each) => each.checkVisibility({ visibilityProperty: true }) && getComputedStyle(each).display !== "none",
    );
    element.shadowRoot?.addEventListener("focusin", (event) => event.target !== null && reached.add(event.target));
    Object.assign(window, {
      missed: () =>
        visible
          // Of a group of radio buttons one is a stop of the tab key; arrow keys go to the others.
          .filter(
            (each) =>
              each.isConnected &&
              !reached.has(each) &&
              !(each instanceof HTMLInputElement && each.type === "radio" && !each.checked),
          )
          .map((each) => each.getAttribute("aria-label") ?? each.textContent ?? ""),
    });
    (document.activeElement as HTMLElement | null)?.blur();
    return visible.length;
  });
  const missed = () => page.evaluate(() => (window as unknown as { missed(): string[] }).missed());
  for (let i = 0; i < stops + 2; i++) await page.keyboard.press("Tab");
  // Some buttons come with what is fetched, after the others were counted.
  for (let i = 0; i < 20 && (await missed()).length > 0; i++) await page.keyboard.press("Tab");
  expect(await missed(), "not reached by Tab").toEqual([]);
  if (name === "lab") return; // Its controls start training anew: lab.spec.ts.

  const shown = await figure
    .locator(".control[data-control]:visible")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-control") ?? ""));
  const begin = await figure.evaluate((element: FigureElement) => element.controls);
  for (const control of shown) {
    const row = figure.locator(`.control[data-control="${control}"]`);
    if (!(await row.isVisible())) {
      // A choice has taken it away, beside which it says nothing.
      await figure.evaluate((element: FigureElement, controls) => {
        element.controls = controls;
        return element.updated;
      }, begin);
    }
    const field = row.locator("input, select").first();
    const kind = (await field.getAttribute("type")) ?? "select";
    const keys: { [kind: string]: string[] } = {
      range: ["ArrowRight", "ArrowLeft"],
      radio: ["ArrowRight"],
      checkbox: ["Space"],
      select: ["ArrowDown", "ArrowUp"],
    };
    const typed = async (): Promise<void> => {
      // One number of the list, or the seed, becomes another.
      const text = await field.inputValue();
      await page.keyboard.press("Control+a");
      await page.keyboard.type(
        text.replace(/\d+(\.\d+)?/, (number) => String(Number(number) === 1 ? 0.5 : 1)).replace(/^0\.5$/, "2"),
      );
      await page.keyboard.press("Enter");
    };
    await (kind === "radio" ? row.locator("input:checked") : field).focus();
    const moves = (keys[kind] ?? [""]).map((key) => () => (key === "" ? typed() : page.keyboard.press(key)));
    expect(await moved(figure, control, moves), `${control} answers the keyboard`).toBe(true);
  }

  for (const handle of await figure.locator("[role=slider]:not(input):visible").all()) {
    if (!(await handle.isVisible())) continue;
    await handle.focus();
    const moves = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown"].map((key) => () => page.keyboard.press(key));
    expect(
      await moved(figure, null, moves),
      `the handle "${await handle.getAttribute("aria-label")}" answers arrow keys`,
    ).toBe(true);
  }
  await expect(figure.locator("[aria-live=polite]")).toHaveText(words);
}

/** Whether one of `moves` changes a control (`null`: any of them). */
async function moved(figure: Locator, control: string | null, moves: (() => Promise<void>)[]): Promise<boolean> {
  const state = () =>
    figure.evaluate(
      (element: FigureElement, name) => JSON.stringify(name === null ? element.controls : element.controls[name]),
      control,
    );
  const before = await state();
  for (const move of moves) {
    await move();
    if ((await state()) !== before) return true;
  }
  return false;
}

test.describe("the lecture's page with all figures", () => {
  async function openAll(page: Page): Promise<void> {
    await page.goto("./");
    await page.waitForFunction(() => customElements.get("elbo-figure") !== undefined);
    await page.evaluate(() =>
      Promise.all([...document.querySelectorAll("elbo-figure")].map((element) => (element as FigureElement).ready)),
    );
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".m, .mm")].every((element) => element.querySelector(".katex") !== null),
    );
  }

  test("every figure is there, or the page says that it is not written yet", async ({ page }) => {
    await openAll(page);
    for (const { number, name, title, table } of figures) {
      if (table !== null) await expect(page.locator(`elbo-figure#${name}[name="${name}"]`)).toHaveCount(1);
      else
        await expect(page.locator(`.not-written[data-figure="${name}"]`)).toContainText(
          new RegExp(`${number}.*${title.replace("?", "\\?")}.*not written yet`),
        );
    }
    const unknown = await page.evaluate(() => {
      const figures = [...document.querySelectorAll("elbo-figure")];
      const roots = [document, ...figures.flatMap(({ shadowRoot }) => shadowRoot ?? [])];
      return roots.flatMap((root) => [...root.querySelectorAll(".katex-error")].map((formula) => formula.textContent));
    });
    expect(unknown, "formulas with a command that the bundled KaTeX lacks").toEqual([]);
    for (const width of [320, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`axe finds nothing (${colorScheme})`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await openAll(page);
      // The page has no frames, for which the other mode carries every element's selectors out of the page and back.
      const { violations } = await new AxeBuilder({ page })
        .setLegacyMode()
        .options({ resultTypes: ["violations"] })
        .analyze();
      expect(
        violations.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary}`).join(", ")}`,
        ),
      ).toEqual([]);
    });
  }
});
