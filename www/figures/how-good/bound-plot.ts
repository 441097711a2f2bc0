/** How much the importance-weighted bound gains by more draws. */

import { formatPowerOfTen } from "../../base/format";
import type { EvidenceReport } from "../../contract/engine";
import type { Host } from "../../contract/host";
import { area, curve, points } from "../../parts/curves";
import { niceTop } from "../../parts/layout";
import { Plot } from "../../parts/plot";

export function createBoundPlot(parent: HTMLElement, stage: Host) {
  const plot = new Plot(parent, stage, {
    label: "Gain of the bound of log p(x) against the number of draws K",
    x: { domain: [0.8, 7000], scale: "log", label: "draws of z in one bound, K", ticks: 4, format: formatPowerOfTen },
    y: { domain: [0, 1], label: "gain over K = 1", unit: "nats", ticks: 4 },
    height: 210,
    margin: { right: 14 },
  });
  const band = area(plot, "part-evidence");
  const line = curve(plot, "part-evidence");
  const dots = points(plot, "part-evidence");
  return {
    draw(growth: EvidenceReport["growth"]): void {
      const ks = growth.map(({ samples }) => samples);
      const gains = growth.map(({ gain }) => gain.mean);
      const ends = (sign: 1 | -1): number[] => growth.map(({ gain }) => gain.mean + sign * gain.standardError);
      const high = ends(1);
      plot.domains({ y: [0, niceTop(high, 0.5)] });
      band.draw(ks, high, ends(-1));
      line.draw(ks, gains);
      dots.draw(ks, gains);
    },
  };
}
