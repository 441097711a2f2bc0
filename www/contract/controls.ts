/** Controls of a figure: their values, and the table that says what each may be. */

/** A plain JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values of all controls, by camelCase name. */
export type Controls = { [name: string]: Json };

/** What every control may have. */
interface Common {
  /** In words: the accessible name. */
  label: string;
  /** KaTeX source shown in place of the label (which stays its accessible name), e.g. `\\mmu_1`. */
  symbol?: string;
  /** Controls with the same group stand together under this heading. */
  group?: string;
  /** Whether it says anything beside the other controls; where not, it is left out. Its value stays. */
  when?: (controls: Controls) => boolean;
  /** False: not in the panel; moved in the drawing, by attribute or by link. */
  panel?: boolean;
}

/** A figure's controls by camelCase name. */
export type ControlTable = { readonly [name: string]: ControlSpec };

/** What a control may be, by its row of the table. */
type ValueOf<Spec extends ControlSpec> = Spec extends { kind: "choice"; options: readonly { value: infer Value }[] }
  ? Value
  : Spec extends { kind: "boolean" }
    ? boolean
    : Spec extends { kind: "picture" }
      ? string
      : Spec extends { kind: "numbers" }
        ? number[]
        : Spec extends { kind: "rows" }
          ? number[][]
          : number;

/** The controls that a table describes: `ValuesOf<typeof controls>`. */
export type ValuesOf<Table extends ControlTable> = string extends keyof Table
  ? Controls
  : { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** How one control is validated, shown and linked. Numbers are clamped to `min..max`; anything malformed is refused. */
export type ControlSpec = Common & ControlKind;

/** The kinds of control. */
export type ControlKind =
  | {
      kind: "number";
      min: number;
      max: number;
      step: number;
      default: number;
      unit?: string;
      /** `log`: the slider moves in equal ratios. */
      scale?: "linear" | "log";
      integer?: boolean;
    }
  | { kind: "choice"; options: readonly { value: string; label: string }[]; default: string }
  | { kind: "boolean"; default: boolean }
  /** An integer seed with a "draw again" button. */
  | { kind: "seed"; default: number }
  /** A list (or rows) of numbers: moved in the drawing, and editable as text (`1, 2, 3`; rows end with `;`). */
  | { kind: "numbers"; min: number; max: number; minLength: number; maxLength: number; default: readonly number[] }
  | {
      kind: "rows";
      min: number;
      max: number;
      maxRows: number;
      columns: number;
      default: readonly (readonly number[])[];
    }
  /** The reader's drawing as text (`parts/picture.ts`), `""` for none: made on a pad, never in the panel. */
  | { kind: "picture"; default: string };
