/** Random hands in Chromium. */
import { test } from "@playwright/test";
import { openChromium } from "./chromium";
import { modeOf, runsIn } from "./plan";
import { runHands, timeOf } from "./run";

for (const run of runsIn("chromium")) {
  const mode = modeOf(run.seed);
  const how = mode === "role" ? "controls by role" : "with the accessibility tree";
  test(`random hands in Chromium, ${how}, seed ${run.seed}`, async ({ baseURL, launchOptions }) => {
    test.setTimeout(timeOf(run));
    const page = await openChromium(baseURL ?? "", mode, launchOptions);
    try {
      console.log(`    ${await runHands(page, run)}`);
    } finally {
      await page.close();
    }
  });
}
