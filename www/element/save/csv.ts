/** Numbers as text for spreadsheets and programs: RFC 4180, numbers with all their digits. */

import type { ControlSpec, Controls, Json } from "../../contract/controls";
import { kebab } from "../controls";
import type { Readout } from "../definition";

export type Cell = number | string | boolean | null;

/** A table as text. */
export function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

function cell(value: Cell): string {
  const text = value === null ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One number of a figure. */
export interface NumberRow {
  name: string;
  label: string;
  value: Cell;
  unit: string;
  standardError: number | null;
  n: number | null;
}

/** Controls and values as text; see `numberRows`. */
export function numbersCsv(...figure: Parameters<typeof numberRows>): string {
  const rows = numberRows(...figure).map(({ name, label, value, unit, standardError, n }) => [
    name,
    label,
    value,
    unit,
    standardError,
    n,
  ]);
  return csv(["name", "label", "value", "unit", "standard_error", "n"], rows);
}

/**
 * Controls and values, a row each: `sample.mean` is the entry `mean` of the value `sample`, and an estimate is one row.
 * What the figure's read-outs say of a number stands beside it.
 */
export function numberRows(
  specs: { [name: string]: ControlSpec },
  controls: Controls,
  values: Json,
  readouts: readonly Readout[],
): NumberRow[] {
  const set = Object.entries(controls).flatMap(([name, value]) => {
    const { label = "", ...rest } = specs[name] ?? {};
    const unit = "unit" in rest ? (rest.unit ?? "") : "";
    return flatten(`controls.${name}`, value).map((row) => ({ ...row, label, unit }));
  });
  const found = flatten("", values);
  for (const readout of readouts) describe(readout, found);
  return [...set, ...found];
}

function flatten(name: string, value: Json): NumberRow[] {
  const row: NumberRow = { name, label: "", value: null, unit: "", standardError: null, n: null };
  if (value === null || typeof value !== "object") return [{ ...row, value }];
  if (
    !Array.isArray(value) &&
    typeof value.mean === "number" &&
    typeof value.standardError === "number" &&
    typeof value.n === "number"
  ) {
    const { mean, standardError, n, ...rest } = value;
    return [
      { ...row, value: mean as number, standardError: standardError as number, n: n as number },
      ...flattenEntries(name, rest),
    ];
  }
  return flattenEntries(name, value);
}

function flattenEntries(name: string, value: object): NumberRow[] {
  return Object.entries(value).flatMap(([key, entry]) => flatten(name === "" ? key : `${name}.${key}`, entry as Json));
}

/**
 * A read-out belongs to the value that is this very number. The sides of a check repeat values; two values that are the
 * same whole number may be so by chance, and then the read-out gets a row of its own.
 */
function describe({ label, value, unit = "", standardError, n }: Readout, rows: NumberRow[]): void {
  if (typeof value === "string") return;
  const same = rows.filter(
    (row) => row.value === value && row.label === "" && !/\.(left|right|difference|tolerance)$/.test(row.name),
  );
  if (same[0] !== undefined && (same.length === 1 || !Number.isInteger(value))) Object.assign(same[0], { label, unit });
  else
    rows.push({
      name: `readouts.${kebab(label).replace(/\W+/g, "-")}`,
      label,
      value,
      unit,
      standardError: standardError ?? null,
      n: n ?? null,
    });
}
