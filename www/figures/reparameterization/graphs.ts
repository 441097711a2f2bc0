/**
 * The two graphs of figure 7.1: z as a random node, and z as a deterministic node of mu, sigma and a random epsilon.
 */

import { html, svg } from "../../base/dom";
import { formatNumber } from "../../base/format";
import { t } from "../../base/language";

/** The numbers in the nodes. */
export interface GraphState {
  mu: number;
  sigma: number;
  epsilon: number;
  z: number;
  f: number;
  fDerivative: number;
  dzDsigma: number;
  gradient: { mu: number; sigma: number };
}

const WIDTH = 390;
const HEIGHT = 300;
const RADIUS = 27;

interface Spot {
  x: number;
  y: number;
}

/** Both graphs, side by side where there is room. */
export function createGraphs(parent: HTMLElement) {
  const random = graph(
    "Before: z is drawn",
    "Before: z itself is a throw of the dice. No derivative passes through the throw.",
  );
  const moved = graph(
    "After: z is computed",
    "After: the dice are in epsilon, and z is an ordinary function of mu and sigma. Derivatives flow back to both.",
  );

  // Before: parameters, a random z, f.
  const before = { mu: { x: 105, y: 250 }, sigma: { x: 285, y: 250 }, z: { x: 195, y: 148 }, f: { x: 195, y: 44 } };
  random.edge(before.mu, before.z);
  random.edge(before.sigma, before.z);
  random.edge(before.z, before.f);
  random.back(before.f, before.z, 26);
  random.blocked(before.z, before.mu, -26);
  random.blocked(before.z, before.sigma, 26);
  const beforeMu = random.node(before.mu, "sym-mu", "μ");
  const beforeSigma = random.node(before.sigma, "sym-sigma", "σ");
  const beforeZ = random.node(before.z, "sym-z", "z", true);
  const beforeF = random.node(before.f, "ink", "f");
  const beforeSlope = random.note({ x: 208, y: 99 }, "start");
  random.note({ x: 232, y: 145 }, "start").textContent = t("drawn from");
  random.note({ x: 232, y: 160 }, "start").textContent = "N(μ, σ²)";

  // After: epsilon beside z.
  const after = {
    mu: { x: 75, y: 250 },
    sigma: { x: 245, y: 250 },
    epsilon: { x: 330, y: 148 },
    z: { x: 160, y: 148 },
    f: { x: 160, y: 44 },
  };
  moved.edge(after.mu, after.z);
  moved.edge(after.sigma, after.z);
  moved.edge(after.epsilon, after.z);
  moved.edge(after.z, after.f);
  moved.back(after.f, after.z, 26);
  moved.back(after.z, after.mu, -26);
  moved.back(after.z, after.sigma, 26);
  const afterMu = moved.node(after.mu, "sym-mu", "μ");
  const afterSigma = moved.node(after.sigma, "sym-sigma", "σ");
  const afterEpsilon = moved.node(after.epsilon, "sym-epsilon", "ε", true);
  const afterZ = moved.node(after.z, "sym-z", "z");
  const afterF = moved.node(after.f, "ink", "f");
  const afterSlope = moved.note({ x: 173, y: 99 }, "start");
  const byMu = moved.note({ x: 92, y: 196 }, "end");
  const bySigma = moved.note({ x: 228, y: 206 }, "start");
  const gradientMu = moved.note({ x: after.mu.x, y: 294 }, "middle", "sym-mu");
  const gradientSigma = moved.note({ x: after.sigma.x, y: 294 }, "middle", "sym-sigma");
  random.note({ x: before.mu.x, y: 294 }, "middle").textContent = "∂f/∂μ = ?";
  random.note({ x: before.sigma.x, y: 294 }, "middle").textContent = "∂f/∂σ = ?";
  moved.note({ x: after.epsilon.x, y: 110 }, "middle").textContent = t("no parameter");

  parent.append(html("div", { class: "row" }, random.root, moved.root));

  return (state: GraphState): void => {
    for (const [node, value] of [
      [beforeMu, state.mu],
      [beforeSigma, state.sigma],
      [beforeZ, state.z],
      [beforeF, state.f],
      [afterMu, state.mu],
      [afterSigma, state.sigma],
      [afterEpsilon, state.epsilon],
      [afterZ, state.z],
      [afterF, state.f],
    ] as const) {
      node.textContent = formatNumber(value, 3);
    }
    beforeSlope.textContent = `∂f/∂z = ${formatNumber(state.fDerivative, 3)}`;
    afterSlope.textContent = `∂f/∂z = ${formatNumber(state.fDerivative, 3)}`;
    byMu.textContent = "∂z/∂μ = 1";
    bySigma.textContent = `∂z/∂σ = ε = ${formatNumber(state.dzDsigma, 3)}`;
    gradientMu.textContent = `∂f/∂μ = ${formatNumber(state.gradient.mu, 3)}`;
    gradientSigma.textContent = `∂f/∂σ = ${formatNumber(state.gradient.sigma, 3)}`;
  };
}

function graph(title: string, description: string) {
  const drawing = svg("svg", {
    class: "graph",
    viewBox: `0 0 ${WIDTH} ${HEIGHT + 4}`,
    role: "img",
    "aria-label": description,
  });
  const root = html("div", { class: "graph-frame" }, html("p", { class: "graph-title" }, title), drawing);
  return {
    root,
    edge(from: Spot, to: Spot): void {
      drawing.append(arrow(from, to, 0, "graph-edge ink-soft", RADIUS + 2, RADIUS + 11));
    },
    /** The way of a derivative, beside the edge. */
    back(from: Spot, to: Spot, bend: number): void {
      drawing.append(arrow(from, to, bend, "graph-back sym-phi", RADIUS + 3, RADIUS + 7));
    },
    blocked(from: Spot, to: Spot, bend: number): void {
      const group = arrow(from, to, bend, "graph-back graph-blocked sym-phi", RADIUS + 3, RADIUS + 30);
      const middle = between(from, to, 0.5, bend * 0.9);
      drawing.append(
        group,
        svg("text", { class: "graph-cross", x: middle.x, y: middle.y + 7, "text-anchor": "middle" }, "✗"),
      );
    },
    node(at: Spot, className: string, name: string, random = false): SVGTextElement {
      const value = svg("text", { class: "graph-value", x: at.x, y: at.y + 14, "text-anchor": "middle" });
      const shape = random
        ? svg("circle", { class: "graph-node graph-random", cx: at.x, cy: at.y, r: RADIUS })
        : svg("rect", {
            class: "graph-node",
            x: at.x - RADIUS - 3,
            y: at.y - RADIUS + 2,
            width: 2 * RADIUS + 6,
            height: 2 * RADIUS - 4,
            rx: 8,
          });
      drawing.append(
        svg(
          "g",
          { class: className },
          shape,
          svg("text", { class: "graph-name", x: at.x, y: at.y - 3, "text-anchor": "middle" }, name),
          value,
        ),
      );
      return value;
    },
    note(at: Spot, anchor: "start" | "middle" | "end", className = ""): SVGTextElement {
      const text = svg("text", { class: `graph-note ${className}`, x: at.x, y: at.y, "text-anchor": anchor });
      drawing.append(text);
      return text;
    },
  };
}

/** A point on the way from one node to another, moved sideways. */
function between(from: Spot, to: Spot, share: number, bend: number): Spot {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  return { x: from.x + share * dx - (bend * dy) / length, y: from.y + share * dy + (bend * dx) / length };
}

function arrow(from: Spot, to: Spot, bend: number, className: string, startGap: number, endGap: number): SVGGElement {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const start = between(from, to, startGap / length, bend * 0.45);
  const end = between(from, to, 1 - endGap / length, bend * 0.45);
  const middle = between(from, to, 0.5, bend * 1.1);
  const angle = (Math.atan2(end.y - middle.y, end.x - middle.x) * 180) / Math.PI;
  return svg(
    "g",
    { class: className },
    svg("path", { class: "graph-line", d: `M${start.x},${start.y}Q${middle.x},${middle.y} ${end.x},${end.y}` }),
    svg("path", {
      class: "graph-tip",
      d: "M5,0L-5,-4.5L-5,4.5Z",
      transform: `translate(${end.x},${end.y}) rotate(${angle})`,
    }),
  );
}
