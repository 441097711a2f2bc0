/** The Lab and the cover as the tests drive them: by their public contract, and by mouse. */
import type { Locator, Page } from "@playwright/test";

/** Terms in nats per image. */
export interface Terms {
  elbo: number;
  reconstruction: number;
  kl: number;
  n: number;
}

/** What the Lab shows, as far as the tests look. */
export interface LabValues {
  step: number;
  epoch: number;
  imagesSeen: number;
  stepsPerSecond: number | null;
  playing: boolean;
  pendingReset: boolean;
  device: { kind: string; adapter: string | null; reason: string; selfCheck: { holds: boolean } | null } | null;
  data: { trainImages: number; testImages: number; problems: { file: string; message: string }[] } | null;
  train: Terms | null;
  test: Terms | null;
  klPerDimension: number[] | null;
}

type Values = { [name: string]: number | string | boolean | number[] };

interface FigureElement extends HTMLElement {
  ready: Promise<void>;
  updated: Promise<void>;
  controls: Values;
  values: unknown;
}

export interface LabElement extends FigureElement {
  play(): Promise<void>;
  pause(): Promise<void>;
  step(n?: number): Promise<void>;
  reset(): Promise<void>;
  evaluate(): Promise<Terms>;
  encode(image: number[]): Promise<{ mu: number[]; logSigma: number[] }>;
  decode(z: number[]): Promise<number[]>;
  sample(n: number): Promise<{ z: number[][]; images: number[][] }>;
  checkpoint(): Promise<Blob>;
  restore(blob: Blob): Promise<void>;
}

/** One figure of the page. */
export class Figure<V> {
  readonly locator: Locator;

  constructor(
    readonly page: Page,
    readonly name: string,
  ) {
    this.locator = page.locator(`elbo-figure[name=${name}]`).first();
  }

  /** Sets controls and waits until the figure shows its first values. */
  async open(controls: Values = {}): Promise<void> {
    await this.locator.evaluate((element, patch) => ((element as FigureElement).controls = patch), controls);
    await this.locator.scrollIntoViewIfNeeded();
    await this.locator.evaluate((element) => (element as FigureElement).ready);
  }

  async set(controls: Values): Promise<void> {
    await this.locator.evaluate((element, patch) => {
      (element as FigureElement).controls = patch;
      return (element as FigureElement).updated;
    }, controls);
  }

  controls(): Promise<Values> {
    return this.locator.evaluate((element) => (element as FigureElement).controls);
  }

  values(): Promise<V> {
    return this.locator.evaluate((element) => (element as FigureElement).values) as Promise<V>;
  }

  /** What the figure says to its reader. */
  message(): Promise<string> {
    return this.locator.locator(".message").innerText();
  }

  /** Draws on the pad with the mouse through `points` (fractions of its side). */
  async draw(points: [number, number][]): Promise<void> {
    const pad = this.locator.locator(".pad-canvas");
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error("the pad is not laid out");
    const at = ([x, y]: [number, number]): [number, number] => [box.x + x * box.width, box.y + y * box.height];
    const [first, ...rest] = points;
    if (!first) return;
    await this.page.mouse.move(...at(first));
    await this.page.mouse.down();
    for (const point of rest) await this.page.mouse.move(...at(point), { steps: 5 });
    await this.page.mouse.up();
  }
}

/** The Lab, with its methods. */
export class Lab extends Figure<LabValues> {
  constructor(page: Page) {
    super(page, "lab");
  }

  call<T>(method: (lab: LabElement) => Promise<T>): Promise<T> {
    return this.locator.evaluate(method as unknown as (element: SVGElement | HTMLElement) => Promise<T>);
  }

  play(): Promise<void> {
    return this.call((lab) => lab.play());
  }

  pause(): Promise<void> {
    return this.call((lab) => lab.pause());
  }
}

/** A "3" in one stroke. */
export const three: [number, number][] = [
  [0.3, 0.25],
  [0.5, 0.15],
  [0.68, 0.28],
  [0.6, 0.42],
  [0.45, 0.48],
  [0.65, 0.55],
  [0.7, 0.72],
  [0.5, 0.85],
  [0.3, 0.76],
];
