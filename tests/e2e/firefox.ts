/**
 * Firefox as it comes, driven by WebDriver BiDi, which it speaks itself: a window, an address, scripts, and what goes
 * wrong.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { WebSocket } from "ws";
import { type DrivenBrowser, mouseDrag, type Place, type Size, sourceOf, viewport } from "./driven-browser";

interface Answer {
  id?: number;
  type: "success" | "error" | "event";
  method?: string;
  params?: {
    level?: string;
    text?: string;
    response?: { status: number; url: string };
    request?: { url: string };
    errorText?: string;
  };
  result?: unknown;
  message?: string;
}

interface Evaluated {
  type: "success" | "exception";
  result?: { value?: string };
  exceptionDetails?: { text: string };
}

/** Where Firefox is; empty: it is not installed. */
export const program = process.env.FIREFOX ?? ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find(existsSync) ?? "";

export class Firefox implements DrivenBrowser {
  /** Errors of scripts and of the console, and requests that failed. */
  readonly problems: string[] = [];
  /** Addresses asked for. */
  readonly requests: string[] = [];
  #sent = 0;
  #waiting = new Map<number, (answer: Answer) => void>();
  #context = "";
  /** Where scripts run: the tab, or a frame in it. */
  #realm = "";
  #ended = false;

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.on("message", (data) => this.#hear(JSON.parse(String(data)) as Answer));
    socket.on("close", () => this.#end());
  }

  /** Starts it with an empty profile, in which what is downloaded stays too. */
  static async start(program: string): Promise<Firefox> {
    const profile = await mkdtemp(path.join(tmpdir(), "elbo-room-firefox-"));
    // It looks after nothing but the page.
    const off = [
      "app.update.auto",
      "browser.shell.checkDefaultBrowser",
      "datareporting.policy.dataSubmissionEnabled",
      "extensions.update.enabled",
      "network.captive-portal-service.enabled",
      "network.connectivity-service.enabled",
      "app.normandy.enabled",
    ];
    const preferences = [
      ...off.map((name) => `user_pref("${name}", false);`),
      'user_pref("browser.startup.homepage_override.mstone", "ignore");',
      'user_pref("services.settings.server", "data:,");',
      'user_pref("browser.download.folderList", 2);',
      `user_pref("browser.download.dir", ${JSON.stringify(profile)});`,
    ];
    await writeFile(path.join(profile, "user.js"), preferences.join("\n"));
    const child = spawn(
      program,
      ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0", "about:blank"],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    const address = await new Promise<string>((resolve, reject) => {
      let said = "";
      child.stderr?.on("data", (text) => {
        said += String(text);
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(said);
        if (found?.[1]) resolve(found[1]);
      });
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`Firefox ended: ${said.slice(-500)}`)));
    });
    const socket = new WebSocket(`${address}/session`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const firefox = new Firefox(child, profile, socket);
    await firefox.send("session.new", { capabilities: {} });
    const { context } = (await firefox.send("browsingContext.create", { type: "tab" })) as { context: string };
    firefox.#context = firefox.#realm = context;
    await firefox.resize(viewport);
    await firefox.send("session.subscribe", {
      events: ["log.entryAdded", "network.beforeRequestSent", "network.fetchError", "network.responseCompleted"],
    });
    return firefox;
  }

  async resize(viewport: Size): Promise<void> {
    await this.inWindow("browsingContext.setViewport", { viewport });
  }

  async open(url: string): Promise<void> {
    await this.leaveFrame();
    await this.inWindow("browsingContext.navigate", { url, wait: "complete" });
  }

  async evaluate<Result, Given extends unknown[]>(
    script: (...given: Given) => Result | Promise<Result>,
    ...given: Given
  ): Promise<Result> {
    const answer = (await this.send("script.evaluate", {
      expression: sourceOf(script, given),
      target: { context: this.#realm },
      awaitPromise: true,
    })) as Evaluated;
    if (answer.type === "exception") throw new Error(`in Firefox: ${answer.exceptionDetails?.text}`);
    return answer.result?.value === undefined ? (undefined as Result) : (JSON.parse(answer.result.value) as Result);
  }

  /** What a function gives in the page, and what it is given, as BiDi writes values. */
  async inScript(functionDeclaration: string, given: object[]): Promise<unknown> {
    const answer = (await this.send("script.callFunction", {
      functionDeclaration,
      arguments: given,
      target: { context: this.#context },
      awaitPromise: true,
    })) as Evaluated;
    if (answer.type === "exception") throw new Error(`in Firefox: ${answer.exceptionDetails?.text}`);
    return answer.result;
  }

  async enterFrame(): Promise<void> {
    const { contexts } = (await this.send("browsingContext.getTree", { root: this.#context })) as {
      contexts: { children: { context: string }[] }[];
    };
    const frame = contexts[0]?.children[0];
    if (!frame) throw new Error("the page has no frame");
    this.#realm = frame.context;
  }

  async leaveFrame(): Promise<void> {
    this.#realm = this.#context;
  }

  async drag(places: readonly Place[]): Promise<void> {
    await this.inWindow("input.performActions", { actions: mouseDrag(places) });
  }

  /** A picture of the window, as PNG. */
  async picture(): Promise<Buffer> {
    const { data } = (await this.inWindow("browsingContext.captureScreenshot", {})) as { data: string };
    return Buffer.from(data, "base64");
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.socket.terminate();
    this.process.kill();
    await ended;
    await rm(this.profile, { recursive: true, force: true });
  }

  /** A command about the window. */
  inWindow(method: string, params: object): Promise<unknown> {
    return this.send(method, { context: this.#context, ...params });
  }

  /** A command of WebDriver BiDi, and its result. */
  async send(method: string, params: object): Promise<unknown> {
    if (this.#ended) throw new Error(`${method}: Firefox has ended`);
    this.#sent += 1;
    const id = this.#sent;
    const answer = await new Promise<Answer>((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
    // What Firefox shows in place of a page whose process ended is of its own process.
    if (answer.message?.includes("parent process browsing contexts")) throw new Error("the page's process crashed");
    if (answer.type === "error") throw new Error(`${method}: ${answer.message}`);
    return answer.result;
  }

  #end(): void {
    this.#ended = true;
    for (const answer of this.#waiting.values()) answer({ type: "error", message: "Firefox has ended" });
    this.#waiting.clear();
  }

  #hear(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
      return;
    }
    const { level, text, response, request, errorText } = answer.params ?? {};
    if (answer.method === "network.beforeRequestSent") this.requests.push(request?.url ?? "");
    if (answer.method === "log.entryAdded" && level === "error") this.problems.push(text ?? "");
    if (answer.method === "network.fetchError" && errorText !== "NS_BINDING_ABORTED")
      this.problems.push(`${request?.url} ${errorText}`);
    if (response !== undefined && response.status >= 400) this.problems.push(`${response.status} ${response.url}`);
  }
}
