/**
 * The reader's own digit: draw it, see its code, sample around it, move z, see what is decoded. It follows the
 * training.
 */

import { button, html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { mixed, t } from "../../base/language";
import { onThemeChange } from "../../base/theme-watch";
import type { HostOf, LectureHost } from "../../contract/host";
import type { Live } from "../../engine/figure/training-run";
import { digitAt, inkTones, PIXELS, paintDigits } from "../../parts/digits";
import { Pad } from "../../parts/pad";
import { tex } from "../../parts/tex";
import { leading } from "./codes";
import type { LabValues } from "./config";
import type { Run } from "./run";

/** Where the reader stands in the model. */
type Standing = Pick<LabValues, "drawing" | "z" | "drawSeed">;

const DRAWS = 10;
/** Sliders shown for codes of many dimensions: those that carry most of the KL term. */
const SLIDERS = 6;
const RANGE = 3.5;

export interface WorkbenchEvents {
  /** The drawing has another code, or z was moved. */
  coded(mu: Float32Array | null, sigma: Float32Array | null, z: Float32Array): void;
}

export class Workbench {
  readonly root: HTMLElement;
  /** The code that is decoded. */
  z = new Float32Array();
  mu: Float32Array | null = null;
  sigma: Float32Array | null = null;
  #pad: Pad;
  #decoded = html("canvas", { class: "lab-decoded", role: "img", "aria-label": "Digit decoded from z" });
  #seen = html("canvas", {
    class: "pixels lab-thumb",
    role: "img",
    "aria-label": "The drawing as the encoder sees it",
  });
  #draws = html("canvas", {
    class: "lab-draws",
    role: "img",
    "aria-label": "Digits decoded from draws of q(z given x)",
  });
  #drawsRow: HTMLElement;
  #words = html("p", { class: "lab-code" });
  #sliders = html("div", { class: "lab-sliders" });
  #sliderFor = "";
  #dimensions: number[] = [];
  /** As the reader moved z. */
  #moved = new Float32Array();
  #seed = 0;
  #told = "";
  /** The drawing came with a link: z is where the link says. */
  #linked = false;
  #asked = false;
  #busy = false;
  #decodedImage = new Float32Array(PIXELS);
  #drawn: Float32Array | null = null;

  constructor(
    private readonly stage: HostOf<Standing> & Pick<LectureHost<"lecture">, "lecture">,
    private readonly run: Run,
    private readonly events: WorkbenchEvents,
  ) {
    this.#pad = new Pad({
      lecture: stage.lecture,
      signal: stage.signal,
      label: "Drawing pad",
      invitation: "Draw a digit",
      changed: () => {
        this.#sliderFor = "";
        // Another drawing, another code: z goes there, unless a link says where it is.
        if (!this.#linked) this.move([]);
        this.#linked = false;
        this.ask();
      },
      kept: (drawing) => stage.set({ drawing }),
      failed: (error) => stage.fail(error, true),
      testDigit: () => this.#testDigit(),
    });
    const again = button("", () => stage.set({ drawSeed: stage.controls.drawSeed + 1 }), {
      class: "button button-small",
    });
    again.append(...mixed`Draw ${tex("\\eeps")} again`);
    const words = html("div", { class: "lab-draws-words" }, tex("\\z \\sim \\q(\\z \\given \\x)"), again);
    this.#drawsRow = html("div", { class: "lab-draws-row", hidden: true }, words, this.#draws);
    const toMean = button("", () => this.move([]), {
      class: "button button-small",
      "aria-label": "z = μ, the mean of its code",
    });
    toMean.append(tex("\\z = \\mmu"));
    this.root = html(
      "section",
      { class: "lab-bench", "aria-label": "Your digit" },
      html(
        "div",
        { class: "lab-bench-pad" },
        html("p", { class: "lab-panel-title" }, ...mixed`Your digit ${tex("\\x")}`),
        this.#pad.root,
      ),
      html(
        "div",
        { class: "lab-bench-code" },
        html("p", { class: "lab-panel-title" }, "Its code"),
        html("div", { class: "lab-code-row" }, this.#seen, this.#words),
        this.#sliders,
        html("div", { class: "lab-code-tools" }, toMean),
      ),
      html(
        "div",
        { class: "lab-bench-out" },
        html("p", { class: "lab-panel-title" }, ...mixed`Decoded from ${tex("\\z")}`),
        this.#decoded,
      ),
      this.#drawsRow,
    );
    onThemeChange(() => this.#paint(), stage.signal);
  }

  get pad(): Pad {
    return this.#pad;
  }

  /** z as the reader moves it; `[]`: to the mean of the drawing's code, and with it. */
  move(z: ArrayLike<number>): void {
    // As many digits as a link needs.
    this.stage.set({ z: Array.from(z, (value) => Number(value.toFixed(3))) });
    this.take(this.stage.controls);
  }

  /** Takes over the drawing, z and the seed of the draws that a link or the reader chose. */
  take({ drawing, z, drawSeed }: Standing): void {
    if (this.#pad.follow(drawing)) this.#linked = true;
    const told = `${z} ${drawSeed}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#moved = Float32Array.from(z);
    this.#seed = drawSeed;
    if (this.#moved.length === this.z.length) {
      this.z = this.#moved;
      this.#showSliders();
    }
    this.ask();
  }

  /** Encodes and decodes, as soon as the last answer is there. */
  ask(): void {
    this.#asked = true;
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#asked) {
      this.#asked = false;
      const { live } = this.run;
      if (!live) break;
      try {
        await this.follow(live);
      } catch {
        // The run was replaced, or the engine died: the run says so.
      }
    }
    this.#busy = false;
  }

  /** Brings everything up to the current weights; z stays at the mean of the drawing's code until it is moved. */
  async follow(live: Live): Promise<void> {
    const { engine, session } = live;
    const { latent, family } = live.config;
    const image = this.#pad.image;
    if (image) {
      const { mu, logSigma } = await engine.encode(session, image.slice());
      this.mu = mu;
      this.sigma = family === "vae" ? logSigma.map(Math.exp) : null;
      if (family === "vae") {
        const draws = await engine.samplePosterior(session, mu, logSigma, DRAWS, this.#seed);
        this.#drawn = await engine.decode(session, draws);
      } else this.#drawn = null;
    } else {
      this.mu = this.sigma = this.#drawn = null;
    }
    this.z = this.#moved.length === latent ? this.#moved : (this.mu?.slice() ?? new Float32Array(latent));
    this.#decodedImage = (await engine.decode(session, this.z)) as Float32Array<ArrayBuffer>;
    if (live !== this.run.live) return;
    this.#showSliders();
    this.#paint();
    this.events.coded(this.mu, this.sigma, this.z);
  }

  async #testDigit(): Promise<Float32Array> {
    const { live } = this.run;
    if (!live) throw new Error("The engine is still starting. Try again in a moment.");
    const { images, labels } = await live.engine.testImages(live.wanted.device, 500);
    return digitAt(images, Math.floor(Math.random() * labels.length)).slice();
  }

  #paint(): void {
    const tones = inkTones(this.stage.root);
    const image = this.#pad.image;
    this.#seen.hidden = image === null;
    this.#drawsRow.hidden = this.#drawn === null;
    if (image) paintDigits(this.#seen, image, 1, tones);
    if (this.#drawn) paintDigits(this.#draws, this.#drawn, DRAWS, tones);
    paintDigits(this.#decoded, this.#decodedImage, 1, tones);
    const { mu, sigma } = this;
    if (!mu)
      this.#words.textContent = t("Draw, or load a test digit, to see where the encoder puts it. Until then move z.");
    else if (mu.length > 2) this.#words.textContent = t`${mu.length} numbers; below, those that matter most.`;
    else {
      const list = (values: ArrayLike<number>): string =>
        Array.from(values, (value) => formatFixed(value, 2)).join(", ");
      this.#sayCode(list(mu), sigma ? list(sigma) : null);
    }
  }

  #sayCode(mu: string, sigma: string | null): void {
    if (this.#words.querySelectorAll("output").length !== (sigma === null ? 1 : 2)) {
      const line = (symbol: string): HTMLElement => html("span", {}, tex(symbol), " = (", html("output", {}), ")");
      this.#words.replaceChildren(line("\\mmu"), ...(sigma === null ? [] : [html("br"), line("\\ssigma")]));
    }
    for (const [i, output] of this.#words.querySelectorAll("output").entries())
      output.textContent = (i === 0 ? mu : sigma) ?? "";
  }

  /** One slider for each dimension shown; the mark on its track is the drawing's mean. */
  #showSliders(): void {
    const { live } = this.run;
    const latent = this.z.length;
    // The order must not jump under the reader's hand: it is taken anew only for another drawing.
    const key = `${live?.session} ${latent}`;
    if (key !== this.#sliderFor) {
      this.#sliderFor = key;
      this.#dimensions = leading(this.run.evaluation?.klPerDimension ?? null, latent, SLIDERS);
      this.#sliders.replaceChildren(...this.#dimensions.map((j) => this.#slider(j)));
    }
    this.#sliders.querySelectorAll("input").forEach((input) => {
      const value = this.z[Number(input.dataset.dimension)] ?? 0;
      // Codes without a prior may lie anywhere.
      const range = Math.max(Number(input.max), Math.ceil(1.3 * Math.abs(value) - 0.8));
      input.max = String(range);
      input.min = String(-range);
      input.value = String(value);
      input.style.setProperty("--fill", `${50 + (50 * value) / range}%`);
      const output = input.nextElementSibling;
      if (output) output.textContent = formatFixed(value, 2);
    });
  }

  #slider(dimension: number): HTMLElement {
    const input = html("input", {
      type: "range",
      class: "slider",
      min: -RANGE,
      max: RANGE,
      step: 0.01,
      "aria-label": `z ${dimension + 1}`,
      "data-dimension": dimension,
    });
    input.addEventListener("input", () => {
      this.move(this.z.map((value, j) => (j === dimension ? Number(input.value) : value)));
    });
    return html("label", { class: "lab-slider" }, tex(`\\z_{${dimension + 1}}`), input, html("output", {}));
  }
}
