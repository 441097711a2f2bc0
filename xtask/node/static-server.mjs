// A static host as plain as they come: right types, the page's content security policy, and nothing else; no fallback, no
// cross-origin isolation. `prefix` is the folder of the host in which the page lives.

import { createReadStream, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const types = {
  ".bin": "application/octet-stream",
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};

/** The policy that Trunk.toml gives to `trunk serve`; written there once. */
function contentSecurityPolicy() {
  const toml = readFileSync(fileURLToPath(new URL("../../Trunk.toml", import.meta.url)), "utf8");
  const policy = /^"?Content-Security-Policy"? = "([^"]+)"$/m.exec(toml)?.[1];
  if (!policy) throw new Error("Trunk.toml gives no Content-Security-Policy");
  return policy;
}

/** Serves the files of `root` under `prefix`; resolves with the server when it listens on `port`. */
export function serve({ root, prefix = "/", port }) {
  const policy = contentSecurityPolicy();
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
    response.writeHead(200, {
      "Cache-Control": "no-cache",
      "Content-Length": found.size,
      "Content-Security-Policy": policy,
      "Content-Type": types[path.extname(file)] ?? "application/octet-stream",
      "X-Content-Type-Options": "nosniff",
    });
    if (request.method === "HEAD") return response.end();
    createReadStream(file).on("error", () => response.destroy()).pipe(response);
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
    },
  });
  await serve({ root: path.resolve(values.root), prefix: values.prefix, port: Number(values.port) });
  console.log(`http://localhost:${values.port}${values.prefix}`);
}
