/** The embeddable script, `elbo-room.js`: registers `<elbo-figure>`. */

import { languageOfPage, speak } from "./base/language";
import { ElboFigure } from "./element/elbo-figure";
import { registerFigures } from "./element/registry";
import { loadChapter } from "./figures/chapters";

registerFigures(loadChapter);
const define = (): void => {
  if (customElements.get("elbo-figure") === undefined) customElements.define("elbo-figure", ElboFigure);
};
const wanted = languageOfPage();
if (wanted === "en") define();
else speak(wanted).then(define, define);

declare global {
  interface HTMLElementTagNameMap {
    "elbo-figure": ElboFigure;
  }
}

export type { Controls, Json } from "./contract/controls";
export type { Check, Estimate } from "./contract/results";
export { ElboFigure };
