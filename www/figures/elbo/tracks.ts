/** The bars of figure 6.4: EM step by step on the left, the gradient's many small steps on the right, on one scale. */

import type { EmToVaeControls, EmToVaeShown } from "wasm/lecture-latents";
import { svg } from "../../base/dom";
import type { Host } from "../../contract/host";
import { area, curve, rule } from "../../parts/curves";
import { Plot } from "../../parts/plot";
import { bar } from "./bars";

/** The letter under a bar and its colour, by the half step that ended there. */
const keys: { [phase: string]: [letter: string, className: string] } = {
  e: ["E", "sym-phi"],
  m: ["M", "sym-theta"],
};

export function createTracks(stage: Host, left: HTMLElement, right: HTMLElement) {
  const options = { height: 290, margin: { top: 22, left: 46 } };
  const y = { domain: [-4, 0] as [number, number], label: "nats per data point", ticks: 5 };
  const em = new Plot(left, stage, {
    ...options,
    label: "EM: bound and gap after each half step",
    x: { domain: [-0.6, 12.6], label: "E and M steps", ticks: 1, format: () => "" },
    y,
  });
  const joint = new Plot(right, stage, {
    ...options,
    label: "Gradient: bound and gap after each step",
    x: { domain: [0, 120], label: "gradient steps", ticks: 4 },
    y,
  });
  const ceilings = [rule(em, "horizontal", "sym-theta dashed"), rule(joint, "horizontal", "sym-theta dashed")];
  const bound = area(joint, "strong part-elbo");
  const gap = area(joint, "strong part-gap");
  const boundLine = curve(joint, "part-elbo");
  const evidence = curve(joint, "thin ink");
  const here = [rule(em, "vertical", "ink-soft dashed"), rule(joint, "vertical", "ink-soft dashed")];
  const columns: ReturnType<typeof createColumn>[] = [];

  function createColumn() {
    const key = svg("text", { class: "plot-label step-key", "text-anchor": "middle" });
    em.overlay.append(key);
    return { elbo: bar(em, "part-elbo", true), gap: bar(em, "part-gap", false), key };
  }

  return {
    draw(shown: EmToVaeShown, c: EmToVaeControls): void {
      const { maximum } = shown.values;
      const all = [
        maximum,
        ...[...shown.em, ...shown.gradient].flatMap((step) => [step.elbo, step.logEvidence]),
      ].filter(Number.isFinite);
      const [floor, top] = ends(Math.min(...all), Math.max(...all));
      const emEnd = c.emSteps <= 12 ? 12 : 24;
      const jointEnd = [60, 120].find((end) => c.gradientSteps <= end) ?? 240;
      em.domains({ x: [-0.6, emEnd + 0.6], y: [floor, top] });
      joint.domains({ x: [0, jointEnd], y: [floor, top] });
      for (const ceiling of ceilings) ceiling.draw(maximum);
      while (columns.length < shown.em.length) columns.push(createColumn());
      columns.forEach((column, i) => {
        const step = shown.em[i];
        for (const part of [column.elbo.group, column.gap.group, column.key])
          part.toggleAttribute("hidden", step === undefined);
        if (step === undefined) return;
        column.elbo.draw(i - 0.38, i + 0.38, floor, step.elbo);
        column.gap.draw(i - 0.38, i + 0.38, step.elbo, step.logEvidence);
        const [letter, colour] = keys[step.phase] ?? ["0", "ink-soft"];
        column.key.textContent = letter;
        column.key.setAttribute("class", `plot-label step-key ${colour}`);
        column.key.setAttribute("x", String(em.x(i)));
        column.key.setAttribute("y", String(em.height + 16 * em.unit));
      });
      const steps = shown.gradient.map((_, i) => i);
      const elbo = shown.gradient.map((step) => step.elbo);
      const log = shown.gradient.map((step) => step.logEvidence);
      bound.draw(steps, elbo, floor);
      gap.draw(steps, log, elbo);
      boundLine.draw(steps, elbo);
      evidence.draw(steps, log);
      here[0]?.draw(shown.em.length - 1);
      here[1]?.draw(steps.length - 1);
      here[0]?.line.toggleAttribute("hidden", c.method === "gradient");
      here[1]?.line.toggleAttribute("hidden", c.method !== "gradient");
    },
  };
}

/**
 * Ends of the axis: some body under the lowest bar (to a tidy level, so that it rests while one drags), a little air
 * above.
 */
function ends(lowest: number, highest: number): [floor: number, top: number] {
  const span = Math.max(0.5, highest - lowest);
  const unit = 10 ** Math.floor(Math.log10(span)) / 2;
  const floor = Math.floor((lowest - 0.2 * span) / unit) * unit;
  return [floor, highest + 0.08 * (highest - floor)];
}
