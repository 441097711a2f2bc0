/** From the `name` attribute to the figure's definition, fetched with its chapter when it is first needed. */

import { said } from "../base/format";
import { t } from "../base/language";
import { catalogue, catalogued } from "./catalogue";
import type { Figure, TitledFigure } from "./definition";
import { translated } from "./translated";

/** Loads the figures of a chapter, under any names. */
export type LoadChapter = (chapter: string) => Promise<{ [name: string]: Figure }>;

let loadChapter: LoadChapter = () => Promise.resolve({});

/**
 * Says where figures come from: the scripts that register the element do, since figures know the element and not the
 * reverse.
 */
export function registerFigures(load: LoadChapter): void {
  loadChapter = load;
}

/** Loads a figure's definition; rejects with a message for the reader when there is none. */
export async function loadDefinition(name: string): Promise<TitledFigure> {
  if (name === "")
    throw new Error(t("This figure has no name. Give it one: {0}.", '<elbo-figure name="kl-gaussians">'));
  const entry = catalogued(name);
  if (entry === undefined) throw unknownName(name);
  const chapter = entry.number.split(".")[0] ?? "";
  let figures: Awaited<ReturnType<LoadChapter>>;
  try {
    figures = await loadChapter(chapter);
  } catch (cause) {
    if (/not found in bundle/i.test(String(cause))) throw notWritten(name);
    throw new Error(
      t('The figure "{0}" could not be loaded ({1}). Check the connection and reload the page.', name, said(cause)),
      { cause },
    );
  }
  const definition = Object.values(figures).find((figure) => figure.name === name);
  if (definition === undefined) throw notWritten(name);
  return translated({ ...definition, title: entry.title });
}

function notWritten(name: string): Error {
  return new Error(t('The figure "{0}" is not written yet.', name));
}

/** Says that there is no such figure, and which name is nearest. */
export function unknownName(name: string): Error {
  const near =
    catalogue
      .map((entry) => entry.name)
      .sort((a, b) => distance(a, name.slice(0, 60)) - distance(b, name.slice(0, 60)))[0] ?? "";
  return new Error(t('There is no figure named "{0}". Did you mean "{1}"?', name.slice(0, 60), near));
}

/** Levenshtein's distance, for the suggestion. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
