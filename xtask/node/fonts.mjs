// The fonts of the page, cut to what the page sets: the characters of its texts, and the weights of its style sheets. A
// third of what the packages hold. What came out is kept by what went in, since it takes seconds.

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import subsetFont from "subset-font";
import { amsCharacters } from "./katex.mjs";

const root = path.resolve(import.meta.dirname, "../..");
const kept = path.join(root, "build/fonts");

/** By the file's name: which axes stay, as in www/styles/fonts.css and www/base/fonts.ts. */
const axes = {
  "source-serif-4-latin-opsz-normal": { wght: { min: 300, max: 650 }, opsz: { min: 14, max: 60 } },
  "source-serif-4-latin-wght-italic": { wght: 400 },
  "inter-latin-wght-normal": { wght: { min: 400, max: 700 } },
};

const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));

/** Every character that the page, its figures or its modules could say. */
async function textCharacters() {
  const found = new Set(`${ascii}\u00a0\u200b\u2002`);
  const files = [path.join(root, "index.html")];
  for (const folder of ["www", "src"]) {
    for (const file of await readdir(path.join(root, folder), { recursive: true })) {
      if (/\.(ts|html|rs|css)$/.test(file)) files.push(path.join(root, folder, file));
    }
  }
  for (const file of files) for (const character of await readFile(file, "utf8")) found.add(character);
  return [...found].sort().join("");
}

/** For esbuild: a font that is imported, or named in a style sheet, becomes a file of its cut. */
export const fonts = {
  name: "fonts",
  setup(build) {
    const text = textCharacters();
    build.onLoad({ filter: /\.woff2$/ }, async ({ path: file }) => ({
      contents: await cut(file, text),
      loader: "file",
    }));
  },
};

async function cut(file, text) {
  const font = await readFile(file);
  const name = path.basename(file, ".woff2");
  // Of KaTeX's faces one holds hundreds of symbols of which a handful is set.
  let characters;
  if (name in axes) characters = await text;
  else if (name === "KaTeX_AMS-Regular") characters = ascii + (await amsCharacters());
  else return font;
  const options = { targetFormat: "woff2", variationAxes: axes[name] };
  const key = createHash("sha256")
    .update(font)
    .update(characters)
    .update(JSON.stringify(options))
    .digest("hex")
    .slice(0, 24);
  const place = path.join(kept, `${key}.woff2`);
  const known = await readFile(place).catch(() => null);
  if (known !== null) return known;
  const small = await subsetFont(font, characters, options);
  await mkdir(kept, { recursive: true });
  await writeFile(place, small);
  return small;
}
