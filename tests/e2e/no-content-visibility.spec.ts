/** `content-visibility` crashes Chromium's tab on a mouse press: docs/chromium-content-visibility.md. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "@playwright/test";

/** Style sheets are files of their own or texts in scripts, minified or not. */
const FORBIDDEN = /content-visibility\s*:\s*(auto|hidden)|contentVisibility/g;

test("nothing that is built uses content-visibility", () => {
  const files = readdirSync("dist", { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(css|js|html)$/.test(name),
  );
  expect(files.length).toBeGreaterThan(10);
  const found = files.flatMap((name) =>
    [...readFileSync(path.join("dist", name), "utf8").matchAll(FORBIDDEN)].map(([text]) => `${name}: ${text}`),
  );
  expect(found).toEqual([]);
});
