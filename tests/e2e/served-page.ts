/**
 * The built page on a plain host of its own, with one script before all others that notes whatever goes wrong in it.
 */
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Not the root of the host: every address of the page must be relative. */
const prefix = "/far/away/";

interface StaticServer {
  serve(options: { root: string; prefix: string; port: number; cors: boolean }): Promise<Server>;
}

/** A server of the tests. */
export interface Served {
  origin: string;
  close(): Promise<void>;
}

export interface ServedPage extends Served {
  /** The folder of the page, with a slash at its end. */
  address: string;
  /** Requests that were not answered with a file. */
  problems: string[];
}

/** What was noted in a window, by the script below. */
export type Noting = typeof globalThis & { noted?: string[] };

/**
 * Runs in the page: notes errors, rejections that nobody handles, what the policy refuses, and errors on the console.
 */
function note(): void {
  const noted: string[] = [];
  (globalThis as Noting).noted = noted;
  addEventListener(
    "error",
    ({ target, message, filename, lineno }) => {
      const missing = target instanceof Element ? `<${target.localName}> did not load` : "";
      noted.push(`error: ${missing || `${message} (${filename}:${lineno})`}`);
    },
    // What cannot be loaded tells its element only.
    { capture: true },
  );
  addEventListener("unhandledrejection", ({ reason }) => noted.push(`rejection: ${reason}`));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    noted.push(`policy: ${violatedDirective} ${blockedURI}`),
  );
  const say = console.error;
  console.error = (...said: unknown[]) => {
    noted.push(`console: ${said.join(" ")}`);
    say(...said);
  };
}

/** The script's name beside the page, for pages of other origins. */
export const noteScript = "note.js";

const originOf = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;

async function end(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

/** Serves `dist/`, to pages of other origins too. */
export async function servePage(): Promise<ServedPage> {
  const folder = await mkdtemp(path.join(tmpdir(), "elbo-room-page-"));
  for (const name of await readdir(`${root}dist`)) {
    const file = `${root}dist/${name}`;
    if (!["index.html", "embed.html"].includes(name)) await symlink(file, path.join(folder, name));
    else {
      const html = await readFile(file, "utf8");
      const noting = html.replace("<head>", `<head><script src="./${noteScript}"></script>`);
      if (noting === html) throw new Error(`${name} has no <head>`);
      await writeFile(path.join(folder, name), noting);
    }
  }
  await writeFile(path.join(folder, noteScript), `(${note.toString()})()`);
  const { serve } = (await import(`${root}xtask/node/static-server.mjs`)) as StaticServer;
  const server = await serve({ root: folder, prefix, port: 0, cors: true });
  const problems: string[] = [];
  server.on("request", ({ url }, response) =>
    response.once("finish", () => {
      // An icon that no page names the browser asks for by itself.
      if (response.statusCode >= 400 && url !== "/favicon.ico") problems.push(`${response.statusCode} ${url}`);
    }),
  );
  return {
    origin: originOf(server),
    address: `${originOf(server)}${prefix}`,
    problems,
    async close() {
      await end(server);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Serves one page of somebody else. */
export async function serveElsewhere(body: string, policy: string): Promise<Served> {
  const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy };
  const server = createServer(({ url }, response) =>
    url === "/" ? response.writeHead(200, headers).end(body) : response.writeHead(204).end(),
  );
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return { origin: originOf(server), close: () => end(server) };
}
