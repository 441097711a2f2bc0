/** What the figure looks like: the image and where it comes from, then the two answers. */

import { html } from "../../base/dom";
import { t } from "../../base/language";
import { adoptSheet } from "../../base/sheet";
import type { LectureHost } from "../../contract/host";
import { digitAt } from "../../parts/digits";
import { Pad } from "../../parts/pad";
import { createPixels } from "../../parts/pixels";
import { tex } from "../../parts/tex";
import { createClassBars } from "./class-bars";
import { createEvidencePlot } from "./evidence-plot";
import css from "./two-questions.css";

/** Test digits to pick from at a glance. */
export const PICKS = 12;

export interface ViewEvents {
  drawn(image: Float32Array | null): void;
  kept(drawing: string): void;
  picked(digit: number): void;
}

export class View {
  readonly pad: Pad;
  readonly bars = createClassBars();
  readonly plot: ReturnType<typeof createEvidencePlot>;
  #picks: { root: HTMLButtonElement; draw: (images: Float32Array) => void }[];
  #classifier = createPixels({ label: "The image as the classifier sees it, grey" });
  #model = createPixels({ label: "The image as the VAE sees it, black or white" });
  #seen: HTMLElement;
  #class = html("p", { class: "questions-verdict" });
  #evidence = html("p", { class: "questions-verdict" });
  #progress = html("p", { class: "questions-progress" });

  constructor(stage: LectureHost<"lecture">, events: ViewEvents) {
    adoptSheet(stage.root, css);
    this.pad = new Pad({
      lecture: stage.lecture,
      signal: stage.signal,
      label: "Drawing pad",
      invitation: "Draw anything",
      changed: (image) => events.drawn(image),
      kept: (drawing) => events.kept(drawing),
      failed: (error) => stage.fail(error, true),
    });
    this.#picks = Array.from({ length: PICKS }, (_, i) => {
      const pixels = createPixels({ label: t`Test digit ${i}`, size: 33 });
      const root = html(
        "button",
        { type: "button", class: "questions-pick", "aria-pressed": "false", "aria-label": t`Test digit ${i}` },
        pixels.canvas,
      );
      root.addEventListener("click", () => events.picked(i));
      return { root, draw: (images) => pixels.draw(digitAt(images, i)) };
    });
    this.#seen = html(
      "div",
      { class: "questions-seen" },
      html("figure", {}, this.#classifier.canvas, html("figcaption", {}, "what the classifier gets")),
      html("figure", {}, this.#model.canvas, html("figcaption", {}, "what the VAE gets, black or white")),
    );
    const plot = html("div");
    stage.root.append(
      html(
        "div",
        { class: "questions" },
        html(
          "section",
          { class: "questions-x" },
          heading("\\x", "the image"),
          html("div", { class: "questions-image" }, this.pad.root, this.#seen),
          html(
            "div",
            { class: "questions-strip", role: "group", "aria-label": "Test digits" },
            ...this.#picks.map((pick) => pick.root),
          ),
        ),
        html(
          "div",
          { class: "questions-answers" },
          html(
            "section",
            {},
            heading("\\p(y \\given \\x)", "Which digit? A classifier answers."),
            this.bars.root,
            this.#class,
          ),
          html(
            "section",
            {},
            heading("\\log \\p(\\x)", "How likely is such an image at all? A VAE answers."),
            plot,
            this.#evidence,
            this.#progress,
          ),
        ),
      ),
    );
    this.plot = createEvidencePlot(plot, stage);
  }

  /** The test digits to pick from, and which of them is the image. */
  picks(images: Float32Array, chosen: number | null): void {
    this.#picks.forEach(({ root, draw }, i) => {
      draw(images);
      root.setAttribute("aria-pressed", String(i === chosen));
    });
  }

  /** The image as each model gets it. */
  seen(grey: Float32Array | null, binary: Float32Array | null): void {
    this.#seen.hidden = grey === null || binary === null;
    if (grey) this.#classifier.draw(grey);
    if (binary) this.#model.draw(binary);
  }

  /** The two answers in words. */
  verdicts(classWords: (Node | string)[], evidenceWords: (Node | string)[], progress: string): void {
    this.#class.replaceChildren(...classWords);
    this.#evidence.replaceChildren(...evidenceWords);
    if (this.#progress.textContent !== progress) this.#progress.textContent = progress;
  }
}

function heading(formula: string, words: string): HTMLElement {
  return html("p", { class: "questions-heading" }, tex(formula), html("span", { class: "questions-words" }, words));
}
