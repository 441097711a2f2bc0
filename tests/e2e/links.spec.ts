/** A figure's whole state travels in a link; whatever else a link says does no harm. */

import { isDeepStrictEqual } from "node:util";
import type { Controls } from "../../www/contract/controls";
import type { Figure as Definition } from "../../www/element/definition";
import { coursePage } from "./course";
import { randomSettings, readFigures, readSource, seeded } from "./figure-tables";
import { Figure, Lab, three } from "./lab-page";
import { expect, test } from "./page";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Record<string, unknown>;
  link: string;
}

interface Links {
  writeLink(page: string, key: string, controls: Controls, untouched: Controls[]): string;
  readHash(hash: string): { key: string; query: URLSearchParams | null };
  readQuery(
    query: URLSearchParams,
    definition: Definition,
    initial: Controls,
  ): { controls: Controls; notes: string[]; problems: string[] };
  defaults(table: Definition["controls"]): Controls;
}

// A trace keeps every step, and there are hundreds.
test.use({ trace: "off" });

const figures = await readFigures();

/** Settings that would train for long are drawn short; the rest of a setting stays. */
const brief: Controls = {
  steps: 50,
  latent: 2,
  trainImages: 100,
  batchSize: 8,
  images: 1000,
  architecture: "mlp",
  device: "cpu",
  scene: 1,
  samples: "10",
};

const readLinks = (): Promise<Links> =>
  readSource(
    'export * from "./element/link"; export * from "./element/inputs"; export { defaults } from "./element/controls";',
  );

test("every control of every figure comes back as it was written", async () => {
  const { writeLink, readHash, readQuery, defaults } = await readLinks();
  const lost: unknown[] = [];
  for (const figure of figures) {
    if (figure.table === null) continue;
    const initial = defaults(figure.table);
    for (const { controls } of [{ controls: initial }, ...randomSettings(figure, 40, seeded(17))]) {
      const link = writeLink("https://course.example/a/?x=1#old", figure.name, controls, [initial]);
      const { key, query } = readHash(new URL(link).hash);
      const read = readQuery(query ?? new URLSearchParams(), { controls: figure.table } as Definition, initial);
      const whole =
        link.startsWith("https://course.example/a/?x=1#") &&
        link.length < 8000 &&
        key === figure.name &&
        read.notes.length + read.problems.length === 0;
      if (!whole || !isDeepStrictEqual(read.controls, controls)) lost.push({ link, controls, read });
    }
  }
  expect(lost).toEqual([]);
});

test("every figure opens as its link says, anew and while it is open", async ({ page, conduct }) => {
  test.setTimeout(300_000);
  // An image of the reader's own is not there.
  conduct.expected.push("own images");
  const html = coursePage("<main><h1>Figures</h1></main>");
  await page.route("**/figures.html", (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.goto("./figures.html");
  for (const figure of figures) {
    if (figure.table === null) continue;
    const [first, second] = randomSettings(figure, 2, seeded(5)).map(({ controls }) => ({
      ...controls,
      ...Object.fromEntries(Object.entries(brief).filter(([name, value]) => typeof controls[name] === typeof value)),
    }));
    const found = await page.evaluate(
      async ({ name, first, second }) => {
        const mount = async (): Promise<FigureElement> => {
          const element = document.createElement("elbo-figure") as FigureElement;
          element.setAttribute("name", name);
          document.querySelector("main")?.replaceChildren(element);
          await element.ready.catch(() => {});
          return element;
        };
        const open = (link: string): void => {
          location.hash = new URL(link).hash;
        };
        const settled = (element: FigureElement): Promise<void> => element.updated.catch(() => {});
        location.hash = "";
        const source = await mount();
        source.controls = first;
        await settled(source);
        const one = { link: source.link, controls: source.controls };
        source.controls = second;
        await settled(source);
        const two = { link: source.link, controls: source.controls };
        open(one.link);
        const anew = (await mount()).controls;
        open(two.link);
        await new Promise((resolve) => setTimeout(resolve, 30));
        const element = document.querySelector("elbo-figure") as FigureElement;
        await settled(element);
        return { one, two, anew, again: element.controls };
      },
      { name: figure.name, first: first as Record<string, unknown>, second: second as Record<string, unknown> },
    );
    expect(found.anew, `${figure.name} anew, ${found.one.link}`).toEqual(found.one.controls);
    expect(found.again, `${figure.name} while open, ${found.two.link}`).toEqual(found.two.controls);
  }
});

/** What stands after `#`, and what is said of it (`null`: nothing has to be). */
const malformed: [hash: string, said: RegExp | null][] = [
  ["%E0%A4%A", /no figure named/],
  ["kl-gaussians?mu1=%E0%A4%A", /mu1/],
  ["kl-gaussians?__proto__=1&constructor=2&hasOwnProperty=3&toString=4", null],
  ["__proto__?mu1=1", /no figure named "__proto__"/],
  ["kl-gaussians?mu1=NaN", /mu1 is "NaN"/],
  ["kl-gaussians?mu1=Infinity", /mu1 is "Infinity"/],
  ["kl-gaussians?mu1=1e999", /mu1 is "1e999"/],
  ["kl-gaussians?mu1=1e300", /it must lie between/],
  ["kl-gaussians?mu1=", /mu1 is ""/],
  ["kl-gaussians?mu1=0x10", /it must lie between/],
  ["kl-gaussians?mu1=1&mu1=2&mu1=<b>", null],
  ["kl-gaussians?MU1=3&Direction=FORWARD", null],
  ["kl-gaussians?direction=FORWARD", /direction is "FORWARD"; choose one of/],
  ["kl-gaussians?direction=<img src=x onerror=globalThis.injected=1>", /direction is "<img/],
  ['kl-gaussians?direction="><script>globalThis.injected=1</script>', /direction is/],
  ["<img src=x onerror=globalThis.injected=1>?mu1=1", /no figure named/],
  ["javascript:globalThis.injected=1", /no figure named/],
  ["kl-gaussian?mu1=1", /Did you mean "kl-gaussians"/],
  ["KL-GAUSSIANS?mu1=1", /no figure named "KL-GAUSSIANS"/],
  ["kl-gaussians?;;;", null],
  ["kl-gaussians?&&&===&?#?#", null],
  ["kl-gaussians?mu1=😀&seed=🎲", /mu1 is "😀".*seed is "🎲"/],
  ["kl-gaussians?seed=-1&n=2.5", /n was 2.5.*seed was -1/],
  [`kl-gaussians?mu1=${"9".repeat(60_000)}`, /mu1 has 60000 characters/],
  [`kl-gaussians?${"a=1&".repeat(20_000)}`, null],
  [`${"x".repeat(50_000)}`, /no figure named "x{60}"/],
  [`mle-gaussian?data=${"1,2,".repeat(2500)}`, /keeps its first 60 numbers/],
  ["mle-gaussian?data=1,2,<b>,4", /data is "<b>", which is not a number/],
  ['mle-gaussian?data=[1,{"__proto__":{"x":1}},3]', /entry 2, is an object/],
  [`mle-gaussian?data=${"[".repeat(20_000)}${"]".repeat(20_000)}`, /entry 1, is a list/],
  ["mle-gaussian?data=[1,2", /not a list of numbers/],
  ["full-covariance?covariance=1,2;3", /2 numbers in every row/],
  ["full-covariance?covariance=;;;", /in every row|must be rows/],
  ["full-covariance?covariance=1,9;9,1", /symmetric|positive definite|lie between/],
  ["cover?drawing=<svg onload=globalThis.injected=1>&z1=one", /z1 is "one".*drawing is "<svg/],
  [
    "lab?z=1,<b>&plane=side&alone=10&walk-from=<svg>&walk-place=2&draw-seed=x",
    /plane is "side".*alone is "10".*walkFrom is "<svg>"/,
  ],
  [`lab?z=${"1,".repeat(99)}`, /z keeps its first 64 numbers/],
  ["cover?drawing=zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", /must be a picture/],
];

test("malformed links are answered in words, and nothing is injected or lost", async ({ page }) => {
  await page.goto("./#kl-gaussians?mu1=2");
  const figure = page.locator("#kl-gaussians");
  await figure.evaluate((element: FigureElement) => element.ready);
  const quick = { timeout: 5000 };
  for (const [hash, said] of malformed) {
    const what = hash.slice(0, 60);
    await page.evaluate((text) => (location.hash = text), hash);
    const name = /^([a-z-]+)\?/.exec(hash)?.[1] ?? "";
    const target = page.locator(`elbo-figure[id="${name}"]`);
    if ((await target.count()) === 0) {
      if (said !== null) await expect.soft(page.locator("#lost"), what).toContainText(said, quick);
      continue;
    }
    await target.evaluate((element: FigureElement) => element.ready.then(() => element.updated).catch(() => {}));
    if (said === null) await expect.soft(target.locator(".message"), what).toBeHidden(quick);
    else await expect.soft(target.locator(".message"), what).toContainText(said, quick);
    const { length } = (await target.locator(".message").textContent()) ?? "";
    expect.soft(length, what).toBeLessThan(600);
  }
  expect(malformed.length).toBeGreaterThan(20);
  expect(await page.evaluate(() => "injected" in globalThis)).toBe(false);
  expect(await page.locator(".message *, #lost *, img[src=x], main script").count()).toBe(0);
  // And the page is as usable as before.
  await page.evaluate(() => (location.hash = "kl-gaussians?sigma1=2&mu2=0"));
  await expect
    .poll(() => figure.evaluate((element: FigureElement) => element.controls))
    .toMatchObject({ mu1: 0, sigma1: 2, mu2: 0 });
  await expect(figure.locator(".message")).toBeHidden();
});

test("a link to a state that cannot be computed leaves the figure as it was, with the reason", async ({ page }) => {
  await page.goto("./#full-covariance?covariance=1,2;2,1&n=100");
  const figure = page.locator("#full-covariance");
  await figure.evaluate((element: FigureElement) => element.ready);
  await expect(figure.getByRole("alert")).toContainText(/positive definite|symmetric/);
  expect(await figure.evaluate((element: FigureElement) => element.controls)).toMatchObject({ n: 2000 });
  await figure.getByRole("button", { name: "Reset" }).click();
  await expect(figure.getByRole("alert")).toBeHidden();
});

test("a link is handed on: copied, by the system's sheet on a phone, or shown where both are denied", async ({
  page,
  context,
  browser,
  baseURL,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("./#kl-gaussians");
  const figure = page.locator("#kl-gaussians");
  await figure.evaluate((element: FigureElement) => element.ready);
  await figure.getByRole("button", { name: "Copy link" }).click();
  await expect(figure.getByText("Link copied")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/#kl-gaussians\?$/);
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined });
    document.execCommand = () => false;
  });
  await figure.getByRole("button", { name: "Copy link" }).click();
  await expect(figure.getByRole("textbox", { name: /Link to the figure/ })).toHaveValue(/#kl-gaussians\?$/);

  const phone = await browser.newPage({
    baseURL: baseURL ?? "",
    hasTouch: true,
    isMobile: true,
    viewport: { width: 390, height: 844 },
  });
  await phone.addInitScript(() =>
    Object.assign(navigator, {
      share: (what: ShareData) => Promise.resolve(Object.assign(globalThis, { shared: what })),
    }),
  );
  await phone.goto("./#kl-gaussians?mu1=2");
  await phone.locator("#kl-gaussians").getByRole("button", { name: "Share link" }).click();
  expect(await phone.evaluate(() => (globalThis as unknown as { shared: ShareData }).shared.url)).toMatch(
    /#kl-gaussians\?mu1=2$/,
  );
  await phone.close();
});

test("a drawing travels with its link, and so does where z was moved", async ({ page }) => {
  const cover = new Figure<{ z: number[]; mu: number[] | null }>(page, "cover");
  await page.goto("./");
  await cover.open();
  await cover.draw(three);
  await expect.poll(async () => (await cover.controls()).drawing).toMatch(/^\w{100,784}$/);
  // z glides to the code of the drawing; then the reader moves it.
  await expect.poll(async () => (await cover.controls()).z1).not.toBe(0);
  await cover.set({ z1: 1, z2: -1 });
  const { mu } = await cover.values();
  const link = await cover.locator.evaluate((element) => (element as FigureElement).link);
  expect(link).toContain("drawing=");
  await page.goto("about:blank");
  await page.goto(link);
  await cover.open();
  await expect
    .poll(async () => (await cover.values()).mu?.map((value) => value.toFixed(1)))
    .toEqual(mu?.map((value) => value.toFixed(1)));
  expect((await cover.values()).z).toEqual([1, -1]);
  await cover.locator.getByRole("button", { name: "Reset" }).click();
  await expect.poll(async () => (await cover.values()).mu).toBeNull();
});

test("the Lab's state travels with its link: where z was moved, and what the panels look at", async ({ page }) => {
  const lab = new Lab(page);
  await page.goto("./");
  await lab.open({ device: "cpu", trainImages: 100, drawing: "zzzzzz4fz3fz2f" });
  await expect(lab.locator.locator(".lab-code output")).toHaveCount(2);
  const state = async (): Promise<Record<string, unknown>> => ({
    sliders: await lab.locator.locator(".lab-sliders output").allTextContents(),
    classes: await lab.locator.locator(".class-key[aria-pressed=true]").allTextContents(),
    posteriors: await lab.locator.getByLabel("Posteriors").isChecked(),
    plane: await lab.locator.getByLabel("Which two directions").inputValue(),
    place: await lab.locator.getByLabel("Place on the way").inputValue(),
    walk: await lab.locator
      .locator(".lab-walk .lab-thumb")
      .first()
      .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
    decoded: await lab.locator.locator(".lab-decoded").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
  });
  const before = await state();
  await lab.locator.getByRole("slider", { name: "Decoded latent space" }).press("ArrowRight");
  await lab.locator.getByRole("button", { name: "Digit 3" }).click();
  await lab.locator.getByLabel("Posteriors").check();
  await lab.set({ plane: "leading" });
  await lab.locator.getByRole("button", { name: "Mine: your drawing as the first" }).click();
  await lab.locator.getByLabel("Place on the way").press("ArrowRight");
  await expect
    .poll(lab.controls.bind(lab))
    .toMatchObject({ alone: "3", spread: true, walkPlace: 0.533, walkFrom: "zzzzzz4fz3fz2f" });
  await expect(lab.locator.locator(".lab-sliders output").first()).not.toHaveText("0.00");
  const same = async (): Promise<string[]> =>
    Object.entries(await state()).flatMap(([name, value]) => (isDeepStrictEqual(value, before[name]) ? [name] : []));
  await expect.poll(same).toEqual([]);
  const [controls, shown, link] = [
    await lab.controls(),
    await state(),
    await lab.locator.evaluate((element) => (element as FigureElement).link),
  ];
  await page.goto("about:blank");
  await page.goto(link);
  await lab.open();
  expect(await lab.controls()).toEqual(controls);
  await expect.poll(state).toEqual(shown);
  await lab.locator.getByRole("button", { name: "Reset" }).click();
  await expect.poll(lab.controls.bind(lab)).toMatchObject({ z: [], alone: "all", walkFrom: "", spread: false });
});
