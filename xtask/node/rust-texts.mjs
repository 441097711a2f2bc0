// What the Rust code says to a reader: errors, reasons, the words beside a formula.

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Sources whose words reach the page: the engine at the edge, and the crates but those of loops and commands. */
const spoken = /^(src\/(?!bin\/)|crates\/(data|lecture|lecture-web|model|numerics|training)\/).*\.rs$/;
/** Two words or more. */
const phrase = (text) => /\p{L}{2,}\S* \S*\p{L}/u.test(text);

/**
 * The source without what never reaches a reader: tests, comments, attributes but errors, what is said before a panic.
 */
function spokenPart(source) {
  return source
    .replace(/^#\[cfg\(test\)\][\s\S]*/m, "")
    .replace(/^\s*\/\/.*$/gm, "")
    .replace(/^\s*#!?\[(?!error)[^\n]*\]\s*$/gm, "")
    .replace(/\b(expect|panic!|unreachable!|assert\w*!|concat!|env!|include_\w+!)\([^;]*?"(?:[^"\\]|\\.)*"/g, "");
}

/** A format string as a text: its places are numbered by what is put into them. */
function holesOf(literal) {
  const names = [];
  let free = 0;
  const text = literal.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, inside) => {
    if (inside === undefined) return whole[0];
    const name = inside.split(":")[0].trim() || `given ${++free}`;
    if (!names.includes(name)) names.push(name);
    return `{${names.indexOf(name)}}`;
  });
  return { text, holes: names };
}

/** Texts by file: `{ text, holes }`. */
export async function ofRust(root) {
  const entries = [];
  const folders = ["src", "crates"].map(async (folder) =>
    (await readdir(path.join(root, folder), { recursive: true })).map((name) =>
      path.posix.join(folder, name.split(path.sep).join("/")),
    ),
  );
  const files = (await Promise.all(folders)).flat();
  for (const name of files.filter((name) => spoken.test(name) && !/\/tests?(\/|\.rs)/.test(name)).sort()) {
    const source = spokenPart(await readFile(path.join(root, name), "utf8"));
    const texts = [];
    for (const [, before, literal] of source.matchAll(/(#\[error\(\s*|format!\(\s*|)"((?:[^"\\]|\\[\s\S])*)"/g)) {
      const text = literal
        .replace(/\\\n\s*/g, "")
        .replace(/\\(["\\])/g, "$1")
        .replace(/\\u\{(\w+)\}/g, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)));
      // Types for TypeScript are none.
      if (/\n|\| null|: \w+\[\]/.test(text)) continue;
      const found = before === "" ? { text } : holesOf(text);
      if (phrase(found.text) || (before !== "" && /\p{L}{3}/u.test(found.text))) texts.push(found);
    }
    if (texts.length > 0) entries.push([name, texts]);
  }
  return entries;
}
