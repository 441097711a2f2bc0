/** Another language has a place for everything: texts of the frame and of all controls, numbers. */
import type { TitledFigure } from "../../www/element/definition";
import type { English } from "../../www/languages/en";
import type { Language } from "../../www/languages/language";
import { readFigures, readSource } from "./figure-tables";
import { expect, test } from "./page";

interface Source {
  default: { [place: string]: readonly English[] };
  speak(code: string, load: () => Promise<{ default: Language }>): Promise<void>;
  t(text: English, ...values: (string | number)[]): string;
  loadDefinition(name: string): Promise<TitledFigure>;
  formatNumber(value: number, digits?: number): string;
  formatEstimate(mean: number, standardError: number): string;
  formatTick(text: string): string;
}

test("titles, summaries, controls, messages and numbers are said in the language of the page", async () => {
  const source = await readSource<Source>(
    'export { default } from "./languages/en"; export { speak, t } from "./languages/language"; export { loadDefinition } from "./element/registry"; export * from "./parts/format";',
  );
  const { t, formatNumber, formatEstimate, formatTick } = source;
  expect(t("{0} is {1}, which is not a number.", "mu1", '"{1}"')).toBe('mu1 is "{1}", which is not a number.');
  expect([formatNumber(1234.5), formatNumber(-0.00012), formatTick("1,000.5")]).toEqual(["1,235", "−0.0001200", "1,000.5"]);

  const texts = Object.values(source.default).flat();
  const turned = (text: string): string => `«${text}»`;
  const german = Object.fromEntries(texts.map((text) => [text, turned(text)])) as Language;
  await source.speak("de", async () => ({ default: german }));
  expect(t("Copy link")).toBe("«Copy link»");
  expect(t("{0} is {1}, which is not a number.", "mu1", "x")).toBe("«mu1 is x, which is not a number.»");
  expect([formatNumber(1234.5), formatNumber(-0.00012), formatEstimate(0.4431, 0.012), formatTick("1,000.5")]).toEqual(["1.235", "−0,0001200", "0,443 ± 0,012", "1.000,5"]);

  const plain: string[] = [];
  for (const { name } of await readFigures()) {
    const { title, summary, controls } = await source.loadDefinition(name);
    const said = Object.values(controls).flatMap((spec) => [spec.label, spec.group, "unit" in spec ? spec.unit : "", ...("options" in spec ? spec.options.map((option) => option.label) : [])]);
    plain.push(...[title, summary, ...said].filter((text) => /\p{L}/u.test(text ?? "") && !/^«.*»$/.test(text ?? "")).map((text) => `${name}: ${text}`));
  }
  expect(plain).toEqual([]);
});

test("a page in a language without a table gets English, marked as such", async ({ page }) => {
  const html = '<!doctype html><html lang="de-AT"><title>Ein Kurs</title><script type="module" src="./elbo-room.js"></script><main><h1>Ein Kurs</h1><elbo-figure name="kl-gaussians"></elbo-figure></main></html>';
  await page.route("**/kurs.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("./kurs.html");
  await expect(page.getByRole("button", { name: "Copy link" })).toBeVisible();
  await expect(page.locator("elbo-figure figure").first()).toHaveAttribute("lang", "en");
});
