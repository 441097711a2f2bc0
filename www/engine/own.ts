/** The reader's own images in the worker: the same in every engine. */

import { t } from "../base/language";
import type { OwnImages, OwnReport } from "../contract/engine";
import type { WasmEngine } from "./module";
import { Queue } from "./queue";

/** More than any file of 70,000 images of 28 x 28 takes, which is the most that an engine accepts. */
const MOST_BYTES = 64e6;

export class OwnData {
  images: OwnImages | null = null;
  #engines = new Set<WasmEngine>();
  #queue = new Queue();

  /** Gives an engine what there is, once. A file that can no longer be read is missed when it is to be trained on. */
  give(engine: WasmEngine): Promise<void> {
    return this.#queue.run(async () => {
      if (this.#engines.has(engine)) return;
      this.#engines.add(engine);
      if (this.images) await put(engine, this.images).catch(() => {});
    });
  }

  /** Other images for every engine, if they are accepted. */
  set(engine: WasmEngine, images: OwnImages | null): Promise<OwnReport | null> {
    return this.#queue.run(async () => {
      const report = await put(engine, images);
      this.images = images;
      for (const other of this.#engines) if (other !== engine) await put(other, images);
      return report;
    });
  }
}

async function put(engine: WasmEngine, images: OwnImages | null): Promise<OwnReport | null> {
  if (!images) return engine.setOwnDrawings(new Uint8Array(), new Uint8Array());
  if ("pixels" in images) return engine.setOwnDrawings(images.pixels, images.labels);
  const { files } = images;
  for (const { name, size } of files) {
    if (size > MOST_BYTES)
      throw new Error(
        t(
          "{0} has {1} million bytes; 70,000 images of 28 x 28, the most that can be used here, take 55 million.",
          name,
          Math.round(size / 1e6),
        ),
      );
  }
  const bytes = await Promise.all(
    files.map(async (file) => {
      try {
        return new Uint8Array(await file.arrayBuffer());
      } catch {
        throw new Error(t("{0} could not be read: it was moved, changed or deleted. Open it again.", file.name));
      }
    }),
  );
  return engine.setOwnFiles(
    files.map(({ name }) => name),
    bytes,
  );
}
