/** Other people's sites: the page's files on another origin, and pages that embed them. */
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { test as base } from "./page";

export { expect } from "./page";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The package's README: what it says is what is tested. */
export const readme = readFileSync(`${root}pkg/README.md`, "utf8");

/** What the README says that a page needs which embeds elements from `files`. */
export function policyFor(files: string): string {
  const policy = /needs at least\s+```\n(.*)\n```/.exec(readme)?.[1];
  if (policy === undefined) throw new Error("pkg/README.md no longer gives a policy");
  return policy.replaceAll("https://course.example", new URL(files).origin);
}

interface Files {
  /** A folder of the project. */
  folder: string;
  /** Whether pages of other origins may have the files. */
  cors?: boolean;
  /** Another policy than the page's own. */
  csp?: string;
}

/** A page by its path, and what comes with it. */
export interface Site {
  [path: string]: { body: string; type?: string; csp?: string };
}

interface Hosts {
  /** Serves files in a folder of another origin; resolves with its address, which ends with a slash. */
  serveFiles(files: Files): Promise<string>;
  /** Serves pages; resolves with their origin. */
  serveSite(site: Site): Promise<string>;
}

interface StaticServer {
  serve(options: { root: string; prefix: string; port: number; cors?: boolean; csp?: string }): Promise<Server>;
}

const originOf = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;

/** Violations of any page's policy are problems behind the scenes. */
export const test = base.extend<{ hosts: Hosts }>({
  hosts: async ({ page, conduct }, use) => {
    const open: Server[] = [];
    await page.addInitScript(() =>
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        console.error(`policy: ${violatedDirective} ${blockedURI}`),
      ),
    );
    const known = (server: Server): string => {
      open.push(server);
      conduct.origins.push(`${originOf(server)}/`);
      return originOf(server);
    };
    await use({
      async serveFiles({ folder, cors, csp }) {
        const { serve } = (await import(`${root}xtask/node/static-server.mjs`)) as StaticServer;
        const prefix = "/far/away/";
        const server = await serve({
          root: root + folder,
          prefix,
          port: 0,
          ...(cors && { cors }),
          ...(csp && { csp }),
        });
        return known(server) + prefix;
      },
      async serveSite(site) {
        const server = createServer(({ url }, response) => {
          const found = site[(url ?? "").split("?")[0] ?? ""];
          const headers = {
            "Content-Type": found?.type ?? "text/html; charset=utf-8",
            ...(found?.csp && { "Content-Security-Policy": found.csp }),
          };
          response.writeHead(found ? 200 : 204, headers).end(found?.body);
        });
        await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
        return known(server);
      },
    });
    for (const server of open) {
      server.closeAllConnections();
      server.close();
    }
  },
});
