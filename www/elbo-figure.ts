/** The embeddable script, `elbo-room.js`: registers `<elbo-figure>`. */

import { ElboFigure } from "./element/elbo-figure";
import { languageOfPage, speak } from "./languages/language";

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

export type { Check, Controls, Estimate, Json } from "./element/definition";
export { ElboFigure };
