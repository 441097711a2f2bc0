// Bundles the TypeScript and CSS of www/ and copies index.html, without touching the WebAssembly modules.
//
//   node xtask/node/bundle.mjs [--out DIR] [--debug]
//
// Trunk runs it as a pre-build hook (DIR is then its staging folder); `cargo xtask bundle` and `serve` run it on dist/.
// Every script lands in the root of DIR, chunks included, so that `new URL("./lecture.js", import.meta.url)` finds its
// neighbour from whichever chunk it is written in.

import { existsSync, watchFile } from "node:fs";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as esbuild from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** Output name (without extension) and source of everything that is loaded by its name. */
const entryPoints = {
  main: "www/main.ts",
  "elbo-room": "www/elbo-figure.ts",
  worker: "www/engine/worker.ts",
  page: "www/styles/page.css",
  katex: "node_modules/katex/dist/katex.css",
};

/** KaTeX offers three formats of each font; every browser that runs WebAssembly SIMD reads woff2. */
const katexFonts = {
  name: "katex-fonts",
  setup(build) {
    build.onLoad({ filter: /katex[^/]*\.css$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, "utf8")).replace(/,\s*url\([^)]*\.(woff|ttf)\)\s*format\([^)]*\)/g, ""),
      loader: "css",
    }));
  },
};

/** A stylesheet imported from TypeScript arrives as text, for the shadow roots' constructable style sheets. */
const cssText = (minify) => ({
  name: "css-text",
  setup(build) {
    build.onResolve({ filter: /\.css$/ }, async ({ path: file, kind, resolveDir, pluginData }) => {
      if (kind !== "import-statement" || pluginData === "resolving") return undefined;
      const found = await build.resolve(file, { kind, resolveDir, pluginData: "resolving" });
      return found.errors.length > 0 ? found : { path: found.path, namespace: "css-text" };
    });
    build.onLoad({ filter: /.*/, namespace: "css-text" }, async ({ path: file }) => {
      const result = await esbuild.build({
        entryPoints: [file],
        bundle: true,
        minify,
        write: false,
        metafile: true,
        absWorkingDir: root,
        loader: { ".woff2": "empty" },
        plugins: [katexFonts],
        logLevel: "silent",
      });
      return {
        contents: result.outputFiles[0].text,
        loader: "text",
        watchFiles: Object.keys(result.metafile.inputs).map((input) => path.resolve(root, input)),
      };
    });
  },
});

/** index.html as Trunk would leave it: its own links are instructions and do not belong in the page. */
async function copyHtml(out) {
  const html = await readFile(path.join(root, "index.html"), "utf8");
  await writeFile(path.join(out, "index.html"), html.replace(/^[ \t]*<link\b[^>]*\bdata-trunk\b[^>]*>[ \t]*\n?/gm, ""));
}

/** Removes what an earlier bundle left: names of chunks carry a hash and would pile up. */
async function removeOldChunks(out, outputs) {
  const current = new Set(outputs.map((file) => path.basename(file)));
  for (const file of await readdir(out)) {
    if (/^chunk-[A-Z0-9]+\.js(\.map)?$/.test(file) && !current.has(file)) await rm(path.join(out, file));
  }
}

/** Completes every bundle and says so. */
const finish = (out, html) => ({
  name: "finish",
  setup(build) {
    let started = 0;
    build.onStart(() => {
      started = performance.now();
    });
    build.onEnd(async ({ errors, metafile }) => {
      if (errors.length > 0) return;
      await removeOldChunks(out, Object.keys(metafile.outputs));
      if (html) await copyHtml(out);
      console.log(`    bundled www/ into ${path.relative(root, out)} in ${Math.round(performance.now() - started)} ms`);
    });
  },
});

/**
 * Bundles into the folder `out`. `debug`: readable, with source maps. `watch`: again on every change, until the process
 * ends. `html`: copies index.html too.
 */
export async function bundle({ out, debug = false, watch = false, html = true }) {
  for (const [name, source] of Object.entries(entryPoints)) {
    if (existsSync(path.join(root, source))) continue;
    console.warn(`bundle: ${source} is missing; left out`);
    delete entryPoints[name];
  }
  await mkdir(out, { recursive: true });
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
    loader: { ".woff2": "file" },
    plugins: [cssText(!debug), katexFonts, finish(out, html)],
    logLevel: "warning",
  });
  if (watch) {
    await context.watch();
    // esbuild watches what it bundles; the page's text is ours to watch. A failure has been shown when it happened.
    if (html) watchFile(path.join(root, "index.html"), { interval: 300 }, () => void context.rebuild().catch(() => {}));
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
  const { values } = parseArgs({
    options: {
      out: { type: "string", default: staging ?? path.join(root, "dist") },
      debug: { type: "boolean", default: process.env.TRUNK_PROFILE === "debug" },
    },
  });
  try {
    await bundle({ out: path.resolve(values.out), debug: values.debug, html: staging === undefined });
  } catch (error) {
    // esbuild has shown its own errors where they are.
    if (!error.errors) console.error(`bundle: ${error.message}`);
    process.exit(1);
  }
}
