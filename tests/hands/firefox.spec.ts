/** Random hands in Firefox. */
import { expect, test } from "@playwright/test";
import { program } from "../e2e/firefox";
import { openFirefox } from "./firefox";
import { modeOf, runsIn } from "./plan";
import { runHands, timeOf } from "./run";

for (const run of runsIn("firefox")) {
  const mode = modeOf(run.seed);
  const how = mode === "role" ? "controls by role" : "with the accessibility tree";
  test(`random hands in Firefox, ${how}, seed ${run.seed}`, async ({ baseURL }) => {
    test.setTimeout(timeOf(run));
    expect(program, "Firefox is not installed: `cargo xtask setup --browser` does, or name it in FIREFOX").not.toBe("");
    const page = await openFirefox(baseURL ?? "", mode, program);
    try {
      console.log(`    ${await runHands(page, run)}`);
    } finally {
      await page.close();
    }
  });
}
