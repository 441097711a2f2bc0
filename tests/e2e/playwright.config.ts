/** The built page in headless Chromium, from a folder of a plain static host, under the strict policy. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const port = 4173;
/** Not the root of the host: every address of the page must be relative. */
const prefix = "/courses/vae/";

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  // Training and the software adapter want a core each, and machines of two cores are common.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 30_000 },
  reporter: [["list"]],
  use: {
    baseURL: `http://localhost:${port}${prefix}`,
    viewport: { width: 1280, height: 800 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--enable-unsafe-webgpu",
        "--use-webgpu-adapter=swiftshader",
        "--enable-features=Vulkan",
        "--use-vulkan=swiftshader",
        "--enable-unsafe-swiftshader",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-quic",
      ],
    },
  },
  webServer: {
    command: `node xtask/node/static-server.mjs --prefix ${prefix} --port ${port}`,
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    url: `http://localhost:${port}${prefix}`,
    reuseExistingServer: false,
  },
});
