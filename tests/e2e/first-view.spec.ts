/** What is fetched before anything is touched: few files, few bytes, and nothing jumps. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "./page";

/** Bytes as they are transferred, compressed. */
const BYTES = 600_000;
const REQUESTS = 25;

/** The engine and its model come after the first view, and have budgets of their own. */
const ofEngine = /\/(worker|engine)[^/]*\.(js|wasm)$|\/models\/|\/data\//;

for (const [name, viewport] of Object.entries({
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
})) {
  test.describe(name, () => {
    let server: Server;
    test.use({
      viewport,
      baseURL: async ({}, use) => {
        const { serve } = (await import("../../xtask/node/static-server.mjs" as string)) as {
          serve(options: object): Promise<Server>;
        };
        server = await serve({
          root: fileURLToPath(new URL("../../dist", import.meta.url)),
          prefix: "/vae/",
          port: 0,
          compress: true,
        });
        await use(`http://localhost:${(server.address() as AddressInfo).port}/vae/`);
        server.closeAllConnections();
        server.close();
      },
    });

    test(`the first view on a ${name} is within its budgets, and stands still`, async ({ page }) => {
      await page.addInitScript(() => {
        Object.assign(globalThis, { shifted: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            (globalThis as unknown as { shifted: number }).shifted += (
              entry as PerformanceEntry & { value: number }
            ).value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      const network = await page.context().newCDPSession(page);
      await network.send("Network.enable");
      const files = new Map<string, { url: string; bytes: number }>();
      network.on("Network.requestWillBeSent", ({ requestId, request }) =>
        files.set(requestId, { url: request.url, bytes: 0 }),
      );
      network.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
        const file = files.get(requestId);
        if (file) file.bytes = encodedDataLength;
      });
      await page.goto("./");
      await page.waitForFunction(() => document.getElementById("cover")?.matches(":state(shown)"));
      await page.waitForTimeout(1500);
      const counted = [...files.values()].filter(({ url }) => !ofEngine.test(url));
      const bytes = counted.reduce((sum, file) => sum + file.bytes, 0);
      console.log(`first view on a ${name}: ${counted.length} requests, ${(bytes / 1000).toFixed(0)} kB`);
      expect(counted.length, counted.map(({ url }) => url).join("\n")).toBeLessThanOrEqual(REQUESTS);
      expect(bytes).toBeLessThanOrEqual(BYTES);
      expect(await page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)).toBeLessThan(0.05);
    });
  });
}
