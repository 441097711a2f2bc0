/**
 * Play, pause, step, back: for everything that runs in steps. The space bar plays and pauses while a button of the
 * player has the focus (as buttons do), arrow keys step. With reduced motion, playing steps at a slower, calm pace
 * without tweens.
 */

import { button, html } from "../base/dom";
import { inLanguage, t } from "../base/language";

export interface PlayerOptions {
  /** One step ahead; false when there is none (playing then stops). */
  forward(): boolean | Promise<boolean>;
  /** One step back, where there is such a thing. */
  back?(): void;
  /** To the start. */
  restart?(): void;
  /** Milliseconds between steps while playing. */
  interval?: number;
  /** What is played, e.g. "EM". */
  label: string;
  reducedMotion: boolean;
  signal: AbortSignal;
}

export interface Player {
  root: HTMLElement;
  play(): void;
  pause(): void;
  readonly playing: boolean;
  /** It plays, or a step is under way. */
  readonly busy: boolean;
  /** A word about where it stands: "step 3 of 12". */
  status(text: string): void;
}

/** The calmest pace, for readers who ask for less motion. */
const CALM_INTERVAL_MS = 900;

export function createPlayer(options: PlayerOptions): Player {
  const label = inLanguage(options.label);
  const interval = options.reducedMotion
    ? Math.max(CALM_INTERVAL_MS, options.interval ?? 0)
    : (options.interval ?? 600);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let playing = false;
  /** Counts pauses: what an earlier run of steps still waits for does not go on with a later one. */
  let pauses = 0;
  let under: Promise<boolean> | null = null;
  const status = html("span", { class: "player-status" });
  const toggle = button(t("Play"), () => (playing ? pause() : play()), {
    class: "button button-primary",
    "aria-label": t("Play {0}", label),
  });
  const step = button(t("Step"), () => forward(), { "aria-label": t("One step of {0}", label) });
  const back =
    options.back === undefined
      ? null
      : button(t("Back"), () => stepBack(), { "aria-label": t("One step back of {0}", label) });
  const restart = options.restart === undefined ? null : button(t("Start over"), () => startOver());
  const root = html(
    "div",
    { class: "player", role: "group", "aria-label": label },
    toggle,
    back,
    step,
    restart,
    status,
  );

  /** One step; while one is under way, that one, however fast the buttons are pressed. */
  function once(): boolean | Promise<boolean> {
    if (under !== null) return under;
    const step = options.forward();
    if (typeof step === "boolean") return step;
    under = step.finally(() => {
      under = null;
    });
    return under;
  }
  function forward(): void {
    pause();
    void once();
  }
  function stepBack(): void {
    pause();
    options.back?.();
  }
  function startOver(): void {
    pause();
    options.restart?.();
  }
  async function tick(): Promise<void> {
    const before = pauses;
    const more = await once();
    if (pauses !== before) return;
    if (more) timer = setTimeout(() => void tick(), interval);
    else pause();
  }
  function play(): void {
    if (playing) return;
    playing = true;
    show();
    void tick();
  }
  function pause(): void {
    playing = false;
    pauses += 1;
    clearTimeout(timer);
    show();
  }
  function show(): void {
    toggle.textContent = playing ? t("Pause") : t("Play");
    toggle.setAttribute("aria-label", playing ? t("Pause {0}", label) : t("Play {0}", label));
  }

  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "ArrowRight") forward();
    else if (event.key === "ArrowLeft" && options.back !== undefined) stepBack();
    else return;
    event.preventDefault();
    // The page's own arrow keys stay out of it.
    event.stopPropagation();
  });
  options.signal.addEventListener("abort", pause);

  return {
    root,
    play,
    pause,
    get playing() {
      return playing;
    },
    get busy() {
      return playing || under !== null;
    },
    status(text) {
      if (status.textContent !== text) status.textContent = text;
    },
  };
}
