/** What each dimension of a large code does: decoded with one of them moved at a time, the most used first. */

import { html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { t } from "../../base/language";
import type { Live } from "../../engine/figure/training-run";
import { inkTones, PIXELS, paintDigits } from "../../parts/digits";
import { tex } from "../../parts/tex";

const ROWS = 6;
const STATIONS = 11;
/** Of a standard normal number, 99 % lie nearer to 0. */
const REACH = 2.6;

export class Dimensions {
  readonly root = html("div", { class: "lab-dimensions" });
  #rows: { name: HTMLElement; canvas: HTMLCanvasElement }[] = [];
  #images: Float32Array | null = null;

  /** Decodes anew; `order`: dimensions, the most used first; `kl` where there is a prior. */
  async refresh({ engine, session, config }: Live, order: number[], scale: number, kl: number[] | null): Promise<void> {
    const shown = order.slice(0, ROWS);
    const z = new Float32Array(config.latent);
    this.#images = await engine.traverse(session, z, shown, REACH * scale, STATIONS);
    while (this.#rows.length < shown.length) this.#rows.push(this.#row());
    this.root.replaceChildren(
      ...shown.flatMap((dimension, i) => {
        const row = this.#rows[i];
        if (!row) return [];
        const nats = kl?.[dimension];
        row.name.replaceChildren(
          tex(`\\z_{${dimension + 1}}`),
          ...(nats === undefined ? [] : [html("span", {}, t`${formatFixed(nats, 2)} nats`)]),
        );
        row.canvas.setAttribute("aria-label", t`Decoded with z ${dimension + 1} from low to high, the others at 0`);
        return [row.name, row.canvas];
      }),
    );
    this.paint();
  }

  paint(): void {
    const images = this.#images;
    if (!images) return;
    const tones = inkTones(this.root);
    const size = STATIONS * PIXELS;
    const shown = this.#rows.slice(0, images.length / size);
    for (const [i, { canvas }] of shown.entries())
      paintDigits(canvas, images.subarray(i * size, (i + 1) * size), STATIONS, tones);
  }

  #row(): { name: HTMLElement; canvas: HTMLCanvasElement } {
    return {
      name: html("p", { class: "lab-dimension" }),
      canvas: html("canvas", { class: "lab-rebuilt", role: "img" }),
    };
  }
}
