// Lists every English text of the figures in www/languages/en.ts: what the sources say by `t("...")`, and the titles, summaries
// and controls of all figures. With --check it writes nothing, and fails where the list is not up to date.
//
//   node xtask/node/texts.mjs [--check]

import { readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "www/languages/en.ts");

/** Texts of the definitions, by figure. */
async function ofFigures() {
  const { outputFiles } = await build({
    stdin: { contents: 'export { catalogue } from "./element/catalogue"; export { loadDefinition } from "./element/registry";', resolveDir: path.join(root, "www") },
    bundle: true,
    write: false,
    format: "esm",
    loader: { ".css": "empty" },
    define: { "import.meta.url": '"https://figures.example/"' },
    external: ["beside:*"],
    logLevel: "error",
  });
  const { catalogue, loadDefinition } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  const entries = [];
  for (const { name, title } of catalogue) {
    const { summary, controls } = await loadDefinition(name);
    const texts = [title, summary];
    for (const { label, group, unit, options = [] } of Object.values(controls)) texts.push(label, group, unit, ...options.map((option) => option.label));
    entries.push([name, texts.filter((text) => /\p{L}/u.test(text ?? ""))]);
  }
  return entries;
}

/** What figures hand to buttons, read-outs, checks, legends and axes, which look it up. */
const handed = /\b(?:button\(|(?:label|leftLabel|rightLabel|text|words|invitation): )("(?:[^"\\\n]|\\.)*")/g;

/** Texts said by scripts, by file; those of `known` are listed elsewhere. */
async function ofSources(known) {
  const files = (await readdir(path.join(root, "www"), { recursive: true })).filter((name) => name.endsWith(".ts") && !name.startsWith("languages")).sort();
  const entries = [];
  for (const name of files) {
    const source = await readFile(path.join(root, "www", name), "utf8");
    const texts = [...source.matchAll(/\bt\(\s*("(?:[^"\\\n]|\\.)*")/g)].map(([, literal]) => JSON.parse(literal));
    if (name.startsWith("figures")) texts.push(...[...source.matchAll(handed)].map(([, literal]) => JSON.parse(literal)).filter((text) => /\p{L}/u.test(text) && !known.has(text)));
    if (texts.length > 0) entries.push([name.split(path.sep).join("/"), texts]);
  }
  return entries;
}

const figures = await ofFigures();
const groups = [...(await ofSources(new Set(figures.flatMap(([, texts]) => texts)))), ...figures].map(([name, texts]) => {
  const lines = [...new Set(texts)].map((text) => `    ${JSON.stringify(text)},\n`);
  return `  ${JSON.stringify(name)}: [\n${lines.join("")}  ],\n`;
});
const written = `// Written by \`cargo xtask texts\`: every text of the figures' frame and controls, by the file or the figure that says it.

const english = {
${groups.join("")}} as const;

/** A text that figures say, in English: the key of every other language. */
export type English = (typeof english)[keyof typeof english][number];

export default english;
`;

if (!process.argv.includes("--check")) await writeFile(file, written);
else if ((await readFile(file, "utf8").catch(() => "")) !== written) {
  console.error("www/languages/en.ts does not list the texts as they are now: run cargo xtask texts.");
  process.exit(1);
}
// Files of figures may keep something open that a page would.
process.exit();
