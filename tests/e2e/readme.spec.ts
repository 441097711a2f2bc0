/** The package's README and types name every figure and control as the figures themselves do. No page is opened. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import type { ControlSpec } from "../../www/contract/controls";
import { readFigures, readSource } from "./figure-tables";

const pkg = (file: string): string =>
  readFileSync(fileURLToPath(new URL(`../../pkg/${file}`, import.meta.url)), "utf8");
const readme = pkg("README.md");

const figures = await readFigures();

/** The README's part on a figure. */
/** Attributes that elements have already: those of every one, and ours. */
const taken = new Set(
  "hidden title lang dir id class style slot is part inert role tabindex draggable name hide theme autoplay".split(" "),
);

function section(name: string): string {
  return readme.split(/^### /m).find((part) => part.startsWith(`\`${name}\``)) ?? "";
}

/** Numbers as the README writes them: `-4`, `100 000` or `60000`, `1e-5`, `2^32 - 1`. */
function written(value: number): RegExp {
  const spaced = String(Math.abs(value)).replace(/\B(?=(\d{3})+$)/g, " ?");
  const sign = value < 0 ? "-" : "(?<![-\\d.])";
  const exponential = value.toExponential().replace("+", "");
  const forms = [spaced, exponential].map((form) => form.replace(".", "\\."));
  if (value === 2 ** 32 - 1) forms.push("2\\^32 - 1");
  return new RegExp(`${sign}(${forms.join("|")})(?![\\d.]\\d)(?!\\d)`);
}

/** What the README lacks about a control: its name, its choices, the ends of its range. */
function lacking(part: string, control: string, spec: ControlSpec): string[] {
  const row = part.split("\n").find((line) => line.startsWith("|") && line.split("|")[1]?.includes(`\`${control}\``));
  if (row === undefined) return [`\`${control}\``];
  // Said of another figure's control of the same name.
  if (/\| as /.test(row) || /as those of/.test(row)) return [];
  if (spec.kind === "choice") return spec.options.map(({ value }) => value).filter((value) => !part.includes(value));
  if (spec.kind === "number")
    return [spec.min, spec.max].filter((value) => !written(value).test(row)).map((value) => `${control}: ${value}`);
  return [];
}

test("every figure has a section with its title, a line to copy, and its controls with their ranges", async () => {
  const { parse, kebab } = await readSource<{
    parse(name: string, spec: ControlSpec, text: string): { note: string | null };
    kebab(name: string): string;
  }>('export { parse, kebab } from "./element/controls";');
  const wrong: string[] = [];
  for (const { number, name, title, table } of figures) {
    const part = section(name);
    if (!part.startsWith(`\`${name}\` (${number}): ${title}\n\n\`\`\`html\n`)) wrong.push(`${name}: heading and line`);
    const line = /^<elbo-figure name="([\w-]+)"(.*)><\/elbo-figure>$/m.exec(part);
    if (line?.[1] !== name) wrong.push(`${name}: line`);
    const controls = new Map(Object.entries(table ?? {}).map(([control, spec]) => [kebab(control), spec]));
    for (const [, attribute = "", text = ""] of line?.[2]?.matchAll(/ ([\w-]+)(?:="([^"]*)")?/g) ?? []) {
      if (["autoplay", "hide", "theme"].includes(attribute)) continue;
      const spec = controls.get(attribute);
      if (spec === undefined) wrong.push(`${name}: no attribute ${attribute}`);
      else if (parse(attribute, spec, text).note !== null)
        wrong.push(`${name}: ${attribute}="${text}" is not accepted as it is`);
    }
    for (const attribute of controls.keys())
      if (taken.has(attribute) || /^(on|aria-|data-)/.test(attribute))
        wrong.push(`${name}: ${attribute} means something else on elements`);
    for (const [control, spec] of Object.entries(table ?? {}))
      wrong.push(...lacking(part, control, spec).map((what) => `${name}: lacks ${what}`));
  }
  expect(wrong).toEqual([]);
});

test("the types name every figure", () => {
  const names = /type FigureName =([^;]*);/.exec(pkg("elbo-room.d.ts"))?.[1]?.match(/[\w-]+/g);
  expect(names).toEqual(figures.map(({ name }) => name));
});
