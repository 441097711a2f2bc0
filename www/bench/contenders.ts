/** The same model and the same optimiser, run by this page's engine and by TensorFlow.js. */

import type { DeviceChoice } from "../contract/engine";
import type { Engine } from "../engine/client";
import type { Model, Setting } from "./model";
import { type Backend, TensorFlowModel, useBackend } from "./tensorflow";

export interface Contender {
  name: string;
  /** The device, in its own words. */
  detail: string;
  open(setting: Setting): Promise<Model>;
}

const BACKENDS: readonly Backend[] = ["wasm", "webgl", "webgpu", "cpu"];
const PIXELS = 784;

/** All that run here; `absent` says why the others do not. */
export async function contenders(
  engine: Engine,
): Promise<{ here: Contender[]; absent: { name: string; why: string }[] }> {
  const here: Contender[] = [];
  const absent: { name: string; why: string }[] = [];
  const { images } = await engine.testImages("cpu", 512);
  for (const [choice, name] of [
    ["cpu", "ELBO Room, NdArray"],
    ["webgpu", "ELBO Room, WebGPU"],
  ] as const) {
    const report = await engine.start(choice);
    const cpu = navigator.hardwareConcurrency > 1 ? "the CPU, two workers" : "the CPU";
    if (report.kind === choice)
      here.push({
        name,
        detail: (choice === "webgpu" && report.adapter) || cpu,
        open: (setting) => ours(engine, choice, setting, images),
      });
    else absent.push({ name, why: report.reason });
  }
  for (const backend of BACKENDS) {
    const name = `TensorFlow.js, ${backend}`;
    try {
      const detail = await useBackend(backend);
      here.push({ name, detail, open: async (setting) => TensorFlowModel.open(backend, setting, images) });
    } catch (error) {
      absent.push({ name, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { here, absent };
}

async function ours(
  engine: Engine,
  choice: DeviceChoice,
  { batch, hidden, latent }: Setting,
  images: Float32Array,
): Promise<Model> {
  const { session } = await engine.createSession(choice, { batchSize: batch, hidden, latent, trainImages: 10_000 });
  return {
    steps: (n) => engine.step(session, n),
    encode: () => engine.encode(session, images.slice(0, PIXELS)),
    decode: (n) => engine.decode(session, new Float32Array(n * latent)),
    close: () => engine.closeSession(session),
  };
}
