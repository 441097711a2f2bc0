/**
 * The figures as their own files describe them: which are written, and settings drawn from their tables of controls.
 */

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import type { ControlSpec, Controls, Json } from "../../www/contract/controls";
import type { CatalogueEntry } from "../../www/element/catalogue";
import type { Figure } from "../../www/element/definition";

export interface Listed extends CatalogueEntry {
  /** `null`: not written yet. */
  table: { [control: string]: ControlSpec } | null;
}

/** Controls to set, and words for them. */
export interface Setting {
  what: string;
  controls: Controls;
}

/** Runs TypeScript that stands in www/, without a page. */
export async function readSource<T>(contents: string): Promise<T> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("../../www", import.meta.url)) },
    bundle: true,
    write: false,
    format: "esm",
    // Figures draw nothing before they are created: their files can be read without a page.
    loader: { ".css": "empty" },
    // Addresses of files beside the scripts are made there and never asked for.
    define: { "import.meta.url": '"https://figures.example/"' },
    logLevel: "error",
  });
  return (await import(
    `data:text/javascript;base64,${Buffer.from(outputFiles[0]?.contents ?? []).toString("base64")}`
  )) as T;
}

/** The catalogue, with the table of every figure that is written. */
export async function readFigures(): Promise<Listed[]> {
  const { catalogue, loadDefinition } = await readSource<{
    catalogue: CatalogueEntry[];
    loadDefinition(name: string): Promise<Figure>;
  }>(`
    import { registerFigures } from "./element/registry";
    import { loadChapter } from "./figures/chapters";
    registerFigures(loadChapter);
    export { catalogue } from "./element/catalogue";
    export { loadDefinition } from "./element/registry";
  `);
  return Promise.all(
    catalogue.map(async (entry) => ({
      ...entry,
      table: await loadDefinition(entry.name).then(({ controls }) => controls, notWritten),
    })),
  );
}

function notWritten(error: Error): null {
  if (/is not written yet/.test(error.message)) return null;
  throw error;
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What the controls of a figure owe to each other, and independent draws would almost never give. */
const arranged: { [figure: string]: (controls: Controls) => Controls } = {
  "gmm-em": ({ weights, means, variances, ...others }) => {
    const lists = [weights, means, variances] as number[][];
    const size = Math.min(...lists.map((list) => list.length));
    const [shares = [], ...rest] = lists.map((list) => list.slice(0, size));
    const sum = shares.reduce((a, b) => a + b, 0);
    return { ...others, weights: shares.map((share) => share / sum), means: rest[0] ?? [], variances: rest[1] ?? [] };
  },
  // Symmetric, with variances on the diagonal and a correlation between -1 and 1.
  "full-covariance": ({ covariance, ...others }) => {
    const [[first = 1, shared = 0] = [], [, second = 1] = []] = covariance as number[][];
    const [a, b] = [Math.abs(first), Math.abs(second)];
    const between = (shared / 6.25) * Math.sqrt(a * b);
    return {
      ...others,
      covariance: [
        [a, between],
        [between, b],
      ],
    };
  },
};

/** `count` settings, each control anywhere in its range. */
export function randomSettings({ name, table }: Listed, count: number, random: () => number): Setting[] {
  const arrange = arranged[name] ?? ((controls) => controls);
  return Array.from({ length: count }, (_, i) => {
    const drawn = Object.fromEntries(
      Object.entries(table ?? {}).map(([control, spec]) => [control, anywhere(spec, random)]),
    );
    return { what: `random setting ${i + 1}`, controls: arrange(drawn) };
  });
}

function anywhere(spec: ControlSpec, random: () => number): Json {
  const between = (low: number, high: number): number => low + (high - low) * random();
  const whole = (low: number, high: number): number => Math.min(high, Math.floor(between(low, high + 1)));
  const several = (length: number, { min, max }: { min: number; max: number }): number[] =>
    Array.from({ length }, () => between(min, max));
  switch (spec.kind) {
    case "choice":
      return spec.options[whole(0, spec.options.length - 1)]?.value ?? spec.default;
    case "boolean":
      return random() < 0.5;
    case "seed":
      return whole(0, 1e6);
    case "number": {
      const value =
        spec.scale === "log" ? Math.exp(between(Math.log(spec.min), Math.log(spec.max))) : between(spec.min, spec.max);
      return Math.min(spec.max, Math.max(spec.min, spec.integer === true ? Math.round(value) : value));
    }
    case "numbers":
      return several(whole(spec.minLength, spec.maxLength), spec);
    case "picture":
      return ["", "zzzzzz4fz3fz2f", "1"][whole(0, 2)] ?? "";
    case "rows": {
      // A free width stays that of the default, or is one more.
      const columns = spec.columns === 0 ? (spec.default[0]?.length ?? 1) + whole(0, 1) : spec.columns;
      const square = spec.default.length === spec.maxRows;
      const rows = square ? spec.maxRows : whole(1, spec.maxRows);
      return Array.from({ length: rows }, () => several(columns, spec));
    }
  }
}

/**
 * Every number at either end of its range while all else is at its default; lists also as short and as long as they may
 * be.
 */
export function extremes({ table }: Listed): Setting[] {
  const controls = Object.entries(table ?? {});
  const usual = Object.fromEntries(controls.map(([control, spec]) => [control, spec.default as Json]));
  return controls.flatMap(([control, spec]) =>
    ends(spec).map((value) => ({
      what: `${control} = ${JSON.stringify(value)?.slice(0, 60)}`,
      controls: { ...usual, [control]: value },
    })),
  );
}

function ends(spec: ControlSpec): Json[] {
  switch (spec.kind) {
    case "choice":
      return spec.options.map((option) => option.value);
    case "boolean":
      return [false, true];
    case "seed":
      return [0, Number.MAX_SAFE_INTEGER];
    case "number":
      return [spec.min, spec.max];
    case "picture":
      return ["", "f".repeat(784)];
    case "numbers": {
      const { min, max, minLength, maxLength } = spec;
      const lengths = [...new Set([minLength, Math.min(1, maxLength), spec.default.length, maxLength])].filter(
        (length) => length >= minLength,
      );
      return lengths.flatMap((length) => [Array<number>(length).fill(min), Array<number>(length).fill(max)]);
    }
    case "rows":
      return [spec.min, spec.max].map((value) => spec.default.map((row) => row.map(() => value)));
  }
}

/** An equality among the values of a figure. */
export interface FoundCheck {
  /** Where it is; numbers of a list are left out. */
  path: string;
  left: number;
  right: number;
  difference: number;
  tolerance: number;
  holds: boolean;
}

/** All checks in `values`, wherever they are. */
export function checksIn(values: unknown, path = ""): FoundCheck[] {
  if (typeof values !== "object" || values === null) return [];
  if ("holds" in values && "tolerance" in values) return [{ ...(values as FoundCheck), path }];
  return Object.entries(values).flatMap(([key, value]) =>
    checksIn(value, /^\d+$/.test(key) ? path : `${path}.${key}`.replace(/^\./, "")),
  );
}

/** Where `values` holds a number that is none. */
export function notFinite(values: unknown, path = ""): string[] {
  if (typeof values === "number") return Number.isFinite(values) ? [] : [`${path} is ${values}`];
  if (typeof values !== "object" || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) => notFinite(value, path === "" ? key : `${path}.${key}`));
}
