/** Random hands: the settings of the other browser tests, but for what takes pictures of every act. */
import { defineConfig } from "@playwright/test";
import endToEnd from "../e2e/playwright.config";

export default defineConfig({ ...endToEnd, use: { ...endToEnd.use, trace: "off" } });
