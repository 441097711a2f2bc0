/**
 * Whether a figure is near the visible part of the page, where it must be set up, or far from it, where it may rest.
 */

/** Figures are set up when they come this near to the visible part of the page. */
const NEAR = "700px 0px";
/**
 * Figures that are farther away than this may rest: well beyond `NEAR`, so that scrolling to and fro changes nothing.
 */
const FAR = "1600px 0px";
/** A figure must be far away for this long (ms), and is asked again as often while it cannot rest. */
const REST_AFTER_MS = 5000;

let printing = false;
addEventListener("beforeprint", () => (printing = true));
addEventListener("afterprint", () => (printing = false));

export interface PresenceEvents {
  near(): void;
  /** Answers whether the figure rests now, or needs not to be asked again. */
  far(): boolean;
}

export class Presence {
  readonly #events: PresenceEvents;
  readonly #near: IntersectionObserver;
  readonly #far: IntersectionObserver;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #away = false;

  constructor(host: HTMLElement, events: PresenceEvents) {
    this.#events = events;
    this.#near = new IntersectionObserver(
      (entries) => {
        if (entries.at(-1)?.isIntersecting) events.near();
      },
      { rootMargin: NEAR },
    );
    this.#far = new IntersectionObserver(
      (entries) => {
        this.#away = entries.at(-1)?.isIntersecting === false;
        this.ask();
      },
      { rootMargin: FAR },
    );
    this.#near.observe(host);
    this.#far.observe(host);
  }

  /** Asks the figure to rest when it has been far away for a while from now. */
  ask(): void {
    clearTimeout(this.#timer);
    if (!this.#away) return;
    this.#timer = setTimeout(() => {
      if (printing || !this.#events.far()) this.ask();
    }, REST_AFTER_MS);
  }

  disconnect(): void {
    clearTimeout(this.#timer);
    this.#near.disconnect();
    this.#far.disconnect();
  }
}
