/**
 * Types that are written more than once say the same: in the package, in the sources, and in what Rust exports.
 * Compiled, never run.
 */

import type * as Lecture from "wasm/lecture";
import type * as Package from "../../pkg/elbo-room";
import type * as Controls from "../../www/contract/controls";
import type * as Results from "../../www/contract/results";
import type { ElboFigure } from "../../www/element/elbo-figure";

/** `true` for one and the same type, else `never`, which `true` is not. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;

type Contract = "name" | "ready" | "updated" | "controls" | "link";
type Message = { message: string; recoverable: boolean };

export const check: [Same<Package.Check, Results.Check>, Same<Lecture.Check, Results.Check>] = [true, true];
export const estimate: [Same<Package.Estimate, Results.Estimate>, Same<Lecture.Estimate, Results.Estimate>] = [
  true,
  true,
];
export const plain: [Same<Package.Json, Controls.Json>, Same<Package.Controls, Controls.Controls>] = [true, true];
export const element: [
  Same<Pick<Package.ElboFigure, Contract>, Pick<ElboFigure, Contract>>,
  Same<Package.FigureError, Message>,
] = [true, true];
