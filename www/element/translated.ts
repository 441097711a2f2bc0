import { inLanguage, language } from "../base/language";
import type { TitledFigure } from "./definition";

/** A figure with its summary and controls in the language of the page; its title comes so from the catalogue. */
export function translated(figure: TitledFigure): TitledFigure {
  if (language() === "en") return figure;
  // Texts stand under these names and no others, at any depth: of groups, units and options, too.
  const texts = new Set(["summary", "label", "group", "unit"]);
  const turn = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(turn) as T;
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [
        name,
        texts.has(name) && typeof entry === "string" ? inLanguage(entry) : turn(entry),
      ]),
    ) as T;
  };
  return { ...turn({ ...figure, create: undefined }), create: figure.create };
}
