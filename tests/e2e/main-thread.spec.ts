/** While a model trains, the page stays free. */
import { Lab } from "./lab-page";
import { expect, test } from "./page";

// The test runner's own trace takes pictures of the page on its main thread.
test.use({ trace: "off" });

test("the main thread is never busy for 50 ms while a model trains", async ({ page, browser }) => {
  await page.goto("./");
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000 });
  await lab.play();
  await lab.locator.locator(".map-over").first().scrollIntoViewIfNeeded();
  await expect.poll(async () => (await lab.values()).step, { timeout: 60_000 }).toBeGreaterThan(30);
  // Thread time, not the clock: other processes of the test machine are no fault of the page.
  await browser.startTracing(page, { categories: ["devtools.timeline", "toplevel"] });
  await page.waitForTimeout(6000);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: {
      name: string;
      ph: string;
      pid: number;
      tid: number;
      ts: number;
      tdur?: number;
      args: { name?: string };
    }[];
  };
  const mains = traceEvents
    .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid} ${tid}`);
  const tasks = traceEvents.filter(
    ({ name, ph, pid, tid }) => ph === "X" && name.endsWith("RunTask") && mains.includes(`${pid} ${tid}`),
  );
  // The start of the trace is a task of its own.
  const begin = Math.min(...tasks.map(({ ts }) => ts)) + 1e6;
  const longest = Math.max(...tasks.filter(({ ts }) => ts > begin).map(({ tdur }) => (tdur ?? 0) / 1000));
  console.log(`longest main-thread task while training: ${longest.toFixed(1)} ms`);
  expect(tasks.length).toBeGreaterThan(100);
  expect(longest).toBeLessThan(50);
  expect((await lab.values()).playing).toBe(true);
});
