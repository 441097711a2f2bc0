/**
 * Firefox: the page loads, every figure shows itself, and a model trains on the CPU; also on a page of another origin.
 */
import { checkBrowser } from "./browser-checks";
import { Firefox, program } from "./firefox";

checkBrowser("Firefox", () => {
  if (program === "")
    throw new Error("Firefox is not installed: `cargo xtask setup --browser` does, or name it in FIREFOX");
  return Firefox.start(program);
});
