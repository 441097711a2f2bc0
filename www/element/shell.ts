/**
 * Everything of a figure that is not its drawing: caption, message, places for controls and numbers, buttons, live
 * region.
 */

import { button, html, uniqueId } from "../base/dom";
import { inLanguage, language, t } from "../base/language";
import { menu } from "../parts/menu";
import type { Table } from "./definition";
import { Checks, Readouts } from "./numbers";

/** What can be saved: the picture, the values, a table of the figure's own. */
export type SavedFile = "png" | "svg" | "csv" | Table;

export interface ShellActions {
  copyNumbers(): Promise<void>;
  /** The address of the figure as it stands. */
  link(): string;
  reset(): void;
  /** The browser's search has found something in a figure that rests. */
  found(): void;
  /** The numbers shown, as a table. */
  table(): Promise<HTMLElement>;
  /** Saves a file and resolves with its name; says itself what went wrong, and then resolves with null. */
  save(file: SavedFile): Promise<string | null>;
}

/** Where links go through the system's own sheet: phones and tablets. */
const SHARES = "share" in navigator && matchMedia("(pointer: coarse)").matches;

/** How long the state must rest before it is told to people who listen. */
const SPEAK_AFTER_MS = 900;

export class Shell {
  readonly root = html("figure", { class: "figure", lang: language() });
  readonly drawing = html("div", { class: "drawing", role: "group" });
  readonly readouts = new Readouts();
  readonly checks = new Checks();
  readonly #caption = html("figcaption", { class: "caption" });
  readonly #message = html("div", { class: "message", hidden: true });
  readonly #panelPlace = html("div", { class: "panel-place" });
  readonly #live = html("p", { class: "visually-hidden state-in-words" });
  readonly #status = html("span", { class: "action-status", role: "status" });
  readonly #actions: ShellActions;
  readonly #savePlace = html("div", { class: "save" });
  /** What a figure that rests would say, for the browser's search in the page. */
  readonly #words = html("div", { hidden: "until-found" });
  readonly #numbers = html("div", {
    class: "numbers",
    role: "group",
    "aria-label": t("Numbers"),
    tabindex: 0,
    hidden: true,
  });
  readonly #numbersButton = button(t("Show numbers"), () => this.#toggleNumbers(), {
    class: "action",
    "aria-expanded": "false",
  });
  #counting: ReturnType<typeof setTimeout> | undefined;
  #speaking: ReturnType<typeof setTimeout> | undefined;
  #described = false;

  constructor(actions: ShellActions) {
    this.#actions = actions;
    this.#live.id = uniqueId("description");
    this.drawing.setAttribute("aria-describedby", this.#live.id);
    const side = html("div", { class: "side" }, this.readouts.root, this.#panelPlace);
    const footer = html(
      "div",
      { class: "actions" },
      this.#status,
      button(t("Reset"), () => actions.reset(), { class: "action" }),
      this.#numbersButton,
      button(t("Copy numbers"), () => void this.#tell(actions.copyNumbers(), t("Numbers copied")), { class: "action" }),
      button(SHARES ? t("Share link") : t("Copy link"), () => void this.#share(), { class: "action" }),
      this.#savePlace,
    );
    this.readouts.root.hidden = true;
    this.checks.root.hidden = true;
    this.root.append(
      this.#caption,
      this.#message,
      html("div", { class: "body" }, this.drawing, side),
      this.checks.root,
      this.#numbers,
      footer,
      this.#live,
      this.#words,
    );
    this.#words.addEventListener("beforematch", () => actions.found());
  }

  /** Number, title and what is drawn. */
  caption(number: string | undefined, title: string, summary: string): void {
    this.#caption.replaceChildren(
      html(
        "span",
        { class: "caption-title" },
        number === undefined ? null : html("span", { class: "caption-number" }, number),
        title,
      ),
      html("span", { class: "caption-summary" }, summary),
    );
    this.drawing.setAttribute("aria-label", title);
  }

  /**
   * The figure is far from the reader: only its caption stays, in a frame as high as the whole. Its words can still be
   * found.
   */
  rest(): void {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden is not to be found.
    this.#words.textContent = this.root.innerText;
    this.root.style.minHeight = `${this.root.offsetHeight}px`;
    this.root.classList.add("resting");
    this.readouts.show([]);
    this.checks.show([]);
    this.#numbers.replaceChildren();
    this.#panelPlace.replaceChildren();
  }

  /** Everything has its place again; the frame stays as high as it was until `relax`. */
  wake(): void {
    this.#words.textContent = "";
    this.root.classList.remove("resting");
  }

  /** The frame is as high as what is in it. */
  relax(): void {
    this.root.style.minHeight = "";
  }

  /** Fills the menu of files; `tables` are those that the figure itself offers. */
  saves(tables: readonly Table[]): void {
    const choice = (label: string, words: string, file: SavedFile) => ({
      label,
      words,
      choose: () => void this.#save(file),
    });
    const { root, button } = menu(t("Save"), [
      choice(t("Picture, PNG"), t("for slides and documents"), "png"),
      choice(t("Picture, SVG"), t("sharp at any size, to be edited"), "svg"),
      choice(t("Numbers, CSV"), t("controls and values, all digits"), "csv"),
      ...tables.map((table) => choice(t`${table.label}, CSV`, table.words, table)),
    ]);
    button.className = "action menu-button";
    this.#savePlace.replaceChildren(root);
  }

  panel(panel: HTMLElement): void {
    this.#panelPlace.replaceChildren(panel);
  }

  layout(layout: "beside" | "below"): void {
    this.root.classList.toggle("layout-below", layout === "below");
  }

  /** While nothing can be shown, the message stands alone in the figure's place. */
  set alone(alone: boolean) {
    this.root.classList.toggle("message-only", alone);
  }

  message(text: string | null, kind: "note" | "error" | "busy"): void {
    this.#message.hidden = text === null;
    this.#message.className = `message message-${kind}`;
    this.#message.setAttribute("role", kind === "error" ? "alert" : "status");
    if (this.#message.textContent !== (text ?? "")) this.#message.textContent = text ?? "";
  }

  /** The state in words; spoken only when it has come to rest, and not at the start. */
  describe(english: string): void {
    const text = inLanguage(english);
    if (!this.#described) {
      this.#described = true;
      this.#live.textContent = text;
      return;
    }
    clearTimeout(this.#speaking);
    this.#speaking = setTimeout(() => {
      this.#live.setAttribute("aria-live", "polite");
      if (this.#live.textContent !== text) this.#live.textContent = text;
    }, SPEAK_AFTER_MS);
  }

  /** The table of numbers follows, at its ease. */
  numbersChanged(): void {
    if (this.#numbers.hidden) return;
    clearTimeout(this.#counting);
    this.#counting = setTimeout(() => void this.#count(), 250);
  }

  #toggleNumbers(): void {
    const shown = this.#numbers.hidden;
    this.#numbers.hidden = !shown;
    this.#numbersButton.textContent = shown ? t("Hide numbers") : t("Show numbers");
    this.#numbersButton.setAttribute("aria-expanded", String(shown));
    if (shown) void this.#count();
  }

  async #count(): Promise<void> {
    try {
      this.#numbers.replaceChildren(await this.#actions.table());
    } catch {
      this.#numbers.textContent = t("The numbers could not be shown. Check the connection and try again.");
    }
  }

  async #save(file: SavedFile): Promise<void> {
    this.#status.textContent = t("Saving…");
    const name = await this.#actions.save(file);
    this.#say(name === null ? "" : t("Saved {0}", name));
  }

  /**
   * Hands the link on: by the system's sheet, else by the clipboard; where both are denied, it stands there to be
   * copied.
   */
  async #share(): Promise<void> {
    const url = this.#actions.link();
    try {
      if (SHARES) return await navigator.share({ title: `ELBO Room: ${this.drawing.ariaLabel}`, url });
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return;
    }
    try {
      await copyText(url);
      this.#say(t("Link copied. It opens the figure as it stands."));
    } catch {
      const field = html("input", {
        class: "list-input",
        readonly: true,
        value: url,
        "aria-label": t("Link to the figure as it stands"),
      });
      this.#status.replaceChildren(t("Copy this link:"), " ", field);
      field.select();
    }
  }

  #say(text: string): void {
    this.#status.textContent = text;
    setTimeout(() => {
      if (this.#status.textContent === text) this.#status.textContent = "";
    }, 4000);
  }

  async #tell(action: Promise<void>, done: string): Promise<void> {
    try {
      await action;
      this.#say(done);
    } catch {
      this.#say(t("The clipboard is not available here"));
    }
  }
}

/** Copies text, also where the clipboard's interface is missing (plain http, older frames). */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) {
    try {
      await navigator.clipboard.writeText(text);
      return;
    } catch {
      // An embedding page may forbid it; the older way may still work.
    }
  }
  const area = html("textarea", { "aria-hidden": "true", tabindex: -1 });
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (!copied) throw new Error(t("The browser does not let this page copy."));
}
