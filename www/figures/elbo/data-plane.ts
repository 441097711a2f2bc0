/** Data, decoder and encoder of figure 6.4 in the plane of z and x. */

import type { EmToVaeShown } from "wasm/lecture-latents";
import { svg } from "../../base/dom";
import { formatNumber } from "../../base/format";
import { t } from "../../base/language";
import type { HostOf } from "../../contract/host";
import { area, curve } from "../../parts/curves";
import { createHandle, type Handle } from "../../parts/handle";
import { Plot } from "../../parts/plot";

export const X_ENDS = [-5.5, 5.5] as const;
export const Z_ENDS = [-4, 4] as const;
/** Share of the width that the density of x takes, at the right edge. */
const DENSITY_SHARE = 0.14;

export function createDataPlane(stage: HostOf<{ data: number[] }>, parent: HTMLElement) {
  const plot = new Plot(parent, stage, {
    label: "Data, decoder and encoder in the plane of z and x",
    x: { domain: Z_ENDS, label: "z", symbol: true },
    y: { domain: X_ENDS, label: "x", symbol: true, ticks: 5 },
    height: 340,
    margin: { top: 22 },
  });
  const decoderBand = area(plot, "sym-theta");
  const encoderBand = svg("path", { class: "area sym-phi" });
  plot.marks.append(encoderBand);
  const density = svg("path", { class: "area strong sym-p" });
  plot.marks.append(density);
  const posterior = curve(plot, "dashed ink-soft");
  const decoder = curve(plot, "sym-theta");
  const encoder = curve(plot, "sym-phi");
  const widths = svg("path", { class: "curve thin sym-phi" });
  plot.marks.append(widths);
  let handles: Handle[] = [];

  function dataHandle(index: number): Handle {
    return createHandle(plot, {
      label: t`data point ${index + 1}`,
      className: "sym-x",
      axis: "y",
      bounds: { y: [-5, 5] },
      step: { y: 0.1 },
      onMove: (_, x) => stage.set({ data: stage.controls.data.map((old, i) => (i === index ? x : old)) }),
      valueText: (z, x) => t`x = ${formatNumber(x, 3)}, encoded as z = ${formatNumber(z, 3)}`,
    });
  }

  return {
    draw(shown: EmToVaeShown, data: readonly number[]): void {
      decoderBand.draw(shown.z, shown.decoderUpper, shown.decoderLower);
      decoder.draw(shown.z, shown.decoder);
      encoder.draw(shown.encoder, shown.x);
      posterior.draw(shown.posterior, shown.x);
      const at = (z: number | undefined, x: number | undefined) => `${plot.x(z ?? 0)},${plot.y(x ?? 0)}`;
      const [low, high] = shown.x;
      const { encoderLower, encoderUpper } = shown;
      const corners = [
        at(encoderLower[0], low),
        at(encoderUpper[0], low),
        at(encoderUpper[1], high),
        at(encoderLower[1], high),
      ];
      encoderBand.setAttribute("d", `M${corners.join("L")}Z`);
      const half = shown.values.parameters.qSigma;
      widths.setAttribute(
        "d",
        shown.codes.map((z, i) => `M${at(z - half, data[i])}L${at(z + half, data[i])}`).join(""),
      );
      const tallest = Math.max(...shown.density, 0.3);
      const edge = plot.width;
      const outline = shown.density
        .map(
          (height, i) => `L${edge - (DENSITY_SHARE * plot.width * height) / tallest},${plot.y(shown.densityX[i] ?? 0)}`,
        )
        .join("");
      density.setAttribute("d", `M${edge},${plot.height}${outline}L${edge},0Z`);
      if (handles.length !== data.length) {
        for (const handle of handles) handle.remove();
        handles = data.map((_, i) => dataHandle(i));
      }
      for (const [i, handle] of handles.entries())
        handle.place(Math.min(Z_ENDS[1], Math.max(Z_ENDS[0], shown.codes[i] ?? 0)), data[i] ?? 0);
    },
  };
}
