/**
 * WebKitGTK as it comes, driven by WebDriver: a window on a display that nobody sees, an address, scripts, and the
 * mouse.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { type DrivenBrowser, mouseDrag, type Place, type Size, sourceOf, viewport } from "./driven-browser";

/** What a script in the page may take, in milliseconds. */
const SCRIPT_MS = 240_000;
const START_MS = 30_000;

interface Programs {
  /** WebKitWebDriver, which knows its browser. */
  driver: string;
  /** Xvfb. */
  display: string;
}

/** A program with all that it starts in turn: they end together, in any case before this process does. */
class Family {
  /** The last of what it said on standard error. */
  said = "";
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #kill = () => {
    // Gone already is well.
    try {
      if (this.#process.pid !== undefined) process.kill(-this.#process.pid, "SIGKILL");
    } catch {}
  };

  constructor(program: string, options: string[], environment: Record<string, string> = {}) {
    this.#process = spawn(program, options, {
      detached: true,
      env: { ...process.env, ...environment },
      stdio: ["ignore", "ignore", "pipe", "pipe"],
    });
    this.#ended = new Promise((resolve) => this.#process.once("exit", () => resolve()).once("error", () => resolve()));
    this.#process.stderr?.on("data", (text) => (this.said = (this.said + String(text)).slice(-1000)));
    process.once("exit", this.#kill);
  }

  /** What it writes to the file with the number 3. */
  get answers(): Readable {
    return this.#process.stdio[3] as Readable;
  }

  /** Rejects when it ends, or does not start. */
  failed(name: string): Promise<never> {
    return new Promise((_, reject) => {
      const tell = (why: unknown) => reject(new Error(`${name} ended: ${String(why)} ${this.said}`));
      this.#process.once("error", tell).once("exit", tell);
    });
  }

  async end(): Promise<void> {
    process.off("exit", this.#kill);
    this.#kill();
    await this.#ended;
  }
}

export class WebKit implements DrivenBrowser {
  /** It tells of nothing that the page does not hear of. */
  readonly problems: string[] = [];
  #session = "";

  private constructor(
    private readonly families: Family[],
    private readonly home: string,
    private readonly address: string,
  ) {}

  /** Starts it with an empty profile, on a display of its own. */
  static async start({ driver, display }: Programs): Promise<WebKit> {
    const home = await mkdtemp(path.join(tmpdir(), "elbo-room-webkit-"));
    const families: Family[] = [];
    const port = await freePort();
    const webkit = new WebKit(families, home, `http://127.0.0.1:${port}`);
    try {
      const xvfb = new Family(display, ["-displayfd", "3", "-screen", "0", "1400x1100x24", "-nolisten", "tcp"]);
      families.push(xvfb);
      const number = await Promise.race([firstLine(xvfb.answers), xvfb.failed("Xvfb"), late("Xvfb")]);
      const server = new Family(driver, [`--port=${port}`], {
        DISPLAY: `:${number}`,
        GDK_BACKEND: "x11",
        HOME: home,
        XDG_CACHE_HOME: path.join(home, "cache"),
        XDG_CONFIG_HOME: path.join(home, "config"),
        XDG_DATA_HOME: path.join(home, "data"),
        // Nothing of whoever sits here: neither a browser that is open, nor what reads windows aloud.
        DBUS_SESSION_BUS_ADDRESS: "disabled:",
        NO_AT_BRIDGE: "1",
        // Its sandbox wants name spaces of the kernel, which root in a container has not.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
      });
      families.push(server);
      await Promise.race([webkit.#begin(), server.failed("WebKitWebDriver"), late("WebKit")]);
      return webkit;
    } catch (error) {
      await webkit.close();
      throw error;
    }
  }

  async resize({ width, height }: Size): Promise<void> {
    // The window has bars of its own.
    const bars = await this.evaluate(() => [outerWidth - innerWidth, outerHeight - innerHeight] as const);
    await this.#call("POST", "/window/rect", { x: 0, y: 0, width: width + bars[0], height: height + bars[1] });
  }

  async open(url: string): Promise<void> {
    await this.#call("POST", "/url", { url });
  }

  async evaluate<Result, Given extends unknown[]>(
    script: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result> {
    const text = await this.#call("POST", "/execute/sync", { script: `return ${sourceOf(script, given)}`, args: [] });
    return typeof text === "string" ? (JSON.parse(text) as Result) : (undefined as Result);
  }

  async enterFrame(): Promise<void> {
    await this.#call("POST", "/frame", { id: 0 });
  }

  async leaveFrame(): Promise<void> {
    await this.#call("POST", "/frame", { id: null });
  }

  async drag(places: readonly Place[]): Promise<void> {
    await this.#call("POST", "/actions", { actions: mouseDrag(places) });
  }

  async picture(): Promise<Buffer> {
    return Buffer.from((await this.#call("GET", "/screenshot")) as string, "base64");
  }

  async close(): Promise<void> {
    // The browser first, and the display last.
    for (const family of this.families.toReversed()) await family.end();
    await rm(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Opens the window, as soon as the driver listens. */
  async #begin(): Promise<void> {
    const end = Date.now() + START_MS;
    while (Date.now() < end && !(await fetch(`${this.address}/status`).catch(() => null))?.ok) await pause(50);
    const timeouts = { script: SCRIPT_MS, pageLoad: 60_000 };
    const { sessionId } = (await this.#ask("POST", "/session", { capabilities: { alwaysMatch: { timeouts } } })) as {
      sessionId: string;
    };
    this.#session = sessionId;
    await this.resize(viewport);
  }

  #call(method: string, path: string, given?: object): Promise<unknown> {
    return this.#ask(method, `/session/${this.#session}${path}`, given);
  }

  async #ask(method: string, path: string, given?: object): Promise<unknown> {
    const response = await fetch(this.address + path, {
      method,
      ...(given && { body: JSON.stringify(given) }),
      signal: AbortSignal.timeout(SCRIPT_MS + 10_000),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (!response.ok) throw new Error(`in WebKit, ${path}: ${JSON.stringify(value)}`);
    return value;
  }
}

async function late(name: string): Promise<never> {
  await pause(START_MS, undefined, { ref: false });
  throw new Error(`${name} did not start within ${START_MS / 1000} seconds`);
}

async function firstLine(stream: Readable): Promise<string> {
  let text = "";
  for await (const part of stream) {
    text += String(part);
    if (text.includes("\n")) return text.trim();
  }
  throw new Error("Xvfb found no display");
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
