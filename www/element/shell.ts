/** Everything of a figure that is not its drawing: caption, message, places for controls and numbers, buttons, live region. */

import { button, html, uniqueId } from "../parts/dom";
import { Checks, Readouts } from "./numbers";

export interface ShellActions {
  copyNumbers(): Promise<void>;
  copyLink(): Promise<void>;
  reset(): void;
}

/** How long the state must rest before it is told to people who listen. */
const SPEAK_AFTER_MS = 900;

export class Shell {
  readonly root = html("figure", { class: "figure" });
  readonly drawing = html("div", { class: "drawing", role: "group" });
  readonly readouts = new Readouts();
  readonly checks = new Checks();
  readonly #caption = html("figcaption", { class: "caption" });
  readonly #message = html("div", { class: "message", hidden: true });
  readonly #panelPlace = html("div", { class: "panel-place" });
  readonly #live = html("p", { class: "visually-hidden state-in-words" });
  readonly #status = html("span", { class: "action-status", role: "status" });
  #speaking: ReturnType<typeof setTimeout> | undefined;
  #described = false;

  constructor(actions: ShellActions) {
    this.#live.id = uniqueId("description");
    this.drawing.setAttribute("aria-describedby", this.#live.id);
    const side = html("div", { class: "side" }, this.readouts.root, this.#panelPlace);
    const footer = html(
      "div",
      { class: "actions" },
      this.#status,
      button("Reset", () => actions.reset(), { class: "action" }),
      button("Copy numbers", () => void this.#tell(actions.copyNumbers(), "Numbers copied"), { class: "action" }),
      button("Copy link", () => void this.#tell(actions.copyLink(), "Link copied"), { class: "action" }),
    );
    this.readouts.root.hidden = true;
    this.checks.root.hidden = true;
    this.root.append(this.#caption, this.#message, html("div", { class: "body" }, this.drawing, side), this.checks.root, footer, this.#live);
  }

  /** Number, title and what is drawn. */
  caption(number: string | undefined, title: string, summary: string): void {
    this.#caption.replaceChildren(
      html("span", { class: "caption-title" }, number === undefined ? null : html("span", { class: "caption-number" }, number), title),
      html("span", { class: "caption-summary" }, summary),
    );
    this.drawing.setAttribute("aria-label", title);
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
  describe(text: string): void {
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

  async #tell(action: Promise<void>, done: string): Promise<void> {
    try {
      await action;
      this.#status.textContent = done;
    } catch {
      this.#status.textContent = "The clipboard is not available here";
    }
    setTimeout(() => (this.#status.textContent = ""), 2500);
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
  if (!copied) throw new Error("The browser does not let this page copy.");
}
