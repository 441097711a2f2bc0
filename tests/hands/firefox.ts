/** Firefox under random hands. */
import { Firefox } from "../e2e/firefox";
import type { HandsPage, Mode, Point } from "./hands-page";
import { guard, reachByCss, selectors } from "./in-page";

/**
 * Controls are found by CSS in both modes: WebDriver can ask Firefox for roles, but in a figure the answer takes
 * minutes.
 */
const names: { [mode in Mode]: string } = { role: "Firefox", tree: "Firefox with its accessibility tree" };
/** Milliseconds between looks whether the page is still there. */
const WATCH = 500;

/** What WebDriver calls the keys that are no characters. */
const keyCodes: { [key: string]: string } = {
  Backspace: "\uE003",
  Tab: "\uE004",
  Enter: "\uE007",
  Shift: "\uE008",
  Control: "\uE009",
  Escape: "\uE00C",
  Space: " ",
  PageUp: "\uE00E",
  PageDown: "\uE00F",
  End: "\uE010",
  Home: "\uE011",
  ArrowLeft: "\uE012",
  ArrowUp: "\uE013",
  ArrowRight: "\uE014",
  ArrowDown: "\uE015",
  Delete: "\uE017",
};

export async function openFirefox(address: string, mode: Mode, program: string): Promise<HandsPage> {
  const firefox = await Firefox.start(program);
  await firefox.send("script.addPreloadScript", { functionDeclaration: guard.toString() });
  let size = { width: 1280, height: 900 };
  await firefox.inWindow("browsingContext.setViewport", { viewport: size });
  await firefox.open(address);
  const hands = new Input(firefox, () => size);
  if (mode === "tree") await startAccessibility(firefox);

  let open = true;
  const gone = new Promise<never>((_, reject) => {
    // A call that is under way when the page's process ends is never answered; the next one is.
    void (async () => {
      while (open) {
        await firefox
          .evaluate(() => 0)
          .catch((error: Error) => {
            if (/crashed|has ended/.test(error.message)) reject(error);
          });
        await new Promise((resolve) => setTimeout(resolve, WATCH));
      }
    })();
  });
  gone.catch(() => {});

  return {
    name: names[mode],
    get problems() {
      const foreign = firefox.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(address));
      return [...firefox.problems, ...foreign.map((url) => `foreign request: ${url}`)];
    },
    gone,
    run: (script, ...given) => firefox.evaluate(script, ...given),
    async reach(figure, kind, which) {
      return (await firefox.evaluate(reachByCss, figure, selectors[kind], which)) ?? undefined;
    },
    drag: (points) => hands.drag(points),
    click: (at, times) => hands.click(at, times),
    wheel: (at, by) => hands.wheel(at, by),
    press: (key) => hands.press(key.split("+").map((part) => keyCodes[part] ?? part)),
    async type(text) {
      await firefox.evaluate((text) => document.execCommand("insertText", false, text), text);
    },
    async resize(width, height) {
      size = { width, height };
      await firefox.inWindow("browsingContext.setViewport", { viewport: size });
    },
    async print() {
      // WebDriver has no media here, and printing all in earnest takes a minute: what the page itself does for print
      // is done.
      await firefox.evaluate(() => dispatchEvent(new Event("beforeprint")));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await firefox.evaluate(() => dispatchEvent(new Event("afterprint")));
    },
    async reload() {
      await firefox.inWindow("browsingContext.reload", { wait: "complete" });
    },
    close() {
      open = false;
      return firefox.close();
    },
  };
}

/** The first question by role starts the accessibility service, which stays and follows the page. */
async function startAccessibility(firefox: Firefox): Promise<void> {
  const script = 'document.getElementById("theme").parentElement';
  const { sharedId } = (await firefox.inScript(`() => ${script}`, [])) as { sharedId: string };
  const { nodes } = (await firefox.inWindow("browsingContext.locateNodes", {
    locator: { type: "accessibility", value: { role: "button" } },
    startNodes: [{ sharedId }],
  })) as { nodes: object[] };
  if (nodes.length === 0) throw new Error("Firefox keeps no accessibility tree");
}

/** Mouse, wheel and keyboard. */
class Input {
  constructor(
    private readonly firefox: Firefox,
    private readonly size: () => { width: number; height: number },
  ) {}

  async drag([first, ...rest]: Point[]): Promise<void> {
    if (first === undefined) return;
    const move = (at: Point) => ({ ...this.#move(at), duration: 30 });
    await this.#mouse([move(first), { type: "pointerDown", button: 0 }, ...rest.map(move), up]);
  }

  async click(at: Point, times: number): Promise<void> {
    const presses = Array.from({ length: times }, () => [{ type: "pointerDown", button: 0 }, up]);
    await this.#mouse([this.#move(at), ...presses.flat()]);
  }

  async wheel(at: Point, by: number): Promise<void> {
    const { x, y } = this.#move(at);
    await this.#perform("wheel", {}, [{ type: "scroll", x, y, deltaX: 0, deltaY: by }]);
  }

  /** Presses keys together. */
  async press(keys: string[]): Promise<void> {
    const down = keys.map((value) => ({ type: "keyDown", value }));
    const release = [...keys].reverse().map((value) => ({ type: "keyUp", value }));
    await this.#perform("key", {}, [...down, ...release]);
  }

  #move({ x, y }: Point): { type: string; x: number; y: number } {
    const { width, height } = this.size();
    const inside = (value: number, most: number) => Math.round(Math.max(0, Math.min(most - 1, value)));
    return { type: "pointerMove", x: inside(x, width), y: inside(y, height) };
  }

  async #mouse(actions: object[]): Promise<void> {
    await this.#perform("pointer", { parameters: { pointerType: "mouse" } }, actions);
  }

  async #perform(type: string, settings: object, actions: object[]): Promise<void> {
    await this.firefox.inWindow("input.performActions", { actions: [{ type, id: type, ...settings, actions }] });
  }
}

const up = { type: "pointerUp", button: 0 };
