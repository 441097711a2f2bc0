/** Three minutes of training leave memory and speed as they were; `cargo xtask soak` trains for longer. */
import type { Browser } from "@playwright/test";
import { expect, test } from "./page";

test.use({ trace: "off" });

type Soak = (
  browser: Browser,
  address: string,
  options: { minutes: number; slack: number; print(line: string): void },
) => Promise<string[]>;

test("memory and the cost of a step stay what they were, and the model is right", async ({ browser, baseURL }) => {
  test.setTimeout(360_000);
  const { soak } = (await import("../../xtask/node/soak.mjs" as string)) as { soak: Soak };
  const lines: string[] = [];
  // Short: one more block of memory is no leak yet.
  const problems = await soak(browser, baseURL ?? "", { minutes: 3, slack: 16, print: (line) => lines.push(line) });
  expect(problems, lines.join("\n")).toEqual([]);
});
