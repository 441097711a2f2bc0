// Lists every English text that the figures say in build/texts.ts, as a table to be translated, and says what the
// languages in www/languages lack; with --check, that is a failure.
//
//   node xtask/node/texts.mjs [--check]

import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { parseAst } from "vite";
import { ofRust } from "./rust-texts.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const file = path.join(root, "build/texts.ts");

/** What TypeScript in www/ exports, without a page. */
async function load(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: path.join(root, "www") },
    bundle: true,
    write: false,
    format: "esm",
    loader: { ".css": "empty" },
    define: { "import.meta.url": '"https://figures.example/"' },
    external: ["beside:*"],
    logLevel: "error",
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

const worded = (text) => /\p{L}/u.test(text ?? "");
/** Two words or more. */
const phrase = (text) => /\p{L}{2,}\S* \S*\p{L}/u.test(text) && !/[<>{]|^\(/.test(text);

/** Texts of the definitions, by figure. */
async function ofFigures() {
  const { catalogue, loadDefinition } = await load(
    `import { registerFigures } from "./element/registry";
     import { loadChapter } from "./figures/chapters";
     registerFigures(loadChapter);
     export { catalogue } from "./element/catalogue";
     export { loadDefinition } from "./element/registry";`,
  );
  const entries = [];
  for (const { name, title } of catalogue) {
    const { summary, controls } = await loadDefinition(name);
    const texts = [title, summary];
    for (const { label, group, unit, options = [] } of Object.values(controls))
      texts.push(label, group, unit, ...options.map((option) => option.label));
    entries.push([`figure ${name}`, texts.filter(worded).map((text) => ({ text }))]);
  }
  return entries;
}

/** Whose string is said in the language of the page, wherever it comes to stand. */
const handed =
  /^(unit|(left|right)?[lL]abel|text|words|invitation|title|note|aria-(label|valuetext|roledescription)|placeholder)$/;
/** Functions that make something of what they are told to say. */
const makers = /^(html|svg|button|hidden|heading|message|Error|label|words|tile|createPicks|createWalk|createTile)$/;

/** The tree with every sum of strings, `"a " + "b"`, as one string: long texts are written so. */
function joined(node) {
  if (typeof node !== "object" || node === null) return node;
  for (const [key, child] of Object.entries(node)) node[key] = joined(child);
  const { type, operator, left, right } = node;
  const sum = type === "BinaryExpression" && operator === "+" && [left, right].every(isString);
  return sum ? { type: "Literal", value: left.value + right.value } : node;
}

const isString = (node) => node.type === "Literal" && typeof node.value === "string";

/** The strings that an expression may be. */
function strings(node) {
  switch (node?.type) {
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "ConditionalExpression":
      return [...strings(node.consequent), ...strings(node.alternate)];
    case "LogicalExpression":
      return [...strings(node.left), ...strings(node.right)];
    case "ArrayExpression":
      return node.elements.flatMap(strings);
    case "SpreadElement":
      return strings(node.argument);
    default:
      return [];
  }
}

/** Texts said by one script: `{ text, one, holes }`. */
function ofScript(source, name) {
  const texts = [];
  const say = (found) => texts.push(...found.filter(worded).map((text) => ({ text })));
  const visit = (node) => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) return node.forEach(visit);
    const called = node.callee?.name ?? node.callee?.property?.name;
    if (
      node.type === "ImportDeclaration" ||
      (node.type === "AssignmentExpression" && node.left.property?.name === "className") ||
      /^TS(Type|Interface|Literal|Union)/.test(node.type ?? "")
    )
      return;
    if (node.type === "TaggedTemplateExpression" && /^(t|mixed)$/.test(node.tag.name)) {
      const parts = node.quasi.quasis.map(({ value }) => value.cooked);
      if (parts.some((part) => /\{\d+\}/.test(part)))
        throw new Error(`${name}: "${parts.join("…")}" has braces around a number, which stand for what is put in.`);
      const holes = node.quasi.expressions.map(({ start, end }) => source.slice(start, end));
      const text = parts.reduce((all, part, i) => `${all}{${i - 1}}${part}`);
      // As `t` does it.
      texts.push({ text: text.replace(/[ \t]*\n[ \t]*/g, " "), holes });
    } else if (called === "t" || called === "inLanguage") say(strings(node.arguments[0]));
    else if (called === "plural")
      texts.push({
        text: node.arguments[2].value,
        one: node.arguments[1].value,
        holes: node.arguments.slice(3).map(({ start, end }) => source.slice(start, end)),
      });
    else if (/^(Call|New)Expression$/.test(node.type) && makers.test(called ?? ""))
      say(node.arguments.slice(called === "html" || called === "svg" ? 2 : 0).flatMap(strings));
    else if (node.type === "Property" && handed.test(node.key.name ?? node.key.value)) say(strings(node.value));
    else if (
      node.type === "ArrayExpression" &&
      strings(node).length === node.elements.length &&
      strings(node).some(phrase)
    )
      say(strings(node));
    else if (node.type === "Literal" && typeof node.value === "string" && phrase(node.value)) say([node.value]);
    for (const [key, child] of Object.entries(node))
      if (
        key !== "type" &&
        typeof child === "object" &&
        !(node.type === "Property" && /^(class|d)$/.test(node.key.name))
      )
        visit(child);
  };
  visit(joined(parseAst(source, { lang: "ts" }, name).body));
  return texts;
}

/** Texts of the scripts that figures come with, by file. */
async function ofSources() {
  const files = (await readdir(path.join(root, "www"), { recursive: true })).map((name) =>
    name.split(path.sep).join("/"),
  );
  const entries = [];
  // The catalogue's titles are the figures'; the script of embed.html stands alone, in English as the page.
  const spoken =
    /^(base|element|embed|engine|figures|gallery|page|parts)\/.*(?<!\.d|^element\/catalogue|^embed\/embed)\.ts$/;
  for (const name of files.filter((name) => spoken.test(name)).sort()) {
    entries.push([`www/${name}`, ofScript(await readFile(path.join(root, "www", name), "utf8"), name)]);
  }
  return entries;
}

/** The table in English: what stands in several places stands where it is first said. */
function table(entries) {
  const said = new Set();
  let written = "";
  for (const [place, texts] of entries) {
    let group = "";
    for (const { text, one, holes = [] } of texts) {
      if (said.has(text)) continue;
      said.add(text);
      const key = JSON.stringify(text);
      if (holes.length > 0)
        group += `  // ${holes.map((hole, i) => `{${i}}: ${hole.replace(/\s+/g, " ")}`).join("; ")}\n`;
      group += `  ${key}: ${one === undefined ? key : JSON.stringify({ one, other: text })},\n`;
    }
    if (group !== "") written += `\n  // ${place}\n${group}`;
  }
  return { said, written };
}

/** What each language says less, or more, than English. */
async function compare(said) {
  let complete = true;
  for (const name of (await readdir(path.join(root, "www/languages"))).filter((name) => name !== "tables.ts")) {
    const { default: language } = await load(`export { default } from "./languages/${name}"`);
    const lacking = [...said].filter((text) => !Object.hasOwn(language, text));
    const gone = Object.keys(language).filter((text) => !said.has(text));
    for (const text of lacking) console.error(`www/languages/${name} lacks ${JSON.stringify(text)}`);
    for (const text of gone) console.error(`www/languages/${name} has ${JSON.stringify(text)}, which nobody says`);
    complete &&= lacking.length + gone.length === 0;
  }
  return complete;
}

/** Writes the list, and says whether all languages are complete. */
export async function listTexts() {
  const { said, written } = table([...(await ofSources()), ...(await ofFigures()), ...(await ofRust(root))]);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    `// Written by \`cargo xtask texts\`: what the figures say in English, and where. A language is this table with its
// own texts on the right.

import type { Language } from "../www/contract/language";

const english: Language = {${written}};

export default english;
`,
  );
  return { said, complete: await compare(said) };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { said, complete } = await listTexts();
  console.log(`    ${said.size} texts in ${path.relative(process.cwd(), file)}`);
  // Files of figures may keep something open that a page would.
  process.exit(complete || !process.argv.includes("--check") ? 0 : 1);
}
