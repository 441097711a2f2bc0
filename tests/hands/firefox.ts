/** Firefox under random hands. */
import { Firefox } from "../e2e/firefox";
import type { HandsPage, Mode, Point } from "./hands-page";
import { guard, reachByCss, selectors } from "./in-page";

const BY_ROLE = "Firefox, controls by role";
const BY_CSS = "Firefox with its accessibility tree, controls by CSS";
/** Milliseconds between looks whether the page is still there. */
const WATCH = 500;

const roles = {
  button: ["button"],
  slider: ["slider"],
  choice: ["radio", "checkbox"],
  select: ["combobox"],
  text: ["textbox"],
};

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

interface Found {
  sharedId: string;
}

export async function openFirefox(address: string, mode: Mode, program: string): Promise<HandsPage> {
  const firefox = await Firefox.start(program);
  await firefox.send("script.addPreloadScript", { functionDeclaration: guard.toString() });
  let size = { width: 1280, height: 900 };
  await firefox.inWindow("browsingContext.setViewport", { viewport: size });
  await firefox.open(address);
  const hands = new Input(firefox, () => size);
  const byRole = (figure: string, kind: keyof typeof roles): Promise<Found[]> => locate(firefox, figure, roles[kind]);
  // The first question by role starts the accessibility service, which stays.
  if (mode === "tree") await byRole("cover", "button");

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
    name: mode === "role" ? BY_ROLE : BY_CSS,
    get problems() {
      const foreign = firefox.requests.filter((url) => /^https?:/.test(url) && !url.startsWith(address));
      return [...firefox.problems, ...foreign.map((url) => `foreign request: ${url}`)];
    },
    gone,
    run: (script, ...given) => firefox.evaluate(script, ...given),
    async reach(figure, kind, which) {
      if (mode === "tree") return (await firefox.evaluate(reachByCss, figure, selectors[kind], which)) ?? undefined;
      const all = await byRole(figure, kind);
      const found = all[Math.floor(which * all.length)];
      return found === undefined ? undefined : focus(firefox, found);
    },
    drag: (points) => hands.drag(points),
    click: (at, times) => hands.click(at, times),
    wheel: (at, by) => hands.wheel(at, by),
    press: (key) => hands.press(key.split("+").map((part) => keyCodes[part] ?? part)),
    async type(text) {
      for (const character of text) await hands.press([character]);
    },
    async resize(width, height) {
      size = { width, height };
      await firefox.inWindow("browsingContext.setViewport", { viewport: size });
    },
    async print() {
      await firefox.inWindow("browsingContext.print", {});
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

/** The controls of a figure that have one of these roles. */
async function locate(firefox: Firefox, figure: string, names: string[]): Promise<Found[]> {
  const root = (await firefox.inScript(
    `(name) => {
      const figure = document.querySelector('elbo-figure[name="' + name + '"]');
      return figure?.shadowRoot?.querySelector(".figure") ?? null;
    }`,
    [{ type: "string", value: figure }],
  )) as Partial<Found> | undefined;
  if (root?.sharedId === undefined) return [];
  const found: Found[] = [];
  for (const role of names) {
    const { nodes } = (await firefox.inWindow("browsingContext.locateNodes", {
      locator: { type: "accessibility", value: { role } },
      startNodes: [{ sharedId: root.sharedId }],
    })) as { nodes: Found[] };
    found.push(...nodes);
  }
  return found;
}

/** Focuses a control and says where its middle is; undefined: it is gone. */
async function focus(firefox: Firefox, { sharedId }: Found): Promise<Point | undefined> {
  const script = `(element) => {
    element.scrollIntoView({ block: "nearest", behavior: "instant" });
    element.focus();
    const { left, top, width, height } = element.getBoundingClientRect();
    return JSON.stringify({ x: left + width / 2, y: top + height / 2 });
  }`;
  try {
    const { value } = (await firefox.inScript(script, [{ sharedId }])) as { value: string };
    return JSON.parse(value) as Point;
  } catch (error) {
    if (/no such node|stale/i.test(String(error))) return undefined;
    throw error;
  }
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
