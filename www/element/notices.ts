/** What a figure has to say in words: the element's own notice stands before the figure's message. */

import { sentence } from "../base/format";
import { messageInLanguage } from "../base/language";
import type { Shell } from "./shell";

type Message = { text: string; kind: "note" | "error" } | null;

export class Notices {
  readonly #shell: Shell;
  #own: Message = null;
  #figure: Message = null;

  constructor(shell: Shell) {
    this.#shell = shell;
  }

  /** What was clamped or left out; nothing clears what was said before. */
  note(notes: readonly string[]): void {
    this.#own = notes.length === 0 ? null : { text: notes.map(sentence).join(" "), kind: "note" };
    this.show();
  }

  error(text: string): void {
    this.#own = { text, kind: "error" };
    this.show();
  }

  /** The figure's own message. */
  figure(text: string | null, kind: "note" | "error"): void {
    this.#figure = text === null ? null : { text: messageInLanguage(text), kind };
    this.show();
  }

  show(): void {
    const shown = this.#own ?? this.#figure;
    this.#shell.message(shown?.text ?? null, shown?.kind ?? "note");
  }

  reset(): void {
    this.#own = this.#figure = null;
  }
}
