/** What was read is remembered: figures that stayed in view, and the last one, to go on from. */

import { t } from "../base/language";
import { catalogued } from "../element/catalogue";
import { figures } from "./figures";
import { recall, remember } from "./storage";
import type { Contents } from "./toc";

/** A figure counts as seen after this long in view. */
const SEEN_AFTER_MS = 2500;

export function setUpProgress(contents: Contents, invitation: HTMLElement | null): void {
  const seen = new Set((recall("seen") ?? "").split(",").filter((name) => catalogued(name) !== undefined));
  for (const name of seen) contents.seen(name);
  invite(invitation, recall("last"));
  const timers = new Map<Element, ReturnType<typeof setTimeout>>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        clearTimeout(timers.get(target));
        if (!isIntersecting) continue;
        timers.set(
          target,
          setTimeout(() => {
            seen.add(target.id);
            remember("seen", [...seen].join(","));
            remember("last", target.id);
            contents.seen(target.id);
          }, SEEN_AFTER_MS),
        );
      }
    },
    { rootMargin: "-30% 0px -30% 0px" },
  );
  for (const figure of figures()) if (figure.id !== "" && catalogued(figure.id) !== undefined) observer.observe(figure);
}

function invite(element: HTMLElement | null, last: string | null): void {
  const entry = last === null ? undefined : catalogued(last);
  if (
    element === null ||
    entry === undefined ||
    entry.name === "cover" ||
    location.hash !== "" ||
    document.getElementById(entry.name) === null
  )
    return;
  const link = document.createElement("a");
  link.href = `#${entry.name}`;
  link.textContent = t(
    "Continue at {0}, {1}",
    entry.number,
    `${entry.title.charAt(0).toLowerCase()}${entry.title.slice(1)}`,
  );
  element.replaceChildren(link);
  element.hidden = false;
}
