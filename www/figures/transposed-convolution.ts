/** Figure 3.5: transposed convolution by hand. Each element of the input stamps the kernel, the stamps are added. */

import type { TransposedConvolution, TransposedConvolutionControls } from "wasm/lecture-autoencoders";
import { html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { Check } from "../contract/results";
import type { FigureDefinition, FigureView, ShownCheck, Stage } from "../element/definition";
import { askEngine } from "../engine/figure/ask-engine";
import { createMatrix, short } from "../parts/matrix";
import { createPlayer } from "../parts/player";

const ENTRY = { min: -99, max: 99 } as const;

const controls = {
  input: {
    kind: "rows",
    label: "input",
    symbol: "\\text{input}",
    ...ENTRY,
    maxRows: 4,
    columns: 0,
    default: [
      [0, 1],
      [2, 3],
    ],
  },
  kernel: {
    kind: "rows",
    label: "kernel",
    symbol: "\\text{kernel}",
    ...ENTRY,
    maxRows: 3,
    columns: 0,
    default: [
      [0, 1],
      [2, 3],
    ],
  },
  stride: { kind: "number", label: "stride", symbol: "s", min: 1, max: 3, step: 1, default: 1, integer: true },
  stamps: {
    kind: "number",
    label: "stamps placed",
    symbol: "\\text{stamps}",
    min: 0,
    max: 32,
    step: 1,
    default: 3,
    integer: true,
  },
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-autoencoders"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "transposed-convolution",
  summary:
    "Change any number. Step through the input: each element is multiplied with the whole kernel, and the " +
    "product is stamped onto the output.",
  layout: "below",
  modules: ["lecture-autoencoders"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  const edit = (name: "input" | "kernel") => (row: number, column: number, value: number) => {
    const rows = structuredClone(stage.controls[name]);
    const target = rows[row];
    if (target === undefined) return;
    target[column] = value;
    stage.set({ [name]: rows });
  };
  const input = createMatrix({
    title: "Input",
    className: "sym-z",
    ...ENTRY,
    onEdit: edit("input"),
    onPick: (index) => stage.set({ stamps: index + 1 }),
  });
  const kernel = createMatrix({ title: "Kernel", className: "sym-theta", ...ENTRY, onEdit: edit("kernel") });
  const product = createMatrix({ title: "Stamp", className: "sym-theta" });
  const output = createMatrix({ title: "Output so far", className: "sym-x" });
  const sign = (text: string) => html("span", { class: "matrix-sign", "aria-hidden": "true" }, text);
  const player = createPlayer({
    label: "stamping",
    interval: 900,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward: () => {
      const next = Math.min(count, placed() + 1);
      stage.set({ stamps: next });
      return next < count;
    },
    back: () => stage.set({ stamps: Math.max(0, placed() - 1) }),
    restart: () => stage.set({ stamps: 0 }),
  });
  const sizes = html("p", { class: "caption-summary" });
  let count = 4;
  const placed = () => Math.min(count, stage.controls.stamps);
  stage.root.append(
    html(
      "div",
      { class: "matrices" },
      input.root,
      sign("∗"),
      kernel.root,
      sign("→"),
      product.root,
      sign("→"),
      output.root,
    ),
    player.root,
    sizes,
  );

  function draw(shown: TransposedConvolution, controls: TransposedConvolutionControls): void {
    count = shown.count;
    const stamp = shown.stamp ?? null;
    const width = controls.input[0]?.length ?? 0;
    const at = stamp === null ? -1 : stamp.row * width + stamp.column;
    input.draw(controls.input, {
      lit: (row, column) => row * width + column === at,
      empty: (row, column) => row * width + column > at,
    });
    kernel.draw(controls.kernel, {});
    product.caption(stamp === null ? t("Stamp") : t`Stamp: ${short(stamp.value)} × kernel`);
    product.draw(stamp?.values ?? controls.kernel.map((row) => row.map(() => Number.NaN)), {});
    const covered = (row: number, column: number) => shown.covered[row]?.[column] ?? 0;
    const inside = (row: number, column: number) =>
      stamp !== null &&
      row >= stamp.top &&
      row < stamp.top + stamp.values.length &&
      column >= stamp.left &&
      column < stamp.left + (stamp.values[0]?.length ?? 0);
    output.caption(placed() >= count ? t("Output") : t("Output so far"));
    output.draw(shown.sum, {
      lit: inside,
      empty: (row, column) => covered(row, column) === 0,
      tint: (row, column) => Math.min(4, covered(row, column)) * 9,
    });
    player.status(placed() === 0 ? t("nothing stamped yet") : t`stamp ${placed()} of ${count}`);
    const { size, decoder } = shown.values;
    sizes.textContent = t`${controls.input.length} × ${width} in, ${size[0]} × ${size[1]} out: (n − 1) ·
      ${controls.stride} + k on each side. A decoder of digits grows its picture in this way, from
      ${decoder.map((side) => `${side} × ${side}`).join(" to ")}: kernel 4 × 4, stride 2, and a rim of 1 cut off.`;
  }

  type Question = Pick<TransposedConvolutionControls, "input" | "kernel" | "stride"> & { output: number[][] };
  const onBurn = askEngine(stage, (engine, { input, kernel, stride, output }: Question) =>
    engine.compareTransposedConvolution(input, kernel, stride, output),
  );

  return {
    busy: () => player.playing,
    update(controls: ValuesOf<Specs>) {
      const shown = stage.lecture.transposedConvolution(controls);
      const { input, kernel, stride } = controls;
      const burn = onBurn({ input, kernel, stride, output: shown.values.output });
      draw(shown, controls);
      const { values } = shown;
      return {
        values: { ...values, burn: burn.exact },
        readouts: [
          { label: "rows of the output", symbol: "(n - 1)\\,s + k", value: String(values.size[0]) },
          { label: "columns of the output", symbol: "(m - 1)\\,s + l", value: String(values.size[1]) },
        ],
        checks: checks(shown, burn.latest),
        description: t`Stamp ${placed()} of ${count}. The whole output is
          ${values.output.map((row) => row.map((entry) => formatNumber(entry, 3)).join(", ")).join("; ")}.`,
      };
    },
  };
}

function checks({ values }: TransposedConvolution, burn: Check | null): ShownCheck[] {
  return [
    ...(burn === null
      ? []
      : [
          {
            label: "burn's transposed convolution: the entry that differs most",
            leftLabel: "here",
            rightLabel: "burn",
            check: burn,
          },
        ]),
    {
      label: "the worked example of deck 004: largest difference of an entry = 0",
      leftLabel: "largest difference",
      rightLabel: "zero",
      check: values.workedExample,
    },
    {
      label: "sum of the output = sum of the input × sum of the kernel",
      leftLabel: "output",
      rightLabel: "input × kernel",
      check: values.mass,
    },
    {
      label:
        "it is the transpose of a convolution: $\\langle \\mathrm{conv}(y), u \\rangle = \\langle y, " +
        "\\mathrm{conv}^{\\top}(u) \\rangle$, random $y$",
      leftLabel: "left",
      rightLabel: "right",
      check: values.adjoint,
    },
  ];
}
