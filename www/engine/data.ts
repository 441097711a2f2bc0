/** The digits: shards named by a manifest, downloaded and handed to an engine one by one. */

import { t } from "../base/language";
import type { DataReport } from "../contract/engine";
import { said, type WasmEngine } from "./module";

interface Shard {
  file: string;
  split: "train" | "test";
  images: number;
}

/**
 * Spelled out one by one: so the bundler of a host page finds them, and knows them under the names that it gives them.
 */
const addresses: { [file: string]: URL } = {
  "manifest.json": new URL("./data/manifest.json", import.meta.url),
  "test-0.bin": new URL("./data/test-0.bin", import.meta.url),
  "train-0.bin": new URL("./data/train-0.bin", import.meta.url),
  "train-1.bin": new URL("./data/train-1.bin", import.meta.url),
  "train-2.bin": new URL("./data/train-2.bin", import.meta.url),
  "train-3.bin": new URL("./data/train-3.bin", import.meta.url),
  "train-4.bin": new URL("./data/train-4.bin", import.meta.url),
  "train-5.bin": new URL("./data/train-5.bin", import.meta.url),
};

/** Answers that may be used by a second engine (the other device). Failures are not kept. */
const answers = new Map<string, Promise<Uint8Array>>();
/** News of a download are told this often. */
const TELL_MS = 250;

function download(file: string, came: (bytes: number) => void): Promise<Uint8Array> {
  let answer = answers.get(file);
  if (!answer) {
    answer = receive(file, came);
    answers.set(file, answer);
    answer.catch(() => answers.delete(file));
  }
  return answer;
}

/** A file's bytes, of whose coming `came` is told piece by piece. */
async function receive(file: string, came: (bytes: number) => void): Promise<Uint8Array> {
  const address = addresses[file];
  if (!address) throw new Error(t("no such file belongs to this page"));
  try {
    const response = await fetch(address);
    if (!response.ok) throw new Error(t("the server answered {0}", `${response.status} ${response.statusText}`).trim());
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(part, out) {
        came(part.length);
        out.enqueue(part);
      },
    });
    return new Uint8Array(await new Response(response.body?.pipeThrough(counted)).arrayBuffer());
  } catch (error) {
    if (!navigator.onLine) throw new Error(t("there is no network, and it is not kept in this browser"));
    throw error instanceof TypeError ? new Error(t("the connection broke off")) : error;
  }
}

/** The data set of one engine. */
export class Data {
  #engine: WasmEngine;
  #tell: (report: DataReport) => void;
  #loading = new Map<string, Promise<void>>();
  #loaded = new Set<string>();
  #waiting: (() => void)[] = [];
  #problems = new Map<string, string>();
  #manifest: Promise<{ text: string; shards: Shard[] }> | null = null;
  #wanted = 0;
  #pending = 0;
  #bytes = 0;
  #told = 0;

  constructor(engine: WasmEngine, tell: (report: DataReport) => void) {
    this.#engine = engine;
    this.#tell = tell;
  }

  report(): DataReport {
    return {
      trainImages: this.#engine.trainImages(),
      testImages: this.#engine.testImageCount(),
      wanted: this.#wanted,
      bytes: this.#bytes,
      problems: [...this.#problems].map(([file, message]) => ({ file, message })),
      complete: this.#pending === 0,
    };
  }

  /** Resolves when a file has come, or has failed to. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #came = (bytes: number): void => {
    this.#bytes += bytes;
    if (performance.now() - this.#told > TELL_MS) this.#say();
  };

  #say(): void {
    this.#told = performance.now();
    this.#tell(this.report());
  }

  #announce(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
    this.#say();
  }

  #readManifest(): Promise<{ text: string; shards: Shard[] }> {
    this.#manifest ??= (async () => {
      try {
        const text = new TextDecoder().decode(await download("manifest.json", this.#came));
        return { text, shards: this.#engine.setManifest(text).shards };
      } catch (error) {
        if (error instanceof WebAssembly.RuntimeError) throw error;
        answers.delete("manifest.json");
        this.#manifest = null;
        throw new Error(
          t(
            "The list of the digits (data/manifest.json) could not be read: {0}. Check the connection and try again.",
            said(error),
          ),
        );
      }
    })();
    return this.#manifest;
  }

  /**
   * Resolves with the first shard that `trainImages` needs (0: test shards only); the others follow. Failed shards are
   * tried again.
   */
  async ensure(trainImages: number): Promise<DataReport> {
    const { text, shards } = await this.#readManifest();
    const test = shards.filter(({ split }) => split === "test");
    const train: Shard[] = [];
    let counted = 0;
    for (const shard of shards.filter(({ split }) => split === "train")) {
      if (counted >= trainImages) break;
      train.push(shard);
      counted += shard.images;
    }
    this.#wanted = Math.max(this.#wanted, Math.min(trainImages, counted));
    const needed = trainImages === 0 ? test : train;
    // Two lanes, each in order: the first train shard is not slowed down by those that can wait.
    const lanes = Promise.all([this.#lane(text, train), this.#lane(text, test)]);
    this.#pending += 1;
    let over = false;
    void lanes.finally(() => {
      over = true;
      this.#pending -= 1;
      this.#announce();
    });
    const here = (): boolean => needed.some(({ file }) => this.#loaded.has(file));
    if (!here()) this.#say();
    while (!here() && !over) await Promise.race([this.changed(), lanes]);
    if (!here()) {
      const names = needed.map(({ file }) => `${file}: ${this.#problems.get(file) ?? t("no answer")}`).join("; ");
      throw new Error(
        trainImages === 0
          ? t("No test digits could be loaded ({0}). Check the connection and try again.", names)
          : t("No training digits could be loaded ({0}). Check the connection and try again.", names),
      );
    }
    return this.report();
  }

  async #lane(manifestText: string, shards: Shard[]): Promise<void> {
    for (const shard of shards) await this.#load(manifestText, shard);
  }

  /** Loads one shard, once. A failure is noted and may be tried again. */
  #load(manifestText: string, { file }: Shard): Promise<void> {
    const known = this.#loading.get(file);
    if (known !== undefined) return known;
    const load = download(file, this.#came)
      .then((bytes) => {
        this.#engine.addShard(manifestText, file, bytes);
        this.#loaded.add(file);
        this.#problems.delete(file);
      })
      .catch((error: unknown) => {
        // A trap is the whole engine's end, not this shard's.
        if (error instanceof WebAssembly.RuntimeError) throw error;
        answers.delete(file);
        this.#loading.delete(file);
        this.#problems.set(file, said(error));
        this.#engine.markMissing(file);
      })
      .finally(() => this.#announce());
    this.#loading.set(file, load);
    return load;
  }
}
