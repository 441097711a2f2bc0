/** The table of contents: figures under their chapters, the reader's place, what has been seen. */

import { html } from "../base/dom";
import { t } from "../base/language";
import { catalogue } from "../element/catalogue";

export interface Contents {
  /** Marks a figure as seen. */
  seen(name: string): void;
}

export function setUpContents(nav: HTMLElement, place: HTMLElement): Contents {
  const entries = new Map<string, HTMLElement>();
  const chapters = [...nav.querySelectorAll<HTMLElement>(".toc-chapter")];
  for (const [chapter, item] of chapters.entries()) addFigures(item, chapter, entries);
  setUpDrawer(nav);
  follow(nav, chapters, entries, place);
  return {
    seen(name) {
      entries.get(name)?.classList.add("seen");
    },
  };
}

function addFigures(item: HTMLElement, chapter: number, entries: Map<string, HTMLElement>): void {
  const list = html("ol", { class: "toc-figures" });
  for (const { number, name, title } of catalogue) {
    if (Number(number.split(".")[0]) !== chapter) continue;
    const parts = [html("span", { class: "toc-number" }, number)];
    if (document.getElementById(name) === null) {
      list.append(
        html(
          "li",
          {},
          html(
            "span",
            { class: "toc-absent" },
            ...parts,
            html("span", {}, title, html("small", {}, t("not written yet"))),
          ),
        ),
      );
      continue;
    }
    const link = html("a", { href: `#${name}` }, ...parts, html("span", {}, title));
    entries.set(name, link);
    list.append(html("li", {}, link));
  }
  if (list.childElementCount > 0) item.append(list);
}

/** On narrow screens the contents cover the page until something is chosen. */
function setUpDrawer(nav: HTMLElement): void {
  const opener = document.getElementById("open-contents");
  const show = (shown: boolean) => {
    nav.classList.toggle("shown", shown);
    opener?.setAttribute("aria-expanded", String(shown));
    document.documentElement.style.overflow = shown ? "hidden" : "";
    // What is covered cannot take the focus.
    for (const covered of document.querySelectorAll<HTMLElement>(".bar, .lecture")) covered.inert = shown;
    (shown ? document.getElementById("close-contents") : opener)?.focus();
  };
  const close = () => {
    if (nav.classList.contains("shown")) show(false);
  };
  opener?.addEventListener("click", () => show(true));
  // Turned, a tablet has room for both.
  matchMedia("(min-width: 72rem)").addEventListener("change", close);
  document.getElementById("close-contents")?.addEventListener("click", close);
  nav.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("a") !== null) close();
  });
  nav.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
}

/** Marks the chapter and the figure at the reader's place, as the page scrolls. */
function follow(
  nav: HTMLElement,
  chapters: HTMLElement[],
  entries: Map<string, HTMLElement>,
  place: HTMLElement,
): void {
  const targets = chapters.map((_, chapter) => document.getElementById(`chapter-${chapter}`));
  const figures = [...entries].map(([name, link]) => ({
    name,
    element: document.getElementById(name),
    item: link.closest(".toc-chapter"),
  }));
  let waiting = false;
  let shown = "";
  const mark = () => {
    waiting = false;
    const line = innerHeight * 0.4;
    let chapter = 0;
    targets.forEach((target, i) => {
      if (target !== null && target.getBoundingClientRect().top <= line) chapter = i;
    });
    // To ask where a figure is lays its chapter out: only those of this one.
    const here = figures.filter(({ item }) => item === chapters[chapter]).reverse();
    const figure =
      here.find(
        ({ element }) =>
          element !== null && element.getBoundingClientRect().top <= line && element.getBoundingClientRect().bottom > 0,
      )?.name ?? "";
    place.parentElement?.style.setProperty(
      "--read",
      String(Math.min(1, scrollY / Math.max(1, document.documentElement.scrollHeight - innerHeight))),
    );
    if (shown === `${chapter}/${figure}`) return;
    shown = `${chapter}/${figure}`;
    chapters.forEach((item, i) => {
      item.classList.toggle("open", i === chapter);
      setCurrent(item.querySelector(":scope > a"), i === chapter);
    });
    for (const [name, link] of entries) setCurrent(link, name === figure);
    place.textContent =
      chapter === 0 ? "" : `${chapter}  ${chapters[chapter]?.querySelector("a span:last-child")?.textContent ?? ""}`;
    const current =
      nav.querySelector<HTMLElement>(".toc-figures [aria-current]") ?? nav.querySelector<HTMLElement>("[aria-current]");
    if (current !== null) keepVisible(nav, current);
  };
  const ask = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(mark);
  };
  addEventListener("scroll", ask, { passive: true });
  addEventListener("resize", ask);
  mark();
}

function setCurrent(link: Element | null, current: boolean): void {
  if (current) link?.setAttribute("aria-current", "location");
  else link?.removeAttribute("aria-current");
}

/** Scrolls the contents alone, never the page. */
function keepVisible(nav: HTMLElement, element: HTMLElement): void {
  const box = element.getBoundingClientRect();
  const frame = nav.getBoundingClientRect();
  if (box.top < frame.top + 40) nav.scrollTop -= frame.top + 40 - box.top;
  else if (box.bottom > frame.bottom - 40) nav.scrollTop += box.bottom - frame.bottom + 40;
}
