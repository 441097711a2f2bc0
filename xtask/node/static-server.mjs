// A static host as plain as they come: right types, the page's content security policy, and nothing else; no fallback,
// no cross-origin isolation. `prefix` is the folder of the host in which the page lives; `compress` answers in brotli,
// as hosts do; `cors` lets pages of other origins have the files, and `csp` is another policy than the page's own.

import { createReadStream, readFileSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const types = {
  ".bin": "application/octet-stream",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/** The policy that Trunk.toml gives to `trunk serve`; written there once. */
function contentSecurityPolicy() {
  const toml = readFileSync(fileURLToPath(new URL("../../Trunk.toml", import.meta.url)), "utf8");
  const policy = /^"?Content-Security-Policy"? = "([^"]+)"$/m.exec(toml)?.[1];
  if (!policy) throw new Error("Trunk.toml gives no Content-Security-Policy");
  return policy;
}

/** What hosts compress; the rest is compressed by nature. */
const compressible = /\.(css|html|js|json|svg|wasm|webmanifest)$/;
const brotli = promisify(brotliCompress);

/** Serves the files of `root` under `prefix`; resolves with the server when it listens on `port`. */
export function serve({ root, prefix = "/", port, compress = false, cors = false, csp = contentSecurityPolicy() }) {
  const compressed = new Map();
  /** A file in brotli, once a version; quality 5, about what hosts do on the fly. */
  async function inBrotli(file, version) {
    if (compressed.get(file)?.version !== version) {
      compressed.set(file, {
        version,
        bytes: brotli(await readFile(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
      });
    }
    return compressed.get(file).bytes;
  }
  const server = createServer(async (request, response) => {
    const answer = (status, text) => response.writeHead(status, { "Content-Type": "text/plain" }).end(`${text}\n`);
    let name;
    try {
      name = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    } catch {
      return answer(400, "malformed address");
    }
    if (!["GET", "HEAD"].includes(request.method)) return answer(405, "only GET and HEAD");
    if (!name.startsWith(prefix)) return answer(404, "not found");
    const relative = name.slice(prefix.length);
    const file = path.join(root, relative === "" || relative.endsWith("/") ? `${relative}index.html` : relative);
    if (!file.startsWith(path.join(root, path.sep))) return answer(404, "not found");
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return answer(404, "not found");
    const small = compress && compressible.test(file) && /\bbr\b/.test(request.headers["accept-encoding"] ?? "");
    const bytes = small ? await inBrotli(file, found.mtimeMs) : undefined;
    response.writeHead(200, {
      "Cache-Control": "no-cache",
      ...(cors && { "Access-Control-Allow-Origin": "*" }),
      ...(bytes && { "Content-Encoding": "br", Vary: "Accept-Encoding" }),
      "Content-Length": bytes?.length ?? found.size,
      "Content-Security-Policy": csp,
      "Content-Type": types[path.extname(file)] ?? "application/octet-stream",
      "X-Content-Type-Options": "nosniff",
    });
    if (request.method === "HEAD") return response.end();
    if (bytes) return response.end(bytes);
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "localhost", () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      root: { type: "string", default: fileURLToPath(new URL("../../dist", import.meta.url)) },
      prefix: { type: "string", default: "/" },
      port: { type: "string", default: "8080" },
      compress: { type: "boolean", default: false },
      cors: { type: "boolean", default: false },
    },
  });
  await serve({
    root: path.resolve(values.root),
    prefix: values.prefix,
    port: Number(values.port),
    compress: values.compress,
    cors: values.cors,
  });
  console.log(`http://localhost:${values.port}${values.prefix}`);
}
