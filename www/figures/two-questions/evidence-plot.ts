/** Where an image's evidence lies among that of test digits and of noise. */

import { formatCount } from "../../base/format";
import type { EvidenceReport } from "../../contract/engine";
import type { Host } from "../../contract/host";
import { histogram, label, rule } from "../../parts/curves";
import { niceTop } from "../../parts/layout";
import { Plot } from "../../parts/plot";

/** The range of the histogram's bins, and marks that have room for their number. */
const DOMAIN = [-4000, -25] as const;
const TICKS = [-3000, -1000, -300, -100, -30];

export function createEvidencePlot(parent: HTMLElement, stage: Host) {
  const plot = new Plot(parent, stage, {
    label: "Evidence of test digits, of noise and of this image",
    x: {
      domain: DOMAIN,
      scale: "log",
      label: "log p(x), lower bound",
      unit: "nats, logarithmic",
      ticks: 5,
      format: (value) => (TICKS.includes(Math.round(value)) ? formatCount(value) : ""),
    },
    y: { domain: [0, 10], label: "test digits", ticks: 3 },
    height: 250,
    margin: { right: 18 },
  });
  const bars = histogram(plot, "part-evidence half");
  const noise = rule(plot, "vertical", "ink-soft dashed");
  const before = rule(plot, "vertical", "sym-x thin dashed");
  const here = rule(plot, "vertical", "sym-x strong");
  const noiseLabel = label(plot, "noise", "ink-soft plain");
  const beforeLabel = label(plot, "before", "sym-x plain");
  const hereLabel = label(plot, "this image", "sym-x");
  const bound = (value: number): number => Math.min(DOMAIN[1], Math.max(DOMAIN[0], value));
  return {
    draw(
      tests: EvidenceReport | null,
      noiseMean: number | null,
      mine: number | null,
      unperturbed: number | null,
    ): void {
      const counts = tests?.histogram.counts ?? [];
      const top = niceTop(counts, 10);
      plot.domains({ y: [0, top] });
      bars.draw(tests?.histogram.edges ?? [], counts);
      const place = (mark: ReturnType<typeof rule>, value: number | null): void => {
        mark.line.toggleAttribute("hidden", value === null);
        if (value !== null) mark.draw(bound(value));
      };
      place(noise, noiseMean);
      place(before, unperturbed);
      place(here, mine);
      // Words that would lie on those of the image are left out.
      for (const [words, value] of [
        [noiseLabel, noiseMean],
        [beforeLabel, unperturbed],
      ] as const) {
        words.element.toggleAttribute(
          "hidden",
          value === null || (mine !== null && Math.abs(plot.x(bound(mine)) - plot.x(bound(value))) < 64 * plot.unit),
        );
        if (value !== null) words.draw(bound(value), top, 0, -5);
      }
      hereLabel.element.toggleAttribute("hidden", mine === null);
      if (mine === null) return;
      // Near an end of the axis the words stay inside.
      const room = 34 * plot.unit;
      const x = plot.x(bound(mine));
      hereLabel.draw(bound(mine), top, Math.min(plot.width - room, Math.max(room, x)) - x, -5);
    },
  };
}
