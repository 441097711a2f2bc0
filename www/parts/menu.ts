/** A button that opens a few choices below it. */

import { button, html } from "../base/dom";

export interface Choice {
  label: string;
  /** What it is, in smaller letters. */
  words: string;
  choose(): void;
}

/** Closes when something is chosen, at Escape, and when the focus or the pointer goes elsewhere. */
export function menu(label: string, choices: Choice[]): { root: HTMLElement; button: HTMLButtonElement } {
  const list = html("div", { class: "menu-list", hidden: true });
  const opener = button(label, () => open(list.hidden !== false), {
    class: "button button-small menu-button",
    "aria-expanded": "false",
  });
  const open = (wanted: boolean): void => {
    list.hidden = !wanted;
    opener.setAttribute("aria-expanded", String(wanted));
    if (!wanted) return;
    opener.focus();
    // Inside the window, also where the button is at its left.
    list.style.insetInlineEnd = "0";
    list.style.insetInlineEnd = `${Math.min(0, list.getBoundingClientRect().left - 8)}px`;
  };
  for (const { label, words, choose } of choices) {
    const choice = button(
      "",
      () => {
        opener.focus();
        open(false);
        choose();
      },
      { class: "menu-choice" },
    );
    choice.append(html("strong", {}, label), html("span", {}, words));
    list.append(choice);
  }
  // The pointer leaves the focus where it is: the list must not close before the click.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  const root = html("div", { class: "menu" }, opener, list);
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    opener.focus();
    open(false);
  });
  root.addEventListener("focusout", ({ relatedTarget }) => !root.contains(relatedTarget as Node | null) && open(false));
  return { root, button: opener };
}
