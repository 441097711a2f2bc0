/**
 * Another language says everything: what stands in the drawings, the controls and numbers, messages and sentences of
 * every figure.
 */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Language } from "../../www/contract/language";
import { coursePage } from "./course";
import { readFigures, readSource } from "./figure-tables";
import { expect, test } from "./page";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
}

interface Source {
  speak(code: string, load: () => Promise<{ default: Language }>): Promise<void>;
  t(text: string | TemplateStringsArray, ...values: unknown[]): string;
  plural(count: number, one: string, other: string, ...values: unknown[]): string;
  messageInLanguage(message: string): string;
  formatNumber(value: number, digits?: number): string;
  formatEstimate(mean: number, standardError: number): string;
  formatTick(text: string): string;
  typedNumber(text: string): string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = (...command: string[]): string =>
  execFileSync(process.execPath, command, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

test("texts, plurals, messages of the Rust code and numbers are said in the language of the page", async () => {
  const { speak, t, plural, messageInLanguage, formatNumber, formatEstimate, formatTick, typedNumber } =
    await readSource<Source>('export * from "./base/language"; export * from "./base/format";');
  expect(t("{0} is {1}, which is not a number.", "mu1", '"{1}"')).toBe('mu1 is "{1}", which is not a number.');
  expect([plural(1, "{0} step", "{0} steps", 1), plural(0, "{0} step", "{0} steps", 0)]).toEqual(["1 step", "0 steps"]);
  expect([formatNumber(1234.5), formatNumber(-0.00012), formatTick("1,000.5")]).toEqual([
    "1,235",
    "−0.0001200",
    "1,000.5",
  ]);

  expect(["0,5", "−1,25", "60,000", "1,000.5", "0,500", "x"].map(typedNumber)).toEqual([
    "0.5",
    "-1.25",
    "60000",
    "1000.5",
    "0.500",
    "x",
  ]);

  const polish: Language = {
    "Copy link": "Kopiuj link",
    "Step {0} of {1}": "z {1}: krok {0}",
    "{0} steps": { one: "{0} krok", few: "{0} kroki", many: "{0} kroków", other: "{0} kroku" },
    "{0} is {1}; it must be positive and finite": "{0} wynosi {1}, a musi być dodatnie i skończone",
    "covariance of component {0}": "kowariancja składowej {0}",
  };
  await speak("pl", async () => ({ default: polish }));
  expect([t("Copy link"), t`Step ${2} of ${7}`, t("not in the table"), t("constructor")]).toEqual([
    "Kopiuj link",
    "z 7: krok 2",
    "not in the table",
    "constructor",
  ]);
  expect([1, 3, 5].map((n) => plural(n, "{0} step", "{0} steps", n))).toEqual(["1 krok", "3 kroki", "5 kroków"]);
  expect(messageInLanguage("covariance of component 2 is -1; it must be positive and finite")).toBe(
    "kowariancja składowej 2 wynosi -1, a musi być dodatnie i skończone",
  );
  expect([formatNumber(1234.5), formatNumber(-0.00012), formatEstimate(0.4431, 0.012), formatTick("1,000.5")]).toEqual([
    "1235",
    "−0,0001200",
    "0,443 ± 0,012",
    "1\u00a0000,5",
  ]);
  expect(["1,500", "1.5"].map(typedNumber)).toEqual(["1.500", "1.5"]);
});

test("every figure says everything in the language of the page", async ({ page, conduct }, info) => {
  test.setTimeout(180_000);
  conduct.expected.push("symmetric", "must lie between");
  node("xtask/node/texts.mjs");
  const { default: english } = await readSource<{ default: Language }>('export { default } from "../build/texts";');
  const [table, tables, out] = [info.outputPath("table.js"), info.outputPath("tables.js"), info.outputPath("scripts")];
  writeFileSync(
    table,
    `export default ${JSON.stringify(Object.fromEntries(Object.keys(english).map((text) => [text, `«${text}»`])))};`,
  );
  writeFileSync(tables, `export const tables = { qya: () => import(${JSON.stringify(table)}) };`);
  node("xtask/node/bundle.mjs", "--out", out, "--debug", "--tables", tables);
  await page.route("**/*.js", (route) => {
    const script = path.join(out, path.basename(new URL(route.request().url()).pathname));
    return existsSync(script)
      ? route.fulfill({ contentType: "text/javascript", body: readFileSync(script, "utf8") })
      : route.continue();
  });
  const html = coursePage("<main><h1>Figures</h1></main>", { lang: "qya" });
  await page.route("**/figures.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("./figures.html");

  const states: [name: string, controls: Record<string, unknown>][] = [
    ...(await readFigures()).map(({ name }): [string, Record<string, unknown>] => [name, {}]),
    [
      "full-covariance",
      {
        covariance: [
          [1, 2],
          [2, 1],
        ],
      },
    ],
    ["kl-gaussians", { mu1: 1e6 }],
  ];
  const plain: string[] = [];
  for (const [name, controls] of states) {
    const found = await page.evaluate(
      async ({ name, controls }) => {
        await customElements.whenDefined("elbo-figure");
        const element = document.createElement("elbo-figure") as FigureElement;
        element.setAttribute("name", name);
        document.querySelector("main")?.replaceChildren(element);
        await element.ready;
        element.controls = controls;
        await element.updated.catch(() => {});
        await new Promise((wake) => setTimeout(wake, 150));
        // Formulas and sources are the same in every language.
        const same = ".katex, .formula, .walk-lines, .walk-path, style";
        const text = (part: Node): string => {
          if (!(part instanceof Element)) return (part as Text).data;
          return part.matches(same) ? "" : [...part.childNodes].map(text).join("");
        };
        const said: string[] = [];
        for (const part of element.shadowRoot?.querySelectorAll("*") ?? []) {
          if (part.closest(same)) continue;
          if ([...part.childNodes].some((child) => child instanceof Text && child.data.trim() !== ""))
            said.push(text(part));
          for (const name of ["aria-label", "aria-valuetext", "aria-roledescription", "placeholder"])
            said.push(part.getAttribute(name) ?? "");
        }
        return said;
      },
      { name, controls },
    );
    for (const said of new Set(found)) {
      let rest = said;
      while (/«[^«»]*»/.test(rest)) rest = rest.replace(/«[^«»]*»/g, "");
      if (/(?<!\p{L})(?!log|KL)\p{L}{2,}/u.test(rest)) plain.push(`${name}: ${said}`);
    }
  }
  expect(plain).toEqual([]);
});

test("a page in a language without a table gets English, marked as such", async ({ page }) => {
  const body = '<main><h1>Ein Kurs</h1><elbo-figure name="kl-gaussians"></elbo-figure></main>';
  const html = coursePage(body, { lang: "de-AT", title: "Ein Kurs" });
  await page.route("**/kurs.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("./kurs.html");
  await expect(page.getByRole("button", { name: "Copy link" })).toBeVisible();
  await expect(page.locator("elbo-figure figure").first()).toHaveAttribute("lang", "en");
  // Who writes a comma in numbers may type one.
  const mean = page.getByRole("textbox", { name: "mean of p, as a number" });
  await mean.fill("−0,5");
  await mean.press("Enter");
  await expect
    .poll(() => page.locator("elbo-figure").evaluate((element: FigureElement) => element.controls.mu1))
    .toBe(-0.5);
});
