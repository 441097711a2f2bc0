/** Ways to break things from outside: the page has no hooks for it. */
import { createServer, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page, Worker } from "@playwright/test";
import type { Lab } from "./lab-page";
import { expect } from "./page";

/** The engine's worker: the first, for it may have one that helps it. */
export async function engineWorker(lab: Lab): Promise<Worker> {
  await expect.poll(() => lab.page.workers().length).toBeGreaterThan(0);
  const worker = lab.page.workers().at(0);
  if (!worker) throw new Error("there is no worker");
  return worker;
}

/** Plays until the Lab has made `steps` steps more; the step that it has then reached. */
export async function trainOn(lab: Lab, steps = 5): Promise<number> {
  const { step } = await lab.values();
  await lab.play();
  await expect
    .poll(async () => (await lab.values()).step, { timeout: 60_000, intervals: [100] })
    .toBeGreaterThanOrEqual(step + steps);
  return (await lab.values()).step;
}

/** Lets `script` run in the worker before the engine's own first call. */
export async function beforeEngine(page: Page, script: string): Promise<void> {
  await page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};${await response.text()}` });
  });
}

/** A module whose memory may not grow beyond `most` pages: its section of memories gets a maximum. */
export function withLittleMemory(wasm: Buffer, most: number): Buffer {
  const number = (at: number): [value: number, end: number] => {
    let [value, shift] = [0, 0];
    for (let i = at; ; i += 1, shift += 7) {
      const byte = wasm[i] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return [value, i + 1];
    }
  };
  const leb = (value: number): number[] => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...leb(value >>> 7)]);
  for (let at = 8; at < wasm.length; ) {
    const id = wasm[at];
    const [length, start] = number(at + 1);
    if (id === 5) {
      const [count, flags] = number(start);
      const [least] = number(flags + 1);
      if (count !== 1 || wasm[flags] !== 0) throw new Error("a memory of its own without a maximum was expected");
      const section = [1, 1, ...leb(least), ...leb(most)];
      return Buffer.concat([
        wasm.subarray(0, at),
        Buffer.from([5, ...leb(section.length), ...section]),
        wasm.subarray(start + length),
      ]);
    }
    at = start + length;
  }
  throw new Error("the module has no memory");
}

/** Hands everything on to the page's host, but for what `instead` answers (it gets the whole answer's bytes). */
export async function unreliableHost(
  baseURL: string,
  instead: (path: string, response: ServerResponse, bytes: Buffer) => boolean,
): Promise<Server> {
  const server = createServer((asked, response) => {
    request(new URL(asked.url ?? "", baseURL), { headers: asked.headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        const bytes = Buffer.concat(parts);
        if (!instead(asked.url ?? "", response, bytes)) response.end(bytes);
      });
    }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, resolve));
  return server;
}

/** Where a server answers for the same page. */
export function pageOn(server: Server, baseURL: string): string {
  const url = new URL(baseURL);
  url.port = String((server.address() as AddressInfo).port);
  return url.href;
}
