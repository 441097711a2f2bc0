/** A button that starts something long and stops it, how far it is, and a word about it. */

import { button, html } from "../../base/dom";
import { inLanguage, t } from "../../base/language";

export function createRunner(english: string, press: () => void, ...more: HTMLElement[]) {
  const label = inLanguage(english);
  const go = button(label, press);
  const bar = html("progress", { max: 1, value: 0, "aria-label": t`${label}: progress` });
  const words = html("span", { class: "runner-words" });
  return {
    root: html("div", { class: "runner", role: "group", "aria-label": label }, go, ...more, bar, words),
    show(running: boolean, fraction: number, text: string): void {
      go.textContent = running ? t("Stop") : label;
      go.setAttribute("aria-label", running ? t`Stop: ${label}` : label);
      bar.value = Math.min(1, fraction);
      words.textContent = text;
    },
  };
}
