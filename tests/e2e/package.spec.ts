/** The npm package: what is in it, and a Vite app that only imports it. */
import { execFileSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { build, createServer } from "vite";
import { expect, readme, test } from "./hosts";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  values: { step: number; forward: number };
  train(steps: number): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const node = (folder: string, ...command: string[]): string =>
  execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

/** Makes the package in a folder of its own. */
async function makePackage(out: string): Promise<string> {
  node(root, "xtask/node/pkg.mjs", "--out", out);
  return out;
}

test("the package holds what the element needs, and nothing of the lecture's page", async ({}, info) => {
  const out = await makePackage(info.outputPath("elbo-room"));
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--silent"], { cwd: out, encoding: "utf8" }),
  ) as { name: string; version: string; size: number; files: { path: string }[] }[];
  expect(packed).toMatchObject({ name: "elbo-room", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  expect(packed?.size).toBeLessThan(15e6);
  const files = packed?.files.map(({ path }) => path) ?? [];
  for (const file of [
    "README.md",
    "LICENSE",
    "package.json",
    "elbo-room.d.ts",
    "elbo-room.js",
    "elbo-room-frame.js",
    "embed.html",
    "worker.js",
    "data/train-5.bin",
    "models/cover.bin",
    "engine-webgpu_bg.wasm",
  ])
    expect(files).toContain(file);
  expect(files.filter((file) => file.endsWith(".wasm"))).toHaveLength(7);
  expect(
    files.filter((file) => /^(index\.html|main\.js|page\.css|gallery|sw\.|.*\.map$)|source-serif/.test(file)),
  ).toEqual([]);
  await rm(out, { recursive: true });
});

/** What the app does with the figures on it. */
async function useFigures(page: Page): Promise<void> {
  await expect(page).toHaveTitle("500 samples");
  expect(await page.locator("#first").evaluate((figure: FigureElement) => figure.values.forward)).toBeCloseTo(
    Math.log(2) + (1 + 0.25) / 8 - 0.5,
    12,
  );
  const looks = await page.locator("#first .figure").evaluate((element) => {
    const { borderTopLeftRadius, fontFamily } = getComputedStyle(element);
    return { borderTopLeftRadius, fontFamily };
  });
  expect(looks).toEqual({ borderTopLeftRadius: "10px", fontFamily: expect.stringContaining("Inter Variable") });
  await expect(page.locator("#first .katex").first()).toBeVisible();
  await page.locator("#second").scrollIntoViewIfNeeded();
  await page.locator("#second").evaluate(async (figure: FigureElement) => {
    await figure.ready;
    await figure.train(50);
  });
  await expect.poll(() => page.locator("#second").evaluate((figure: FigureElement) => figure.values.step)).toBe(50);
  await page.evaluate(() => document.fonts.ready);
  expect(await page.evaluate(() => [...document.fonts].filter(({ status }) => status === "error").length)).toBe(0);
}

test("a Vite app imports it, and no more: built under a strict policy, and in development", async ({
  page,
  hosts,
  conduct,
}, info) => {
  const app = info.outputPath("app");
  await cp(path.join(root, "tests/hosts/vite"), app, { recursive: true });
  await makePackage(path.join(app, "node_modules/elbo-room"));
  // Fails with the compiler's words.
  node(app, path.join(root, "node_modules/typescript/bin/tsc"), "-p", app);

  const options = { root: app, configFile: false, logLevel: "error" } as const;
  await build({ ...options, base: "./" });
  const policy = /or in its own bundle,\s+```\n(.*)\n```/.exec(readme)?.[1];
  expect(policy).toContain("script-src 'self'");
  // The app's own icon is a data: address.
  const site = await hosts.serveFiles({
    folder: path.relative(root, path.join(app, "dist")),
    csp: `default-src 'none'; ${policy?.replace("img-src", "img-src data:")}`,
  });
  await page.goto(site);
  await useFigures(page);
  const of = (file: RegExp): string[] => conduct.requests.filter((url) => file.test(url));
  for (const file of [/\/worker-[^/]+\.js$/, /\/engine_bg-[^/]+\.wasm/, /\/lecture_bg-[^/]+\.wasm/])
    expect(of(file)).toHaveLength(1);
  expect(of(/^data:/)).toEqual([]);

  const server = await createServer({ ...options, server: { port: 0, host: "localhost" } });
  try {
    await server.listen();
    const address = server.resolvedUrls?.local[0] ?? "";
    conduct.origins.push(address);
    await page.goto(address);
    await useFigures(page);
  } finally {
    await page.goto("about:blank");
    await server.close();
    await rm(app, { recursive: true, force: true });
  }
});
