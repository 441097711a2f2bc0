/** "Your data": digits that the reader keeps, or an IDX file dropped here; what is in use, and training on it. */

import { button, hidden, html } from "../../base/dom";
import { formatCount, said, sentence } from "../../base/format";
import { mixed, plural, t } from "../../base/language";
import { onThemeChange } from "../../base/theme-watch";
import type { OwnReport, Source } from "../../contract/engine";
import type { Host } from "../../contract/host";
import { inkTones, PIXELS, paintDigits } from "../../parts/digits";
import type { Pad } from "../../parts/pad";
import { LEAST, ownData } from "./own-data";
import { type Drawing, NO_LABEL } from "./own-data-store";

const PREVIEW = 12;
const KEEP = "Keep this digit";
const CLEAR = "Clear all";

export class OwnDataPanel {
  readonly root: HTMLElement;
  #pad: Pad;
  #label = html("select", { class: "select", "aria-label": "Its class" }, html("option", { value: NO_LABEL }, "none"));
  #count = html("p", { class: "lab-own-count", role: "status" });
  #strip = html("ul", { class: "lab-own-strip", "aria-label": "Digits that you kept" });
  #clear: HTMLButtonElement;
  #problem = html("p", { class: "lab-data lab-data-problem", role: "alert" });
  #use = html("div", { class: "lab-own-use", hidden: true });
  #words = html("p", { role: "status" });
  #preview = html("canvas", {
    class: "lab-own-preview",
    role: "img",
    "aria-label": t`The first ${PREVIEW} of these images`,
  });
  #close: HTMLButtonElement;
  #sources = new Map<Source, HTMLButtonElement>();
  #drawn = new Map<Drawing, HTMLElement>();
  #first: Float32Array | null = null;
  #shown: OwnReport | null = null;

  constructor(
    private readonly stage: Host,
    pad: Pad,
  ) {
    this.#pad = pad;
    for (let label = 0; label < 10; label += 1) this.#label.append(html("option", { value: label }, String(label)));
    const keep = button(KEEP, () => void this.#keep(), { class: "button button-small" });
    pad.root.after(html("div", { class: "lab-own-keep" }, html("label", {}, "Class ", this.#label), keep));
    this.#clear = button(CLEAR, () => this.#clearAll(), { class: "button button-small" });
    this.#clear.addEventListener("blur", () => (this.#clear.textContent = CLEAR));
    const input = html("input", { type: "file", multiple: true, hidden: true, "aria-label": "IDX files" });
    input.addEventListener("change", () => {
      void this.#open([...(input.files ?? [])]);
      input.value = "";
    });
    this.#close = button("Close file", () => void this.#open([]), { class: "button button-small" });
    const drop = html(
      "div",
      { class: "lab-own-drop" },
      html(
        "p",
        {},
        "Drop an IDX file of 28 × 28 images here, with its labels if it has any, compressed or not: MNIST and " +
          "Fashion-MNIST as they are published, and others of that form. It stays in this browser until you close " +
          "it.",
      ),
      button("Open files…", () => input.click(), { class: "button button-small" }),
      input,
    );
    const train = html("div", { class: "lab-own-train", role: "group", "aria-label": "Train on" });
    for (const [source, words] of [
      ["own", "Train on these"],
      ["mixed", "Mix with MNIST"],
      ["mnist", "MNIST alone"],
    ] as const) {
      const choose = button(words, () => stage.set({ source }), { class: "button button-small" });
      this.#sources.set(source, choose);
      train.append(choose);
    }
    this.#use.append(html("div", { class: "lab-own-inuse" }, this.#words, this.#close), this.#preview, train);
    this.root = html(
      "section",
      { class: "lab-own", "aria-label": "Your data" },
      html(
        "div",
        { class: "lab-own-kept" },
        html(
          "div",
          { class: "lab-own-head" },
          html("p", { class: "lab-panel-title" }, "Your data"),
          this.#count,
          this.#clear,
        ),
        this.#strip,
      ),
      drop,
      this.#problem,
      this.#use,
    );
    this.#listen();
    ownData.on(() => this.#show(), stage.signal);
    onThemeChange(() => this.#paint(), stage.signal);
    void ownData.load();
    this.#show();
  }

  /** Uses these files; rejects when they cannot be used. */
  async useImages(images: Blob, labels?: Blob): Promise<{ images: number; labels: number }> {
    const named = (blob: Blob, name: string): File => (blob instanceof File ? blob : new File([blob], name));
    const files = labels ? [named(images, "the images"), named(labels, "the labels")] : [named(images, "the images")];
    const report = await ownData.open(files);
    return { images: report?.images ?? 0, labels: report?.labelled ?? 0 };
  }

  /** Which images the controls ask for. */
  source(source: unknown): void {
    for (const [name, choose] of this.#sources) choose.setAttribute("aria-pressed", String(name === source));
  }

  async #keep(): Promise<void> {
    const { image, drawn } = this.#pad;
    if (!image) return this.#say(t("Draw a digit on the pad first."));
    if (!drawn)
      return this.#say(t("This is a digit of MNIST's test set, which must stay unseen: draw one of your own."));
    this.#say("");
    const label = Number(this.#label.value);
    this.#label.value = String(NO_LABEL);
    this.#pad.clear();
    await ownData.keep(image, label).catch((error: unknown) => this.#say(said(error)));
    this.#strip.scrollTop = this.#strip.scrollHeight;
  }

  async #open(files: File[]): Promise<void> {
    this.#say("");
    this.root.classList.add("lab-own-busy");
    await ownData.open(files).then(
      () => ownData.keepFiles(),
      (error: unknown) => this.#say(t`${sentence(said(error))} Nothing was changed.`),
    );
    this.root.classList.remove("lab-own-busy");
  }

  #clearAll(): void {
    const question = t`Clear all ${formatCount(ownData.drawings.length)}?`;
    if (this.#clear.textContent !== question) this.#clear.textContent = question;
    else void this.#remove(ownData.drawings);
  }

  async #remove(these: readonly Drawing[]): Promise<void> {
    await ownData.remove(these).catch((error: unknown) => this.#say(said(error)));
  }

  #listen(): void {
    const { root } = this;
    const over = (is: boolean) => (event: DragEvent) => {
      event.preventDefault();
      root.classList.toggle("lab-own-over", is);
    };
    root.addEventListener("dragover", over(true));
    root.addEventListener("dragleave", over(false));
    root.addEventListener("drop", (event) => {
      over(false)(event);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) void this.#open(files);
    });
  }

  #say(problem: string): void {
    this.#problem.textContent = problem;
  }

  #show(): void {
    const { drawings, files, report, problem } = ownData;
    if (problem) this.#say(problem);
    const n = drawings.length;
    const missing = LEAST - n;
    this.#count.textContent =
      n === 0
        ? t("Keep digits that you draw; ten are enough to train on.")
        : `${plural(n, "{0} digit kept in this browser.", "{0} digits kept in this browser.", formatCount(n))} ${
            missing > 0
              ? t`${missing}
          more to train on them.`
              : ""
          }`.trim();
    if (n > 0 && problem) this.#count.textContent = t`${formatCount(n)} here.`;
    this.#clear.hidden = n === 0;
    this.#showStrip();
    const enough = report !== null && report.images >= LEAST;
    this.#use.hidden = files.length === 0 && !enough;
    this.#close.hidden = files.length === 0;
    if (report) {
      const { images, labelled, heldOut } = report;
      const some = labelled === 0 ? t("without labels") : t`${formatCount(labelled)} of them labelled`;
      const labels = labelled === images ? t("labelled") : some;
      const name = files.length > 0 ? files.map(({ name }) => name).join(", ") : t("Your digits");
      this.#words.replaceChildren(
        ...mixed`${html("strong", {}, name)}: ${formatCount(images)} images, ${labels}; ${formatCount(heldOut)} kept for
          the test.`,
      );
    }
    if (report?.identity === this.#shown?.identity) return;
    this.#shown = report;
    void ownData.first(PREVIEW).then(
      (found) => {
        this.#first = found?.images ?? null;
        this.#paint();
      },
      () => {
        // The engine died: the run says so.
      },
    );
  }

  /** One item a drawing, made once. */
  #showStrip(): void {
    const { drawings } = ownData;
    for (const [drawing, item] of this.#drawn) {
      if (drawings.includes(drawing)) continue;
      // The keyboard stays where it was.
      if (item.contains((this.root.getRootNode() as ShadowRoot).activeElement))
        (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("button")?.focus();
      item.remove();
      this.#drawn.delete(drawing);
    }
    for (const drawing of drawings) {
      if (this.#drawn.has(drawing)) continue;
      const name = drawing.label === NO_LABEL ? t("digit without a class") : t`digit ${drawing.label}`;
      const remove = button("×", () => void this.#remove([drawing]), {
        class: "lab-own-remove",
        "aria-label": t`Remove this ${name}`,
      });
      const picture = html("canvas", { class: "lab-own-digit" });
      const item = html(
        "li",
        {},
        picture,
        html("span", { "aria-hidden": "true" }, drawing.label === NO_LABEL ? "–" : String(drawing.label)),
        hidden(name),
        remove,
      );
      this.#drawn.set(drawing, item);
      this.#strip.append(item);
      this.#paintDrawing(drawing, picture);
    }
    this.#strip.hidden = drawings.length === 0;
  }

  #paintDrawing({ pixels }: Drawing, picture: HTMLCanvasElement): void {
    paintDigits(
      picture,
      Float32Array.from(pixels, (ink) => ink / 255),
      1,
      inkTones(this.stage.root),
    );
  }

  #paint(): void {
    for (const [drawing, item] of this.#drawn) {
      const picture = item.querySelector("canvas");
      if (picture) this.#paintDrawing(drawing, picture);
    }
    if (this.#first)
      paintDigits(
        this.#preview,
        this.#first,
        Math.min(PREVIEW, this.#first.length / PIXELS),
        inkTones(this.stage.root),
      );
  }
}
