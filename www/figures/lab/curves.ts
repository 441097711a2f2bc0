/** Three small charts of one run: the bound and its two parts against steps, train faint and test strong. */

import { html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";
import { onThemeChange } from "../../base/theme-watch";
import { resolveColour } from "../../parts/palette";
import { tex } from "../../parts/tex";
import type { History, Point } from "./history";

type Quantity = "elbo" | "reconstruction" | "kl";

interface Chart {
  frame: HTMLElement;
  quantity: Quantity;
  colour: string;
  canvas: HTMLCanvasElement;
  trainValue: HTMLElement;
  testValue: HTMLElement;
}

const HEIGHT = 132;
const MARGIN = { left: 50, right: 8, top: 8, bottom: 20 };

const charts: { quantity: Quantity; formula: string; words: string; colour: string }[] = [
  { quantity: "elbo", formula: "\\ELBO", words: "evidence lower bound", colour: "var(--part-elbo)" },
  {
    quantity: "reconstruction",
    formula: "-\\E_{\\q}[\\log \\p_{\\ttheta}(\\x \\given \\z)]",
    words: "reconstruction",
    colour: "var(--part-reconstruction)",
  },
  {
    quantity: "kl",
    formula: "\\kl{\\q_{\\pphi}(\\z \\given \\x)}{\\p(\\z)}",
    words: "regularisation",
    colour: "var(--part-kl)",
  },
];

export class Curves {
  readonly root = html("div", { class: "lab-curves" });
  #charts: Chart[];
  #history: History | null = null;
  #frame = 0;

  constructor(signal: AbortSignal) {
    this.#charts = charts.map(({ quantity, formula, words, colour }) => {
      const canvas = html("canvas", {
        class: "lab-chart",
        role: "img",
        "aria-label": t`${words} against steps, in nats per image, train and test`,
      });
      const trainValue = html("span", { class: "lab-value" }, "–");
      const testValue = html("span", { class: "lab-value lab-value-test" }, "–");
      const heading = html("p", { class: "lab-chart-title", title: words }, tex(formula));
      const numbers = html(
        "div",
        { class: "lab-chart-numbers" },
        html("span", { class: "lab-key" }, "train"),
        trainValue,
        html("span", { class: "lab-key" }, "test"),
        testValue,
      );
      const chart = html("div", { class: "lab-chart-frame" }, heading, numbers, canvas);
      chart.style.setProperty("--curve", colour);
      this.root.append(chart);
      return { frame: chart, quantity, colour, canvas, trainValue, testValue };
    });
    onThemeChange(() => this.#schedule(), signal);
    const observer = new ResizeObserver(() => this.#schedule());
    observer.observe(this.root);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      cancelAnimationFrame(this.#frame);
    });
  }

  /** `bound` false: a family without a prior, whose loss is the reconstruction alone. */
  show(history: History, bound: boolean): void {
    this.#history = history;
    for (const { frame, quantity } of this.#charts) frame.hidden = !bound && quantity !== "reconstruction";
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const history = this.#history ?? { train: { points: [] }, test: { points: [] } };
      for (const chart of this.#charts) draw(chart, history.train.points, history.test.points);
    });
  }
}

function draw({ quantity, colour, canvas, trainValue, testValue }: Chart, train: Point[], test: Point[]): void {
  const latest = (points: Point[]): string => {
    const last = points.at(-1);
    return last ? formatFixed(last[quantity], 1) : "–";
  };
  trainValue.textContent = latest(train);
  testValue.textContent = latest(test);

  const width = canvas.clientWidth;
  const context = canvas.getContext("2d");
  if (!context || width === 0) return;
  const scale = devicePixelRatio;
  const [pixelWidth, pixelHeight] = [Math.round(width * scale), Math.round(HEIGHT * scale)];
  if (canvas.width !== pixelWidth || canvas.height !== pixelHeight)
    [canvas.width, canvas.height] = [pixelWidth, pixelHeight];
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, HEIGHT);

  const last = Math.max(train.at(-1)?.step ?? 0, test.at(-1)?.step ?? 0);
  const [low, high] = range([...train, ...test], quantity, last);
  // A run that was loaded begins where it was saved.
  const first = Math.min(train[0]?.step ?? last, test[0]?.step ?? last);
  const begin = first > 0.2 * last ? first : 0;
  const end = Math.max(last, begin + 10);
  const x = (step: number): number =>
    MARGIN.left + ((width - MARGIN.left - MARGIN.right) * (step - begin)) / (end - begin);
  const y = (value: number): number =>
    MARGIN.top + ((HEIGHT - MARGIN.top - MARGIN.bottom) * (high - value)) / (high - low);

  context.font = "11px system-ui, sans-serif";
  context.fillStyle = resolveColour(canvas.parentElement ?? canvas, "var(--ink-faint)");
  context.strokeStyle = resolveColour(canvas.parentElement ?? canvas, "var(--line)");
  context.lineWidth = 1;
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const value of ticks(low, high, 4)) {
    const at = Math.round(y(value)) + 0.5;
    context.beginPath();
    context.moveTo(MARGIN.left, at);
    context.lineTo(width - MARGIN.right, at);
    context.stroke();
    context.fillText(String(value).replace("-", "−"), MARGIN.left - 6, at);
  }
  context.textBaseline = "alphabetic";
  for (const step of ticks(begin, end, width > 260 ? 4 : 3)) {
    const inside = x(step) > width - 24 ? "right" : "center";
    context.textAlign = x(step) < MARGIN.left + 12 ? "left" : inside;
    context.fillText(step >= 10_000 ? `${step / 1000}k` : String(step), x(step), HEIGHT - 5);
  }

  context.save();
  context.beginPath();
  context.rect(
    MARGIN.left,
    MARGIN.top - 4,
    width - MARGIN.left - MARGIN.right + 4,
    HEIGHT - MARGIN.top - MARGIN.bottom + 8,
  );
  context.clip();
  context.strokeStyle = context.fillStyle = resolveColour(canvas.parentElement ?? canvas, colour);
  context.lineJoin = "round";
  const line = (points: Point[], alpha: number, thickness: number): void => {
    context.globalAlpha = alpha;
    context.lineWidth = thickness;
    context.beginPath();
    for (const point of points) context.lineTo(x(point.step), y(point[quantity]));
    context.stroke();
  };
  line(train, 0.38, 1.25);
  line(test, 1, 2);
  const newest = test.at(-1);
  if (newest) {
    context.beginPath();
    context.arc(x(newest.step), y(newest[quantity]), 3, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

/** What the axis shows: all but the first plunge, which would flatten everything that follows. */
function range(points: Point[], quantity: Quantity, last: number): [number, number] {
  const later = points.filter(({ step }) => step >= Math.min(0.04 * last, 400));
  const values = (later.length > 3 ? later : points).map((point) => point[quantity]).filter(Number.isFinite);
  if (values.length === 0) return quantity === "elbo" ? [-200, 0] : [0, quantity === "kl" ? 10 : 200];
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const room = Math.max(0.06 * (high - low), 0.5);
  low = quantity === "elbo" ? low - room : Math.max(0, low - room);
  high = quantity === "elbo" ? Math.min(0, high + room) : high + room;
  return high > low ? [low, high] : [low - 1, low + 1];
}

/** Round numbers from `low` to `high`, about `count` of them. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const found: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step)
    found.push(Number(value.toPrecision(6)));
  return found;
}
