/** What every browser must show, whoever drives it: the lecture's page, and its figures on a page of another origin. */
import { expect, test } from "@playwright/test";
import { type DrivenBrowser, viewport } from "./driven-browser";
import { checksIn } from "./figure-tables";
import { policyFor } from "./hosts";
import { type LabElement, type LabValues, three } from "./lab-page";
import { type Noting, noteScript, type ServedPage, serveElsewhere, servePage } from "./served-page";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: object;
  values: unknown;
  train(steps: number): Promise<void>;
}

/** Runs all checks in the browser that `start` starts. */
export function checkBrowser(name: string, start: () => Promise<DrivenBrowser>): void {
  test.describe(name, () => {
    let browser: DrivenBrowser;
    let page: ServedPage;

    test.beforeAll(async () => {
      page = await servePage();
      browser = await start();
    });
    test.afterAll(async () => {
      await browser?.close();
      await page?.close();
    });
    test.afterEach(async () => {
      const { status, expectedStatus } = test.info();
      if (status !== expectedStatus && browser)
        await test.info().attach("window", { body: await browser.picture(), contentType: "image/png" });
    });

    /** Nothing went wrong where scripts run now, nor behind the scenes. */
    async function expectNoProblems(): Promise<void> {
      const noted = await browser.evaluate(() => (globalThis as Noting).noted ?? ["the page does not note its errors"]);
      const told = [...browser.problems, ...page.problems].filter((problem) => !problem.includes("favicon.ico"));
      expect([...noted, ...told], "problems behind the scenes").toEqual([]);
    }

    test("every figure comes up, with numbers that are finite and checks that hold", async () => {
      test.setTimeout(240_000);
      await browser.open(page.address);
      const figures = await browser.evaluate(async () => {
        const elements = [...document.querySelectorAll<FigureElement>("elbo-figure")];
        const seen = elements.map(async (element) => {
          const failed = await element.ready.then(
            () => "",
            (error: Error) => error.message,
          );
          const shadow = element.shadowRoot;
          return {
            name: element.getAttribute("name") ?? "",
            failed,
            alert: shadow?.querySelector(".message-error:not([hidden])")?.textContent ?? "",
            shown: element.matches(":state(shown)"),
            sheets: shadow?.adoptedStyleSheets.length ?? 0,
            height: element.getBoundingClientRect().height,
            drawn: shadow?.querySelectorAll("svg *, canvas, table, img").length ?? 0,
            // JSON has no word for these.
            values: JSON.stringify(element.values, (_, value) =>
              typeof value === "number" && !Number.isFinite(value) ? `not finite: ${value}` : value,
            ),
          };
        });
        return Promise.all(seen);
      });
      console.log(`${name}: ${figures.length} figures`);
      expect(figures.length).toBeGreaterThan(30);
      for (const { name, failed, alert, shown, sheets, height, drawn, values } of figures) {
        expect({ name, failed, alert, shown }).toEqual({ name, failed: "", alert: "", shown: true });
        expect(sheets, name).toBeGreaterThan(0);
        expect(height, name).toBeGreaterThan(200);
        expect(drawn, name).toBeGreaterThan(0);
        expect(values.length, name).toBeGreaterThan(2);
        expect(values, name).not.toContain("not finite");
        const checks = checksIn(JSON.parse(values));
        expect(checks.filter(({ holds }) => !holds).map(({ path }) => `${name}: ${path}`)).toEqual([]);
      }
      await expectNoProblems();
    });

    test("every formula is set, in its own fonts", async () => {
      await browser.open(page.address);
      const formulas = await browser.evaluate(async () => {
        const all = [...document.querySelectorAll(".m, .mm")];
        const missing = () => all.find((formula) => !formula.querySelector(".katex"));
        for (let tries = 0; tries < 300 && missing(); tries += 1) {
          missing()?.scrollIntoView();
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await document.fonts.ready;
        const roots = [document, ...[...document.querySelectorAll("elbo-figure")].map((each) => each.shadowRoot)];
        return {
          all: all.length,
          missing: missing()?.textContent ?? "",
          // Set, and as large as text: a formula without its style sheet has no height.
          flat: all.filter((formula) => formula.getBoundingClientRect().height < 8).length,
          wrong: roots.flatMap((root) =>
            [...(root?.querySelectorAll(".katex-error") ?? [])].map((each) => each.outerHTML),
          ),
          fonts: [...document.fonts]
            .filter(({ status }) => status === "loaded")
            .map(({ family }) => family.replaceAll('"', "")),
        };
      });
      console.log(`${name}: ${formulas.all} formulas`);
      expect(formulas).toMatchObject({ missing: "", flat: 0, wrong: [] });
      expect(formulas.all).toBeGreaterThan(100);
      expect(formulas.fonts).toEqual(
        expect.arrayContaining(["Inter Variable", "Source Serif 4 Variable", "KaTeX_Main"]),
      );
      await expectNoProblems();
    });

    test("a link into the page arrives at its figure", async () => {
      await browser.open(page.address);
      const top = await browser.evaluate(async () => {
        location.hash = "#kl-gaussians";
        const figure = document.getElementById("kl-gaussians") as FigureElement;
        await figure.ready;
        await new Promise((resolve) => setTimeout(resolve, 2500));
        return figure.getBoundingClientRect().top;
      });
      expect(top).toBeGreaterThan(40);
      expect(top).toBeLessThan(120);
      await expectNoProblems();
    });

    test("every figure fits into a window that becomes narrow, and wide again", async () => {
      test.setTimeout(240_000);
      await browser.open(page.address);
      const ready = () =>
        browser.evaluate(async () => {
          await Promise.all([...document.querySelectorAll<FigureElement>("elbo-figure")].map(({ ready }) => ready));
        });
      const widest = () =>
        browser.evaluate(async () => {
          const drawn = [...document.querySelectorAll("elbo-figure")].flatMap((figure) => [
            ...(figure.shadowRoot?.querySelectorAll(".plot, .pad-canvas, .map-over, .lab-chart") ?? []),
          ]);
          for (let frames = 0; frames < 5; frames += 1) await new Promise(requestAnimationFrame);
          return Math.max(...drawn.map((each) => each.getBoundingClientRect().right)) - innerWidth;
        });
      await ready();
      try {
        for (const width of [600, viewport.width]) {
          await browser.resize({ ...viewport, width });
          await expect.poll(() => browser.evaluate(() => innerWidth)).toBe(width);
          expect(await widest(), `at ${width} pixels`).toBeLessThanOrEqual(0);
        }
      } finally {
        await browser.resize(viewport);
      }
      await expectNoProblems();
    });

    test("a digit drawn on the pad gets a code", async () => {
      await browser.open(page.address);
      const pad = await browser.evaluate(async () => {
        const cover = document.querySelector("elbo-figure[name=cover]") as FigureElement;
        await cover.ready;
        const canvas = cover.shadowRoot?.querySelector(".pad-canvas");
        canvas?.scrollIntoView({ block: "center", behavior: "instant" });
        await new Promise(requestAnimationFrame);
        const { left = 0, top = 0, width = 0, height = 0 } = canvas?.getBoundingClientRect() ?? {};
        return { left, top, width, height, mu: (cover.values as { mu: number[] | null }).mu };
      });
      expect(pad.mu).toBeNull();
      await browser.drag(three.map(([x, y]) => [pad.left + x * pad.width, pad.top + y * pad.height]));
      const away = () =>
        browser.evaluate(() => {
          const cover = document.querySelector("elbo-figure[name=cover]") as FigureElement;
          const { mu, z } = cover.values as { mu: number[] | null; z: number[] };
          return mu ? Math.hypot(...mu.map((at, i) => at - (z[i] ?? Number.NaN))) : null;
        });
      await expect.poll(away, "z goes to the code").toBeCloseTo(0, 2);
      await expectNoProblems();
    });

    test("the Lab trains on the CPU", async () => {
      test.setTimeout(240_000);
      await browser.open(page.address);
      const lab = await browser.evaluate(async () => {
        const element = document.querySelector("elbo-figure[name=lab]") as unknown as LabElement;
        element.controls = { device: "cpu", trainImages: 10_000, batchSize: 64 };
        element.scrollIntoView({ behavior: "instant" });
        await element.updated;
        const state = () => element.values as LabValues;
        await element.step(1);
        const early = state().train?.elbo;
        await element.play();
        for (let tries = 0; tries < 400 && state().step < 60; tries += 1)
          await new Promise((resolve) => setTimeout(resolve, 200));
        await element.pause();
        return { ...state(), early, ink: Math.max(...(await element.decode([0, 0]))) };
      });
      const { step, early, train, stepsPerSecond, device } = lab;
      console.log(`${name}: step ${step}, ELBO from ${early} to ${train?.elbo}, ${stepsPerSecond} steps a second`);
      expect(step).toBeGreaterThanOrEqual(60);
      expect(device?.kind).toBe("cpu");
      // After sixty steps a model is far from the 540 nats with which it begins.
      expect(early).toBeLessThan(-450);
      expect(train?.elbo).toBeGreaterThan(-320);
      expect(lab.ink).toBeGreaterThan(0.05);
      await expectNoProblems();
    });

    test("elements and a frame work on a page of another origin", async () => {
      const body = `<!doctype html><html lang="en"><head><title>A course</title>
        <script src="${page.address}${noteScript}"></script>
        <script type="module" src="${page.address}elbo-room.js"></script>
        <script src="${page.address}elbo-room-frame.js" defer></script></head>
        <body><elbo-figure name="kl-gaussians" mu2="1"></elbo-figure><elbo-figure name="traversal"></elbo-figure>
        <iframe src="${page.address}embed.html?figure=kl-gaussians&mu1=0.5" title="A figure"
          width="100%" height="300"></iframe></body></html>`;
      const site = await serveElsewhere(
        body,
        `default-src 'none'; frame-src ${page.origin}; ${policyFor(page.origin)}`,
      );
      try {
        await browser.open(`${site.origin}/`);
        const found = await browser.evaluate(async () => {
          await customElements.whenDefined("elbo-figure");
          const [first, second] = document.querySelectorAll<FigureElement>("elbo-figure");
          if (!first || !second) throw new Error("the figures are missing");
          await first.ready;
          await second.ready;
          await second.train(20);
          const drawn = first.shadowRoot?.querySelector(".figure");
          return {
            forward: (first.values as { forward: number }).forward,
            step: (second.values as { step: number }).step,
            font: drawn ? getComputedStyle(drawn).fontFamily : "",
          };
        });
        expect(found.forward).toBeCloseTo(Math.log(2) + (1 + 1) / 8 - 0.5, 12);
        expect(found.step).toBeGreaterThanOrEqual(20);
        expect(found.font).toContain("Inter Variable");

        await browser.evaluate(() => document.querySelector("iframe")?.scrollIntoView({ behavior: "instant" }));
        await browser.enterFrame();
        const framed = await browser.evaluate(async () => {
          while (!document.querySelector("elbo-figure")) await new Promise((resolve) => setTimeout(resolve, 50));
          const figure = document.querySelector<FigureElement>("elbo-figure");
          if (!figure) throw new Error("the frame has no figure");
          await customElements.whenDefined("elbo-figure");
          await figure.ready;
          return (figure.values as { forward: number }).forward;
        });
        expect(framed).toBeGreaterThan(0);
        const content = () =>
          browser.evaluate(() => Math.ceil(document.documentElement.getBoundingClientRect().height));
        const inside = await content();
        await expectNoProblems();
        await browser.leaveFrame();
        await expect
          .poll(() => browser.evaluate(() => document.querySelector("iframe")?.clientHeight), "as high as its figure")
          .toBe(inside);
        await expectNoProblems();
      } finally {
        await site.close();
      }
    });
  });
}
