/** The embeddable script, `elbo-room.js`: registers `<elbo-figure>`. */

import { ElboFigure } from "./element/elbo-figure";

if (customElements.get("elbo-figure") === undefined) customElements.define("elbo-figure", ElboFigure);

export { ElboFigure };
export type { Check, Controls, Estimate, Json } from "./element/definition";
