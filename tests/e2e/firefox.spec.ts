/** Firefox: the page loads, every figure shows itself, and a model trains on the CPU; also on a page of another origin. */
import { existsSync } from "node:fs";
import { checkBrowser } from "./browser-checks";
import { Firefox } from "./firefox";

const program = process.env.FIREFOX ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync);

checkBrowser("Firefox", () => {
  if (program === undefined)
    throw new Error("Firefox is not installed: `cargo xtask setup --browser` does, or name it in FIREFOX");
  return Firefox.start(program);
});
