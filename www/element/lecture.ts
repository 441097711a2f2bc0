/** The main-thread WebAssembly module (the lecture's mathematics), loaded once for all figures of the document. */

import type * as LectureModule from "wasm/lecture";

/** What `src/web/lecture` exports, typed by wasm-bindgen. */
export type Lecture = Omit<typeof LectureModule, "default" | "initSync">;

/** `(module (func (result v128) i32.const 0 i8x16.splat))`: valid only where 128-bit SIMD is known. */
const simdProbe = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

let loading: Promise<Lecture> | undefined;

/** Resolves with the initialised module; rejects with a message for the reader, and may then be tried again. */
export function loadLecture(): Promise<Lecture> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Lecture> {
  if (typeof WebAssembly !== "object") {
    throw new Error("This browser does not run WebAssembly, which computes the figures. Open the page in a current browser.");
  }
  if (!WebAssembly.validate(simdProbe)) {
    throw new Error("This browser's WebAssembly lacks SIMD, which the figures are compiled for. Open the page in a current browser.");
  }
  // The module is a neighbour of this script, in whichever folder (and on whichever host) both are.
  const script = new URL("./lecture.js", import.meta.url).href;
  try {
    const module = (await import(script)) as typeof LectureModule;
    await module.default({ module_or_path: new URL("./lecture_bg.wasm", import.meta.url) });
    return module;
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The module that computes this figure did not load (${detail}). Check the connection and reload the page; lecture.js and lecture_bg.wasm must lie beside elbo-room.js.`,
      { cause },
    );
  }
}
