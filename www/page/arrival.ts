/**
 * A jump to a place of the page arrives there: figures on the way are set up late and grow, which would move it away.
 */

import { t } from "../base/language";
import { readHash } from "../element/link";
import { unknownName } from "../element/registry";

/** For so long after a jump, in milliseconds, or until the reader does anything. */
const HELD = 8000;

let release = new AbortController();

/** Brings `target` to the top and holds it there. */
export function arriveAt(target: HTMLElement): void {
  release.abort();
  release = new AbortController();
  const { signal } = release;
  const show = () => target.scrollIntoView({ block: "start", behavior: "instant" });
  const growth = new ResizeObserver(show);
  growth.observe(document.body);
  const end = setTimeout(() => release.abort(), HELD);
  for (const act of ["wheel", "touchstart", "pointerdown", "keydown"])
    addEventListener(act, () => release.abort(), { signal, passive: true });
  signal.addEventListener("abort", () => {
    growth.disconnect();
    clearTimeout(end);
  });
  show();
}

/** Follows the address, now and whenever it changes; `notice` says that it leads nowhere. */
export function setUpArrival(notice: HTMLElement): void {
  const follow = () => {
    const { key } = readHash(location.hash);
    const target = document.getElementById(key);
    const lost = target === null && key !== "";
    notice.textContent = lost ? `${unknownName(key).message} ${t("This is the beginning.")}` : "";
    if (target !== null) arriveAt(target);
    else if (lost) scrollTo({ top: 0 });
  };
  addEventListener("hashchange", follow);
  follow();
}
