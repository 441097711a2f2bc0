/** How many nats each latent dimension carries. */

import { html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";

/** A dimension with less is hardly used by the encoder. */
const USED = 0.01;

export class KlBars {
  readonly root = html("div", { class: "lab-bars", role: "img", "aria-label": "Nothing trained yet" });

  /** Up to `named` bars carry their numbers; of more, the numbers would lie on one another. */
  constructor(private readonly named = 12) {}

  show(klPerDimension: number[]): void {
    if (this.root.childElementCount !== klPerDimension.length) {
      this.root.replaceChildren(
        ...klPerDimension.map((_, j) =>
          html(
            "span",
            { class: "lab-bar" },
            html("span", { class: "lab-bar-box" }),
            html("span", { class: "lab-bar-value" }),
            html("span", { class: "lab-bar-name" }, String(j + 1)),
          ),
        ),
      );
      this.root.classList.toggle("lab-bars-many", klPerDimension.length > this.named);
    }
    const most = Math.max(...klPerDimension, 1);
    [...this.root.children].forEach((bar, j) => {
      const kl = klPerDimension[j] ?? 0;
      (bar as HTMLElement).style.setProperty("--share", String(kl / most));
      (bar as HTMLElement).title = t`z${j + 1}: ${formatFixed(kl, 3)} nats`;
      const value = bar.querySelector(".lab-bar-value");
      if (value) value.textContent = formatFixed(kl, kl < 10 ? 2 : 1);
    });
    const used = klPerDimension.filter((kl) => kl > USED).length;
    this.root.setAttribute(
      "aria-label",
      t`${used} of ${klPerDimension.length} latent dimensions carry more than ${USED} nats:
        ${klPerDimension.map((kl) => formatFixed(kl, 2)).join(", ")}`,
    );
  }
}
