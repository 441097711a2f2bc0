/** WebKit, Safari's engine: the same. */
import { existsSync } from "node:fs";
import { checkBrowser } from "./browser-checks";
import { WebKit } from "./webkit";

const found = (variable: string, usual: string): string => {
  const program = process.env[variable] ?? usual;
  if (existsSync(program)) return program;
  throw new Error(`${program} is not installed: \`cargo xtask setup --browser\` does, or name it in ${variable}`);
};

checkBrowser("WebKit", () =>
  WebKit.start({ driver: found("WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver"), display: found("XVFB", "/usr/bin/Xvfb") }),
);
