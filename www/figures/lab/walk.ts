/** The straight way between the codes of two images: in seven stations, and freely. */

import { button, html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";
import type { Host } from "../../contract/host";
import type { Live } from "../../engine/figure/training-run";
import { digitAt, inkTones, PIXELS, paintDigits } from "../../parts/digits";
import { pictureOf, pictureText } from "../../parts/picture";
import { tex } from "../../parts/tex";
import type { LabValues } from "./config";

const STATIONS = 7;
/** The free station is decoded among so many. */
const FINE = 31;

type Images = { images: Float32Array; labels: Uint8Array };

export class Walk {
  readonly root: HTMLElement;
  /** As the reader chose them; null: the first of the images, and the first of another class. */
  #chosen: [Float32Array | null, Float32Array | null] = [null, null];
  #ends: [Float32Array | null, Float32Array | null] = [null, null];
  #told = "";
  #shown = "";
  #thumbs: [HTMLCanvasElement, HTMLCanvasElement];
  #way = html("canvas", {
    class: "lab-rebuilt",
    width: STATIONS,
    height: 1,
    role: "img",
    "aria-label": "Seven images decoded on the way from the first to the second",
  });
  #free = html("canvas", {
    class: "lab-walk-free",
    width: 1,
    height: 1,
    role: "img",
    "aria-label": "What is decoded at the chosen place of the way",
  });
  #place = html("input", {
    type: "range",
    class: "slider",
    min: 0,
    max: FINE - 1,
    step: 1,
    value: (FINE - 1) / 2,
    "aria-label": "Place on the way, from the first to the second image",
  });
  #said = html("output", {});
  #fine: Float32Array | null = null;
  #tests: Images | null = null;

  /** `ask`: the ends have changed, decode anew. `drawing`: the reader's digit, or null. */
  constructor(
    private readonly stage: Pick<Host, "set">,
    private readonly ask: () => void,
    private readonly drawing?: () => Float32Array | null,
  ) {
    this.#thumbs = [this.#thumb("first"), this.#thumb("second")];
    const tools = (end: 0 | 1, name: string): HTMLElement =>
      html(
        "div",
        { class: "lab-walk-end" },
        this.#thumbs[end],
        button("Another", () => this.#another(end), {
          class: "button button-small",
          "aria-label": t`Another test image as the ${name}`,
        }),
        ...(drawing
          ? [
              button("Mine", () => this.#mine(end), {
                class: "button button-small",
                "aria-label": t`Mine: your drawing as the ${name}`,
              }),
            ]
          : []),
      );
    this.#place.addEventListener("input", () =>
      stage.set({ walkPlace: Number((Number(this.#place.value) / (FINE - 1)).toFixed(3)) }),
    );
    this.root = html(
      "div",
      { class: "lab-walk" },
      tools(0, "first"),
      html(
        "div",
        { class: "lab-walk-way" },
        this.#way,
        html("label", { class: "lab-slider" }, tex("t"), this.#place, this.#said),
      ),
      tools(1, "second"),
      this.#free,
    );
  }

  /** Takes over the images and the place that a link or the reader chose. */
  follow({ walkFrom, walkTo, walkPlace }: Pick<LabValues, "walkFrom" | "walkTo" | "walkPlace">): void {
    const place = String(Math.round((FINE - 1) * walkPlace));
    if (place !== this.#shown) {
      this.#shown = this.#place.value = place;
      this.paint();
    }
    const told = `${walkFrom} ${walkTo}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#chosen = [pictureOf(walkFrom), pictureOf(walkTo)];
    this.#choose();
    this.ask();
  }

  #choose(): void {
    const tests = this.#tests;
    if (!tests) return;
    const other = tests.labels.findIndex((label) => label !== tests.labels[0]);
    const [from, to] = this.#chosen;
    this.#ends = [from ?? digitAt(tests.images, 0).slice(), to ?? digitAt(tests.images, Math.max(other, 0)).slice()];
  }

  /** Encodes the ends and decodes the way with the weights as they are now. */
  async refresh({ engine, session, config }: Live, tests: Images): Promise<void> {
    if (this.#tests?.images !== tests.images) {
      this.#tests = tests;
      this.#choose();
    }
    const [from, to] = this.#ends;
    if (!from || !to) return;
    const both = new Float32Array(2 * PIXELS);
    both.set(from);
    both.set(to, PIXELS);
    const { latent } = config;
    const { mu } = await engine.encode(session, both);
    this.#fine = await engine.walk(session, mu.slice(0, latent), mu.slice(latent), FINE);
    this.paint();
  }

  paint(): void {
    const tones = inkTones(this.root);
    for (const [i, thumb] of this.#thumbs.entries())
      paintDigits(thumb, this.#ends[i as 0 | 1] ?? new Float32Array(PIXELS), 1, tones);
    const place = Number(this.#place.value);
    this.#place.style.setProperty("--fill", `${(100 * place) / (FINE - 1)}%`);
    this.#said.textContent = formatFixed(place / (FINE - 1), 2);
    if (!this.#fine) return;
    const stations = new Float32Array(STATIONS * PIXELS);
    for (let i = 0; i < STATIONS; i += 1)
      stations.set(digitAt(this.#fine, (i * (FINE - 1)) / (STATIONS - 1)), i * PIXELS);
    paintDigits(this.#way, stations, STATIONS, tones);
    paintDigits(this.#free, digitAt(this.#fine, place), 1, tones);
  }

  #thumb(name: string): HTMLCanvasElement {
    return html("canvas", { class: "pixels lab-thumb", role: "img", "aria-label": t`The ${name} image` });
  }

  #another(end: 0 | 1): void {
    const tests = this.#tests;
    if (tests) this.#take(end, digitAt(tests.images, Math.floor(Math.random() * tests.labels.length)));
  }

  #mine(end: 0 | 1): void {
    const drawn = this.drawing?.();
    if (drawn) this.#take(end, drawn);
    else this.#said.textContent = t("first draw a digit below");
  }

  #take(end: 0 | 1, image: Float32Array): void {
    this.stage.set({ [end === 0 ? "walkFrom" : "walkTo"]: pictureText(image) });
  }
}
