/**
 * The two WebAssembly modules of the engine, and which of them to load. Both export the same classes; the types here
 * are those of `src/`, with what crosses as plain data spelled out.
 */

import { t } from "../base/language";
import type {
  Activity,
  Adjustable,
  BoxDraws,
  Codes,
  DeviceChoice,
  DeviceReport,
  Evaluation,
  EvidenceReport,
  Judgement,
  OwnReport,
  PixelDraws,
  QualityReport,
  SessionConfig,
  Terms,
} from "../contract/engine";
import type { Check } from "../contract/results";

/** What `Session.steps` returns. */
export interface StepReport {
  step: number;
  epoch: number;
  imagesSeen: number;
  /** Steps done now. */
  done: number;
  /** The next batch waits for a data file. */
  waiting: boolean;
  /** Means over the steps done now; null when none was done. */
  train: Terms | null;
}

/** One model with its optimiser. Its async methods must not overlap. */
export interface WasmSession {
  config(): SessionConfig;
  steps(
    n: number,
    worker?: (shard: unknown, numbers: Float32Array) => Promise<Float32Array | undefined> | undefined,
  ): Promise<StepReport>;
  adjust(changes: Adjustable): void;
  dataNote(): string | undefined;
  beginEvaluation(images: number): void;
  continueEvaluation(count: number): Promise<Evaluation & { remaining: number }>;
  encode(images: Float32Array): Promise<Codes>;
  decode(z: Float32Array): Promise<Float32Array>;
  sample(n: number, seed: number): Promise<{ z: Float32Array; images: Float32Array }>;
  samplePosterior(mu: Float32Array, logSigma: Float32Array, n: number, seed: number): Float32Array;
  sampleBox(codes: Float32Array, n: number, seed: number): Promise<BoxDraws>;
  principalPlane(codes: Float32Array): { pairs: Float32Array; explained: [number, number] };
  activity(images: Float32Array): Promise<Activity>;
  drawImages(z: Float32Array, seed: number): Promise<PixelDraws>;
  traverse(z: Float32Array, dimensions: Uint32Array, reach: number, stations: number): Promise<Float32Array>;
  walk(from: Float32Array, to: Float32Array, stations: number): Promise<Float32Array>;
  evidence(images: Float32Array, samples: number, seed: number): WasmEvidence;
  checkpoint(): Promise<Uint8Array>;
  exportWeights(): Promise<Uint8Array>;
  free(): void;
}

/** Bounds of `log p(x)` under way. */
export interface WasmEvidence {
  /** Up to `count` more draws; how many remain. */
  advance(count: number): Promise<number>;
  report(): EvidenceReport;
  images(): Float32Array;
  free(): void;
}

/** Scores of images under way. */
export interface WasmQuality {
  add(images: Float32Array): Promise<void>;
  n(): number;
  /** These images, for others to be compared with. */
  reference(): WasmReference;
  report(reference: WasmReference): Omit<QualityReport, "reference">;
  free(): void;
}

/** What images are compared with. */
export interface WasmReference {
  free(): void;
}

/** The shipped classifier. */
export interface WasmClassifier {
  quality(): WasmQuality;
  probabilities(images: Float32Array): Promise<Float32Array>;
  perturb(images: Float32Array, labels: Uint8Array, epsilon: number): Promise<Float32Array>;
  judge(images: Float32Array, threshold: number): Promise<Judgement>;
}

/** A device with its data. */
export interface WasmEngine {
  device(): DeviceReport;
  setManifest(json: string): { shards: { file: string; split: "train" | "test"; images: number }[] };
  addShard(manifest: string, file: string, bytes: Uint8Array): void;
  markMissing(file: string): void;
  trainImages(): number;
  testImageCount(): number;
  testImages(n: number): { images: Float32Array; labels: Uint8Array };
  setOwnFiles(names: string[], files: Uint8Array[]): OwnReport;
  setOwnDrawings(pixels: Uint8Array, labels: Uint8Array): OwnReport | null;
  ownImages(n: number): { images: Float32Array; labels: Uint8Array };
  createSession(config: Partial<SessionConfig>): WasmSession;
  openClassifier(bytes: Uint8Array): WasmClassifier;
  compareReparameterization(mu: number, sigma: number, epsilon: number): Promise<{ mu: Check; sigma: Check }>;
  compareTransposedConvolution(
    input: number[][],
    kernel: number[][],
    stride: number,
    expected: number[][],
  ): Promise<Check>;
  noise(n: number, seed: number): Float32Array;
  realImages(kind: string, start: number, count: number, blur: number): Float32Array;
  restore(bytes: Uint8Array): WasmSession;
  free(): void;
}

/** Computes shards of another worker's gradients. */
export interface WasmGradientWorker {
  compute(shard: unknown, numbers: Float32Array): Promise<Float32Array>;
}

/** What `cargo xtask serve` puts in the place of a module until that is built. */
interface StandIn {
  stillBeingBuilt: true;
}

interface WasmModule {
  default(): Promise<{ memory: WebAssembly.Memory }>;
  GradientWorker: new () => WasmGradientWorker;
  Engine: { open(choice: string, adapter: string | undefined, reason: string): Promise<WasmEngine> };
}

/** An engine and what the reader should know about its device. */
export interface OpenedEngine {
  engine: WasmEngine;
  report: DeviceReport;
}

const memories: WebAssembly.Memory[] = [];
/** Pages of 64 KB: half a gigabyte, which one layer's numbers may take for the largest batches. */
const LEAST_PAGES = 8192;

/** Whether a module that has trapped can get no more memory: then that is the likely reason. */
export function outOfMemory(): boolean {
  try {
    for (const memory of memories) memory.grow(LEAST_PAGES);
    return false;
  } catch {
    return true;
  }
}

/** The module is not there yet. */
class StillBeingBuilt extends Error {}

/**
 * That the browser runs WebAssembly with SIMD was found out by the lecture's modules, without which there is no figure
 * to ask.
 */
async function loadModule(name: "engine" | "engine-webgpu"): Promise<WasmModule> {
  try {
    const module = (await (name === "engine" ? import("beside:engine.js") : import("beside:engine-webgpu.js"))) as
      | WasmModule
      | StandIn;
    if ("stillBeingBuilt" in module) throw new StillBeingBuilt();
    memories.push((await module.default()).memory);
    return module;
  } catch (error) {
    if (error instanceof StillBeingBuilt) throw error;
    throw new Error(
      t("The engine ({0}) could not be loaded: {1} Check the connection and reload the page.", name, said(error)),
    );
  }
}

/** The adapter that WebGPU offers, in words; `null` and why when there is none. */
async function probe(): Promise<{ adapter: string | null; software: boolean; none: string }> {
  if (!navigator.gpu) return { adapter: null, software: false, none: t("this browser offers no WebGPU") };
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return { adapter: null, software: false, none: t("WebGPU found no adapter on this machine") };
    const { vendor, architecture, description, isFallbackAdapter } = adapter.info;
    const name = description || [vendor, architecture].filter(Boolean).join(" ") || t("unnamed adapter");
    const software =
      isFallbackAdapter ||
      /swiftshader|llvmpipe|software|basic render/i.test(`${vendor} ${architecture} ${description}`);
    return { adapter: name, software, none: "" };
  } catch (error) {
    return { adapter: null, software: false, none: t("WebGPU failed when asked for an adapter ({0})", said(error)) };
  }
}

let cpu: Promise<WasmEngine> | null = null;

/** The engine on the CPU, made once. */
export function openCpu(): Promise<WasmEngine> {
  cpu ??= loadModule("engine").then((module) => module.Engine.open("cpu", undefined, ""));
  // A failed download may be tried again.
  cpu.catch(() => (cpu = null));
  return cpu;
}

let desk: Promise<WasmGradientWorker> | null = null;

/** The desk of a worker that helps another, made once. */
export function openDesk(): Promise<WasmGradientWorker> {
  desk ??= loadModule("engine").then(({ GradientWorker }) => new GradientWorker());
  return desk;
}

let gpu: OpenedEngine | null = null;

/** Opens the engine for a choice; `avoidWebgpu` is why WebGPU must not be tried, or null. */
export async function openEngine(
  choice: DeviceChoice,
  avoidWebgpu: string | null,
  onDeviceLost: (reason: string) => void,
): Promise<OpenedEngine> {
  if (choice === "cpu") return onCpu(t("You chose the CPU."));
  if (avoidWebgpu) return onCpu(t("WebGPU failed earlier ({0}), so the CPU computes.", avoidWebgpu));
  const { adapter, software, none } = await probe();
  if (!adapter) {
    return onCpu(
      choice === "webgpu"
        ? t("You chose WebGPU, but {0}, so the CPU computes.", none)
        : `${none.charAt(0).toUpperCase()}${none.slice(1)}.`,
    );
  }
  if (choice === "auto" && software) {
    return onCpu(t("The only WebGPU adapter here ({0}) is software that runs on the CPU, and slower.", adapter));
  }
  // One GPU device serves both choices.
  if (gpu) return gpu;
  try {
    watchDevices(onDeviceLost);
    const module = await loadModule("engine-webgpu");
    const engine = await module.Engine.open(choice, adapter, "");
    const opened = { engine, report: engine.device() };
    if (opened.report.kind === "webgpu") gpu = opened;
    return opened;
  } catch (error) {
    if (error instanceof StillBeingBuilt) {
      return onCpu(
        t("The WebGPU module is still being built; the CPU computes until then. Reload the page when it is there."),
      );
    }
    return onCpu(t("WebGPU ({0}) could not be used, so the CPU computes: {1}", adapter, said(error)));
  }
}

async function onCpu(reason: string): Promise<OpenedEngine> {
  const engine = await openCpu();
  return { engine, report: { ...engine.device(), reason } };
}

let watching = false;

/** burn does not tell when its device is lost; the browser does, to whoever holds the device. */
function watchDevices(onDeviceLost: (reason: string) => void): void {
  if (watching || typeof GPUAdapter === "undefined") return;
  watching = true;
  const original = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, descriptor?: GPUDeviceDescriptor) {
    const device = await original.call(this, descriptor);
    void device.lost.then(({ message, reason }) => onDeviceLost(message || reason || t("no reason given")));
    return device;
  };
}

/** What an unknown thrown value says. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
