/** A host app as a course author writes it; it is type-checked against the package, then built and served. */
import "elbo-room";
import type { ElboFigureAttributes, Estimate, FigureName } from "elbo-room";

const name: FigureName = "ppca";
const attributes: ElboFigureAttributes = { name, theme: "dark", sigma: 0.5 };
const third = document.createElement("elbo-figure");
for (const [attribute, value] of Object.entries(attributes)) third.setAttribute(attribute, String(value));
third.addEventListener("error", ({ detail }) => console.error(detail.message, detail.recoverable));
document.body.append(third);

const first = document.querySelector("elbo-figure");
first?.addEventListener("change", ({ detail }) => {
  const monteCarlo: Estimate = detail.values.monteCarlo;
  document.title = `${monteCarlo.n} samples`;
});
await first?.ready;
if (first) first.controls = { n: 500 };
await first?.updated;
