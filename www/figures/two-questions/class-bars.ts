/** Probabilities of the ten classes as bars. */

import { html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";

export function createClassBars() {
  const bars = Array.from({ length: 10 }, (_, label) => {
    const value = html("span", { class: "class-bar-value" });
    const fill = html("span", { class: `class-bar-fill class-${label}` });
    const root = html(
      "div",
      { class: "class-bar" },
      value,
      html("span", { class: "class-bar-track" }, fill),
      html("span", { class: "class-bar-label" }, String(label)),
    );
    return { root, value, fill };
  });
  const root = html(
    "div",
    { class: "class-bars", role: "img", "aria-label": "Probability of each class" },
    ...bars.map((bar) => bar.root),
  );
  return {
    root,
    /** Null empties the bars. */
    show(probabilities: ArrayLike<number> | null, top: number): void {
      bars.forEach(({ root: bar, value, fill }, label) => {
        const probability = probabilities?.[label] ?? 0;
        bar.classList.toggle("top", probabilities !== null && label === top);
        fill.style.height = `${100 * probability}%`;
        value.textContent = probability >= 0.005 ? formatFixed(probability, 2) : "";
      });
      const words = probabilities
        ? Array.from(probabilities, (probability, label) => `${label}: ${formatFixed(probability, 2)}`).join(", ")
        : t("no image yet");
      root.setAttribute("aria-label", `${t("Probability of each class")}. ${words}`);
    },
  };
}
