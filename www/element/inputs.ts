/** Controls that come as text: attributes of the element, and the query of a link. */

import { said } from "../base/format";
import type { Controls } from "../contract/controls";
import { defaultOf, kebab, parse } from "./controls";
import type { Figure } from "./definition";

/** What was read, and what had to be said about it. */
export interface Inputs {
  controls: Controls;
  /** Values that were clamped. */
  notes: string[];
}

/** Reads the controls that stand as attributes, or only the attribute `only`. Throws at the first malformed one. */
export function readAttributes(element: HTMLElement, definition: Figure, only?: string): Inputs {
  const inputs: Inputs = { controls: {}, notes: [] };
  for (const [name, spec] of Object.entries(definition.controls)) {
    const attribute = kebab(name);
    const text = element.getAttribute(attribute);
    if (text === null || (only !== undefined && only !== attribute)) continue;
    const accepted = parse(attribute, spec, text);
    inputs.controls[name] = accepted.value;
    if (accepted.note !== null) inputs.notes.push(accepted.note);
  }
  return inputs;
}

/**
 * Reads the state of a link: controls it does not name stand as in `initial`. What does not fit is left out and named
 * in `problems`.
 */
export function readQuery(
  query: URLSearchParams,
  definition: Figure,
  initial: Controls,
): Inputs & { problems: string[] } {
  const inputs = { controls: {} as Controls, notes: [] as string[], problems: [] as string[] };
  for (const [name, spec] of Object.entries(definition.controls)) {
    const text = query.get(kebab(name)) ?? query.get(name);
    if (text === null) {
      inputs.controls[name] = initial[name] ?? defaultOf(spec);
      continue;
    }
    try {
      const accepted = parse(name, spec, text);
      inputs.controls[name] = accepted.value;
      if (accepted.note !== null) inputs.notes.push(accepted.note);
    } catch (error) {
      inputs.problems.push(said(error));
    }
  }
  return inputs;
}

/** The names in the attribute `hide`, as written and in camelCase. */
export function readHidden(text: string | null): Set<string> {
  const camel = (name: string) => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return new Set((text ?? "").split(/[\s,]+/).flatMap((name) => [name, camel(name)]));
}
