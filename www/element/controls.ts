/**
 * Controls as data: what the definition's table says is valid, in text (attributes, links) and as values (`controls`).
 * Numbers outside their range are clamped, and that is said; anything malformed is refused.
 */

import { said } from "../parts/format";
import { pictureOf } from "../parts/picture";
import type { ControlKind, Controls, ControlSpec, Json } from "./definition";

/** The largest seed: every integer up to it is exact in an f64 and in a u64. */
export const LARGEST_SEED = Number.MAX_SAFE_INTEGER;

/** Characters: no control has a longer text, and a list inside a list inside a list is not read. */
const LONGEST = 50_000;

/** A value that was accepted, with what had to be changed. */
export interface Accepted {
  value: Json;
  note: string | null;
}

type Table = { [name: string]: ControlSpec };

/** `trainImages` to `train-images`, the attribute's name. */
export function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** Validated controls as the type that the Rust function takes: `typed<KlGaussiansControls>(controls)`. */
export function typed<T>(controls: Controls): T {
  return controls as unknown as T;
}

/** The defaults of all controls. */
export function defaults(table: Table): Controls {
  return Object.fromEntries(Object.entries(table).map(([name, spec]) => [name, structuredClone(spec.default)]));
}

/** Reads a control from an attribute or a link. Throws an `Error` for the reader when malformed. */
export function parse(name: string, spec: ControlSpec, text: string): Accepted {
  if (text.length > LONGEST) throw new Error(`${name} has ${text.length} characters; it may have ${LONGEST}.`);
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
      throw new Error(`${name} is ${show(text)}; write true or false.`);
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
  if (!Number.isFinite(value)) throw new Error(`${name} is ${show(text)}, which is not a number.`);
  return value;
}

function readList(name: string, text: string): number[] {
  if (text.startsWith("[")) return readJson(name, text) as number[];
  return text === "" ? [] : text.split(/[\s,]+/).filter((part) => part !== "").map((part) => readNumber(name, part));
}

function readJson(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new Error(`${name} is ${show(text)}, which is not a list of numbers.`);
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
      throw new Error(`${name} is ${show(value)}; choose one of: ${options.join(", ")}.`);
    }
    case "boolean":
      if (typeof value === "boolean") return { value, note: null };
      throw new Error(`${name} is ${show(value)}; it must be true or false.`);
    case "picture":
      try {
        pictureOf(String(value));
        return { value: String(value), note: null };
      } catch (error) {
        throw new Error(`${name} is ${show(value)}; ${said(error)}.`);
      }
    case "seed":
      return clamp(name, value, { min: 0, max: LARGEST_SEED, integer: true });
    case "number":
      return clamp(name, value, spec);
    case "numbers": {
      const list = clampList(name, value, spec);
      const { minLength, maxLength } = spec;
      if (list.value.length < minLength) throw new Error(`${name} has ${list.value.length} numbers; it needs at least ${minLength}.`);
      if (list.value.length <= maxLength) return list;
      return { value: list.value.slice(0, maxLength), note: `${name} keeps its first ${maxLength} numbers.` };
    }
    case "rows": {
      if (!Array.isArray(value) || value.length === 0) throw new Error(`${name} is ${show(value)}; it must be rows of numbers.`);
      const rows = value.slice(0, spec.maxRows).map((row) => clampList(name, row, spec));
      const columns = rows[0]?.value.length ?? 0;
      // `columns: 0` leaves the width free, but it is the same in every row.
      const width = spec.columns === 0 ? columns : spec.columns;
      if (width === 0 || rows.some((row) => row.value.length !== width)) {
        throw new Error(`${name} must have ${width === 0 ? "at least one number" : `${width} numbers`} in every row.`);
      }
      const cut = value.length > spec.maxRows ? `${name} keeps its first ${spec.maxRows} rows.` : null;
      return { value: rows.map((row) => row.value), note: cut ?? rows.find((row) => row.note !== null)?.note ?? null };
    }
  }
}

function clamp(name: string, value: Json | undefined, range: { min: number; max: number; integer?: boolean }): { value: number; note: string | null } {
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Error(`${name} is ${show(value)}; it must be a finite number.`);
  const whole = range.integer === true ? Math.round(value) : value;
  const clamped = Math.min(range.max, Math.max(range.min, whole));
  if (clamped !== whole) return { value: clamped, note: `${name} was ${value}; it must lie between ${range.min} and ${range.max}, so it is now ${clamped}.` };
  return { value: clamped, note: clamped === value ? null : `${name} was ${value}; it must be a whole number, so it is now ${clamped}.` };
}

function clampList(name: string, value: Json | undefined, range: { min: number; max: number }): { value: number[]; note: string | null } {
  if (!Array.isArray(value)) throw new Error(`${name} is ${show(value)}; it must be a list of numbers.`);
  const entries = value.map((entry, index) => clamp(`${name}, entry ${index + 1},`, entry, range));
  return { value: entries.map((entry) => entry.value), note: entries.find((entry) => entry.note !== null)?.note ?? null };
}

/** What was given, for a message: short, whatever it is. */
function show(value: Json | undefined): string {
  if (typeof value === "string") return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}

/** Merges a patch into `current`. Throws at an unknown name or a malformed value, having changed nothing. */
export function merge(table: Table, current: Controls, patch: Controls): { controls: Controls; notes: string[] } {
  const controls = { ...current };
  const notes: string[] = [];
  for (const [name, value] of Object.entries(patch)) {
    const spec = Object.hasOwn(table, name) ? table[name] : undefined;
    if (spec === undefined) throw new Error(`There is no control named "${name}". Controls: ${Object.keys(table).join(", ")}.`);
    if (value === undefined) throw new Error(`${name} is undefined; leave it out to keep its value.`);
    const accepted = accept(name, spec, value);
    controls[name] = structuredClone(accepted.value);
    if (accepted.note !== null) notes.push(accepted.note);
  }
  return { controls, notes };
}
