/** The gallery: all figures live, each with the lines that put it, as it stands, into another page. */

import "../elbo-figure";
import { button, html } from "../base/dom";
import { t } from "../base/language";
import { type CatalogueEntry, catalogue } from "../element/catalogue";
import type { ElboFigure } from "../element/elbo-figure";
import { readHash } from "../element/link";
import { copyText } from "../element/shell";
import { setUpArrival } from "../page/arrival";
import { setUpTheme } from "../page/theme";

const find = <E extends HTMLElement>(selector: string): E => document.querySelector(selector) as E;
const base = new URL("./", location.href).href.replace(/[?#].*/, "");
const words = find<HTMLInputElement>("#words");
const chapter = find<HTMLSelectElement>("#chapter");
const said = find("#said");

/** A value in an attribute between double quotes. */
const quoted = (text: string): string => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

/** A line of HTML with its button. */
class Line {
  readonly root: HTMLElement;
  #code = html("code");

  constructor(what: string, text = "") {
    const copy = button(
      t("Copy"),
      () => {
        copyText(this.#code.textContent ?? "").then(
          () => tell(t("Copied")),
          () => {
            getSelection()?.selectAllChildren(this.#code);
            tell(t("Selected"));
          },
        );
      },
      { class: "button", "aria-label": t("Copy {0}", what) },
    );
    const tell = (done: string): void => {
      said.textContent = copy.textContent = done;
      setTimeout(() => (said.textContent = ""), 2000);
      setTimeout(() => (copy.textContent = t("Copy")), 2000);
    };
    this.root = html("div", { class: "line" }, html("pre", {}, this.#code), copy);
    this.text = text;
  }

  set text(text: string) {
    this.#code.textContent = text;
  }
}

function card({ number, name, title }: CatalogueEntry): HTMLElement {
  const figure = html("elbo-figure" as "div", { id: name, name }) as unknown as ElboFigure;
  const element = new Line(t("the element of {0}", title));
  const frame = new Line(t("the frame of {0}", title));
  const write = (): void => {
    const state = [...(readHash(new URL(figure.link).hash).query ?? [])];
    const attributes = state.map(([control, value]) => ` ${control}="${quoted(value)}"`).join("");
    element.text = `<elbo-figure name="${name}"${attributes}></elbo-figure>`;
    const query = new URLSearchParams([["figure", name], ...state])
      .toString()
      .replaceAll("%2C", ",")
      .replaceAll("%3B", ";");
    frame.text =
      `<iframe src="${base}embed.html?${quoted(query)}" title="${quoted(title)}" width="100%" height="900" ` +
      'style="border: 0" loading="lazy" allow="clipboard-write"></iframe>';
  };
  figure.addEventListener("change", write);
  write();
  const lines = html(
    "div",
    { class: "lines" },
    html("p", {}, t("Element")),
    element.root,
    html("p", {}, t("Frame")),
    frame.root,
  );
  return html(
    "article",
    { "data-words": `${number} ${name} ${title}`.toLowerCase() },
    html("h3", { class: "visually-hidden" }, `${number} ${title}`),
    figure,
    lines,
  );
}

const sections = [...document.querySelectorAll<HTMLElement>(".gallery-chapter")];
sections.forEach((section, i) => {
  section.append(...catalogue.filter(({ number }) => number.startsWith(`${i}.`)).map(card));
  chapter.append(html("option", { value: section.id }, section.querySelector("h2")?.textContent ?? ""));
});
find('[data-line="script"]').replaceWith(
  new Line(t("the script for elements"), `<script type="module" src="${base}elbo-room.js"></script>`).root,
);
find('[data-line="frame-script"]').replaceWith(
  new Line(t("the script for frames"), `<script src="${base}elbo-room-frame.js" defer></script>`).root,
);

/** Shows the figures that have all the words, in the chapter chosen. */
function sift(): void {
  const wanted = words.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const section of sections) {
    let some = false;
    for (const article of section.querySelectorAll("article")) {
      article.hidden =
        (chapter.value !== "" && chapter.value !== section.id) ||
        !wanted.every((word) => article.dataset.words?.includes(word));
      if (!article.hidden) shown += 1;
      some ||= !article.hidden;
    }
    section.hidden = !some;
  }
  find("#count").textContent =
    shown === 0 ? t("No figure has these words.") : t("{0} of {1} figures", shown, catalogue.length);
}

words.addEventListener("input", sift);
chapter.addEventListener("change", sift);
sift();
setUpTheme(find<HTMLButtonElement>("#theme"));
setUpArrival(find("#lost"));
