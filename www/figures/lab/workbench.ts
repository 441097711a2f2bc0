/** The reader's own digit: draw it, see its code, sample around it, move z, see what is decoded. It follows the training. */

import type { Stage } from "../../element/definition";
import { onThemeChange } from "../../element/theme-watch";
import { digitAt, inkTones, paintDigits, PIXELS } from "../../parts/digits";
import { button, html } from "../../parts/dom";
import { formatFixed } from "../../parts/format";
import { Pad } from "../../parts/pad";
import { tex } from "../../parts/tex";
import { leading } from "./codes";
import type { Live, Run } from "./run";

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
  #seen = html("canvas", { class: "pixels lab-thumb", role: "img", "aria-label": "The drawing as the encoder sees it" });
  #draws = html("canvas", { class: "lab-draws", role: "img", "aria-label": "Digits decoded from draws of q(z given x)" });
  #drawsRow: HTMLElement;
  #words = html("p", { class: "lab-code" });
  #sliders = html("div", { class: "lab-sliders" });
  #sliderFor = "";
  #dimensions: number[] = [];
  #seed = 0;
  #asked = false;
  #busy = false;
  #decodedImage = new Float32Array(PIXELS);
  #drawn: Float32Array | null = null;

  constructor(
    private readonly stage: Stage,
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
        this.ask(true);
      },
      kept: (drawing) => stage.set({ drawing }),
      failed: (error) => stage.fail(error, true),
      testDigit: () => this.#testDigit(),
    });
    const again = button("", () => {
      this.#seed += 1;
      this.ask();
    }, { class: "button button-small" });
    again.append("Draw ", tex("\\eeps"), " again");
    const words = html("div", { class: "lab-draws-words" }, tex("\\z \\sim \\q(\\z \\given \\x)"), again);
    this.#drawsRow = html("div", { class: "lab-draws-row", hidden: true }, words, this.#draws);
    const toMean = button("", () => this.#toMean(), { class: "button button-small", "aria-label": "z = μ, the mean of its code" });
    toMean.append(tex("\\z = \\mmu"));
    this.root = html(
      "section",
      { class: "lab-bench", "aria-label": "Your digit" },
      html("div", { class: "lab-bench-pad" }, html("p", { class: "lab-panel-title" }, "Your digit ", tex("\\x")), this.#pad.root),
      html(
        "div",
        { class: "lab-bench-code" },
        html("p", { class: "lab-panel-title" }, "Its code"),
        html("div", { class: "lab-code-row" }, this.#seen, this.#words),
        this.#sliders,
        html("div", { class: "lab-code-tools" }, toMean),
      ),
      html("div", { class: "lab-bench-out" }, html("p", { class: "lab-panel-title" }, "Decoded from ", tex("\\z")), this.#decoded),
      this.#drawsRow,
    );
    onThemeChange(() => this.#paint(), stage.signal);
  }

  get pad(): Pad {
    return this.#pad;
  }

  /** z as the reader moves it on the manifold. */
  move(z: ArrayLike<number>): void {
    this.z = Float32Array.from(z);
    this.#showSliders();
    this.ask();
  }

  #encodeNext = false;

  /** Encodes (if the drawing changed) and decodes, as soon as the last answer is there. */
  ask(encode = false): void {
    this.#encodeNext ||= encode;
    this.#asked = true;
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    while (this.#asked) {
      this.#asked = false;
      const { live } = this.run;
      if (!live) break;
      const follow = this.#encodeNext;
      this.#encodeNext = false;
      try {
        await this.follow(live, follow);
      } catch {
        // The run was replaced, or the engine died: the run says so.
      }
    }
    this.#busy = false;
  }

  /** Brings everything up to the current weights; z goes to the new mean when the drawing is new, or when it was there. */
  async follow(live: Live, jump = false): Promise<void> {
    const { engine, session } = live;
    const { latent, family } = live.wanted.config;
    const image = this.#pad.image;
    const wasAtMean = jump || this.z.length !== latent || this.#atMean();
    if (this.z.length !== latent) this.z = new Float32Array(latent);
    const before = this.z;
    if (image) {
      const { mu, logSigma } = await engine.encode(session, image.slice());
      this.mu = mu;
      this.sigma = family === "vae" ? logSigma.map(Math.exp) : null;
      // Unless the reader has moved it meanwhile.
      if (wasAtMean && this.z === before) this.z = mu.slice();
      if (family === "vae") {
        const draws = await engine.samplePosterior(session, mu, logSigma, DRAWS, this.#seed);
        this.#drawn = await engine.decode(session, draws);
      } else this.#drawn = null;
    } else {
      this.mu = this.sigma = this.#drawn = null;
    }
    this.#decodedImage = (await engine.decode(session, this.z)) as Float32Array<ArrayBuffer>;
    if (live !== this.run.live) return;
    this.#showSliders();
    this.#paint();
    this.events.coded(this.mu, this.sigma, this.z);
  }

  #atMean(): boolean {
    return this.mu !== null && this.mu.every((value, j) => value === this.z[j]);
  }

  #toMean(): void {
    this.z = this.mu ? this.mu.slice() : new Float32Array(this.z.length);
    this.#showSliders();
    this.ask();
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
    if (!mu) this.#words.textContent = "Draw, or load a test digit, to see where the encoder puts it. Until then move z.";
    else if (mu.length > 2) this.#words.textContent = `${mu.length} numbers; below, those that matter most.`;
    else {
      const list = (values: ArrayLike<number>): string => Array.from(values, (value) => formatFixed(value, 2)).join(", ");
      this.#sayCode(list(mu), sigma ? list(sigma) : null);
    }
  }

  #sayCode(mu: string, sigma: string | null): void {
    if (this.#words.querySelectorAll("output").length !== (sigma === null ? 1 : 2)) {
      const line = (symbol: string): HTMLElement => html("span", {}, tex(symbol), " = (", html("output", {}), ")");
      this.#words.replaceChildren(line("\\mmu"), ...(sigma === null ? [] : [html("br"), line("\\ssigma")]));
    }
    this.#words.querySelectorAll("output").forEach((output, i) => (output.textContent = (i === 0 ? mu : sigma) ?? ""));
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
      const value = this.z[Number(input.dataset["dimension"])] ?? 0;
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
    const input = html("input", { type: "range", class: "slider", min: -RANGE, max: RANGE, step: 0.01, "aria-label": `z ${dimension + 1}`, "data-dimension": dimension });
    input.addEventListener("input", () => {
      this.z = this.z.slice();
      this.z[dimension] = Number(input.value);
      this.#showSliders();
      this.ask();
    });
    return html("label", { class: "lab-slider" }, tex(`\\z_{${dimension + 1}}`), input, html("output", {}));
  }
}
