/**
 * What the figures say, in the language of the page. English stands in the sources where it is said, and is the key of
 * every other language's table. How a language is added is in the README.
 */

import type { Language } from "../contract/language";
import { tables } from "../languages/tables";

let code = "en";
let table: Language = {};
/** The texts with places, and what they look like when these are filled; made when first needed. */
let filled: { text: string; looks: RegExp; places: number[] }[] | null = null;

/** The language that is spoken: of the texts, of numbers and dates. */
export const language = (): string => code;

/**
 * The language asked for by the first figure or what it stands in, by the attribute `lang`; English where there is no
 * table of it.
 */
export function languageOfPage(): string {
  const asked =
    (document.querySelector("elbo-figure")?.closest("[lang]") ?? document.documentElement).getAttribute("lang") ?? "";
  const [primary = ""] = asked.toLowerCase().split("-");
  return Object.hasOwn(tables, primary) ? primary : "en";
}

/** Fetches a language and speaks it from then on; rejects where it cannot be had, and English goes on. */
export async function speak(wanted: string, load = tables[wanted]): Promise<void> {
  if (load === undefined) return;
  table = (await load()).default;
  code = wanted;
  filled = null;
}

/** The form that the language has for a number; the English text where the table has none. */
function found(text: string, count?: number): string {
  const entry = Object.hasOwn(table, text) ? table[text] : text;
  if (typeof entry !== "object") return entry ?? text;
  return entry[new Intl.PluralRules(code).select(count ?? 0)] ?? entry.other ?? text;
}

function fill(text: string, values: unknown[]): string {
  return text.replace(/\{(\d+)\}/g, (place, i) => put(values[Number(i)] ?? place));
}

/** What is put in may be a word itself. */
const put = (value: unknown): string => (typeof value === "string" ? inLanguage(value) : String(value));

/** A text with its places as `t` knows it: of a template, in which a line's end is a space, or as it stands. */
const textOf = (text: string | TemplateStringsArray): string =>
  typeof text === "string"
    ? text
    : text.reduce((all, part, i) => `${all}{${i - 1}}${part}`).replace(/[ \t]*\n[ \t]*/g, " ");

/**
 * A text in the language of the page, with `values` in the places of `{0}`, `{1}`, ...; also before a template, whose
 * values are put in as they stand there: t`Step ${step} of ${goal}` is the text "Step {0} of {1}". Asked when it is
 * said, not when a file is loaded.
 */
export function t(text: string | TemplateStringsArray, ...values: unknown[]): string {
  return fill(found(textOf(text)), values);
}

/**
 * The same with elements put in: mixed`from ${formula} on`, to be appended. Each stands where the language wants it.
 */
export function mixed(text: TemplateStringsArray, ...values: (Node | string)[]): (Node | string)[] {
  return found(textOf(text))
    .split(/\{(\d+)\}/)
    .map((part, i) => (i % 2 === 0 ? part : (values[Number(part)] ?? "")));
}

/** A text of a number: in English `one` or `other`, elsewhere the form of `other` that the language has for it. */
export function plural(count: number, one: string, other: string, ...values: unknown[]): string {
  return fill(code === "en" && count === 1 ? one : found(other, count), values);
}

/** What was said in English where no language is known: by a figure of its button or axis, by the Rust code. */
export function inLanguage(text: string): string {
  return code === "en" ? text : found(text);
}

/** The same of a message that has values in it, with the words among these: it is known by what it looks like. */
export function messageInLanguage(message: string): string {
  if (code === "en" || Object.hasOwn(table, message)) return inLanguage(message);
  filled ??= Object.keys(table)
    .map((text) => ({ text, parts: text.split(/\{(\d+)\}/) }))
    // Of less than a few words anything might be a filling.
    .filter(({ parts }) => parts.length > 1 && wordsOf(parts).length > 8)
    .sort((a, b) => wordsOf(b.parts).length - wordsOf(a.parts).length)
    .map(({ text, parts }) => ({
      text,
      looks: new RegExp(
        `^${parts.map((part, i) => (i % 2 === 1 ? "(.*?)" : part.replace(/[^\w\s]/g, "\\$&"))).join("")}$`,
        "s",
      ),
      places: parts.filter((_, i) => i % 2 === 1).map(Number),
    }));
  for (const { text, looks, places } of filled) {
    const [, ...fillings] = looks.exec(message) ?? [];
    if (fillings.length === 0) continue;
    const values: string[] = [];
    for (const [i, place] of places.entries()) values[place] = messageInLanguage(fillings[i] ?? "");
    return t(text, ...values);
  }
  return message;
}

const wordsOf = (parts: string[]): string => parts.filter((_, i) => i % 2 === 0).join("");
