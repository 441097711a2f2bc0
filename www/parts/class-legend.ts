/** Which colour is which digit; pointing at one (or pressing it) shows it alone. */

import { html } from "./dom";
import { t } from "../languages/language";

export function classLegend(highlight: (label: number | null) => void): HTMLElement {
  const root = html("div", { class: "class-legend", role: "group", "aria-label": t("Classes: show one digit alone") });
  let held: number | null = null;
  const keys = Array.from({ length: 10 }, (_, label) => {
    const key = html("button", { type: "button", class: `class-key class-key-${label}`, "aria-pressed": "false", "aria-label": t("Digit {0}", label) }, html("span", { class: "class-dot" }), String(label));
    key.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && highlight(label));
    key.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && highlight(held));
    key.addEventListener("click", () => {
      held = held === label ? null : label;
      keys.forEach((other, i) => other.setAttribute("aria-pressed", String(i === held)));
      highlight(held);
    });
    return key;
  });
  root.append(...keys);
  return root;
}
