/**
 * Hands that break something see it, in each browser: a small page goes wrong in every way that the lecture's page must
 * not.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { program } from "../e2e/firefox";
import { openChromium } from "./chromium";
import { openFirefox } from "./firefox";
import type { HandsPage } from "./hands-page";
import { type Patience, runHands } from "./run";
import { afterwards, behindTheScenes, smallPage, worker } from "./small-page";

const patience: Patience = { act: 6000, look: 30_000, figure: 1000 };
const run = { seconds: 1.5, again: "this test" };

function serve(fault: string): Promise<Server> {
  const files: { [path: string]: [type: string, text: string] } = {
    "/": ["text/html", smallPage(fault)],
    "/worker.js": ["text/javascript", worker],
    "/favicon.ico": ["text/plain", ""],
  };
  const server = createServer(({ url = "" }, response) => {
    const [type, text] = files[url] ?? ["text/plain", undefined];
    response.writeHead(text === undefined ? 404 : 200, { "Content-Type": type }).end(text);
  });
  return new Promise((resolve) => server.listen(0, "localhost", () => resolve(server)));
}

const open = {
  Chromium: (address: string, options: object): Promise<HandsPage> => openChromium(address, "role", options),
  Firefox: (address: string): Promise<HandsPage> => openFirefox(address, "tree", program),
};

for (const browser of ["Chromium", "Firefox"] as const) {
  test(`random hands in ${browser} see what they break`, async ({ launchOptions }) => {
    test.setTimeout(240_000);
    /** The report of hands on a page with this fault; empty: nothing was wrong. */
    const report = async (fault: string): Promise<string> => {
      const server = await serve(fault);
      const { port } = server.address() as AddressInfo;
      const page = await open[browser](`http://localhost:${port}/`, launchOptions);
      try {
        return await runHands(page, { ...run, seed: 5 }, patience).then(
          () => "",
          (error: Error) => error.message,
        );
      } finally {
        await page.close();
        server.closeAllConnections();
        server.close();
      }
    };
    expect(await report("")).toBe("");
    const faults = browser === "Chromium" ? [...behindTheScenes, ...afterwards] : behindTheScenes;
    for (const { what, script, report: words } of faults) {
      const said = await report(script);
      expect(said, what).toMatch(words);
      expect(said, what).toContain("seed 5");
      expect(said, what).toMatch(/\d+\. [\d.]+ s, (cover|lab): /);
    }
  });
}
