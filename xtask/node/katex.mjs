// KaTeX for esbuild, without what the lecture never sets: a third of all scripts would be KaTeX otherwise.

import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The faces that formulas are set in; the others (bold, Fraktur, script, ...) are left out, with their metrics. See www/parts/fonts.ts. */
const katexFaces = /^(AMS-Regular|Caligraphic-Regular|Main-Regular|Math-Italic|SansSerif-Regular|Typewriter-Regular|Size\d-Regular)$/;

/** Commands of no use in a lecture that writes its own formulas: definitions, links, pictures, diagrams, boxes around formulas. */
const katexUnused = /katex[\\/]src[\\/]functions[\\/](accentunder|arrow|def|enclose|hbox|href|includegraphics|pmb|raisebox|reflectbox|vcenter|verb)\.ts$/;
/** Of the shapes that stretch, those for braces, hats, tildes and plain arrows. */
const katexShapes = /^((left|mid|right)brace(under)?|vec|widehat\d|tilde\d|leftarrow|rightarrow)$/;

/** Its table of symbols, of which the hundreds of the AMS only stay where a `\\name` is written in the page or in the crate. */
async function katexSymbols() {
  const names = new Set();
  for (const folder of ["www", "src"]) {
    for (const file of await readdir(path.join(root, folder), { recursive: true })) {
      if (!/\.(ts|html|rs)$/.test(file)) continue;
      for (const [, name] of (await readFile(path.join(root, folder, file), "utf8")).matchAll(/\\([a-zA-Z]+)/g)) names.add(name);
    }
  }
  const table = await readFile(path.join(root, "node_modules/katex/src/symbols.ts"), "utf8");
  return table.replace(/^defineSymbol\(math, ams, .*"\\\\(\w+)"(, true)?\);\n/gm, (line, name) => (names.has(name) ? line : ""));
}

/** The code points of those that stay. */
async function amsCodes() {
  return [...(await katexSymbols()).matchAll(/, ams, .*?\\u(\w{4})/g)].map(([, code]) => Number.parseInt(code, 16));
}

/** The symbols of the AMS that formulas can be set with, besides letters. */
export async function amsCharacters() {
  return String.fromCharCode(...(await amsCodes()));
}

/** KaTeX from its sources. A command that was left out is red on the page, and a test looks for that (tests/e2e/figures.spec.ts). */
export const katex = {
  name: "katex",
  setup(build) {
    build.onResolve({ filter: /^katex$/ }, () => ({ path: path.join(root, "node_modules/katex/katex.ts") }));
    const symbols = katexSymbols();
    build.onLoad({ filter: /katex[\\/]src[\\/]symbols\.ts$/ }, async () => ({ contents: await symbols, loader: "ts" }));
    build.onLoad({ filter: /katex[\\/]src[\\/]fontMetricsData\.js$/ }, async ({ path: file }) => {
      const { default: metrics } = await import(pathToFileURL(file).href);
      const kept = Object.fromEntries(Object.entries(metrics).filter(([face]) => katexFaces.test(face)));
      const ams = new Set(await amsCodes());
      kept["AMS-Regular"] = Object.fromEntries(Object.entries(kept["AMS-Regular"]).filter(([code]) => Number(code) < 128 || ams.has(Number(code))));
      return { contents: `export default ${JSON.stringify(kept)}` };
    });
    // Letters with accents typed as one character: a table that takes longer to make than all the rest of KaTeX to start.
    build.onLoad({ filter: /katex[\\/]src[\\/]unicode(Symbols|Accents)\.js$/ }, () => ({ contents: "export default {};" }));
    build.onLoad({ filter: katexUnused }, () => ({ contents: "export {};", loader: "ts" }));
    build.onLoad({ filter: /katex[\\/]src[\\/]svgGeometry\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/^ {4}(\w+): (?:doubleBrushStroke\()?`[^`]*`\)?,\n/gm, (shape, name) => (katexShapes.test(name) ? shape : "")),
      loader: "ts",
    }));
    // The second half are aliases of other packages, and names of colours.
    build.onLoad({ filter: /katex[\\/]src[\\/]macros\.ts$/ }, async ({ path: file }) => ({ contents: (await readFile(file, "utf8")).split("// texvc.sty")[0], loader: "ts" }));
    // Three formats of each font are offered; every browser that runs WebAssembly SIMD reads woff2.
    build.onLoad({ filter: /katex[^/]*\.css$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8"))
        .replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\([^)]*\)/g, "")
        .replace(/@font-face\s*\{[^}]*KaTeX_([\w-]+)\.woff2[^}]*\}/g, (rule, face) => (katexFaces.test(face) ? rule : "")),
      loader: "css",
    }));
  },
};
