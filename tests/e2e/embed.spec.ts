/** Figures on other people's pages: as elements from another origin, and in iframes, sandboxed ones too. */

import type { Frame, Page } from "@playwright/test";
import { coursePage, strictPolicy } from "./course";
import { expect, policyFor, test } from "./hosts";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
  values: Record<string, unknown> & { step: number; forward: number };
  link: string;
  train(steps: number): Promise<void>;
}

const hostile = `
* { all: unset !important; font: italic 900 40px/3 fantasy !important; color: magenta !important;
    letter-spacing: 9px !important; word-spacing: 2em !important; text-transform: uppercase !important;
    text-align: end !important; text-indent: 3em !important; white-space: pre !important; cursor: wait !important;
    direction: rtl !important;
    --ink: magenta !important; --surface: magenta !important; --radius: 50% !important; }
div, p, figure, button, input, svg, canvas, dl, .figure { display: none !important; }
:root { font-size: 3px; }`;

/** How everything inside a figure looks, apart from its place. */
function looks(page: Page, id: string): Promise<string[]> {
  return page.evaluate(async (id) => {
    const figure = document.getElementById(id) as FigureElement;
    await figure.ready;
    while ([...(figure.shadowRoot?.querySelectorAll(".tex") ?? [])].some((formula) => formula.childElementCount === 0))
      await new Promise(requestAnimationFrame);
    const properties = [
      "display",
      "visibility",
      "color",
      "background-color",
      "fill",
      "font-family",
      "font-size",
      "font-style",
      "font-weight",
      "line-height",
      "letter-spacing",
      "word-spacing",
      "text-transform",
      "text-align",
      "text-indent",
      "white-space",
      "cursor",
      "direction",
      "border-top-left-radius",
      "opacity",
    ];
    return [...(figure.shadowRoot?.querySelectorAll("*") ?? [])].map((element) => {
      const style = getComputedStyle(element);
      const values = properties.map((property) => style.getPropertyValue(property));
      return `${element.tagName}.${element.getAttribute("class") ?? ""}: ${values.join("; ")}`;
    });
  }, id);
}

test("elements from another origin, under the README's policy and a hostile style sheet", async ({
  page,
  hosts,
  conduct,
}) => {
  const files = await hosts.serveFiles({ folder: "dist", cors: true });
  const many = ["elbo-bars", "kl-fit", "reparameterization", "traversal", "collapse", "gmm-em", "scale-mixture"].map(
    (name) => `<elbo-figure name="${name}"></elbo-figure>`,
  );
  const body = (style: string): string =>
    coursePage(
      `${style}<h1>A course</h1>
      <elbo-figure id="first" name="kl-gaussians" mu1="0" sigma1="1" mu2="1" sigma2="2" theme="light"></elbo-figure>
      <elbo-figure id="second" name="ppca" w="1; 2"></elbo-figure>
      <main>${"<br>".repeat(400)}</main>
      <elbo-figure id="third" name="blurry" steps="50"></elbo-figure>${many.join("")}`,
      { files },
    );
  const policy = `default-src 'none'; style-src 'self'; ${policyFor(files)}`;
  const site = await hosts.serveSite({
    "/hostile": { body: body('<link rel="stylesheet" href="/hostile.css">'), csp: policy },
    "/hostile.css": { body: hostile, type: "text/css" },
    "/plain": { body: body(""), csp: policy },
  });

  await page.goto(`${site}/plain`);
  const wanted = await looks(page, "first");
  conduct.requests.length = 0;
  await page.goto(`${site}/hostile`);
  // It comes to life by being near, not by being asked.
  const first = page.locator("#first");
  await expect(first.locator("svg").first()).toBeVisible();
  const found = await looks(page, "first");
  expect(found.filter((look, i) => look !== wanted[i]).slice(0, 5)).toEqual([]);
  expect(found).toHaveLength(wanted.length);
  expect(wanted.length).toBeGreaterThan(100);

  const driven = await page.evaluate(async () => {
    const [first, second] = ["first", "second"].map((id) => document.getElementById(id) as FigureElement) as [
      FigureElement,
      FigureElement,
    ];
    const events: string[] = [];
    document.addEventListener(
      "change",
      ({ target, detail }: Event & { detail?: { values: FigureElement["values"] } }) =>
        events.push(`${(target as Element).id} ${detail?.values.forward}`),
    );
    first.addEventListener("error", (event: Event & { detail?: { message: string } }) =>
      events.push(String(event.detail?.message)),
    );
    const before = first.values.forward;
    first.setAttribute("mu1", "1");
    first.setAttribute("sigma1", "2");
    await first.updated;
    const same = first.values.forward;
    first.controls = { mu1: 0.5, sigma1: 1 };
    first.setAttribute("sigma2", "thick");
    await first.updated;
    await second.ready;
    return { before, same, after: first.values.forward, link: first.link, events, w: second.controls.W };
  });
  expect(driven.before).toBeCloseTo(Math.log(2) - 0.25, 12);
  expect(driven.same).toBe(0);
  expect(driven.w).toEqual([[1], [2]]);
  expect(driven.events.join("\n")).toContain("first 0");
  expect(driven.events.join("\n")).toMatch(/sigma2 is "thick"/);

  // Nothing of the engine before a figure that needs it is near; then once for all.
  const of = (file: string): string[] => conduct.requests.filter((url) => url.endsWith(`/${file}`));
  expect(of("worker.js")).toEqual([]);
  await page.evaluate(async () => {
    for (const figure of document.querySelectorAll("elbo-figure")) {
      figure.scrollIntoView({ block: "center" });
      await (figure as unknown as FigureElement).ready;
    }
  });
  for (const file of ["elbo-room.js", "worker.js", "engine_bg.wasm", "lecture_bg.wasm"])
    expect(of(file), file).toHaveLength(1);
  expect(page.workers()).toHaveLength(1);
  // Of all workers only one more, which helps to train.
  await page.locator("#third").evaluate((figure: FigureElement) => figure.train(50));
  await expect.poll(() => page.locator("#third").evaluate((figure: FigureElement) => figure.values.step)).toBe(50);
  expect(page.workers()).toHaveLength(2);
  expect(of("engine_bg.wasm").length).toBeLessThanOrEqual(2);
  expect(of("engine-webgpu_bg.wasm").length).toBeLessThan(2);

  // A picture, under the same policy.
  await first.evaluate((figure) => figure.scrollIntoView());
  await first.getByRole("button", { name: "Save" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    first.getByRole("button", { name: /PNG/ }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("elbo-room-kl-gaussians.png");

  await page.goto("about:blank");
  await page.goto(driven.link.replace("/hostile", "/plain"));
  const restored = await first.evaluate(async (figure: FigureElement) => {
    await figure.ready;
    return figure.values.forward;
  });
  expect(restored).toBe(driven.after);
});

/** The frame whose address contains `part`. */
async function frameOf(page: Page, part: string): Promise<Frame> {
  await expect.poll(() => page.frames().some((frame) => frame.url().includes(part))).toBe(true);
  const frame = page.frames().find((frame) => frame.url().includes(part));
  if (!frame) throw new Error(`no frame ${part}`);
  return frame;
}

const ready = (frame: Frame): Promise<void> =>
  frame.locator("elbo-figure").evaluate((figure: FigureElement) => figure.ready);

const frame = (address: string, sandbox = ""): string =>
  `<iframe src="${address}" ${sandbox} title="A figure" width="100%" height="300" allow="clipboard-write"></iframe>`;
const sandboxed = 'sandbox="allow-scripts"';

test("an engine that is not where it should be is named, with what to do", async ({ page, hosts, conduct }) => {
  conduct.expected.push("worker.js", "404");
  const files = await hosts.serveFiles({ folder: "dist", cors: true });
  const site = await hosts.serveSite({
    "/": { body: coursePage('<elbo-figure name="traversal"></elbo-figure>', { files }) },
  });
  await page.route("**/worker.js", (route) => route.fulfill({ status: 404, body: "" }));
  await page.goto(site);
  await expect(page.locator("elbo-figure .message")).toContainText(`could not be loaded from ${files}worker.js`);
  await expect(page.locator("elbo-figure .message")).toContainText("by a script element instead of importing it");
});

test("iframes grow with their figure; sandboxed ones compute, train, and say what they cannot do", async ({
  page,
  hosts,
}) => {
  const files = await hosts.serveFiles({ folder: "dist", cors: true, csp: strictPolicy });
  const embed = `${files}embed.html?figure=`;
  const frames = [
    frame(`${embed}kl-gaussians&mu1=0.5&theme=dark&hide=mu2+sigma2`),
    frame(`${embed}kl-fit`, sandboxed),
    frame(`${embed}blurry&steps=50`, sandboxed),
    frame(`${embed}lab&trainImages=10000`, sandboxed),
  ];
  const site = await hosts.serveSite({
    "/": {
      body: `<!doctype html><html lang="en"><title>A course</title><h1>A course</h1>${frames.join("")}
        <script src="${files}elbo-room-frame.js" defer></script></html>`,
      csp: `default-src 'none'; frame-src ${new URL(files).origin}; script-src ${new URL(files).origin}`,
    },
  });
  await page.goto(`${site}/`);

  const plain = await frameOf(page, "kl-gaussians");
  await ready(plain);
  expect(await plain.locator("elbo-figure").evaluate((figure: FigureElement) => figure.controls.mu1)).toBe(0.5);
  await expect(plain.locator('[data-control="mu2"]')).toBeHidden();
  expect(await plain.locator(".figure").evaluate((element) => getComputedStyle(element).colorScheme)).toBe("dark");
  expect(await plain.locator("#notes").innerText()).toBe("");

  const alone = await frameOf(page, "kl-fit");
  await ready(alone);
  expect(await alone.evaluate(() => self.origin)).toBe("null");
  await expect(alone.locator("#notes")).toContainText(/sandboxed: nothing is kept/);

  const training = await frameOf(page, "blurry");
  await ready(training);
  await training.locator("elbo-figure").evaluate((figure: FigureElement) => figure.train(50));
  await expect
    .poll(() => training.locator("elbo-figure").evaluate((figure: FigureElement) => figure.values.step))
    .toBe(50);

  const lab = await frameOf(page, "lab&");
  await ready(lab);
  await lab
    .locator("elbo-figure")
    .evaluate((figure) => (figure as HTMLElement & { step(n: number): Promise<void> }).step(2));
  await expect(lab.locator(".lab-keep, .lab-notice").filter({ hasText: "cannot be kept" }).first()).toContainText(
    /does not let this page store/,
  );
  await lab.getByRole("button", { name: "Copy numbers" }).click();

  for (const [i, inner] of [plain, alone, training, lab].entries()) {
    const height = async (): Promise<number> =>
      (await page
        .locator("iframe")
        .nth(i)
        .evaluate((element) => element.clientHeight)) -
      (await inner.evaluate(() => Math.ceil(document.documentElement.getBoundingClientRect().height)));
    // A frame out of sight draws nothing, and so does not notice.
    await page.locator("iframe").nth(i).scrollIntoViewIfNeeded();
    await expect.poll(height, `frame ${i} is as high as its content`).toBe(0);
    expect(
      await inner.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    ).toBe(0);
  }

  // Only a frame moves itself, and only so far.
  const heights = () => page.locator("iframe").evaluateAll((all) => all.map((element) => element.style.height));
  const before = await heights();
  await page.evaluate(() => postMessage({ type: "elbo-room:height", height: 5 }, "*"));
  await alone.evaluate(() => {
    for (const height of [1e9, -1, Number.NaN, "calc(9px)", null, {}])
      parent.postMessage({ type: "elbo-room:height", height }, "*");
    for (const data of [null, 7, "text", {}, { type: "other" }]) parent.postMessage(data, "*");
  });
  await page.waitForTimeout(100);
  expect(await heights()).toEqual(before.map((height, i) => (i === 1 ? expect.stringMatching(/^(0|\d+)px$/) : height)));
});

test("a frame that lacks what it needs says so in its place", async ({ page, hosts, conduct }) => {
  conduct.expected.push("CORS", "net::ERR_FAILED", "worker-src");
  const closed = await hosts.serveFiles({ folder: "dist" });
  const strict = await hosts.serveFiles({ folder: "dist", cors: true });
  const frames = [
    frame(`${closed}embed.html?figure=kl-gaussians`, sandboxed),
    frame(`${strict}embed.html?figure=traversal`, sandboxed),
    frame(`${closed}embed.html?figure=elbo-bars`),
  ];
  const site = await hosts.serveSite({
    "/": { body: `<!doctype html><html lang="en"><title>A course</title>${frames.join("")}</html>` },
  });
  await page.goto(`${site}/`);
  await expect((await frameOf(page, "kl-gaussians")).locator(".problem")).toContainText(
    /could not be loaded.*Access-Control-Allow-Origin: \*.*allow-same-origin.*own page/,
  );
  // Its policy lets no worker start in a frame without an origin; what needs none is there.
  await expect((await frameOf(page, "traversal")).locator("elbo-figure .message")).toContainText(/worker-src blob:/);
  await ready(await frameOf(page, "elbo-bars"));
});

const hostileQueries = [
  "",
  "figure=",
  "figure=nope",
  "figure=__proto__",
  "figure=constructor&constructor=1",
  `figure=${encodeURIComponent('"><img src=x onerror=alert(1)><script>alert(2)</script>')}`,
  `figure=${"A".repeat(6000)}`,
  "figure=kl-gaussians%00",
  "figure=../kl-gaussians",
  "figure=kl-gaussians&mu1=NaN",
  "figure=kl-gaussians&mu1=Infinity&sigma1=-Infinity",
  "figure=kl-gaussians&mu1=1e999",
  `figure=kl-gaussians&mu1=${encodeURIComponent("<b>1</b>")}`,
  `figure=kl-gaussians&mu1=${"9".repeat(6000)}`,
  "figure=kl-gaussians&onclick=alert(1)&onfocus=alert(1)&autofocus=1&tabindex=0",
  "figure=kl-gaussians&style=position:fixed;inset:0&class=message&id=figure&slot=x&is=y",
  "figure=kl-gaussians&__proto__=1&constructor=2&toString=3&innerHTML=4",
  `figure=kl-gaussians&${"<script>alert(1)</script>".repeat(20)}=1`,
  "figure=kl-gaussians&direction=sideways",
  "figure=kl-gaussians&seed=-1&n=1e300",
  "figure=mle-gaussian&data=1,2,<i>3</i>",
  `figure=ppca&w=${"[".repeat(3000)}`,
  "figure=ppca&w=[[1],[2,3],[null]]",
  "figure=lab&batch-size=many&theme=%22%3E",
];

test("hostile parameters get a message and nothing else", async ({ page }) => {
  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  for (const query of hostileQueries) {
    await page.goto(`./embed.html?${query}`);
    const said = page.locator("#notes .problem, elbo-figure .message:visible").first();
    await expect(said, query.slice(0, 80)).toHaveText(/\w+/);
    expect((await said.innerText()).length, query.slice(0, 80)).toBeLessThan(700);
    const injected = await page.evaluate(() => ({
      elements: document.querySelectorAll("#figure :not(elbo-figure), #notes :not(p, a)").length,
      attributes: [...(document.querySelector("elbo-figure")?.attributes ?? [])]
        .map(({ name }) => name)
        .filter((name) => !/^(name|theme|mu1|sigma1|direction|seed|n|data|w|batch-size)$/.test(name)),
      polluted: Object.keys(Object.prototype).length,
    }));
    expect(injected, query.slice(0, 80)).toEqual({ elements: 0, attributes: [], polluted: 0 });
  }
  expect(dialogs).toEqual([]);
});
