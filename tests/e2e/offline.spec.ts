/** The lecture without a network, and a new version of it while the old one is open. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { Figure, Lab } from "./lab-page";
import { test as base, expect } from "./page";

interface Host {
  /** A copy of the built page. */
  root: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Makes what is in the copy a version of its own, as a build does. */
  publish(): Promise<void>;
}

const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const prefix = "/courses/vae/";
let port = 0;

const test = base.extend<{ host: Host }>({
  host: async ({}, use) => {
    const { serve } = (await import("../../xtask/node/static-server.mjs" as string)) as {
      serve(options: object): Promise<Server>;
    };
    const { completeOffline } = (await import("../../xtask/node/offline.mjs" as string)) as {
      completeOffline(out: string): Promise<void>;
    };
    const root = await mkdtemp(path.join(tmpdir(), "elbo-room-"));
    await cp(dist, root, { recursive: true });
    let server: Server | null = null;
    const host: Host = {
      root,
      async start() {
        server = await serve({ root, prefix, port });
        port = (server.address() as AddressInfo).port;
      },
      async stop() {
        server?.closeAllConnections();
        await new Promise((resolve) => server?.close(resolve));
      },
      publish: () => completeOffline(root),
    };
    await host.start();
    await use(host);
    await host.stop();
    await rm(root, { recursive: true });
  },
  baseURL: async ({ host }, use) => {
    expect(host.root).not.toBe("");
    await use(`http://localhost:${port}${prefix}`);
  },
});

// Pictures of megabytes on their way are of no use to anybody.
test.use({ trace: "off" });

const controlled = (page: Page) =>
  page.waitForFunction(() => navigator.serviceWorker.controller !== null, undefined, { timeout: 60_000 });

test("offline the page opens, its figures compute and the Lab trains; the rest comes on request", async ({
  page,
  context,
  host,
  conduct,
}) => {
  test.setTimeout(240_000);
  await page.goto("./?offline");
  await controlled(page);
  const foot = page.locator("#offline");
  await expect(foot).toContainText("opens without a network, with the first 10,000 digits");
  const manifest = await page.evaluate(async () => (await fetch("./manifest.webmanifest")).json());
  for (const icon of manifest.icons)
    expect((await page.request.get(icon.src)).headers()["content-type"]).toBe("image/png");

  await context.setOffline(true);
  await host.stop();
  await page.reload();
  await expect(page).toHaveTitle(/ELBO Room/);
  const kl = new Figure<{ forward: number }>(page, "kl-gaussians");
  await kl.open();
  expect(Number.isFinite((await kl.values()).forward)).toBe(true);
  conduct.expected.push("train-1.bin");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 20_000, batchSize: 16 });
  await lab.play();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(10);
  await expect(lab.locator.locator(".lab-toolbar > .lab-data")).toContainText(/train-1\.bin .*no network/);
  await lab.pause();

  // Asked for without a network: said, and nothing is lost.
  const keep = foot.getByRole("button", { name: /Keep all digits and engines too, 1\d\.\d MB/ });
  await keep.click();
  await expect(foot).toContainText("train-1.bin could not be fetched: There is no network");
  await context.setOffline(false);
  await host.start();
  await keep.click();
  await expect(foot).toContainText("with all digits and engines", { timeout: 60_000 });
  await expect(keep).toBeHidden();

  await context.setOffline(true);
  await host.stop();
  await page.reload();
  await lab.open({ device: "cpu", trainImages: 60_000, batchSize: 16 });
  await lab.play();
  await expect.poll(async () => (await lab.values()).data?.trainImages, { timeout: 60_000 }).toBe(60_000);
  expect((await lab.values()).data?.problems).toEqual([]);
  await context.setOffline(false);
  await host.start();
});

test("a new version waits until it is let in, whole", async ({ page, context, host, conduct }) => {
  test.setTimeout(180_000);
  const changed = path.join(host.root, "figures/elbo.css");
  const before = await readFile(changed, "utf8");
  const change = async (mark: string): Promise<void> => {
    await writeFile(changed, `${before}/* ${mark} */`);
    const index = path.join(host.root, "index.html");
    await writeFile(index, (await readFile(index, "utf8")).replace(/<title>[^<]*/, `<title>ELBO Room ${mark}`));
    await host.publish();
  };
  const sheet = (of: Page) => of.evaluate(async () => (await fetch("./figures/elbo.css")).text());
  const update = () => page.evaluate(async () => void (await (await navigator.serviceWorker.ready).update()));

  // Chromium looks for an update only after a minute where a worker has been started before the service worker.
  await page.addInitScript(() => Reflect.deleteProperty(window, "Worker"));
  await page.goto("./?offline");
  await controlled(page);
  await change("second");
  await update();
  const news = page.locator(".news");
  await expect(news).toContainText("new version", { timeout: 60_000 });
  // The page and whatever it asks for, in another tab too, is of the version before.
  expect(await sheet(page)).toBe(before);
  const other = await context.newPage();
  await other.goto("./?offline");
  await expect(other).not.toHaveTitle(/second/);
  await news.getByRole("button", { name: "Reload" }).click();
  await expect(news).toContainText("open in another tab");
  expect(await sheet(page)).toBe(before);
  await other.close();
  await news.getByRole("button", { name: "Reload" }).click();
  await expect(page).toHaveTitle(/second/, { timeout: 30_000 });
  expect(await sheet(page)).toContain("second");
  await expect(news).toHaveCount(0);
  // Nothing of the first version is left.
  await expect
    .poll(() =>
      page.evaluate(async () => {
        const names = (await caches.keys()).filter((name) => name.startsWith("elbo-room http"));
        const files = await Promise.all(
          names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
        );
        return files.flat().filter((url) => url.includes("figures/elbo.css")).length;
      }),
    )
    .toBe(1);

  // A host in the middle of an update, whose files do not fit together: the version that is whole stays.
  conduct.expected.push("ServiceWorker", "another version");
  await change("third");
  await writeFile(changed, before);
  await update().catch(() => {});
  await page.waitForFunction(async () => (await navigator.serviceWorker.ready).installing === null, undefined, {
    timeout: 60_000,
  });
  await expect(news).toHaveCount(0);
  await page.reload();
  await expect(page).toHaveTitle(/second/);
  expect(await sheet(page)).toContain("second");
});

test("where storage is denied, nothing is said and the page works", async ({ page, conduct }) => {
  await page.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.reject(new DOMException("denied", "SecurityError"));
  });
  await page.clock.install();
  await page.goto("./?offline");
  await page.clock.runFor(10_000);
  await expect(page.locator("#offline")).toBeEmpty();
  expect(conduct.problems).toEqual([]);
});
