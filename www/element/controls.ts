/**
 * Controls as data: what the definition's table says is valid, in text (attributes, links) and as values (`controls`).
 * Numbers outside their range are clamped, and that is said; anything malformed is refused.
 */

import { said } from "../base/format";
import { t } from "../base/language";
import type { ControlKind, ControlSpec, Controls, ControlTable, Json, ValuesOf } from "../contract/controls";
import { pictureOf, pictureText } from "../parts/picture";

/** The largest seed: every integer up to it is exact in an f64 and in a u64. */
export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** Characters: no control has a longer text, and a list inside a list inside a list is not read. */
const LONGEST = 50_000;

/** A value that was accepted, with what had to be changed. */
export interface Accepted {
  value: Json;
  note: string | null;
}

/** `trainImages` to `train-images`, the attribute's name; `W` to `w`. */
export function kebab(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, "-$&").toLowerCase();
}

/** The defaults of all controls. */
export function defaults<Table extends ControlTable>(table: Table): ValuesOf<Table> {
  const values = Object.entries(table).map(([name, spec]) => [name, defaultOf(spec)]);
  return Object.fromEntries(values) as ValuesOf<Table>;
}

/** A control's default, to be kept and changed. */
export function defaultOf(spec: ControlSpec): Json {
  return structuredClone(spec.default) as Json;
}

/** Reads a control from an attribute or a link. Throws an `Error` for the reader when malformed. */
export function parse(name: string, spec: ControlSpec, text: string): Accepted {
  if (text.length > LONGEST) throw new Error(t("{0} has {1} characters; it may have {2}.", name, text.length, LONGEST));
  return accept(name, spec, fromText(name, spec, text.trim()));
}

function fromText(name: string, spec: ControlKind, text: string): Json {
  switch (spec.kind) {
    case "choice":
    case "picture":
      return text;
    case "boolean":
      // As in HTML: `<elbo-figure grid>` switches on.
      if (text === "" || text === "true" || text === "1") return true;
      if (text === "false" || text === "0") return false;
      throw new Error(t("{0} is {1}; write true or false.", name, show(text)));
    case "number":
    case "seed":
      return readNumber(name, text);
    case "numbers":
      return readList(name, text);
    case "rows":
      if (text.startsWith("[")) return readJson(name, text);
      return text === "" ? [] : text.split(";").map((row) => readList(name, row.trim()));
  }
}

function readNumber(name: string, text: string): number {
  const value = text === "" ? Number.NaN : Number(text.replace(/^−/, "-"));
  if (!Number.isFinite(value)) throw new Error(t("{0} is {1}, which is not a number.", name, show(text)));
  return value;
}

function readList(name: string, text: string): number[] {
  if (text.startsWith("[")) return readJson(name, text) as number[];
  return text === ""
    ? []
    : text
        .split(/[\s,]+/)
        .filter((part) => part !== "")
        .map((part) => readNumber(name, part));
}

function readJson(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error(t("{0} is {1}, which is not a list of numbers.", name, show(text)));
  }
}

/** Writes a control as `parse` reads it. */
export function toText(value: Json): string {
  if (!Array.isArray(value)) return String(value);
  return Array.isArray(value[0]) ? value.map((row) => (row as number[]).join(",")).join(";") : value.join(",");
}

/** Validates and clamps one value. Throws an `Error` for the reader when it is of the wrong kind. */
export function accept(name: string, spec: ControlSpec, value: Json): Accepted {
  switch (spec.kind) {
    case "choice": {
      const options = spec.options.map((option) => option.value);
      if (typeof value === "string" && options.includes(value)) return { value, note: null };
      throw new Error(t("{0} is {1}; choose one of: {2}.", name, show(value), options.join(", ")));
    }
    case "boolean":
      if (typeof value === "boolean") return { value, note: null };
      throw new Error(t("{0} is {1}; it must be true or false.", name, show(value)));
    case "picture":
      try {
        return { value: pictureText(pictureOf(String(value))), note: null };
      } catch (error) {
        throw new Error(`${t("{0} is {1}", name, show(value))}; ${said(error)}.`);
      }
    case "seed":
      return clamp(name, value, { min: 0, max: LARGEST_SEED, integer: true });
    case "number":
      return clamp(name, value, spec);
    case "numbers": {
      const list = clampList(name, value, spec);
      const { minLength, maxLength } = spec;
      if (list.value.length < minLength)
        throw new Error(t("{0} has {1} numbers; it needs at least {2}.", name, list.value.length, minLength));
      if (list.value.length <= maxLength) return list;
      return { value: list.value.slice(0, maxLength), note: t("{0} keeps its first {1} numbers.", name, maxLength) };
    }
    case "rows": {
      if (!Array.isArray(value) || value.length === 0)
        throw new Error(t("{0} is {1}; it must be rows of numbers.", name, show(value)));
      const rows = value.slice(0, spec.maxRows).map((row) => clampList(name, row, spec));
      const columns = rows[0]?.value.length ?? 0;
      // `columns: 0` leaves the width free, but it is the same in every row.
      const width = spec.columns === 0 ? columns : spec.columns;
      if (width === 0 || rows.some((row) => row.value.length !== width)) {
        throw new Error(
          width === 0
            ? t("{0} must have at least one number in every row.", name)
            : t("{0} must have {1} numbers in every row.", name, width),
        );
      }
      const cut = value.length > spec.maxRows ? t("{0} keeps its first {1} rows.", name, spec.maxRows) : null;
      return { value: rows.map((row) => row.value), note: cut ?? rows.find((row) => row.note !== null)?.note ?? null };
    }
  }
}

function clamp(
  name: string,
  value: Json | undefined,
  range: { min: number; max: number; integer?: boolean },
): { value: number; note: string | null } {
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new Error(t("{0} is {1}; it must be a finite number.", name, show(value)));
  const whole = range.integer === true ? Math.round(value) : value;
  const clamped = Math.min(range.max, Math.max(range.min, whole));
  if (clamped !== whole)
    return {
      value: clamped,
      note: t(
        "{0} was {1}; it must lie between {2} and {3}, so it is now {4}.",
        name,
        value,
        range.min,
        range.max,
        clamped,
      ),
    };
  return {
    value: clamped,
    note:
      clamped === value ? null : t("{0} was {1}; it must be a whole number, so it is now {2}.", name, value, clamped),
  };
}

function clampList(
  name: string,
  value: Json | undefined,
  range: { min: number; max: number },
): { value: number[]; note: string | null } {
  if (!Array.isArray(value)) throw new Error(t("{0} is {1}; it must be a list of numbers.", name, show(value)));
  const entries = value.map((entry, index) => clamp(t("{0}, entry {1},", name, index + 1), entry, range));
  return {
    value: entries.map((entry) => entry.value),
    note: entries.find((entry) => entry.note !== null)?.note ?? null,
  };
}

/** What was given, for a message: short, whatever it is. */
function show(value: Json | undefined): string {
  if (typeof value === "string") return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? t("a list") : t("an object");
}

/** Merges a patch into `current`. Throws at an unknown name or a malformed value, having changed nothing. */
export function merge(
  table: ControlTable,
  current: Controls,
  patch: Controls,
): { controls: Controls; notes: string[] } {
  const controls = { ...current };
  const notes: string[] = [];
  for (const [name, value] of Object.entries(patch)) {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined)
      throw new Error(t('There is no control named "{0}". Controls: {1}.', name, Object.keys(table).join(", ")));
    if (value === undefined) throw new Error(t("{0} is undefined; leave it out to keep its value.", name));
    const accepted = accept(name, spec, value);
    controls[name] = structuredClone(accepted.value);
    if (accepted.note !== null) notes.push(accepted.note);
  }
  return { controls, notes };
}
