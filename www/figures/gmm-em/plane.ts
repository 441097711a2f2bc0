/** Figure 2.3 in the plane: data coloured by responsibility, ellipses at one and two standard deviations, samples. */

import type { GmmEmPlane } from "wasm/lecture";
import { html, svg } from "../../base/dom";
import { formatNumber } from "../../base/format";
import type { Host } from "../../contract/host";
import { columns, curve, points } from "../../parts/curves";
import { row } from "../../parts/layout";
import { Plot } from "../../parts/plot";
import { colourPoints, componentClass, componentTable, MOST_COMPONENTS } from "./look";

export function createPlane(stage: Host) {
  const pair = row();
  stage.root.append(pair);
  const plot = new Plot(pair, stage, {
    label: "Data and components in the plane",
    x: { domain: [-5, 5], label: "x₁" },
    y: { domain: [-4, 4.4], label: "x₂" },
    aspect: 0.78,
    maxWidth: 640,
    margin: { top: 22 },
  });
  plot.root.style.flexBasis = "22em";
  const table = componentTable(["α", "μ", "σ₁², σ₂²", "correlation"]);
  pair.append(
    html(
      "div",
      {},
      table.root,
      html(
        "p",
        { class: "figure-note" },
        "Ellipses: one (solid) and two (dashed) standard deviations from the mean. Crosses: samples from the mixture.",
      ),
    ),
  );
  const layers = Array.from({ length: MOST_COMPONENTS }, (_, k) => ({
    outer: curve(plot, `thin dashed ${componentClass(k)}`),
    inner: curve(plot, componentClass(k)),
    samples: crosses(componentClass(k)),
  }));
  const data = points(plot, "outlined", 4);
  const means = points(plot, "outlined", 6);

  function crosses(className: string) {
    const path = svg("path", { class: `curve thin ${className}` });
    plot.marks.append(path);
    return (places: readonly (readonly number[])[]) =>
      path.setAttribute(
        "d",
        places.map(([x = 0, y = 0]) => `M${plot.x(x) - 4},${plot.y(y) - 4}l8,8m0,-8l-8,8`).join(""),
      );
  }

  return {
    plots: [pair],
    draw(shown: GmmEmPlane): void {
      const { values } = shown;
      plot.domains({});
      data.draw(shown.dataX, shown.dataY);
      colourPoints(data.group, values.responsibilities, stage.root);
      means.draw(...columns(values.means), componentClass);
      layers.forEach((layer, k) => {
        layer.inner.draw(...columns(shown.inner[k] ?? []));
        layer.outer.draw(...columns(shown.outer[k] ?? []));
        layer.samples(shown.samples.filter((_, i) => shown.sampleComponents[i] === k));
      });
      table.show(
        values.means.map((mean, k) => {
          const [[first = 0, both = 0] = [], [, second = 0] = []] = values.covariances[k] ?? [];
          const text = (value: number) => formatNumber(value, 3);
          return [
            text(values.weights[k] ?? 0),
            mean.map(text).join(", "),
            `${text(first)}, ${text(second)}`,
            text(both / Math.sqrt(first * second)),
          ];
        }),
      );
    },
  };
}
