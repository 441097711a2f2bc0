/** Figure 6.3: the two parts of the bound pull q in two directions, and beta says how hard one of them pulls. */

import type { ElboParts, ElboPartsControls, PartsSlice } from "wasm/lecture-latents";
import { html } from "../base/dom";
import { formatNumber } from "../base/format";
import { t } from "../base/language";
import { adoptSheet } from "../base/sheet";
import type { ControlTable } from "../contract/controls";
import type { FigureDefinition, FigureView, Shown, Stage } from "../element/definition";
import { area, curve, points, rule } from "../parts/curves";
import { createHandle } from "../parts/handle";
import { legend, niceTop, row } from "../parts/layout";
import { Plot } from "../parts/plot";
import { levels } from "./elbo/bars";
import { createBells } from "./elbo/bench";
import css from "./elbo/elbo.css";
import { describeModel, modelControls, nats, RANGE } from "./elbo/model";

/** The frontier is drawn to here at least, and computed to there: no q in range pays more nats. */
const KL_SHOWN = 4;
const KL_HIGH = 100;

const controls = {
  beta: {
    kind: "number",
    label: "weight of the regularisation",
    symbol: "\\beta",
    min: 0.05,
    max: 20,
    step: 0.05,
    default: 1,
    scale: "log",
    group: "Weight",
  },
  ...modelControls,
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture-latents"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "elbo-parts",
  summary:
    "One part of the bound wants every z of q to explain x, the other wants q to look like the prior. Move q, or " +
    "the weight β, and see who gives way.",
  modules: ["lecture-latents"],
  controls,
  create,
};

export default definition;

function create(stage: Stage<Specs, Modules>): FigureView<Specs> {
  adoptSheet(stage.root, css);
  const bells = createBells(stage, stage.root, { height: 220, posterior: false });
  const likelihood = curve(bells.plot, "part-reconstruction");
  const best = curve(bells.plot, "dashed part-elbo");
  stage.root.append(
    legend([
      { className: "ink-soft", tex: "\\p(\\z)" },
      { className: "part-reconstruction", tex: "\\p(\\x\\given\\z)\\text{ along }\\z" },
      { className: "sym-q", tex: "\\q(\\z)" },
      { className: "part-elbo", tex: "\\text{best }\\q\\text{ for this }\\beta" },
    ]),
  );
  const left = html("div", { class: "elbo-side" });
  const right = html("div", { class: "elbo-side" });
  stage.root.append(row(left, right));
  const byMean = createSlice(stage, left, "mean of q", "qMu", "linear");
  const bySigma = createSlice(stage, right, "standard deviation of q", "qSigma", "log");
  stage.root.append(
    legend([
      { className: "part-reconstruction", tex: "\\E_{\\q}[\\log \\p(\\x\\given\\z)]" },
      { className: "part-kl", tex: "-\\beta\\,\\kl{\\q}{\\p(\\z)}" },
      { className: "part-elbo", text: "their sum" },
    ]),
  );
  const frontier = createFrontier(stage);

  return {
    update(controls) {
      const c = {
        ...controls,
        qSigmaLow: RANGE.qSigma.min,
        qSigmaHigh: RANGE.qSigma.max,
        klHigh: KL_HIGH,
      };
      const shown = stage.lecture.elboParts(c);
      const { scene, values } = shown;
      bells.draw(scene, c, shown.peaks);
      likelihood.draw(scene.z, scene.likelihood);
      best.draw(scene.z, shown.best);
      const range = levels([values.weighted, values.best.weighted, values.expectedLogLikelihood], 4);
      byMean.draw(shown.byMean, values, {
        at: c.qMu,
        best: values.best.mu,
        range,
        ends: [-scene.halfWidth, scene.halfWidth],
        beta: c.beta,
      });
      bySigma.draw(shown.bySigma, values, {
        at: c.qSigma,
        best: values.best.sigma,
        range,
        ends: [RANGE.qSigma.min, RANGE.qSigma.max],
        beta: c.beta,
      });
      frontier.draw(shown);
      return describe(shown, c);
    },
  };
}

interface Place {
  at: number;
  best: number;
  range: [number, number];
  ends: [number, number];
  beta: number;
}

/** Both parts and their sum while one parameter of q moves and the other rests. */
function createSlice(
  stage: Stage<Specs, Modules>,
  parent: HTMLElement,
  name: string,
  control: "qMu" | "qSigma",
  scale: "linear" | "log",
) {
  const plot = new Plot(parent, stage, {
    label: t`Both parts of the bound while the ${name} moves`,
    x: {
      domain: scale === "log" ? [0.05, 3] : [-6, 6],
      label: name,
      scale,
      ticks: scale === "log" ? 4 : 5,
      ...(scale === "log" ? { format: shortTick } : {}),
    },
    y: { domain: [-4, 0.5], label: "nats", ticks: 5 },
    height: 230,
    margin: { top: 22, left: 46 },
  });
  const optimum = rule(plot, "vertical", "part-elbo dashed");
  const gain = curve(plot, "part-reconstruction");
  const cost = curve(plot, "part-kl");
  const sum = curve(plot, "part-elbo");
  const dots = points(plot, "outlined", 4);
  const reach: { x: [number, number] } = { x: [RANGE[control].min, RANGE[control].max] };
  const handle = createHandle(plot, {
    label: t`${name}, on the sum`,
    className: "part-elbo",
    axis: "x",
    bounds: reach,
    step: { x: 0.05 },
    onMove: (value) => stage.set({ [control]: value }),
    valueText: (value, level) => t`${formatNumber(value, 3)}, sum ${nats(level)} nats`,
  });
  return {
    draw(slice: PartsSlice, values: ElboParts["values"], place: Place): void {
      plot.domains({ x: place.ends, y: place.range });
      if (control === "qMu") reach.x = place.ends[1] > 6 ? [RANGE.qMu.min, RANGE.qMu.max] : [-5.4, 5.4];
      optimum.draw(place.best);
      gain.draw(slice.at, slice.reconstruction);
      cost.draw(slice.at, slice.regularisation);
      sum.draw(slice.at, slice.total);
      dots.draw(
        [place.at, place.at],
        [values.expectedLogLikelihood, values.weighted - values.expectedLogLikelihood],
        (i) => (i === 0 ? "part-reconstruction" : "part-kl"),
      );
      handle.place(place.at, values.weighted);
    },
  };
}

/** What the best q buys for what it pays: no q lies above this curve, and its slope is beta. */
function createFrontier(stage: Stage<Specs, Modules>) {
  const plot = new Plot(stage.root, stage, {
    label: "The best reconstruction for each divergence from the prior, and where q lies",
    x: { domain: [0, KL_SHOWN], label: "divergence from the prior", unit: "nats" },
    y: { domain: [-4, 0.5], label: "reconstruction", unit: "nats", ticks: 5 },
    height: 220,
    margin: { top: 22 },
  });
  const possible = area(plot, "ink-soft");
  const edge = curve(plot, "ink-soft");
  const tangent = curve(plot, "thin dashed part-elbo");
  const level = curve(plot, "thin dashed sym-q");
  const best = points(plot, "outlined part-elbo", 6);
  const here = points(plot, "outlined sym-q", 6);
  const note = html(
    "p",
    { class: "plot-note" },
    "Grey: what some q can reach. Dashed: lines of equal weighted bound, of slope β, " +
      "through q and through the best q.",
  );
  stage.root.append(note);
  return {
    draw(shown: ElboParts): void {
      const { values } = shown;
      const [floor, top] = levels(
        [values.expectedLogLikelihood, shown.frontierReconstruction[0] ?? -4, values.best.expectedLogLikelihood],
        4,
      );
      plot.domains({
        x: [0, Math.max(KL_SHOWN, niceTop([values.klToPrior, values.best.klToPrior], 1))],
        y: [floor, top],
      });
      possible.draw(shown.frontierKl, shown.frontierReconstruction, floor);
      edge.draw(shown.frontierKl, shown.frontierReconstruction);
      tangent.draw([0, KL_HIGH], shown.tangent);
      level.draw([0, KL_HIGH], shown.throughQ);
      best.draw([values.best.klToPrior], [values.best.expectedLogLikelihood]);
      here.draw([values.klToPrior], [values.expectedLogLikelihood]);
    },
  };
}

/** Only some ticks of a logarithmic axis have room for their number. */
function shortTick(value: number): string {
  return [0.1, 0.3, 1, 3].some((shown) => Math.abs(shown - value) < 1e-9) ? String(value) : "";
}

function describe({ values }: ElboParts, c: ElboPartsControls): Shown {
  return {
    values,
    readouts: [
      {
        label: "reconstruction",
        symbol: "\\E_{\\q}[\\log \\p(\\x\\given\\z)]",
        value: values.expectedLogLikelihood,
        unit: "nats",
      },
      { label: "regularisation", symbol: "\\kl{\\q}{\\p(\\z)}", value: values.klToPrior, unit: "nats" },
      { label: "weighted bound", symbol: "\\ELBO_{\\beta}", value: values.weighted, unit: "nats" },
      { label: "its largest value", symbol: "\\max_{\\q} \\ELBO_{\\beta}", value: values.best.weighted, unit: "nats" },
      { label: "log evidence", symbol: "\\log \\p(\\x)", value: values.logEvidence, unit: "nats" },
    ],
    checks: [
      {
        label: "$\\E_{\\q}[\\log \\p(\\x\\given\\z)]$: closed form = quadrature",
        leftLabel: "closed form",
        rightLabel: "quadrature",
        check: values.reconstructionQuadrature,
      },
      {
        label: "$\\kl{\\q}{\\p(\\z)}$: closed form = quadrature",
        leftLabel: "closed form",
        rightLabel: "quadrature",
        check: values.regularisationQuadrature,
      },
      {
        label: "at $\\beta = 1$ the parts give $\\log \\p(\\x)$ less the gap",
        leftLabel: "reconstruction minus regularisation",
        rightLabel: "log evidence minus gap",
        check: values.sum,
      },
    ],
    description: t`${describeModel(c)} Reconstruction ${nats(values.expectedLogLikelihood)} nats, regularisation
      ${nats(values.klToPrior)} nats, weighted by ${formatNumber(c.beta, 3)}: ${nats(values.weighted)}. The best q for
      this weight has mean ${formatNumber(values.best.mu, 3)} and standard deviation
      ${formatNumber(values.best.sigma, 3)}.`,
  };
}
