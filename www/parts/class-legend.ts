/** Which colour is which digit; pointing at one (or pressing it) shows it alone. */

import { html } from "../base/dom";
import { t } from "../base/language";
import type { ControlSpec, Controls } from "../contract/controls";
import type { Host } from "../contract/host";

const ALL = "all";
const classes = Array.from({ length: 10 }, (_, label) => String(label));

/** The control of the legend: the class that is shown alone. */
export const aloneControl = {
  kind: "choice",
  label: "Show one digit alone",
  options: [{ value: ALL, label: "All" }, ...classes.map((label) => ({ value: label, label }))],
  default: ALL,
  panel: false,
} as const satisfies ControlSpec;

export interface ClassLegend {
  root: HTMLElement;
  /** Presses the class that the control `alone` says. */
  follow(controls: Controls): void;
}

/** A legend for the control `alone` of a figure; `highlight` shows one class alone, or all. */
export function classLegend(host: Pick<Host, "set">, highlight: (label: number | null) => void): ClassLegend {
  let held: string | null = null;
  const show = (): void => highlight(held === null || held === ALL ? null : Number(held));
  const keys = classes.map((label) => {
    const key = html(
      "button",
      {
        type: "button",
        class: `class-key class-key-${label}`,
        "aria-pressed": "false",
        "aria-label": t("Digit {0}", label),
      },
      html("span", { class: "class-dot" }),
      label,
    );
    key.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && highlight(Number(label)));
    key.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && show());
    key.addEventListener("click", () => host.set({ alone: held === label ? ALL : label }));
    return key;
  });
  return {
    root: html(
      "div",
      { class: "class-legend", role: "group", "aria-label": t("Classes: show one digit alone") },
      ...keys,
    ),
    follow({ alone }) {
      if (alone === held) return;
      held = String(alone);
      for (const [i, key] of keys.entries()) key.setAttribute("aria-pressed", String(String(i) === held));
      show();
    },
  };
}
