/** What the model makes of digits while it learns: codes, manifold or samples, reconstructions, KL of each dimension. */

import type { Stage } from "../../element/definition";
import { onThemeChange } from "../../element/theme-watch";
import { classLegend } from "../../parts/class-legend";
import { inkTones, paintDigits, PIXELS } from "../../parts/digits";
import { html } from "../../parts/dom";
import { formatFixed } from "../../parts/format";
import { LatentMap } from "../../parts/latent-map";
import { tex } from "../../parts/tex";
import { leading, pairs, scaleOf } from "./codes";
import { Dimensions } from "./dimensions";
import { KlBars } from "./kl-bars";
import type { Live, Run } from "./run";
import { Walk } from "./walk";

/** Test digits whose codes are drawn; while a slow model trains, fewer. */
const CODES = 1000;
const FEWEST_CODES = 100;
const REBUILT = 12;
const GRID = 16;
const SAMPLES = 10;
/** Test digits whose posterior is outlined. */
const SPREAD = 50;
/** At most so often; while it trains at most this share of the engine's time, in pieces of about so long: twice a second. */
const LEAST_PAUSE_MS = 250;
const SHARE = 0.11;
const WORK_MS = 36;

/** What the panels ask of the figure around them. */
export interface PanelEvents {
  /** The reader moves z on the manifold. */
  moved?(z: [number, number]): void;
  /** The pictures now belong to newer weights. */
  refreshed?(live: Live): Promise<void>;
  /** The reader's digit, or null. */
  drawing?(): Float32Array | null;
  /** Whether the model trains: then pictures take a small share of the time. */
  training(): boolean;
}

export class Panels {
  readonly root: HTMLElement;
  readonly manifold: LatentMap;
  #codes: LatentMap;
  #samples = html("canvas", { class: "lab-samples", width: 1, height: 1, role: "img", "aria-label": "Digits decoded from draws of the prior" });
  #rebuilt = html("canvas", { class: "lab-rebuilt", width: REBUILT, height: 2, role: "img", "aria-label": "Test digits above, their reconstructions below" });
  #bars = new KlBars();
  #dimensions = new Dimensions();
  #walk: Walk;
  /** How codes of more than two dimensions are seen. */
  #plane = html("select", { class: "lab-plane", "aria-label": "Which two directions of the codes are drawn" }, html("option", { value: "principal" }, "Principal components"), html("option", { value: "leading" }, "Most used dimensions"));
  #spread = html("input", { type: "checkbox" });
  #spreadLabel = html("label", { class: "lab-spread" }, this.#spread, " Posteriors");
  #hint = html("p", { class: "lab-hint" }, "Drag ", tex("\\z"), " over the map, or draw a digit below.");
  #leftTitle = html("p", { class: "lab-panel-title" });
  #rebuiltTitle = html("p", { class: "lab-panel-title" });
  #codesTitle = html("p", { class: "lab-panel-title" });
  #tests: { live: Live; name: string; images: Float32Array; labels: Uint8Array } | null = null;
  #pictures: { samples: Float32Array | null; rebuilt: Float32Array | null } = { samples: null, rebuilt: null };
  #titled = "";
  #visible = true;
  #codesInTraining = CODES;
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
    this.manifold = new LatentMap({ lecture, signal, reducedMotion, label: "Decoded latent space", axes: null, ...(events.moved ? { move: (z) => events.moved?.(z) } : {}) });
    this.#codes = new LatentMap({ lecture, signal, reducedMotion, label: "Codes of test digits, coloured by class", axes: null });
    this.#walk = new Walk(() => this.refresh(), events.drawing?.bind(events));
    for (const choice of [this.#plane, this.#spread]) choice.addEventListener("change", () => this.refresh());
    this.root = html(
      "div",
      { class: "lab-panels" },
      html("section", { class: "lab-panel" }, this.#leftTitle, this.manifold.root, this.#samples, this.#hint),
      html(
        "section",
        { class: "lab-panel" },
        this.#codesTitle,
        this.#codes.root,
        html("div", { class: "lab-codes-tools" }, classLegend((label) => this.#codes.highlight(label)), this.#plane, this.#spreadLabel),
      ),
      html("section", { class: "lab-panel lab-wide" }, this.#rebuiltTitle, this.#rebuilt),
      html("section", { class: "lab-panel lab-wide" }, html("p", { class: "lab-panel-title" }, "A walk between two images"), this.#walk.root),
      html("section", { class: "lab-panel lab-wide" }, html("p", { class: "lab-panel-title" }, "One dimension at a time, the most used first, the others at 0"), this.#dimensions.root),
      html("section", { class: "lab-panel lab-wide lab-kl" }, html("p", { class: "lab-panel-title" }, "KL of each latent dimension, nats"), this.#bars.root),
    );
    this.#lay(2, true);
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
    const config = this.run.live?.wanted.config;
    if (config) this.#lay(config.latent, config.family === "vae");
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
    let work = 0;
    try {
      const began = await live.engine.answering(live.session);
      await this.#ask(live);
      if (live === this.run.live) await this.events.refreshed?.(live);
      work = (await live.engine.answering(live.session)) - began;
    } catch {
      // The run was replaced, or the engine died: the run says so.
    } finally {
      this.#busy = false;
      const training = this.events.training();
      if (training && work > 0) this.#codesInTraining = Math.round(Math.min(Math.max((this.#codesInTraining * WORK_MS) / work, FEWEST_CODES), CODES));
      this.#next = performance.now() + Math.max(LEAST_PAUSE_MS, training ? work / SHARE - work : 0);
      if (this.#again) this.refresh();
    }
  }

  async #ask(live: Live): Promise<void> {
    const { engine, session } = live;
    const { latent, family, seed } = live.wanted.config;
    const tests = await this.#testDigits(live);
    const hasPrior = family === "vae";
    const kl = hasPrior ? (this.run.evaluation?.klPerDimension ?? null) : null;
    const order = leading(kl, latent, latent);
    const count = this.events.training() ? this.#codesInTraining : CODES;
    const codes = tests && (await engine.encode(session, tests.images.slice(0, count * PIXELS)));
    const plane = codes && latent > 2 && this.#plane.value === "principal" ? await engine.principalPlane(session, codes.mu.slice()) : null;
    if (live !== this.run.live) return;
    const scale = codes ? scaleOf(codes, hasPrior) : 1;
    this.#title(latent, order, hasPrior, plane?.explained ?? null);
    // All at once: each would wait for a slice of training.
    const [rebuilt, fresh] = await Promise.all([
      codes && engine.decode(session, codes.mu.slice(0, REBUILT * latent)),
      latent === 2 ? engine.decode(session, this.stage.lecture.manifoldGrid(GRID).map((value) => value * scale)) : engine.sample(session, SAMPLES * SAMPLES, seed).then(({ images }) => images),
      latent === 2 ? undefined : this.#dimensions.refresh(live, order, scale, kl),
      tests && this.#walk.refresh(live, tests),
    ]);
    if (live !== this.run.live) return;
    if (tests && codes && rebuilt) {
      const spread = hasPrior && latent === 2 && this.#spread.checked;
      const some = (values: Float32Array): Float32Array => values.slice(0, 2 * SPREAD);
      this.#codes.setScale(plane ? scaleOf({ mu: plane.pairs }, false) : scale);
      const labels = tests.labels.slice(0, count);
      this.#codes.setCodes(plane?.pairs ?? pairs(codes, labels, order, scale), labels);
      this.#codes.setSpread(spread ? { mu: some(codes.mu), sigma: some(codes.logSigma).map(Math.exp), labels: tests.labels.slice(0, SPREAD) } : null);
      const both = new Float32Array(2 * REBUILT * PIXELS);
      both.set(tests.images.subarray(0, REBUILT * PIXELS));
      both.set(rebuilt, REBUILT * PIXELS);
      this.#pictures.rebuilt = both;
    }
    this.#pictures.samples = latent === 2 ? null : fresh;
    if (latent === 2) {
      this.manifold.setScale(scale);
      this.manifold.setManifold(fresh, GRID);
    }
    this.#paint();
  }

  async #testDigits(live: Live): Promise<{ images: Float32Array; labels: Uint8Array } | null> {
    const { name, count } = this.run.tests;
    if (this.#tests?.live === live && this.#tests.name === name) return this.#tests;
    if (count === 0) return null;
    const { engine, wanted } = live;
    // Of the reader's images all, trained on or not: those kept for the test may be one or two.
    const found = wanted.config.source === "own" ? engine.ownImages(wanted.device, CODES) : engine.testImages(wanted.device, CODES);
    this.#tests = { live, name, ...(await found) };
    return this.#tests;
  }

  /** Shows the panels that say something of such a model. */
  #lay(latent: number, hasPrior: boolean): void {
    this.manifold.root.hidden = latent !== 2;
    this.#hint.hidden = latent !== 2 || !this.events.moved;
    this.#samples.hidden = latent === 2;
    this.#plane.hidden = latent <= 2;
    this.#spreadLabel.hidden = latent !== 2 || !hasPrior;
    this.#section(this.#bars.root).hidden = !hasPrior;
    this.#section(this.#dimensions.root).hidden = latent === 2;
  }

  #title(latent: number, [first = 0, second = first]: number[], hasPrior: boolean, explained: [number, number] | null): void {
    const shares = explained?.map((share) => formatFixed(100 * share, 0));
    const whose = this.run.live?.wanted.config.source === "own" ? "your images" : "test digits";
    const key = JSON.stringify([latent, first, second, hasPrior, shares, whose]);
    if (key === this.#titled) return;
    this.#titled = key;
    this.#rebuiltTitle.textContent = `${whose === "test digits" ? "Test digits" : "Your images"}, and what is rebuilt from their codes`;
    const axis = (dimension: number): HTMLElement => tex(`\\z_{${dimension + 1}}`);
    if (latent === 2) this.#leftTitle.replaceChildren("What is decoded over the map of ", tex("\\z"));
    else if (hasPrior) this.#leftTitle.replaceChildren("Decoded draws of the prior ", tex("\\z \\sim \\p(\\z)"));
    else this.#leftTitle.replaceChildren("Decoded codes drawn from ", tex("\\N(0, I)"), ", which nothing prepared it for");
    if (shares) this.#codesTitle.replaceChildren(`Codes of ${whose}: principal components, with ${shares[0]} and ${shares[1]} % of their variance`);
    else if (latent === 1) this.#codesTitle.replaceChildren(`Codes of ${whose}: across `, axis(0), ", spread by class");
    else this.#codesTitle.replaceChildren(`Codes of ${whose}: `, axis(first), " and ", axis(second), latent > 2 && hasPrior ? ", most used" : "");
  }

  #section(panel: HTMLElement): HTMLElement {
    return panel.closest("section") ?? panel;
  }

  #paint(): void {
    const tones = inkTones(this.stage.root);
    const { samples, rebuilt } = this.#pictures;
    if (samples) paintDigits(this.#samples, samples, SAMPLES, tones);
    if (rebuilt) paintDigits(this.#rebuilt, rebuilt, REBUILT, tones);
    this.#dimensions.paint();
    this.#walk.paint();
    this.#bars.show(this.run.evaluation?.klPerDimension ?? []);
  }
}
