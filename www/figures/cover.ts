/** 0.1: a pretrained VAE with two latent dimensions, alive before anything is trained: draw, encode, move z, decode. */

import { formatFixed, said } from "../base/format";
import { t } from "../base/language";
import type { ControlTable, ValuesOf } from "../contract/controls";
import type { FigureDefinition, Shown, Stage } from "../element/definition";
import type { Engine } from "../engine/client";
import { linkModel, linkTests, type OpenModel, type TestImages } from "../engine/figure/engine-link";
import { aloneControl } from "../parts/class-legend";
import { digitAt, PIXELS } from "../parts/digits";
import { CoverView } from "./cover/view";

type Pair = [number, number];

/** Digits a side of the decoded grid. */
const GRID = 20;
/** Test images whose codes are shown. */
const CODES = 1200;
/** Share of the remaining way that z glides in a frame. */
const GLIDE = 0.22;
/** Between two frames of the walk: slow enough to leave the machine to others. */
const WANDER_PAUSE_MS = 25;
const LIMIT = 3.09;

interface Code {
  mu: Pair;
  sigma: Pair;
}

class Cover {
  #stage: Stage<Specs, Modules>;
  #view: CoverView;
  #link;
  /** The model that the map was asked of. */
  #mapped: OpenModel | null = null;
  #z: Pair;
  #seen: Pair;
  #target: Pair | null = null;
  #wandering: boolean;
  #wandered = 0;
  #clock = 0;
  #visible = false;
  #image: Float32Array | null = null;
  #imageChanged = false;
  /** The drawing came with a link: z is where the link says, not at the drawing's code. */
  #linked = false;
  #code: Code | null = null;
  #decoded: Float32Array = new Float32Array(PIXELS);
  #rebuilt: Float32Array | null = null;
  #tests;
  #seed = 0;

  constructor(stage: Stage<Specs, Modules>) {
    this.#stage = stage;
    this.#link = linkModel(stage, "cover", () => this.#lost());
    this.#tests = linkTests(stage, CODES);
    this.#z = this.#seen = pairOf(stage.controls);
    this.#wandering = !stage.reducedMotion && this.#z.every((value) => value === 0);
    this.#view = new CoverView(stage, {
      drawn: (image) => {
        this.#image = image;
        this.#imageChanged = true;
        if (image) this.#wandering = false;
        stage.refresh();
      },
      moved: (z) => {
        this.#rest();
        stage.set({ z1: z[0], z2: z[1] });
      },
      samplePosterior: () =>
        this.#sample(
          async (engine, session) => this.#code && (await drawPosterior(engine, session, this.#code, this.#seed)),
        ),
      samplePrior: () => this.#sample(async (engine, session) => (await engine.sample(session, 1, this.#seed)).z),
      wander: () => {
        this.#target = null;
        this.#wandering = !this.#wandering;
        this.#clock = 0;
        stage.refresh();
      },
      testDigit: () => this.#testDigit(),
    });
    const seen = new IntersectionObserver((entries) => {
      this.#visible = entries.some((entry) => entry.isIntersecting);
      this.#clock = 0;
      if (this.#visible) stage.refresh();
    });
    // Not the whole figure: on a phone the map is below what is first seen.
    seen.observe(this.#view.map.root);
    stage.signal.addEventListener("abort", () => seen.disconnect());
  }

  async update(controls: ValuesOf<Specs>): Promise<Shown> {
    if (this.#view.pad.follow(controls.drawing)) this.#linked = true;
    this.#view.legend.follow(controls);
    const asked = pairOf(controls);
    if (asked[0] !== this.#seen[0] || asked[1] !== this.#seen[1]) {
      this.#rest();
      this.#seen = this.#z = asked;
    }
    const { engine, session } = await this.#open();
    if (this.#imageChanged) await this.#encode(engine, session);
    this.#advance();
    this.#decoded = await engine.decode(session, new Float32Array(this.#z));
    this.#draw();
    this.#goOn();
    return this.#shown();
  }

  /** The shipped model, and its map with it when that is in view: it needs a megabyte of digits. */
  async #open(): Promise<OpenModel> {
    const model = await this.#link();
    if (this.#mapped !== model && this.#visible) {
      this.#mapped = model;
      void this.#drawMap(model.engine, model.session).catch((error: unknown) => this.#stage.fail(error, true));
    }
    return model;
  }

  #lost(): void {
    this.#rest();
    this.#imageChanged = this.#image !== null;
  }

  /** The decoded grid at once, the codes of test digits when these have come. */
  async #drawMap(engine: Engine, session: number): Promise<void> {
    const { lecture } = this.#stage;
    const grid = await engine.decode(session, lecture.manifoldGrid(GRID));
    this.#view.map.setManifold(grid, GRID);
    let tests: TestImages;
    try {
      tests = await this.#tests();
    } catch (error) {
      // The model is alive without them.
      this.#stage.message(said(error));
      return;
    }
    const { mu } = await engine.encode(session, tests.images);
    this.#view.map.setCodes(mu, tests.labels);
    this.#view.showLegend();
  }

  async #testDigit(): Promise<Float32Array> {
    const { images, labels } = await this.#tests();
    return digitAt(images, Math.floor(Math.random() * labels.length)).slice();
  }

  async #encode(engine: Engine, session: number): Promise<void> {
    this.#imageChanged = false;
    const image = this.#image;
    const linked = this.#linked;
    this.#linked = false;
    if (!image) {
      this.#code = this.#rebuilt = null;
      return;
    }
    const { mu, logSigma } = await engine.encode(session, image.slice());
    const code: Code = {
      mu: [mu[0] ?? 0, mu[1] ?? 0],
      sigma: [Math.exp(logSigma[0] ?? 0), Math.exp(logSigma[1] ?? 0)],
    };
    this.#code = code;
    this.#rebuilt = await engine.decode(session, new Float32Array(code.mu));
    if (!linked) this.#glideTo(code.mu);
  }

  #sample(draw: (engine: Engine, session: number) => Promise<Float32Array | null>): void {
    this.#wandering = false;
    this.#seed += 1;
    void this.#open()
      .then(({ engine, session }) => draw(engine, session))
      .then((z) => {
        if (z) this.#glideTo([z[0] ?? 0, z[1] ?? 0]);
        this.#stage.refresh();
      })
      .catch((error: unknown) => this.#stage.fail(error, true));
  }

  #glideTo(z: Pair): void {
    this.#wandering = false;
    this.#target = [bound(z[0]), bound(z[1])];
    if (this.#stage.reducedMotion) this.#z = this.#target;
  }

  #rest(): void {
    this.#wandering = false;
    this.#target = null;
  }

  /** Moves z by one frame of its glide or of its walk. */
  #advance(): void {
    const now = performance.now();
    const seconds = this.#clock === 0 ? 0 : Math.min((now - this.#clock) / 1000, 0.1);
    this.#clock = now;
    if (this.#target) {
      const [first, second] = this.#target;
      this.#z = [this.#z[0] + GLIDE * (first - this.#z[0]), this.#z[1] + GLIDE * (second - this.#z[1])];
      if (Math.hypot(first - this.#z[0], second - this.#z[1]) < 0.004) this.#z = [first, second];
    } else if (this.#wandering) {
      // A slow closed walk over the map, through its middle.
      this.#wandered += seconds;
      const place = new Float32Array([
        0.5 + 0.4 * Math.sin(0.31 * this.#wandered),
        0.5 - 0.4 * Math.sin(0.43 * this.#wandered),
      ]);
      const [first = 0, second = 0] = this.#stage.lecture.mapToCodes(place);
      this.#z = [first, second];
    }
  }

  #goOn(): void {
    const [first, second] = this.#z;
    if (this.#target && first === this.#target[0] && second === this.#target[1]) {
      this.#target = null;
      this.#seen = [first, second];
      this.#stage.set({ z1: first, z2: second });
    } else if (this.#target) this.#stage.refresh();
    else if (this.#wandering && this.#visible) setTimeout(() => this.#stage.refresh(), WANDER_PAUSE_MS);
  }

  #draw(): void {
    this.#view.wandering = this.#wandering;
    this.#view.decoded(this.#decoded);
    this.#view.pair(this.#image, this.#rebuilt);
    this.#view.map.setPosterior(this.#code);
    this.#view.map.setPoint(this.#z);
    this.#view.numbers(
      pairText(this.#z),
      this.#code && pairText(this.#code.mu),
      this.#code && pairText(this.#code.sigma),
    );
  }

  #shown(): Shown {
    const z = [...this.#z];
    const inside = this.#decoded.filter((pixel) => pixel >= 0 && pixel <= 1).length;
    const code = this.#code;
    return {
      values: {
        z,
        mu: code ? [...code.mu] : null,
        sigma: code ? [...code.sigma] : null,
        decoded: {
          pixelsInUnitInterval: inside,
          pixels: PIXELS,
          smallest: Math.min(...this.#decoded),
          largest: Math.max(...this.#decoded),
        },
        wandering: this.#wandering,
      },
      checks: [
        {
          label: "Every decoded pixel is a finite number in [0, 1]",
          leftLabel: "decoded pixels in [0, 1]",
          rightLabel: "pixels of a digit",
          check: { left: inside, right: PIXELS, difference: inside - PIXELS, tolerance: 0, holds: inside === PIXELS },
        },
      ],
      description: code
        ? t`Your drawing is encoded at mu = ${pairText(code.mu)} with sigma = ${pairText(code.sigma)}; the digit shown
          is decoded from z = ${pairText(this.#z)}.`
        : t`The digit shown is decoded from z = ${pairText(this.#z)}. Draw a digit to see where the encoder puts it.`,
    };
  }
}

async function drawPosterior(
  engine: Engine,
  session: number,
  { mu, sigma }: Code,
  seed: number,
): Promise<Float32Array> {
  return engine.samplePosterior(session, new Float32Array(mu), new Float32Array(sigma.map(Math.log)), 1, seed);
}

function pairOf(controls: ValuesOf<Specs>): Pair {
  return [controls.z1, controls.z2];
}

function bound(value: number): number {
  return Math.min(LIMIT, Math.max(-LIMIT, value));
}

function pairText([first, second]: Pair): string {
  return `(${formatFixed(first, 2)}, ${formatFixed(second, 2)})`;
}

const coordinate = { kind: "number", min: -LIMIT, max: LIMIT, step: 0.01, default: 0, panel: false } as const;

const controls = {
  z1: { ...coordinate, label: "First coordinate of z", symbol: "\\z_1" },
  z2: { ...coordinate, label: "Second coordinate of z", symbol: "\\z_2" },
  drawing: { kind: "picture", label: "Drawing", default: "", panel: false },
  alone: aloneControl,
} as const satisfies ControlTable;

type Specs = typeof controls;
type Modules = ["lecture"];

const definition: FigureDefinition<Specs, Modules> = {
  name: "cover",
  layout: "below",
  summary:
    "Two numbers are enough for a rough digit. Draw one and see the code that the encoder gives it; drag z over " +
    "the map and see what the decoder makes of it.",
  modules: ["lecture"],
  controls,
  holdsMore: true,
  create: (stage) => {
    const cover = new Cover(stage);
    return { update: (controls) => cover.update(controls) };
  },
};

export default definition;
