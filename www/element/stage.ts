/** What the element lends to a figure, see `Stage`. */

import { t } from "../base/language";
import type { Controls } from "../contract/controls";
import type { Lecture } from "../contract/lecture";
import type { Engine } from "../engine/client";
import type { AnyStage } from "./definition";

/** The element's side of the stage. */
export interface StageEvents {
  controls(): Controls;
  set(patch: Controls): void;
  refresh(): void;
  message(text: string | null, kind: "note" | "error"): void;
  fail(error: unknown, recoverable: boolean): void;
  keep: AnyStage["keep"];
}

export function createStage(
  host: HTMLElement,
  root: HTMLElement,
  title: string,
  lecture: Lecture,
  signal: AbortSignal,
  events: StageEvents,
): AnyStage {
  const less = matchMedia("(prefers-reduced-motion: reduce)");
  return {
    root,
    title,
    lecture,
    signal,
    async engine(): Promise<Engine> {
      const client = await import("../engine/client").catch((cause: unknown) => {
        throw new Error(t("The engine could not be loaded. Check the connection and reload the page."), { cause });
      });
      return client.openEngine();
    },
    get controls() {
      return events.controls();
    },
    set: (patch) => {
      if (!signal.aborted) events.set(patch as Controls);
    },
    refresh: () => {
      if (!signal.aborted) events.refresh();
    },
    message: (text, kind = "note") => {
      if (!signal.aborted) events.message(text, kind);
    },
    fail: (error, recoverable) => {
      if (!signal.aborted) events.fail(error, recoverable);
    },
    keep: events.keep,
    get reducedMotion() {
      return less.matches;
    },
    get autoplay() {
      return host.hasAttribute("autoplay") && host.getAttribute("autoplay") !== "false";
    },
  };
}
