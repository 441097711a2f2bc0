/**
 * The bars of figure 2.3: after every half step the log-likelihood, split into the ELBO and the divergence above it.
 */

import type { GmmEm } from "wasm/lecture";
import { svg } from "../../base/dom";
import type { Host } from "../../contract/host";
import { Plot } from "../../parts/plot";

/** Half steps to a page: the axes rest while one steps through it. */
export const PAGE = 24;
/** The axis never shows less than this, so that rounding stays invisible. */
const LEAST_RANGE = 1;

type Bars = GmmEm["bars"];

/** E steps are the odd ones. */
const letter = (step: number): string => (step % 2 === 1 ? "E" : "M");

export function createBars(stage: Host) {
  const plot = new Plot(stage.root, stage, {
    label: "Log-likelihood and its bound after every half step",
    x: { domain: [-0.6, PAGE + 0.6], ticks: PAGE, format: (step) => (step === 0 ? "0" : letter(step)) },
    y: { domain: [-100, 0], label: "log-likelihood", unit: "nats" },
    height: 190,
    margin: { top: 22, bottom: 26, left: 58 },
  });
  const layers = {
    elbo: stack("part-elbo half"),
    gap: stack("part-gap half"),
    elboNow: stack("part-elbo full"),
    gapNow: stack("part-gap full"),
    elboAhead: stack("part-elbo faint"),
    gapAhead: stack("part-gap faint"),
  };

  function stack(className: string) {
    const path = svg("path", { class: `bars ${className}` });
    plot.marks.append(path);
    return (bars: Bars, low: (bar: Bars[number]) => number, high: (bar: Bars[number]) => number) => {
      const half = 0.36 * Math.abs(plot.x(1) - plot.x(0));
      const floor = plot.height + 2;
      const parts = bars.map((bar) => {
        const [x, bottom, top] = [
          plot.x(bar.step),
          Math.min(floor, plot.y(low(bar))),
          Math.min(floor, plot.y(high(bar))),
        ];
        return `M${x - half},${bottom}V${top}H${x + half}V${bottom}Z`;
      });
      path.setAttribute("d", parts.join(""));
    };
  }

  return {
    draw(bars: Bars, step: number): void {
      const first = bars[0]?.step ?? 0;
      // Before the first E step the bound may be anywhere: the axis is made for what follows.
      const later = bars.length > 1 ? bars.slice(1) : bars;
      const top = Math.max(...later.map((bar) => bar.logLikelihood));
      const bottom = Math.min(...later.map((bar) => bar.elbo));
      const range = Math.max(LEAST_RANGE, top - bottom);
      const low = top - 1.5 * range;
      plot.domains({ x: [first - 0.6, first + PAGE + 0.6], y: [low, top + 0.1 * range] });
      const [made, now, ahead] = [
        bars.filter((bar) => bar.step < step),
        bars.filter((bar) => bar.step === step),
        bars.filter((bar) => bar.step > step),
      ];
      for (const [list, elbo, gap] of [
        [made, layers.elbo, layers.gap],
        [now, layers.elboNow, layers.gapNow],
        [ahead, layers.elboAhead, layers.gapAhead],
      ] as const) {
        elbo(
          list,
          () => low - range,
          (bar) => bar.elbo,
        );
        gap(
          list,
          (bar) => bar.elbo,
          (bar) => bar.logLikelihood,
        );
      }
    },
  };
}
