/** Types that are written more than once say the same: in the package, in the sources, and in what Rust exports. Compiled, never run. */

import type * as Lecture from "wasm/lecture";
import type * as Package from "../../pkg/elbo-room";
import type * as Source from "../../www/element/definition";
import type { ElboFigure } from "../../www/element/elbo-figure";

/** `true` for one and the same type, else `never`, which `true` is not. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

type Contract = "name" | "ready" | "updated" | "controls" | "link";
type Message = { message: string; recoverable: boolean };

export const check: [Same<Package.Check, Source.Check>, Same<Lecture.Check, Source.Check>] = [true, true];
export const estimate: [Same<Package.Estimate, Source.Estimate>, Same<Lecture.Estimate, Source.Estimate>] = [
  true,
  true,
];
export const plain: [Same<Package.Json, Source.Json>, Same<Package.Controls, Source.Controls>] = [true, true];
export const element: [
  Same<Pick<Package.ElboFigure, Contract>, Pick<ElboFigure, Contract>>,
  Same<Package.FigureError, Message>,
] = [true, true];
