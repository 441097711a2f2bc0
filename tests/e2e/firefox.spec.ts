/** Firefox: the page loads, every figure shows itself, and a model trains on the CPU; also on a page of another origin. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { Firefox, program } from "./firefox";
import { policyFor } from "./hosts";

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  values: unknown;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

test("Firefox shows every figure, and trains", async ({ baseURL }) => {
  test.setTimeout(240_000);
  expect(program, "Firefox is not installed: `cargo xtask setup --browser` does, or name it in FIREFOX").not.toBe("");
  const firefox = await Firefox.start(program);
  try {
    await firefox.open(baseURL ?? "");
    const top = await firefox.evaluate(async () => {
      location.hash = "#kl-gaussians";
      const figure = document.getElementById("kl-gaussians") as FigureElement;
      await figure.ready;
      await new Promise((resolve) => setTimeout(resolve, 2500));
      return figure.getBoundingClientRect().top;
    });
    expect(top).toBeGreaterThan(40);
    expect(top).toBeLessThan(120);
    const figures = await firefox.evaluate(async () => {
      const elements = [...document.querySelectorAll<FigureElement>("elbo-figure")];
      const seen = elements.map(async (element) => {
        const failed = await element.ready.then(
          () => "",
          (error: Error) => error.message,
        );
        const name = element.getAttribute("name") ?? "";
        const message = element.shadowRoot?.querySelector(".message")?.textContent ?? "";
        const { height } = element.getBoundingClientRect();
        return {
          name,
          failed,
          message,
          shown: element.matches(":state(shown)"),
          sheets: element.shadowRoot?.adoptedStyleSheets.length ?? 0,
          height,
          values: JSON.stringify(element.values).length,
        };
      });
      return Promise.all(seen);
    });
    expect(figures.length).toBeGreaterThan(25);
    for (const { name, failed, shown, sheets, height, values } of figures) {
      expect({ name, failed, shown }).toEqual({ name, failed: "", shown: true });
      expect(sheets, name).toBeGreaterThan(0);
      expect(height, name).toBeGreaterThan(200);
      expect(values, name).toBeGreaterThan(2);
    }
    const formulas = await firefox.evaluate(async () => {
      const all = [...document.querySelectorAll(".m, .mm")];
      for (let tries = 0; tries < 100 && !all.every((formula) => formula.querySelector(".katex")); tries += 1) {
        all.find((formula) => !formula.querySelector(".katex"))?.scrollIntoView();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await document.fonts.ready;
      return {
        all: all.length,
        set: all.filter((formula) => formula.querySelector(".katex")).length,
        fonts: [...document.fonts]
          .filter(({ status }) => status === "loaded")
          .map(({ family }) => family.replaceAll('"', "")),
      };
    });
    expect(formulas.set).toBe(formulas.all);
    expect(formulas.fonts).toEqual(expect.arrayContaining(["Inter Variable", "Source Serif 4 Variable", "KaTeX_Main"]));

    const lab = await firefox.evaluate(async () => {
      const element = document.querySelector("elbo-figure[name=lab]") as FigureElement & {
        controls: object;
        updated: Promise<void>;
        play(): Promise<void>;
        pause(): Promise<void>;
        decode(z: number[]): Promise<number[]>;
      };
      element.controls = { device: "cpu", trainImages: 10_000, batchSize: 64 };
      await element.updated;
      await element.play();
      const state = () =>
        element.values as { step: number; device: { kind: string } | null; train: { elbo: number } | null };
      for (let tries = 0; tries < 300 && state().step < 60; tries += 1)
        await new Promise((resolve) => setTimeout(resolve, 200));
      await element.pause();
      return { ...state(), ink: Math.max(...(await element.decode([0, 0]))) };
    });
    expect(lab.step).toBeGreaterThanOrEqual(60);
    expect(lab.device?.kind).toBe("cpu");
    // After sixty steps a model is far from the 540 nats with which it begins.
    expect(lab.train?.elbo).toBeGreaterThan(-320);
    expect(lab.ink).toBeGreaterThan(0.05);
    expect(firefox.problems).toEqual([]);
  } finally {
    await firefox.close();
  }
});

test("Firefox shows and trains a figure on a page of another origin", async () => {
  test.setTimeout(120_000);
  const { serve } = (await import(`${root}xtask/node/static-server.mjs`)) as {
    serve(options: { root: string; prefix: string; port: number; cors: boolean; csp?: string }): Promise<Server>;
  };
  const files = await serve({ root: `${root}dist`, prefix: "/far/away/", port: 0, cors: true });
  const at = (server: Server): string => `http://localhost:${(server.address() as AddressInfo).port}`;
  const body = `<!doctype html><html lang="en"><title>A course</title><script type="module" src="${at(files)}/far/away/elbo-room.js"></script><elbo-figure id="first" name="kl-gaussians" mu2="1"></elbo-figure><elbo-figure id="second" name="traversal"></elbo-figure></html>`;
  const policy = `default-src 'none'; ${policyFor(at(files))}`;
  const site = createServer((_, response) =>
    response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy }).end(body),
  );
  await new Promise<void>((resolve) => site.listen(0, "localhost", resolve));
  const firefox = await Firefox.start(program);
  try {
    await firefox.open(at(site));
    const found = await firefox.evaluate(async () => {
      const [first, second] = ["first", "second"].map(
        (id) => document.getElementById(id) as FigureElement & { train(steps: number): Promise<void> },
      );
      await customElements.whenDefined("elbo-figure");
      await first!.ready;
      await second!.ready;
      await second!.train(20);
      return {
        forward: (first!.values as { forward: number }).forward,
        step: (second!.values as { step: number }).step,
        font: getComputedStyle(first!.shadowRoot!.querySelector(".figure")!).fontFamily,
      };
    });
    expect(found).toEqual({
      forward: expect.closeTo(Math.log(2) + (1 + 1) / 8 - 0.5, 12),
      step: expect.any(Number),
      font: expect.stringContaining("Inter Variable"),
    });
    expect(found.step).toBeGreaterThanOrEqual(20);
    // Its icon the browser asks for by itself.
    expect(firefox.problems.filter((problem) => !problem.includes("favicon.ico"))).toEqual([]);
  } finally {
    await firefox.close();
    for (const server of [files, site]) server.closeAllConnections();
    for (const server of [files, site]) server.close();
  }
});
