/**
 * Which hands run where. `cargo xtask test`: a minute each of the seeds below; `cargo xtask hands`: what its
 * arguments say.
 */
import type { Mode } from "./hands-page";
import type { Run } from "./run";

export type BrowserName = "chromium" | "firefox";

/** Seconds on one page, in a long run of many. */
const PAGE_SECONDS = 100;

/**
 * In the tests: Chromium by role (1) and with its accessibility tree (2), Firefox (3); by the parity of the seeds,
 * see `modeOf`.
 */
const tested: { [browser in BrowserName]: number[] } = { chromium: [1, 2], firefox: [3] };

/**
 * Odd seeds find controls by role, even ones by CSS while the browser keeps its accessibility tree: a seed says all.
 */
export function modeOf(seed: number): Mode {
  return seed % 2 === 1 ? "role" : "tree";
}

/** The runs in a browser, one after another. */
export function runsIn(browser: BrowserName, given: NodeJS.ProcessEnv = process.env): Run[] {
  const { HANDS_MINUTES, HANDS_BROWSER = "both", HANDS_SEEDS = "" } = given;
  if (HANDS_BROWSER !== "both" && HANDS_BROWSER !== browser) return [];
  const run = (seed: number, seconds: number): Run => ({
    seed,
    seconds,
    again: `cargo xtask hands ${Number((seconds / 60).toFixed(2))} --browser ${browser} --seed ${seed}`,
  });
  if (HANDS_MINUTES === undefined) return tested[browser].map((seed) => run(seed, 60));
  const seconds = 60 * Number(HANDS_MINUTES);
  const seeds = HANDS_SEEDS.split(" ").filter(Boolean).map(Number);
  if (seeds.length > 0) return seeds.map((seed) => run(seed, seconds / seeds.length));
  const count = Math.max(1, Math.round(seconds / PAGE_SECONDS));
  return Array.from({ length: count }, (_, index) => run(index + 1, seconds / count));
}
