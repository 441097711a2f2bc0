/** The main-thread WebAssembly modules (the lecture's mathematics), each loaded once for all figures of the document. */

import type * as Distributions from "wasm/lecture";
import type * as Autoencoders from "wasm/lecture-autoencoders";
import type * as Errata from "wasm/lecture-errata";
import type * as Gradients from "wasm/lecture-gradients";
import type * as Latents from "wasm/lecture-latents";
import { said } from "../parts/format";
import { t } from "../languages/language";

/** What the modules of `crates/lecture-web` export, typed by wasm-bindgen, by the name of their files. */
interface Modules {
  lecture: typeof Distributions;
  "lecture-autoencoders": typeof Autoencoders;
  "lecture-errata": typeof Errata;
  "lecture-gradients": typeof Gradients;
  "lecture-latents": typeof Latents;
}

/** A module's name. */
export type LectureModule = keyof Modules;

type Intersection<Union> = (Union extends unknown ? (of: Union) => void : never) extends (of: infer All) => void
  ? All
  : never;

/** The exports of all modules; a figure finds in it only those of the modules that its definition names. */
export type Lecture = Omit<Intersection<Modules[LectureModule]>, "default" | "initSync">;

/** `(module (func (result v128) i32.const 0 i8x16.splat))`: valid only where 128-bit SIMD is known. */
const simdProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

const loading = new Map<LectureModule, Promise<object>>();

/** Resolves with the exports of all `modules`; rejects with a message for the reader, and may then be tried again. */
export async function loadLecture(modules: readonly LectureModule[]): Promise<Lecture> {
  return Object.assign({}, ...(await Promise.all(modules.map(loadOnce)))) as Lecture;
}

function loadOnce(name: LectureModule): Promise<object> {
  let module = loading.get(name);
  if (module === undefined) {
    module = load(name).catch((error: unknown) => {
      loading.delete(name);
      throw error;
    });
    loading.set(name, module);
  }
  return module;
}

async function load(name: LectureModule): Promise<object> {
  if (typeof WebAssembly !== "object") {
    throw new Error(
      t("This browser does not run WebAssembly, which computes the figures. Open the page in a current browser."),
    );
  }
  if (!WebAssembly.validate(simdProbe)) {
    throw new Error(
      t(
        "This browser's WebAssembly lacks SIMD, which the figures are compiled for. Open the page in a current browser.",
      ),
    );
  }
  try {
    // Neighbours of this script, in whichever folder (and on whichever host) all are; each knows its `_bg.wasm`.
    const module = ((await import("beside:lecture.js")) as { [name: string]: Modules[LectureModule] })[
      name.replace("-", "_")
    ];
    if (module === undefined) throw new Error(t("another version answered"));
    await module.default();
    return module;
  } catch (cause) {
    throw new Error(
      t(
        "The module that computes this figure did not load ({0}). Check the connection and reload the page; lecture.js and {1} must lie beside elbo-room.js.",
        said(cause),
        `${name}_bg.wasm`,
      ),
      { cause },
    );
  }
}
