/**
 * Attributes and links hold any text, and the browser's storage anything: what is read of it is valid, or refused in
 * words. Seeded; `PROPTEST_CASES` says how many texts are tried (`cargo xtask fuzz`), of at most 50,000 characters
 * each, which is what a control reads at all. The crate's decoders of bytes are in tests/hostile.
 */

import type { ControlSpec, Controls, Json } from "../../www/contract/controls";
import type { Accepted } from "../../www/element/controls";
import type { Figure } from "../../www/element/definition";
import { randomSettings, readFigures, readSource, seeded } from "./figure-tables";
import { Lab } from "./lab-page";
import { expect, test } from "./page";

interface Sources {
  parse(name: string, spec: ControlSpec, text: string): Accepted;
  accept(name: string, spec: ControlSpec, value: Json): Accepted;
  merge(
    table: { [name: string]: ControlSpec },
    current: Controls,
    patch: Controls,
  ): { controls: Controls; notes: string[] };
  defaults(table: { [name: string]: ControlSpec }): Controls;
  toText(value: Json): string;
  same(a: Json | undefined, b: Json | undefined): boolean;
  readHash(hash: string): { key: string; query: URLSearchParams | null };
  readQuery(
    query: URLSearchParams,
    definition: Figure,
    initial: Controls,
  ): { controls: Controls; notes: string[]; problems: string[] };
}

const cases = Number(process.env.PROPTEST_CASES ?? 5000);
/** Milliseconds: far more than any text takes, and less than what grows with a power of its length. */
const LONGEST_MS = 500;
/** Of a message: what was given is shortened in it. */
const LONGEST_MESSAGE = 2000;

const pieces = [
  ..."0123456789-−+.,;eE[]{}\"'%&=?#<>/\\ \t\n\0\u202e\ud800é😀",
  ...[
    "1e999",
    "-1e-999",
    "0x10",
    "1_000",
    "Infinity",
    "-Infinity",
    "NaN",
    "null",
    "true",
    "false",
    "undefined",
    "__proto__",
    "constructor",
    "toString",
  ],
  ...[
    "[[1,2],[3]]",
    "[]",
    "[[]]",
    '{"length":1e9}',
    "[1e999]",
    "[null]",
    '["1"]',
    "1,2,3",
    "1;2;3",
    ";;",
    ",,",
    "%",
    "%zz",
    "%2C",
    "9007199254740993",
    "zzzz",
    "javascript:alert(1)",
    "<img src=x onerror=alert(1)>",
  ],
];

test("any text is a valid value or is refused in words", async () => {
  test.setTimeout(120_000 + cases);
  const source = await readSource<Sources>(
    'export * from "./element/link"; export * from "./element/inputs"; export * from "./element/controls";',
  );
  const figures = (await readFigures()).filter(({ table }) => table !== null);
  const random = seeded(23);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const anyText = (start: string): string => {
    let text = random() < 0.5 ? start : "";
    for (let n = Math.floor(random() * 6); n > 0; n -= 1) {
      const at = Math.floor(random() * (text.length + 1));
      text = text.slice(0, at) + pick(pieces) + text.slice(at + Math.floor(random() * 3));
    }
    // Long ones, too long ones, and deep ones.
    if (random() < 0.01) return text.repeat(Math.ceil((random() * 60_000) / Math.max(1, text.length)));
    return random() < 0.005 ? "[".repeat(Math.floor(random() * 50_000)) : text;
  };
  const wrong: unknown[] = [];
  const words = (error: unknown): boolean =>
    error instanceof Error &&
    !(error instanceof TypeError || error instanceof RangeError) &&
    error.message.length > 10 &&
    error.message.length < LONGEST_MESSAGE;
  const counted = { read: 0, refused: 0 };

  for (let tried = 0; tried < cases && wrong.length < 5; ) {
    const drawn = pick(figures);
    const { name: figure, table } = drawn;
    if (table === null) continue;
    const initial = source.defaults(table);
    const [setting = { controls: initial }] = randomSettings(drawn, 1, random);
    for (const [name, spec] of Object.entries(table)) {
      tried += 1;
      const text = anyText(source.toText(setting.controls[name] ?? (spec.default as Json)));
      const shown = { figure, name, text: text.slice(0, 200), length: text.length };
      const began = performance.now();
      try {
        const { value } = source.parse(name, spec, text);
        counted.read += 1;
        const again = source.accept(name, spec, value);
        if (!source.same(again.value, value) || again.note !== null) wrong.push({ ...shown, value, again });
        if (!source.same(source.parse(name, spec, source.toText(value)).value, value))
          wrong.push({ ...shown, value, written: source.toText(value) });
      } catch (error) {
        counted.refused += 1;
        if (!words(error)) wrong.push({ ...shown, error: String(error).slice(0, 300) });
      }
      const took = performance.now() - began;
      if (took > LONGEST_MS) wrong.push({ ...shown, took });

      // The same as part of a link, and as a patch of controls.
      const { query } = source.readHash(`#${figure}?${anyText(`${name}=${text}`)}&${encodeURIComponent(name)}=${text}`);
      const read = source.readQuery(query ?? new URLSearchParams(), { controls: table } as Figure, initial);
      if (Object.keys(read.controls).some((key) => !Object.hasOwn(table, key))) wrong.push({ ...shown, read });
      try {
        source.merge(table, initial, read.controls);
        const key = random() < 0.2 ? pick(pieces) : name;
        source.merge(table, initial, Object.fromEntries([[key, JSON.parse(text) as Json]]));
      } catch (error) {
        if (!(error instanceof SyntaxError) && !words(error))
          wrong.push({ ...shown, merged: String(error).slice(0, 300) });
      }
    }
  }
  expect(wrong).toEqual([]);
  // Both happen.
  expect(Math.min(counted.read, counted.refused)).toBeGreaterThan(cases / 10);
  console.log(`    texts read: ${counted.read}, refused: ${counted.refused}`);
});

test("whatever is in the browser's storage, what is a drawing or a run is offered, and the rest is left alone", async ({
  page,
}) => {
  const { isHead } = await readSource<{ isHead(head: unknown): boolean }>(
    'export { isHead } from "./figures/lab/kept-runs";',
  );
  const good = { version: 1, id: "x", step: 3, time: 1.7e12, device: "cpu" };
  expect(isHead(good)).toBe(true);
  const junk = [undefined, null, 0, -1, 1.5, 1e300, Number.NaN, Infinity, "", "cpu", true, {}, [], 2 ** 53];
  for (const name of Object.keys(good)) {
    for (const value of junk) {
      const head = { ...good, [name]: value };
      const fits =
        (name === "id" && typeof value === "string") ||
        (name === "device" && value === "cpu") ||
        (name === "step" && value === 0) ||
        (name === "time" && [0, -1, 1.5].includes(value as number));
      expect(isHead(head), JSON.stringify({ name, value })).toBe(fits);
    }
  }
  for (const value of junk) expect(isHead(value)).toBe(false);

  await page.goto("./");
  await page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const create = (name: string, store: string, options?: IDBObjectStoreParameters) => {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(store, options);
      return done(request);
    };
    const drawings = await create("elbo-room-drawings", "drawings", { autoIncrement: true });
    const store = drawings.transaction("drawings", "readwrite").objectStore("drawings");
    const image = () => new Uint8Array(784).fill(7);
    const entries = [
      null,
      1,
      "x",
      [],
      {},
      { pixels: image() },
      { pixels: image(), label: 10 },
      { pixels: image(), label: 1.5 },
      { pixels: image(), label: "3" },
      { pixels: new Uint8Array(783), label: 3 },
      { pixels: new Float32Array(784), label: 3 },
      { pixels: new Uint8Array(10_000_000), label: 3 },
      { pixels: image(), label: 3 },
      { pixels: image(), label: 255, more: new Map([[1, 2]]) },
    ];
    for (const entry of entries) await done(store.add(entry));
    drawings.close();
    const runs = await create("elbo-room-runs", "runs");
    const kept = runs.transaction("runs", "readwrite").objectStore("runs");
    await done(kept.put({ version: 1, id: "x", step: 2, time: 1e300, device: "cpu" }, `${location.pathname} lab head`));
    await done(kept.put("no checkpoint", `${location.pathname} lab body`));
    runs.close();
  });
  await page.reload();
  const lab = new Lab(page);
  await lab.open({ device: "cpu", trainImages: 10_000, batchSize: 16, source: "own" });
  await expect(lab.locator.locator(".lab-own-strip li")).toHaveCount(2);
  await expect(lab.locator.locator(".lab-keep")).toContainText("in a form that this page cannot read");
  await lab.locator.locator(".lab-keep").getByRole("button", { name: "Forget it" }).click();
  await expect(lab.locator.locator(".lab-keep")).toBeHidden();
  await lab.set({ source: "mnist" });
  await lab.call((element) => element.step(1));
  await expect.poll(async () => (await lab.values()).step).toBe(1);
});
