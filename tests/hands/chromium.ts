/** Chromium under random hands. */
import { chromium, errors, type Locator, type Page } from "@playwright/test";
import type { ControlKind } from "./acts";
import type { HandsPage, Mode, Point } from "./hands-page";
import { guard, reachByCss, selectors } from "./in-page";

const BY_ROLE = "Chromium, controls by role";
const BY_CSS = "Chromium with its accessibility tree, controls by CSS";
/** Milliseconds: a control that moves away meanwhile is let go. */
const PATIENCE = 400;

export async function openChromium(
  address: string,
  mode: Mode,
  options: { executablePath?: string; args?: string[] },
): Promise<HandsPage> {
  const args = [...(options.args ?? []), ...(mode === "tree" ? ["--force-renderer-accessibility"] : [])];
  const browser = await chromium.launch({ ...options, args });
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const problems: string[] = [];
  listen(page, problems, address);
  context.on("page", (other) => {
    if (other !== page) void other.close().catch(() => {});
  });
  const gone = new Promise<never>((_, reject) => {
    page.on("crash", () => reject(new Error("the renderer crashed")));
    browser.on("disconnected", () => reject(new Error("the browser ended")));
  });
  gone.catch(() => {});
  await page.addInitScript(guard);
  await page.goto(address);

  return {
    name: mode === "role" ? BY_ROLE : BY_CSS,
    problems,
    gone,
    run: (script, ...given) => page.evaluate(`(${script.toString()})(...${JSON.stringify(given)})`),
    async reach(figure, kind, which) {
      if (mode === "tree") return (await page.evaluate(cssCall(figure, kind, which))) ?? undefined;
      return reachByRole(page.locator(`elbo-figure[name="${figure}"]`).first(), kind, which);
    },
    async drag([first, ...rest]) {
      if (first === undefined) return;
      await page.mouse.move(first.x, first.y);
      await page.mouse.down();
      for (const { x, y } of rest) await page.mouse.move(x, y, { steps: 3 });
      await page.mouse.up();
    },
    click: ({ x, y }, times) => page.mouse.click(x, y, { clickCount: times }),
    async wheel({ x, y }, by) {
      await page.mouse.move(x, y);
      await page.mouse.wheel(0, by);
    },
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.insertText(text),
    resize: (width, height) => page.setViewportSize({ width, height }),
    async print() {
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      await page.waitForTimeout(200);
      await page.evaluate(() => dispatchEvent(new Event("afterprint")));
      await page.emulateMedia({ media: null });
    },
    async reload() {
      await page.reload();
    },
    close: () => browser.close(),
  };
}

function listen(page: Page, problems: string[], address: string): void {
  page.on("pageerror", (error) => problems.push(`thrown: ${error.stack ?? error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !/^(blob|data):/.test(url)) problems.push(`foreign request: ${url}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`response: ${response.status()} ${response.url()}`);
  });
  page.on("dialog", (dialog) => void dialog.dismiss().catch(() => {}));
  page.on("download", (download) => void download.cancel().catch(() => {}));
}

function cssCall(figure: string, kind: ControlKind, which: number): string {
  return `(${reachByCss.toString()})(...${JSON.stringify([figure, selectors[kind], which])})`;
}

async function reachByRole(figure: Locator, kind: ControlKind, which: number): Promise<Point | undefined> {
  const all = {
    button: figure.getByRole("button"),
    slider: figure.getByRole("slider"),
    choice: figure.getByRole("radio").or(figure.getByRole("checkbox")),
    select: figure.getByRole("combobox"),
    text: figure.getByRole("textbox"),
  }[kind];
  try {
    const one = all.nth(Math.floor(which * (await all.count())));
    await one.focus({ timeout: PATIENCE });
    const box = await one.boundingBox({ timeout: PATIENCE });
    return box === null ? undefined : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  } catch (error) {
    if (error instanceof errors.TimeoutError || /not attached|detached/i.test(String(error))) return undefined;
    throw error;
  }
}
