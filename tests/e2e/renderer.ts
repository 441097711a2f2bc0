/** The memory of the page's process: what a phone counts before it closes a tab. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";

/**
 * Megabytes that the largest renderer holds, workers and WebAssembly memories included, after what is not used was
 * collected.
 */
export async function rendererMegabytes(browser: Browser, page: Page): Promise<number> {
  const pageTools = await page.context().newCDPSession(page);
  for (let i = 0; i < 2; i++) await pageTools.send("HeapProfiler.collectGarbage");
  await pageTools.detach();
  await page.waitForTimeout(500);
  const tools = await browser.newBrowserCDPSession();
  const { processInfo } = await tools.send("SystemInfo.getProcessInfo");
  await tools.detach();
  const sizes = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => residentMegabytes(id));
  return Math.max(...sizes);
}

function residentMegabytes(process: number): number {
  const status = readFileSync(`/proc/${process}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1000;
}
