// The last step of every build of the page: icons and manifest, with which it can be installed; its version; and the
// service worker, which lists every file with its contents' digest (see www/offline/service-worker.ts).

import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { icon } from "./icons.mjs";
import { minifyScripts } from "./minify.mjs";

const root = path.resolve(import.meta.dirname, "../..");

/** Kept on request: all shards but the first, and the engine for WebGPU. */
const onRequest = /^(data\/train-[1-9]\d*\.bin|engine-webgpu(_bg\.wasm|\.js))$/;
/** Not part of the lecture, or not to be kept by a service worker. */
const left = /^(sw\.js|bench\/.*|.*\.map|_headers)$/;

const manifest = {
  name: "ELBO Room: variational autoencoders, computed as you read",
  short_name: "ELBO Room",
  description: "A lecture on variational autoencoders that is a working laboratory.",
  lang: "en",
  id: "./",
  start_url: "./",
  scope: "./",
  display: "standalone",
  background_color: "#14161b",
  theme_color: "#14161b",
  categories: ["education"],
  icons: [
    { src: "./icons/192.png", sizes: "192x192", type: "image/png" },
    { src: "./icons/512.png", sizes: "512x512", type: "image/png" },
    { src: "./icons/maskable.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
  ],
};

/** The digest of www/offline/digest.ts. */
const digest = (contents) => createHash("sha256").update(contents).digest("base64").slice(0, 8);

/** Completes the page in the folder `out`. */
export async function completeOffline(out, minify = true) {
  await mkdir(path.join(out, "icons"), { recursive: true });
  await writeFile(path.join(out, "icons/192.png"), icon(192));
  await writeFile(path.join(out, "icons/512.png"), icon(512));
  await writeFile(path.join(out, "icons/maskable.png"), icon(512, 0.6));
  await writeFile(path.join(out, "manifest.webmanifest"), JSON.stringify(manifest));

  const index = path.join(out, "index.html");
  const html = (await readFile(index, "utf8")).replace(/<meta name="version"[^>]*>/, "");
  const files = (await readdir(out, { recursive: true, withFileTypes: true }))
    .filter((file) => file.isFile())
    .map((file) => path.relative(out, path.join(file.parentPath, file.name)).split(path.sep).join("/"))
    .filter((file) => file !== "index.html" && !left.test(file))
    .sort();
  const contents = await Promise.all(files.map((file) => readFile(path.join(out, file))));
  const listed = files.map((file, i) => [file, digest(contents[i]), contents[i].length]);
  const version = digest(JSON.stringify([listed, digest(html)]));
  const page = html.replace("</head>", `<meta name="version" content="${version}"></head>`);
  await writeFile(index, page);
  listed.push(["index.html", digest(page), page.length]);

  const outfile = path.join(out, "sw.js");
  await build({
    absWorkingDir: root,
    entryPoints: ["www/offline/service-worker.ts"],
    outfile,
    bundle: true,
    minify,
    format: "iife",
    target: "es2022",
    logLevel: "warning",
    define: {
      "process.env.NODE_ENV": '"production"',
      VERSION: JSON.stringify(version),
      CORE: JSON.stringify(
        listed.filter(([file]) => !onRequest.test(file)).map(([file, revision]) => [file, revision]),
      ),
      EXTRA: JSON.stringify(listed.filter(([file]) => onRequest.test(file))),
    },
  });
  if (minify) await minifyScripts([outfile]);
}
