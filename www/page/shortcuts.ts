/** Single-letter shortcuts, their list, and the switch that turns them off. */

import { currentFigure, goTo, neighbour } from "./figures";
import type { LectureMode } from "./lecture-mode";
import { recall, remember } from "./storage";
import type { ThemeSwitch } from "./theme";

export function setUpShortcuts(lectureMode: LectureMode, theme: ThemeSwitch): void {
  const help = document.getElementById("help") as HTMLDialogElement | null;
  const box = document.getElementById("shortcuts-on") as HTMLInputElement | null;
  let on = recall("shortcuts") !== "off";
  if (box !== null) {
    box.checked = on;
    box.addEventListener("change", () => {
      on = box.checked;
      remember("shortcuts", on ? null : "off");
    });
  }
  document.getElementById("open-help")?.addEventListener("click", () => help?.showModal());
  const actions: { [key: string]: () => void } = {
    n: () => step(1),
    p: () => step(-1),
    l: () => lectureMode.toggle(),
    t: () => theme.next(),
    "?": () => help?.showModal(),
  };
  function step(direction: 1 | -1): void {
    if (lectureMode.on) return;
    const here = currentFigure();
    const top = here?.getBoundingClientRect().top ?? 0;
    // A figure that has not been reached yet is itself the next one.
    const ahead = direction === 1 && here !== undefined && top > innerHeight * 0.3;
    const target = ahead ? here : neighbour(here, direction);
    if (target !== undefined) goTo(target);
  }
  document.addEventListener("keydown", (event) => {
    if (!on || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || help?.open === true) return;
    const target = event.composedPath()[0];
    if (target instanceof Element && target.closest("input, select, textarea, [contenteditable]") !== null) return;
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}
