/** The main-thread WebAssembly modules, as wasm-bindgen types them. */

import type * as Distributions from "wasm/lecture";
import type * as Autoencoders from "wasm/lecture-autoencoders";
import type * as Errata from "wasm/lecture-errata";
import type * as Gradients from "wasm/lecture-gradients";
import type * as Latents from "wasm/lecture-latents";

/** What the modules of `src/web/lecture` export, typed by wasm-bindgen, by the name of their files. */
export interface LectureModules {
  lecture: typeof Distributions;
  "lecture-autoencoders": typeof Autoencoders;
  "lecture-errata": typeof Errata;
  "lecture-gradients": typeof Gradients;
  "lecture-latents": typeof Latents;
}

/** A module's name. */
export type LectureModule = keyof LectureModules;

type Intersection<Union> = (Union extends unknown ? (of: Union) => void : never) extends (of: infer All) => void
  ? All
  : never;

/** The exports of some modules: a figure finds those of the modules that its definition names. */
export type LectureOf<Module extends LectureModule> = Omit<
  Intersection<LectureModules[Module]>,
  "default" | "initSync"
>;

/** The exports of all modules. */
export type Lecture = LectureOf<LectureModule>;
