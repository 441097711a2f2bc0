// Bundles the TypeScript and CSS of www/ and copies index.html, without touching the WebAssembly modules.
//
//   node xtask/node/bundle.mjs [--out DIR] [--debug] [--tables FILE]
//
// Trunk runs it as a pre-build hook (DIR is then its staging folder); `cargo xtask bundle` and `serve` run it on dist/.
// Every script lands in the root of DIR, chunks included, so that `new URL("./lecture.js", import.meta.url)` finds its
// neighbour from whichever chunk it is written in. With --tables, scripts only, and FILE stands for
// www/languages/tables.ts.

import { watch } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";
import { fonts } from "./fonts.mjs";
import { katex } from "./katex.mjs";
import { minifyScripts } from "./minify.mjs";
import { completeOffline } from "./offline.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Output name (without extension) and source of everything that is loaded by its name. */
const entryPoints = {
  early: "www/page/early.ts",
  main: "www/main.ts",
  "elbo-room": "www/elbo-figure.ts",
  worker: "www/engine/worker.ts",
  embed: "www/embed/embed.ts",
  "embed-figure": "www/embed/figure.ts",
  "elbo-room-frame": "www/embed/frame.ts",
  gallery: "www/gallery/gallery.ts",
  page: "www/styles/page.css",
  "gallery-page": "www/styles/gallery.css",
  "embed-page": "www/styles/embed.css",
  katex: "node_modules/katex/dist/katex.css",
};

/** Scales mix numbers here; d3-interpolate is one file, and would bring colours, dates and strings along. */
const numbersOnly = {
  name: "numbers-only",
  setup(build) {
    build.onResolve({ filter: /^d3-interpolate$/ }, () => ({
      path: "d3-interpolate",
      namespace: "numbers-only",
      sideEffects: false,
    }));
    build.onLoad({ filter: /.*/, namespace: "numbers-only" }, () => ({
      contents: `
        export const interpolate = (a, b) => (t) => a * (1 - t) + b * t;
        export { interpolate as interpolateNumber, interpolate as interpolateRound, interpolate as piecewise };`,
    }));
  },
};

/** `import("beside:engine.js")` stays an import of `./engine.js`, which Trunk leaves beside the chunks. */
const beside = {
  name: "beside",
  setup(build) {
    build.onResolve({ filter: /^beside:/ }, ({ path: name }) => ({
      path: name.replace("beside:", "./"),
      external: true,
    }));
  },
};

/**
 * A stylesheet imported from TypeScript becomes a file of its name in `out`/figures, and the import a `CSSStyleSheet`
 * that is filled from there (see www/base/sheet.ts): it downloads beside the scripts, and its fonts come by script.
 */
const shadowSheets = (out, minify) => ({
  name: "shadow-sheets",
  setup(build) {
    const sources = new Map();
    build.onResolve({ filter: /\.css$/ }, async ({ path: file, kind, resolveDir, pluginData }) => {
      if (!["import-statement", "dynamic-import"].includes(kind) || pluginData === "resolving") return undefined;
      const found = await build.resolve(file, { kind, resolveDir, pluginData: "resolving" });
      return found.errors.length > 0 ? found : { path: found.path, namespace: "shadow-sheets" };
    });
    build.onLoad({ filter: /.*/, namespace: "shadow-sheets" }, async ({ path: file }) => {
      const name = path.basename(file);
      if ((sources.get(name) ?? file) !== file)
        throw new Error(`Two style sheets are named ${name}: ${file} and ${sources.get(name)}.`);
      sources.set(name, file);
      const result = await esbuild.build({
        entryPoints: [file],
        outfile: path.join(out, "figures", name),
        bundle: true,
        minify,
        metafile: true,
        absWorkingDir: root,
        logLevel: "silent",
      });
      return {
        contents: `
          import { fetchSheet } from "./www/base/sheet";
          export default fetchSheet(new URL("./figures/${name}", import.meta.url));`,
        resolveDir: root,
        watchFiles: Object.keys(result.metafile.inputs).map((input) => path.resolve(root, input)),
      };
    });
  },
});

/**
 * What is shared by some scripts and not by others becomes a file of its own, and would be dozens that are fetched and
 * compressed apart. So every script that is fetched later imports the element, which is there anyway, and every chapter
 * everything that figures draw with: two files.
 */
const partsTogether = {
  name: "parts-together",
  setup(build) {
    const imports = (...files) =>
      files.map((file) => `import ${JSON.stringify(path.join(root, "www", file))};`).join("");
    const after = async (before, file) => ({ contents: before + (await readFile(file, "utf8")), loader: "ts" });
    build.onLoad({ filter: /(engine[\\/]client|katex[\\/]katex)\.ts$/ }, ({ path: file }) =>
      after(imports("elbo-figure.ts"), file),
    );
    build.onLoad(
      { filter: /(figures[\\/]chapters[\\/]\d+|element[\\/]save[\\/]save)\.ts$/ },
      async ({ path: file }) => {
        const scripts = ["base", "parts", "engine/figure"].map(async (folder) => {
          const names = await readdir(path.join(root, "www", folder));
          return names.filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`);
        });
        return after(imports("elbo-figure.ts", ...(await Promise.all(scripts)).flat()), file);
      },
    );
  },
};

/** Other languages than the page has: the file `tables` stands for www/languages/tables.ts. */
const speaking = (tables) => ({
  name: "speaking",
  setup(build) {
    if (tables !== null) build.onResolve({ filter: /\/tables$/ }, () => ({ path: tables }));
  },
});

/** index.html as Trunk would leave it: the chapters in their places, and none of Trunk's own links. */
async function copyHtml(out) {
  const html = await readFile(path.join(root, "index.html"), "utf8");
  let page = "";
  let copied = 0;
  for (const link of html.matchAll(/[ \t]*<link\b[^>]*\bdata-trunk\b[^>]*>[ \t]*\n?/g)) {
    page += html.slice(copied, link.index);
    copied = link.index + link[0].length;
    const [, file] = /\brel="inline"/.test(link[0]) ? (/\bhref="([^"]+)"/.exec(link[0]) ?? []) : [];
    if (file) page += await readFile(path.join(root, file), "utf8");
  }
  await writeFile(path.join(out, "index.html"), page + html.slice(copied));
}

/** Removes what an earlier bundle left: names of chunks carry a hash and would pile up; maps are for debugging only. */
async function removeOldChunks(out, outputs) {
  const current = new Set(outputs.map((file) => path.basename(file)));
  for (const file of await readdir(out)) {
    if (/^chunk-[A-Z0-9]+\.js$|\.map$/.test(file) && !current.has(file)) await rm(path.join(out, file));
  }
}

/** Completes every bundle and says so. */
const finish = (out, html, minified) => ({
  name: "finish",
  setup(build) {
    let started = 0;
    build.onStart(() => {
      started = performance.now();
    });
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      await removeOldChunks(out, Object.keys(metafile.outputs));
      await copyFile(path.join(root, "www/embed/embed.html"), path.join(out, "embed.html"));
      await copyFile(path.join(root, "www/gallery/gallery.html"), path.join(out, "gallery.html"));
      await copyFile(path.join(root, "THIRD_PARTY.md"), path.join(out, "third-party.txt"));
      if (html) await copyHtml(out);
      if (minified) await minifyScripts(Object.keys(metafile.outputs).map((file) => path.resolve(root, file)));
      if (html) await completeOffline(out, minified);
      console.log(`    bundled www/ into ${path.relative(root, out)} in ${Math.round(performance.now() - started)} ms`);
    });
  },
});

/** esbuild watches what it bundles; the page's text is ours to watch. */
function watchText(context) {
  let waiting;
  const changed = (_, file) => {
    if (!file?.endsWith(".html")) return;
    clearTimeout(waiting);
    // A failure has been shown where it happened.
    waiting = setTimeout(() => void context.rebuild().catch(() => {}), 50);
  };
  watch(path.join(root, "www"), { recursive: true }, changed);
  watch(root, changed);
}

/**
 * Bundles into the folder `out`. `debug`: readable, with source maps. `watching`: again on every change, until the
 * process ends. `html`: copies index.html too. `tables`: a file in place of www/languages/tables.ts.
 */
export async function bundle({ out, debug = false, watching = false, html = true, tables = null }) {
  await mkdir(out, { recursive: true });
  // What is in the folder is kept for use without a network: nothing may be left of an earlier bundle.
  for (const folder of ["figures", "fonts"]) await rm(path.join(out, folder), { recursive: true, force: true });
  const context = await esbuild.context({
    absWorkingDir: root,
    entryPoints,
    outdir: out,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: !debug,
    sourcemap: debug ? "linked" : false,
    legalComments: "eof",
    metafile: true,
    chunkNames: "chunk-[hash]",
    assetNames: "fonts/[name]",
    // KaTeX names its version, which nobody asks for.
    define: { __VERSION__: '""' },
    plugins: [
      fonts,
      beside,
      shadowSheets(out, !debug),
      katex,
      numbersOnly,
      partsTogether,
      speaking(tables),
      finish(out, html, !debug && !watching),
    ],
    logLevel: "warning",
  });
  if (watching) {
    await context.watch();
    if (html) watchText(context);
  } else {
    try {
      await context.rebuild();
    } finally {
      await context.dispose();
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const staging = process.env.TRUNK_STAGING_DIR;
  // `cargo xtask` has Trunk build modules from a page of their own, and bundles the rest itself.
  if (staging && path.basename(process.env.TRUNK_HTML_FILE) !== "index.html") process.exit(0);
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: staging ?? path.join(root, "dist") },
      debug: { type: "boolean", default: process.env.TRUNK_PROFILE === "debug" },
      tables: { type: "string" },
    },
  });
  try {
    const tables = values.tables === undefined ? null : path.resolve(values.tables);
    await bundle({
      out: path.resolve(values.out),
      debug: values.debug,
      html: staging === undefined && tables === null,
      tables,
    });
  } catch (error) {
    // esbuild has shown its own errors where they are.
    if (!error.errors) console.error(`bundle: ${error.message}`);
    process.exit(1);
  }
}
