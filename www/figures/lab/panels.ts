/**
 * What the model makes of digits while it learns: codes, manifold or samples, reconstructions, KL of each dimension.
 */

import { html } from "../../base/dom";
import { formatFixed } from "../../base/format";
import { mixed, t } from "../../base/language";
import { onThemeChange } from "../../base/theme-watch";
import type { ValuesOf } from "../../contract/controls";
import type { LectureHost } from "../../contract/host";
import type { Live } from "../../engine/figure/training-run";
import { type ClassLegend, classLegend } from "../../parts/class-legend";
import { inkTones, PIXELS, paintDigits } from "../../parts/digits";
import { LatentMap } from "../../parts/latent-map";
import { tex } from "../../parts/tex";
import { leading, pairs, scaleOf } from "./codes";
import type { viewControls } from "./config";
import { Dimensions } from "./dimensions";
import { KlBars } from "./kl-bars";
import type { Run } from "./run";
import { Walk } from "./walk";

/** Test digits whose codes are drawn. */
const CODES = 1000;
const FEWEST_CODES = 30;
const REBUILT = 12;
/** Digits along one side of the map, and of the draws. While a slow model trains, fewer, and fewer codes with them. */
const GRID = 16;
const FEWEST = 5;
const SAMPLES = 10;
/** Test digits whose posterior is outlined. */
const SPREAD = 50;
/**
 * Between two refreshes; while it trains they take at most this share of the engine's time, about so long each: twice a
 * second.
 */
const LEAST_PERIOD_MS = 250;
const TRAINING_PERIOD_MS = 440;
const SHARE = 0.075;
const WORK_MS = 34;

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
  /** How many runs share one engine; 1 unless said. */
  runs?: number;
}

export class Panels {
  readonly root: HTMLElement;
  readonly manifold: LatentMap;
  #codes: LatentMap;
  #samples = html("canvas", {
    class: "lab-samples",
    width: 1,
    height: 1,
    role: "img",
    "aria-label": "Digits decoded from draws of the prior",
  });
  #rebuilt = html("canvas", {
    class: "lab-rebuilt",
    width: REBUILT,
    height: 2,
    role: "img",
    "aria-label": "Test digits above, their reconstructions below",
  });
  #bars = new KlBars();
  #dimensions = new Dimensions();
  #walk: Walk;
  #legend: ClassLegend;
  /** How codes of more than two dimensions are seen. */
  #plane = html(
    "select",
    { class: "lab-plane", "aria-label": "Which two directions of the codes are drawn" },
    html("option", { value: "principal" }, "Principal components"),
    html("option", { value: "leading" }, "Most used dimensions"),
  );
  #spread = html("input", { type: "checkbox" });
  #spreadLabel = html("label", { class: "lab-spread" }, this.#spread, " Posteriors");
  #hint = html("p", { class: "lab-hint" }, ...mixed`Drag ${tex("\\z")} over the map, or draw a digit below.`);
  #leftTitle = html("p", { class: "lab-panel-title" });
  #rebuiltTitle = html("p", { class: "lab-panel-title" });
  #codesTitle = html("p", { class: "lab-panel-title" });
  #tests: { live: Live; name: string; images: Float32Array; labels: Uint8Array } | null = null;
  #pictures: { samples: Float32Array | null; rebuilt: Float32Array | null } = { samples: null, rebuilt: null };
  #titled = "";
  #looks = "";
  /** Whether the panels are in view or about to be. */
  #near = true;
  /** Digits along a side of the map, as many as the engine has time for while it trains. */
  #side = 10;
  #busy = false;
  #again = false;
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly stage: LectureHost<"lecture">,
    private readonly run: Run,
    private readonly events: PanelEvents,
  ) {
    const { lecture, signal, reducedMotion } = stage;
    this.manifold = new LatentMap({
      lecture,
      signal,
      reducedMotion,
      label: "Decoded latent space",
      axes: null,
      ...(events.moved ? { move: (z) => events.moved?.(z) } : {}),
    });
    this.#codes = new LatentMap({
      lecture,
      signal,
      reducedMotion,
      label: "Codes of test digits, coloured by class",
      axes: null,
    });
    this.#walk = new Walk(stage, () => this.refresh(), events.drawing?.bind(events));
    this.#legend = classLegend(stage, (label) => this.#codes.highlight(label));
    this.#plane.addEventListener("change", () => stage.set({ plane: this.#plane.value }));
    this.#spread.addEventListener("change", () => stage.set({ spread: this.#spread.checked }));
    this.root = html(
      "div",
      { class: "lab-panels" },
      html("section", { class: "lab-panel" }, this.#leftTitle, this.manifold.root, this.#samples, this.#hint),
      html(
        "section",
        { class: "lab-panel" },
        this.#codesTitle,
        this.#codes.root,
        html("div", { class: "lab-codes-tools" }, this.#legend.root, this.#plane, this.#spreadLabel),
      ),
      html("section", { class: "lab-panel lab-wide" }, this.#rebuiltTitle, this.#rebuilt),
      html(
        "section",
        { class: "lab-panel lab-wide" },
        html("p", { class: "lab-panel-title" }, "A walk between two images"),
        this.#walk.root,
      ),
      html(
        "section",
        { class: "lab-panel lab-wide" },
        html("p", { class: "lab-panel-title" }, "One dimension at a time, the most used first, the others at 0"),
        this.#dimensions.root,
      ),
      html(
        "section",
        { class: "lab-panel lab-wide lab-kl" },
        html("p", { class: "lab-panel-title" }, "KL of each latent dimension, nats"),
        this.#bars.root,
      ),
    );
    this.#lay(2, true);
    const seen = new IntersectionObserver(
      (entries) => {
        this.#near = entries.some((entry) => entry.isIntersecting);
        if (this.#near) this.refresh();
      },
      { rootMargin: "300px" },
    );
    seen.observe(this.root);
    onThemeChange(() => this.#paint(), signal);
    signal.addEventListener("abort", () => {
      seen.disconnect();
      clearTimeout(this.#timer);
    });
  }

  /** Asks for new pictures, soon. */
  refresh(): void {
    const config = this.run.live?.config;
    if (config) this.#lay(config.latent, config.family === "vae");
    this.#again = true;
    if (this.#busy || this.#timer !== undefined || !this.#near) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.#work();
      },
      Math.max(0, this.#next - performance.now()),
    );
  }

  /** Takes over what a link or the reader chose to look at. */
  follow(controls: ValuesOf<typeof viewControls>): void {
    const { plane, spread } = controls;
    const looks = `${plane} ${spread}`;
    this.#plane.value = plane;
    this.#spread.checked = spread;
    this.#legend.follow(controls);
    this.#walk.follow(controls);
    if (looks !== this.#looks) this.refresh();
    this.#looks = looks;
  }

  /** Codes of one image on the manifold. */
  showPosterior(mu: Float32Array | null, sigma: Float32Array | null): void {
    const flat = mu?.length === 2 && sigma?.length === 2;
    this.manifold.setPosterior(flat ? { mu: [mu[0] ?? 0, mu[1] ?? 0], sigma: [sigma[0] ?? 0, sigma[1] ?? 0] } : null);
  }

  async #work(): Promise<void> {
    const { live } = this.run;
    if (!live || this.stage.signal.aborted || !this.#near || document.hidden) return;
    this.#busy = true;
    this.#again = false;
    const training = this.events.training();
    const began = performance.now();
    let work = 0;
    try {
      const before = await live.engine.answering(live.session);
      await this.#ask(live, training);
      if (live === this.run.live) await this.events.refreshed?.(live);
      work = (await live.engine.answering(live.session)) - before;
    } catch {
      // The run was replaced, or the engine died: the run says so.
    } finally {
      this.#busy = false;
      const share = SHARE / (this.events.runs ?? 1);
      if (training && work > WORK_MS) this.#side = Math.max(this.#side - 2, FEWEST);
      else if (training && work < WORK_MS / 2) this.#side = Math.min(this.#side + 2, GRID);
      this.#next = began + (training ? Math.max(TRAINING_PERIOD_MS, work / share) : LEAST_PERIOD_MS);
      if (this.#again) this.refresh();
    }
  }

  async #ask(live: Live, training: boolean): Promise<void> {
    const { engine, session } = live;
    const { latent, family, seed } = live.config;
    // While it trains, what is out of view waits.
    const wants = (content: HTMLElement): boolean => {
      const { top, bottom } = this.#section(content).getBoundingClientRect();
      return !training || (bottom > 0 && top < innerHeight);
    };
    const tests = await this.#testDigits(live);
    const hasPrior = family === "vae";
    const kl = hasPrior ? (this.run.evaluation?.klPerDimension ?? null) : null;
    const order = leading(kl, latent, latent);
    const side = training ? this.#side : GRID;
    const wanted = wants(this.#codes.root)
      ? Math.max(Math.round(CODES * (side / GRID) ** 3), FEWEST_CODES)
      : FEWEST_CODES;
    const codes = tests && (await engine.encode(session, tests.images.slice(0, wanted * PIXELS)));
    if (live !== this.run.live) return;
    const scale = codes ? scaleOf(codes, hasPrior) : 1;
    // All at once: each would wait for a slice of training.
    const samples = Math.min(side, SAMPLES);
    const [plane, rebuilt, fresh] = await Promise.all([
      codes && latent > 2 && this.#plane.value === "principal"
        ? engine.principalPlane(session, codes.mu.slice())
        : null,
      codes && wants(this.#rebuilt) && engine.decode(session, codes.mu.slice(0, REBUILT * latent)),
      wants(this.#samples) &&
        (latent === 2
          ? engine.decode(
              session,
              this.stage.lecture.manifoldGrid(side).map((value) => value * scale),
            )
          : engine.sample(session, samples * samples, seed).then(({ images }) => images)),
      latent !== 2 && wants(this.#dimensions.root) && this.#dimensions.refresh(live, order, scale, kl),
      tests && wants(this.#walk.root) && this.#walk.refresh(live, tests),
    ]);
    if (live !== this.run.live) return;
    this.#title(
      latent,
      order,
      hasPrior,
      plane?.explained ?? null,
      tests && wanted < tests.labels.length && wants(this.#codes.root) ? wanted : null,
    );
    if (tests && codes && wants(this.#codes.root)) {
      const spread = hasPrior && latent === 2 && this.#spread.checked;
      const some = (values: Float32Array): Float32Array => values.slice(0, 2 * SPREAD);
      const labels = tests.labels.slice(0, codes.mu.length / latent);
      this.#codes.setScale(plane ? scaleOf({ mu: plane.pairs }, false) : scale);
      this.#codes.setCodes(plane?.pairs ?? pairs(codes, labels, order, scale), labels, !training);
      this.#codes.setSpread(
        spread
          ? { mu: some(codes.mu), sigma: some(codes.logSigma).map(Math.exp), labels: tests.labels.slice(0, SPREAD) }
          : null,
      );
    }
    if (tests && rebuilt) {
      const both = new Float32Array(2 * REBUILT * PIXELS);
      both.set(tests.images.subarray(0, REBUILT * PIXELS));
      both.set(rebuilt, REBUILT * PIXELS);
      this.#pictures.rebuilt = both;
    }
    if (fresh) this.#pictures.samples = latent === 2 ? null : fresh;
    if (fresh && latent === 2) {
      this.manifold.setScale(scale);
      this.manifold.setManifold(fresh, side);
    }
    this.#paintPictures();
  }

  async #testDigits(live: Live): Promise<{ images: Float32Array; labels: Uint8Array } | null> {
    const { name, count } = this.run.tests;
    if (this.#tests?.live === live && this.#tests.name === name) return this.#tests;
    if (count === 0) return null;
    const { engine, wanted, config } = live;
    // Of the reader's images all, trained on or not: those kept for the test may be one or two.
    const found =
      config.source === "own" ? engine.ownImages(wanted.device, CODES) : engine.testImages(wanted.device, CODES);
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

  /** `few`: so many codes are drawn, or null: all. */
  #title(
    latent: number,
    [first = 0, second = first]: number[],
    hasPrior: boolean,
    explained: [number, number] | null,
    few: number | null,
  ): void {
    const shares = explained?.map((share) => formatFixed(100 * share, 0));
    const whose = this.run.live?.config.source === "own" ? "your images" : "test digits";
    const key = JSON.stringify([latent, first, second, hasPrior, shares, whose, few]);
    if (key === this.#titled) return;
    this.#titled = key;
    this.#rebuiltTitle.textContent =
      whose === "test digits"
        ? t("Test digits, and what is rebuilt from their codes")
        : t("Your images, and what is rebuilt from their codes");
    const codes = few === null ? t`Codes of ${whose}` : t`Codes of ${few} ${whose} while it trains`;
    const axis = (dimension: number): HTMLElement => tex(`\\z_{${dimension + 1}}`);
    if (latent === 2) this.#leftTitle.replaceChildren(...mixed`What is decoded over the map of ${tex("\\z")}`);
    else if (hasPrior)
      this.#leftTitle.replaceChildren(...mixed`Decoded draws of the prior ${tex("\\z \\sim \\p(\\z)")}`);
    else
      this.#leftTitle.replaceChildren(
        ...mixed`Decoded codes drawn from ${tex("\\N(0, I)")}, which nothing prepared it for`,
      );
    if (shares)
      this.#codesTitle.replaceChildren(
        t`${codes}: principal components, with ${shares[0]} and ${shares[1]} % of their variance`,
      );
    else if (latent === 1) this.#codesTitle.replaceChildren(...mixed`${codes}: across ${axis(0)}, spread by class`);
    else if (latent > 2 && hasPrior)
      this.#codesTitle.replaceChildren(...mixed`${codes}: ${axis(first)} and ${axis(second)}, most used`);
    else this.#codesTitle.replaceChildren(...mixed`${codes}: ${axis(first)} and ${axis(second)}`);
  }

  #section(panel: HTMLElement): HTMLElement {
    return panel.closest("section") ?? panel;
  }

  #paint(): void {
    this.#paintPictures();
    this.#dimensions.paint();
    this.#walk.paint();
  }

  #paintPictures(): void {
    const tones = inkTones(this.stage.root);
    const { samples, rebuilt } = this.#pictures;
    if (samples) paintDigits(this.#samples, samples, Math.sqrt(samples.length / PIXELS), tones);
    if (rebuilt) paintDigits(this.#rebuilt, rebuilt, REBUILT, tones);
    this.#bars.show(this.run.evaluation?.klPerDimension ?? []);
  }
}
