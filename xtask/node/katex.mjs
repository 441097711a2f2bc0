// KaTeX for esbuild, without what the lecture never sets: a third of all scripts would be KaTeX otherwise.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/**
 * The faces that formulas are set in; the others (bold, Fraktur, script, ...) are left out, with their metrics. See
 * www/base/fonts.ts.
 */
const katexFaces =
  /^(AMS-Regular|Caligraphic-Regular|Main-Regular|Math-Italic|SansSerif-Regular|Typewriter-Regular|Size\d-Regular)$/;

/**
 * Commands of no use in a lecture that writes its own formulas: definitions, links, pictures, diagrams, boxes around
 * formulas.
 */
const unusedFunctions = "accentunder|arrow|def|enclose|hbox|href|includegraphics|pmb|raisebox|reflectbox|vcenter|verb";
const katexUnused = new RegExp(`katex[\\\\/]src[\\\\/]functions[\\\\/](${unusedFunctions})\\.ts$`);
/** Of the shapes that stretch, those for braces, hats, tildes and plain arrows. */
const katexShapes = /^((left|mid|right)brace(under)?|vec|widehat\d|tilde\d|leftarrow|rightarrow)$/;

const katexSource = path.join(root, "node_modules/katex/src");
/** One line of its table of symbols that has a name; one macro that stands for a text. */
const symbolLine = /^defineSymbol\((?:math|text), (main|ams), \w+, "([^"]+)", "\\\\(\w+)"(?:, true)?\);\n/gm;
const macroText = /^defineMacro\("([^"]+)",\s*(?=["`])[\s\S]*?\);(?: *\/\/.*)?\n/gm;

async function textOf(folder, files) {
  let text = "";
  for (const file of await readdir(folder, { recursive: true }))
    if (files.test(file)) text += await readFile(path.join(folder, file), "utf8");
  return text;
}

const namesIn = (text) => [...text.matchAll(/\\([@a-zA-Z]+)/g)].map(([, name]) => name);
const character = (text) => text.replace(/\\u(\w{4})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * Its symbols and macros, of which those stay that are written in the page, in the crate, or in what stays of KaTeX;
 * and the code points that nothing stands for any more.
 */
async function katexTables() {
  const [symbols, macros] = await Promise.all(
    ["symbols.ts", "macros.ts"].map((file) => readFile(path.join(katexSource, file), "utf8")),
  );
  const ofPage = await textOf(path.join(root, "www"), /\.(ts|html)$/);
  const ours = ofPage + (await textOf(path.join(root, "crates"), /\.rs$/));
  // The macros' second half are aliases of other packages, and names of colours.
  const half = macros.split("// texvc.sty")[0];
  const theirs =
    (await textOf(katexSource, /(?<!symbols|macros|\.d)\.(ts|js)$/)) +
    symbols.replace(symbolLine, "") +
    half.replace(macroText, "");
  const names = new Set([...namesIn(ours), ...namesIn(theirs)]);
  const wanted = (name) => {
    if (/^\\\\[@a-zA-Z]+$/.test(name)) return names.has(name.slice(2));
    return name.startsWith("\\u") ? ours.includes(character(name)) : true;
  };
  for (let before = -1; before !== names.size; ) {
    before = names.size;
    for (const [macro, name] of half.matchAll(macroText))
      if (wanted(name)) for (const used of namesIn(macro)) names.add(used);
  }
  const [kept, dropped] = [new Set(), new Set()];
  const keptSymbols = symbols.replace(symbolLine, (line, _face, code, name) => {
    const stays = names.has(name) || ours.includes(character(code));
    (stays ? kept : dropped).add(character(code));
    return stays ? line : "";
  });
  const unused = [...dropped].filter((one) => one.length === 1 && !kept.has(one) && !character(theirs).includes(one));
  return {
    symbols: keptSymbols,
    macros: half.replace(macroText, (macro, name) => (wanted(name) ? macro : "")),
    unused: new Set(unused.map((one) => one.charCodeAt(0))),
  };
}

const tables = katexTables();

/** The code points of those of the AMS that stay. */
async function amsCodes() {
  return [...(await tables).symbols.matchAll(/, ams, .*?\\u(\w{4})/g)].map(([, code]) => Number.parseInt(code, 16));
}

/** The symbols of the AMS that formulas can be set with, besides letters. */
export async function amsCharacters() {
  return String.fromCharCode(...(await amsCodes()));
}

/**
 * KaTeX from its sources. A command that was left out is red on the page, and a test looks for that
 * (tests/e2e/figures.spec.ts).
 */
export const katex = {
  name: "katex",
  setup(build) {
    build.onResolve({ filter: /^katex$/ }, () => ({ path: path.join(root, "node_modules/katex/katex.ts") }));
    for (const table of ["symbols", "macros"]) {
      build.onLoad({ filter: new RegExp(`katex[\\\\/]src[\\\\/]${table}\\.ts$`) }, async () => ({
        contents: (await tables)[table],
        loader: "ts",
      }));
    }
    build.onLoad({ filter: /katex[\\/]src[\\/]fontMetricsData\.js$/ }, async ({ path: file }) => {
      const { default: metrics } = await import(pathToFileURL(file).href);
      const kept = Object.fromEntries(Object.entries(metrics).filter(([face]) => katexFaces.test(face)));
      const ams = new Set(await amsCodes());
      kept["AMS-Regular"] = Object.fromEntries(
        Object.entries(kept["AMS-Regular"]).filter(([code]) => Number(code) < 128 || ams.has(Number(code))),
      );
      for (const face of Object.values(kept)) for (const code of (await tables).unused) delete face[code];
      return { contents: `export default ${JSON.stringify(kept)}` };
    });
    // Letters with accents typed as one character: a table that takes longer to make than all the rest of KaTeX to
    // start.
    build.onLoad({ filter: /katex[\\/]src[\\/]unicode(Symbols|Accents)\.js$/ }, () => ({
      contents: "export default {};",
    }));
    build.onLoad({ filter: /katex[\\/]src[\\/]environments[\\/]cd\.ts$/ }, () => ({
      contents: "export const parseCD = null;",
    }));
    build.onLoad({ filter: katexUnused }, () => ({ contents: "export {};", loader: "ts" }));
    build.onLoad({ filter: /katex[\\/]src[\\/]svgGeometry\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(
        /^ {4}(\w+): (?:doubleBrushStroke\()?`[^`]*`\)?,\n/gm,
        (shape, name) => (katexShapes.test(name) ? shape : ""),
      ),
      loader: "ts",
    }));
    // Three formats of each font are offered; every browser that runs WebAssembly SIMD reads woff2.
    build.onLoad({ filter: /katex[^/]*\.css$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8"))
        .replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\([^)]*\)/g, "")
        .replace(/@font-face\s*\{[^}]*KaTeX_([\w-]+)\.woff2[^}]*\}/g, (rule, face) =>
          katexFaces.test(face) ? rule : "",
        ),
      loader: "css",
    }));
  },
};
