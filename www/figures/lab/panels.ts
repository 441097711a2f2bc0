/** What the model makes of digits while it learns: codes, manifold or samples, reconstructions, KL of each dimension. */

import type { Stage } from "../../element/definition";
import { onThemeChange } from "../../element/theme-watch";
import { classLegend } from "../../parts/class-legend";
import { inkTones, paintDigits, PIXELS } from "../../parts/digits";
import { html } from "../../parts/dom";
import { LatentMap } from "../../parts/latent-map";
import { tex } from "../../parts/tex";
import { leading, pairs, scaleOf } from "./codes";
import { KlBars } from "./kl-bars";
import type { Live, Run } from "./run";

/** Test digits whose codes are drawn. */
const CODES = 1000;
const REBUILT = 12;
const GRID = 16;
const SAMPLES = 12;
/** At most so often, and with pauses at least as long as this many times the work. */
const LEAST_PAUSE_MS = 350;
const PAUSES = 3;

export interface PanelEvents {
  /** The reader moves z on the manifold. */
  moved(z: [number, number]): void;
  /** The pictures now belong to newer weights. */
  refreshed(live: Live): Promise<void>;
}

export class Panels {
  readonly root: HTMLElement;
  readonly manifold: LatentMap;
  #codes: LatentMap;
  #samples = html("canvas", { class: "lab-samples", role: "img", "aria-label": "Digits decoded from draws of the prior" });
  #rebuilt = html("canvas", { class: "lab-rebuilt", role: "img", "aria-label": "Test digits above, their reconstructions below" });
  #bars = new KlBars();
  #hint = html("p", { class: "lab-hint" }, "Drag ", tex("\\z"), " over the map, or draw a digit below.");
  #leftTitle = html("p", { class: "lab-panel-title" });
  #codesTitle = html("p", { class: "lab-panel-title" });
  #tests: { live: Live; images: Float32Array; labels: Uint8Array } | null = null;
  #pictures: { samples: Float32Array | null; rebuilt: Float32Array | null } = { samples: null, rebuilt: null };
  #titled = "";
  #visible = true;
  #busy = false;
  #again = false;
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly stage: Stage,
    private readonly run: Run,
    private readonly events: PanelEvents,
  ) {
    const { lecture, signal, reducedMotion } = stage;
    this.manifold = new LatentMap({ lecture, signal, reducedMotion, label: "Decoded latent space", axes: null, move: (z) => events.moved(z) });
    this.#codes = new LatentMap({ lecture, signal, reducedMotion, label: "Codes of test digits, coloured by class", axes: null });
    this.root = html(
      "div",
      { class: "lab-panels" },
      html("section", { class: "lab-panel" }, this.#leftTitle, this.manifold.root, this.#samples, this.#hint),
      html("section", { class: "lab-panel" }, this.#codesTitle, this.#codes.root, classLegend((label) => this.#codes.highlight(label))),
      html("section", { class: "lab-panel lab-wide" }, html("p", { class: "lab-panel-title" }, "Test digits, and what is rebuilt from their codes"), this.#rebuilt),
      html("section", { class: "lab-panel lab-wide lab-kl" }, html("p", { class: "lab-panel-title" }, "KL of each latent dimension, nats"), this.#bars.root),
    );
    const seen = new IntersectionObserver((entries) => {
      this.#visible = entries.some((entry) => entry.isIntersecting);
      if (this.#visible) this.refresh();
    });
    seen.observe(this.root);
    onThemeChange(() => this.#paint(), signal);
    signal.addEventListener("abort", () => {
      seen.disconnect();
      clearTimeout(this.#timer);
    });
  }

  /** Asks for new pictures, soon. */
  refresh(): void {
    this.#again = true;
    if (this.#busy || this.#timer !== undefined || !this.#visible) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#work();
      },
      Math.max(0, this.#next - performance.now()),
    );
  }

  /** Codes of one image on the manifold. */
  showPosterior(mu: Float32Array | null, sigma: Float32Array | null): void {
    const flat = mu?.length === 2 && sigma?.length === 2;
    this.manifold.setPosterior(flat ? { mu: [mu[0] ?? 0, mu[1] ?? 0], sigma: [sigma[0] ?? 0, sigma[1] ?? 0] } : null);
  }

  async #work(): Promise<void> {
    const { live } = this.run;
    if (!live || this.stage.signal.aborted || !this.#visible || document.hidden) return;
    this.#busy = true;
    this.#again = false;
    const began = performance.now();
    try {
      await this.#ask(live);
      if (live === this.run.live) await this.events.refreshed(live);
    } catch {
      // The run was replaced, or the engine died: the run says so.
    } finally {
      this.#busy = false;
      this.#next = performance.now() + Math.max(LEAST_PAUSE_MS, PAUSES * (performance.now() - began));
      if (this.#again) this.refresh();
    }
  }

  async #ask(live: Live): Promise<void> {
    const { engine, session } = live;
    const { latent, family } = live.wanted.config;
    const tests = await this.#testDigits(live);
    const hasPrior = family === "vae";
    let scale = 1;
    if (tests) {
      const codes = await engine.encode(session, tests.images);
      if (live !== this.run.live) return;
      scale = scaleOf(codes, hasPrior);
      const dimensions = leading(this.run.evaluation?.klPerDimension ?? null, latent, 2);
      this.#title(latent, dimensions, hasPrior);
      this.#codes.setScale(scale);
      this.#codes.setCodes(pairs(codes, tests.labels, dimensions, scale), tests.labels);
      const rebuilt = await engine.decode(session, codes.mu.slice(0, REBUILT * latent));
      const both = new Float32Array(2 * REBUILT * PIXELS);
      both.set(tests.images.subarray(0, REBUILT * PIXELS));
      both.set(rebuilt, REBUILT * PIXELS);
      this.#pictures.rebuilt = both;
    } else this.#title(latent, leading(null, latent, 2), hasPrior);
    if (latent === 2) {
      this.manifold.setScale(scale);
      const grid = await engine.decode(session, this.stage.lecture.manifoldGrid(GRID).map((value) => value * scale));
      if (live !== this.run.live) return;
      this.#pictures.samples = null;
      this.manifold.setManifold(grid, GRID);
    } else this.#pictures.samples = (await engine.sample(session, SAMPLES * SAMPLES, live.wanted.config.seed)).images;
    if (live === this.run.live) this.#paint();
  }

  async #testDigits(live: Live): Promise<{ images: Float32Array; labels: Uint8Array } | null> {
    if (this.#tests?.live === live) return this.#tests;
    if ((this.run.data?.testImages ?? 0) === 0) return null;
    this.#tests = { live, ...(await live.engine.testImages(live.wanted.device, CODES)) };
    return this.#tests;
  }

  #title(latent: number, [first = 0, second = first]: number[], hasPrior: boolean): void {
    const key = JSON.stringify([latent, first, second, hasPrior]);
    this.manifold.root.hidden = latent !== 2;
    this.#samples.hidden = latent === 2;
    this.#hint.hidden = latent !== 2;
    this.#bars.root.closest("section")?.toggleAttribute("hidden", !hasPrior);
    if (key === this.#titled) return;
    this.#titled = key;
    const axis = (dimension: number): HTMLElement => tex(`\\z_{${dimension + 1}}`);
    if (latent === 2) this.#leftTitle.replaceChildren("What is decoded over the map of ", tex("\\z"));
    else if (hasPrior) this.#leftTitle.replaceChildren("Decoded draws of the prior ", tex("\\z \\sim \\p(\\z)"));
    else this.#leftTitle.replaceChildren("Decoded codes drawn from ", tex("\\N(0, I)"), ", which nothing prepared it for");
    if (latent === 1) this.#codesTitle.replaceChildren("Codes of test digits: across ", axis(0), ", spread by class");
    else this.#codesTitle.replaceChildren("Codes of test digits: ", axis(first), " and ", axis(second), latent > 2 && hasPrior ? ", most used" : "");
  }

  #paint(): void {
    const tones = inkTones(this.stage.root);
    const { samples, rebuilt } = this.#pictures;
    if (samples) paintDigits(this.#samples, samples, SAMPLES, tones);
    if (rebuilt) paintDigits(this.#rebuilt, rebuilt, REBUILT, tones);
    this.#bars.show(this.run.evaluation?.klPerDimension ?? []);
  }
}
