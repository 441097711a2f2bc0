/**
 * The reader's own images, one set for the whole document: drawings that were kept, or IDX files that were opened in
 * their place, and kept. The engine always has what is shown here.
 */

import { said, sentence } from "../../base/format";
import { t } from "../../base/language";
import type { DeviceChoice, OwnImages, OwnReport } from "../../contract/engine";
import type { Engine } from "../../engine/client";
import { PIXELS } from "../../parts/digits";
import { type Drawing, remove, store, stored, storedFiles, storeFiles } from "./own-data-store";

/** Fewest images to train on (`training::own::LEAST`). */
export const LEAST = 10;

class OwnData {
  drawings: Drawing[] = [];
  /** Opened in place of the drawings. */
  files: File[] = [];
  /** What the engine found; null without images. */
  report: OwnReport | null = null;
  /** Why the browser does not keep the drawings or the files. */
  problem = "";
  #listeners = new Set<() => void>();
  #engine: { engine: Engine; device: DeviceChoice } | null = null;
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();
  #loaded: Promise<void> | null = null;
  /** There is an engine. */
  #ready: () => void = () => {};
  readonly #served = new Promise<void>((resolve) => (this.#ready = resolve));

  on(listener: () => void, signal: AbortSignal): void {
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => this.#listeners.delete(listener));
  }

  /** Reads the drawings and the files that were kept, once. */
  load(): Promise<void> {
    this.#loaded ??= Promise.all([stored(), storedFiles()])
      .then(([drawings, files]) => {
        this.drawings = [...drawings, ...this.drawings];
        if (this.files.length === 0) this.files = files;
      })
      .catch((error: unknown) => {
        this.problem = inWords(error);
      })
      .then(() => this.#tell());
    return this.#loaded;
  }

  /** An engine, which has the images when this resolves: before a run is opened in it. */
  async serve(engine: Engine, device: DeviceChoice): Promise<void> {
    const known = this.#engine?.engine === engine;
    this.#engine = { engine, device };
    this.#ready();
    await this.load();
    if (!known && this.#images)
      await this.#change(() => {}).catch((error: unknown) => this.#change(() => this.#giveUp(error)));
    await this.#last.catch(() => {});
  }

  /** Keeps an image `[784]` in [0, 1]. */
  async keep(image: Float32Array, label: number): Promise<void> {
    await this.load();
    const drawing: Drawing = { key: null, pixels: Uint8Array.from(image, (ink) => Math.round(255 * ink)), label };
    try {
      // Those that could not be stored before are tried again.
      for (const each of [...this.drawings, drawing]) each.key ??= await store(each);
      this.problem = "";
    } catch (error) {
      this.problem = inWords(error);
    }
    await this.#change(() => this.drawings.push(drawing));
  }

  async remove(these: readonly Drawing[]): Promise<void> {
    try {
      for (const { key } of these) if (key !== null) await remove(key);
    } catch (error) {
      this.problem = t`What was removed may be back at the next visit: the browser's storage does not answer
        (${said(error)}).`;
    }
    await this.#change(() => (this.drawings = this.drawings.filter((drawing) => !these.includes(drawing))));
  }

  /**
   * Uses IDX files in place of the drawings, or (none) the drawings again. Rejects, and changes nothing, when they
   * cannot be used.
   */
  async open(files: File[]): Promise<OwnReport | null> {
    await this.#served;
    const before = this.files;
    return this.#change(
      () => (this.files = files),
      () => (this.files = before),
    );
  }

  /** Keeps the files in use, or none, for the next visit. */
  async keepFiles(): Promise<void> {
    try {
      await storeFiles(this.files);
      this.problem = "";
    } catch (error) {
      this.problem = t`The browser cannot keep what you opened (${reason(error)}): it is here until you leave the
        page.`;
    }
    this.#tell();
  }

  /** The drawings again, for files that were kept and cannot be used. */
  #giveUp(error: unknown): void {
    this.files = [];
    this.problem = t`What you opened at an earlier visit cannot be used. ${sentence(said(error))}`;
  }

  /** The first `n` images in use. */
  async first(n: number): Promise<{ images: Float32Array; labels: Uint8Array } | null> {
    return this.#engine && this.report ? this.#engine.engine.ownImages(this.#engine.device, n) : null;
  }

  get #images(): OwnImages | null {
    if (this.files.length > 0) return { files: this.files };
    if (this.drawings.length === 0) return null;
    const pixels = new Uint8Array(this.drawings.length * PIXELS);
    for (const [i, drawing] of this.drawings.entries()) pixels.set(drawing.pixels, i * PIXELS);
    return { pixels, labels: Uint8Array.from(this.drawings, ({ label }) => label) };
  }

  #change(change: () => void, undo?: () => void): Promise<OwnReport | null> {
    const changing = this.#last
      .catch(() => {})
      .then(async () => {
        change();
        try {
          if (this.#engine) this.report = await this.#engine.engine.setOwn(this.#engine.device, this.#images);
          return this.report;
        } catch (error) {
          undo?.();
          throw error;
        } finally {
          this.#tell();
        }
      });
    this.#last = changing;
    return changing;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

export const ownData = new OwnData();

function reason(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return t("its storage is full");
  return name
    ? t("it does not let this page store anything")
    : t`it does not let this page store anything (${said(error)})`;
}

function inWords(error: unknown): string {
  return t`The browser cannot keep all of these digits (${reason(error)}): they are here until you leave the page.`;
}
