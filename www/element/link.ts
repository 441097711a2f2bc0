/** A figure's state in a link, `#figure?mu1=0.5&train-images=20000`, and back. */

import type { Controls, Json } from "../contract/controls";
import { kebab, toText } from "./controls";

/**
 * The part of the address after `#`, split: the figure's key, and the state if there is one (`null` in `#figure`, a
 * mere place).
 */
export function readHash(hash: string): { key: string; query: URLSearchParams | null } {
  const text = hash.startsWith("#") ? hash.slice(1) : hash;
  const mark = text.indexOf("?");
  const key = mark < 0 ? text : text.slice(0, mark);
  return { key: safeDecode(key), query: mark < 0 ? null : new URLSearchParams(text.slice(mark + 1)) };
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a figure in a state; controls that stand where they would stand anyway are left out. */
export function writeLink(page: string, key: string, controls: Controls, untouched: Controls[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(controls)) {
    if (untouched.every((state) => same(state[name], value))) continue;
    query.set(kebab(name), toText(value));
  }
  const url = new URL(page);
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3B", ";");
  url.hash = `${key}?${text}`;
  return url.href;
}

/** Equality of plain JSON values. */
export function same(a: Json | undefined, b: Json | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
