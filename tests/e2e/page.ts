/** A page that fails its test when anything goes wrong behind the scenes. */
import { test as base, expect } from "@playwright/test";

export { expect };

/** What a page did besides what the test looks at. */
export interface Conduct {
  /** Errors of scripts, of the console and of the content security policy, and failed requests. */
  problems: string[];
  /** Addresses asked for. */
  requests: string[];
  /** Problems that the test provokes; a problem that contains one of these is not counted. */
  expected: string[];
  /** Other places than the page's own folder that the test lets it ask. */
  origins: string[];
}

export const test = base.extend<{ conduct: Conduct }>({
  conduct: [
    async ({ page, baseURL }, use) => {
      const conduct: Conduct = { problems: [], requests: [], expected: [], origins: [] };
      page.on("pageerror", (error) => conduct.problems.push(`error: ${error.message}`));
      page.on("console", (message) => {
        if (message.type() === "error") conduct.problems.push(`console: ${message.text()} (${message.location().url})`);
      });
      // Of these only the window hears.
      await page.addInitScript(() =>
        addEventListener("error", ({ message }) => {
          if (message?.startsWith("ResizeObserver")) console.error(message);
        }),
      );
      page.on("requestfailed", (request) => {
        // A navigation away aborts what is still loading; that is no fault of the page.
        const reason = request.failure()?.errorText ?? "";
        if (reason !== "net::ERR_ABORTED") conduct.problems.push(`request: ${request.url()} ${reason}`);
      });
      page.on("response", (response) => {
        if (response.status() >= 400) conduct.problems.push(`response: ${response.status()} ${response.url()}`);
      });
      page.on("request", (request) => conduct.requests.push(request.url()));

      await use(conduct);

      const unexpected = conduct.problems.filter((problem) => !conduct.expected.some((part) => problem.includes(part)));
      expect(unexpected, "problems behind the scenes").toEqual([]);
      const own = [new URL(baseURL ?? "").href, ...conduct.origins];
      const foreign = conduct.requests.filter(
        (url) => !own.some((place) => url.startsWith(place)) && !/^(blob|data):/.test(url),
      );
      expect(foreign, "requests outside the page's own folder").toEqual([]);
    },
    { auto: true },
  ],
});
