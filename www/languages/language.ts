/**
 * What the figures say, in the language of the page. The English text is the key of every other language's table, and stands
 * in the source where it is said; `en.ts` lists all of them. How a language is added is in the README.
 */

import type { TitledFigure } from "../element/definition";
import type { English } from "./en";

/** Every text of the figures in another language; tsc names those that are missing. `{0}`, `{1}` stand for what is put in. */
export type Language = { readonly [text in English]: string };

/** Languages but English, each fetched only where it is spoken: `de: () => import("./de")`. */
const tables: { readonly [code: string]: () => Promise<{ default: Language }> } = {};

let code = "en";
let table: Partial<Language> = {};

/** The language that is spoken: of the texts, of numbers and dates. */
export const language = (): string => code;

/** The language asked for by the first figure or what it stands in, by the attribute `lang`; English where there is no table of it. */
export function languageOfPage(): string {
  const asked = (document.querySelector("elbo-figure")?.closest("[lang]") ?? document.documentElement).getAttribute("lang") ?? "";
  const [primary = ""] = asked.toLowerCase().split("-");
  return Object.hasOwn(tables, primary) ? primary : "en";
}

/** Fetches a language and speaks it from then on; rejects where it cannot be had, and English goes on. */
export async function speak(wanted: string, load = tables[wanted]): Promise<void> {
  if (load === undefined) return;
  table = (await load()).default;
  code = wanted;
}

/** A text in the language of the page, with `values` in the places of `{0}`, `{1}`, ... Asked when it is said, not when a file is loaded. */
export function t(text: English, ...values: (string | number)[]): string {
  return (table[text] ?? text).replace(/\{(\d)\}/g, (place, i) => String(values[Number(i)] ?? place));
}

/** What a figure says of its own (a button, a read-out, an axis), in the language of the page where its table has it. */
export function inLanguage(text: string): string {
  return t(text as English);
}

/** A figure with its summary and controls in the language of the page; its title comes so from the catalogue. */
export function translated(figure: TitledFigure): TitledFigure {
  if (code === "en") return figure;
  // Texts stand under these names and no others, at any depth: of groups, units and options, too.
  const texts = new Set(["summary", "label", "group", "unit"]);
  const turn = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(turn) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, texts.has(name) && typeof entry === "string" ? inLanguage(entry) : turn(entry)])) as T;
  };
  return { ...turn({ ...figure, create: undefined }), create: figure.create };
}
