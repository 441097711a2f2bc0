/** The models that come with the lecture: there is nothing to train. */

import { t } from "../base/language";
import { openCpu, type WasmClassifier, type WasmEngine } from "./module";
import { Queue } from "./queue";

/** Opens a shipped model on the CPU. */
export async function shipped<T>(name: string, open: (engine: WasmEngine, bytes: Uint8Array) => T): Promise<T> {
  const address =
    name === "classifier"
      ? new URL("./models/classifier.bin", import.meta.url)
      : new URL("./models/cover.bin", import.meta.url);
  const [engine, response] = await Promise.all([openCpu(), fetch(address).catch(() => null)]);
  if (!response?.ok)
    throw new Error(
      t(
        'The shipped model "{0}" could not be loaded ({1}). Check the connection and reload the page.',
        name,
        response ? t("the server answered {0}", response.status) : t("no answer"),
      ),
    );
  return open(engine, new Uint8Array(await response.arrayBuffer()));
}

let classifier: Promise<{ wasm: WasmClassifier; queue: Queue }> | null = null;

/** The shipped classifier, loaded once; a failed download may be tried again. */
export function openClassifier(): Promise<{ wasm: WasmClassifier; queue: Queue }> {
  classifier ??= shipped("classifier", (engine, bytes) => ({ wasm: engine.openClassifier(bytes), queue: new Queue() }));
  classifier.catch(() => (classifier = null));
  return classifier;
}
