/** Figure 6.1: the log evidence is the bound plus the gap, whatever q is. */

import type { ElboBars, ElboBarsControls } from "wasm/lecture-latents";
import { html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { label, rule } from "../parts/curves";
import { legend } from "../parts/layout";
import { createPlayer } from "../parts/player";
import { Plot } from "../parts/plot";
import { bar, levels } from "./elbo/bars";
import { createBells, createPlane } from "./elbo/bench";
import css from "./elbo/elbo.css";
import { describeModel, modelControls, nats } from "./elbo/model";

/** The two columns, in the units of the plot. */
const STACK = [0.02, 0.48] as const;
const WHOLE = [0.53, 0.99] as const;

type Specs = typeof modelControls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "elbo-bars",
  summary:
    "A model whose evidence is known. Drag q by its peak and its shoulder: the two parts of the left column " +
    "change places, their sum does not move.",
  modules: ["lecture-latents"],
  controls: modelControls,
  create,
};

export default definition;

type Walker = { qMu: number; qSigma: number };

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const bench = html("div", { class: "elbo-bench" });
  const side = html("div", { class: "elbo-side" });
  stage.root.append(html("div", { class: "elbo-stage elbo-stage-bars" }, bench, side));
  const plane = createPlane(stage, bench, 190);
  const bells = createBells(stage, bench, { height: 250 });
  bench.append(
    legend([
      { className: "sym-theta", text: "the model" },
      { className: "sym-x", text: "observed x" },
      { className: "ink-soft", tex: "\\p(\\z)" },
      { className: "sym-p", tex: "\\p(\\z\\given\\x)" },
      { className: "sym-q", tex: "\\q(\\z)" },
    ]),
  );
  const columns = createColumns(stage, side);

  /** Where the walk began, and where it last left q. */
  const kept = stage.keep<{ start: Walker; walked: Walker | null }>({
    start: { qMu: modelControls.qMu.default, qSigma: modelControls.qSigma.default },
    walked: null,
  });
  const player = createPlayer({
    label: "the walk of q to the posterior",
    interval: 60,
    reducedMotion: stage.reducedMotion,
    signal: stage.signal,
    forward() {
      const now = { qMu: stage.controls.qMu, qSigma: stage.controls.qSigma };
      // A q that the walk did not leave here was put here by hand: the walk starts anew.
      if (kept.walked?.qMu !== now.qMu || kept.walked.qSigma !== now.qSigma) kept.start = now;
      const { arrived, qMu, qSigma } = stage.lecture.elboWalkStep(stage.controls);
      kept.walked = { qMu, qSigma };
      stage.set(kept.walked);
      return !arrived;
    },
    restart: () => stage.set(kept.start),
  });
  player.root.prepend(html("span", { class: "player-lead" }, "Walk q to the posterior"));
  stage.root.append(player.root);

  return {
    busy: () => player.playing,
    update(controls) {
      const shown = stage.lecture.elboBars(controls);
      plane.draw(shown.scene, controls);
      bells.draw(shown.scene, controls);
      columns.draw(shown);
      player.status(shown.values.klToPosterior < 1e-8 ? t("the gap is closed") : "");
      return describe(shown, controls);
    },
  };
}

function createColumns(stage: Stage<Specs, Modules>, parent: HTMLElement) {
  const plot = new Plot(parent, stage, {
    label: "The bound and the gap, one on the other, beside the log evidence",
    x: { domain: [0, 1], show: false },
    y: { domain: [-5, 0.5], label: "nats" },
    // A column beside the bench where there is room, below it where not.
    height: (width) => (width < 260 ? 470 : 250),
    margin: { top: 22, bottom: 24, left: 46, right: 6 },
  });
  const bound = bar(plot, "part-elbo", true);
  const gap = bar(plot, "part-gap", false);
  const evidence = bar(plot, "part-evidence", true);
  const height = rule(plot, "horizontal", "ink dashed");
  const names = [label(plot, "ELBO + gap", "ink-soft plain"), label(plot, "log p(x)", "ink-soft plain")];
  const numbers = {
    elbo: label(plot, "", "ink on-bar"),
    gap: label(plot, "", "ink on-bar"),
    evidence: label(plot, "", "ink"),
  };
  const middle = { stack: (STACK[0] + STACK[1]) / 2, whole: (WHOLE[0] + WHOLE[1]) / 2 };
  return {
    draw({ values }: ElboBars): void {
      const { elbo, logEvidence, klToPosterior } = values;
      const [floor, top] = levels([elbo, logEvidence], 5);
      plot.domains({ y: [floor, top] });
      bound.draw(STACK[0], STACK[1], floor, elbo);
      gap.draw(STACK[0], STACK[1], elbo, logEvidence);
      evidence.draw(WHOLE[0], WHOLE[1], floor, logEvidence);
      height.draw(logEvidence);
      const u = plot.unit;
      names[0]?.draw(middle.stack, floor, 0, 17 * u);
      names[1]?.draw(middle.whole, floor, 0, 17 * u);
      const room = plot.y(elbo) - plot.y(logEvidence);
      const below = plot.y(floor) - plot.y(elbo);
      numbers.evidence.element.textContent = nats(logEvidence);
      numbers.evidence.draw(middle.whole, logEvidence, 0, -7 * u);
      numbers.gap.element.textContent = t`gap ${nats(klToPosterior)}`;
      if (room > 24 * u) numbers.gap.draw(middle.stack, logEvidence, 0, room / 2 + 5 * u);
      else numbers.gap.draw(middle.stack, logEvidence, 0, -7 * u);
      numbers.elbo.element.textContent = nats(elbo);
      const above = room > 50 * u ? -6 * u : 15 * u;
      numbers.elbo.draw(middle.stack, elbo, 0, below > 26 * u ? 19 * u : above);
    },
  };
}

function describe({ values }: ElboBars, c: ElboBarsControls): Shown {
  return {
    values,
    readouts: [
      { label: "log evidence", symbol: "\\log \\p(\\x)", value: values.logEvidence, unit: "nats" },
      { label: "evidence lower bound", symbol: "\\ELBO", value: values.elbo, unit: "nats" },
      {
        label: "gap: divergence from q to the posterior",
        symbol: "\\kl{\\q}{\\p(\\z\\given\\x)}",
        value: values.klToPosterior,
        unit: "nats",
      },
      {
        label: "expected log-likelihood",
        symbol: "\\E_{\\q}[\\log \\p(\\x\\given\\z)]",
        value: values.expectedLogLikelihood,
        unit: "nats",
      },
      { label: "divergence from q to the prior", symbol: "\\kl{\\q}{\\p(\\z)}", value: values.klToPrior, unit: "nats" },
    ],
    checks: [
      {
        label: "$\\log \\p(\\x) = \\ELBO + \\text{gap}$",
        leftLabel: "$\\log \\p(\\x)$, closed form",
        rightLabel: "bound plus gap",
        check: values.sum,
      },
      {
        label: "$\\log \\p(\\x)$: closed form = integral over $\\z$",
        leftLabel: "closed form",
        rightLabel: "quadrature",
        check: values.evidenceQuadrature,
      },
      {
        label: "gap: closed form = integral over $\\z$",
        leftLabel: "closed form",
        rightLabel: "quadrature",
        check: values.gapQuadrature,
      },
    ],
    description: t`${describeModel(c)} The log evidence is ${nats(values.logEvidence)} nats: a bound of
      ${nats(values.elbo)} and a gap of ${nats(values.klToPosterior)}. The posterior has mean
      ${formatNumber(values.posteriorMu, 3)} and standard deviation ${formatNumber(values.posteriorSigma, 3)}.`,
  };
}
