/** The lecture's page: figures, contents, theme, formulas, progress, lecture mode, keyboard. */

import "./elbo-figure";
import { setUpArrival } from "./page/arrival";
import { setFormulas } from "./page/formulas";
import { setUpLectureMode } from "./page/lecture-mode";
import { setUpOffline } from "./page/offline";
import { setUpProgress } from "./page/progress";
import { setUpShortcuts } from "./page/shortcuts";
import { setUpTheme } from "./page/theme";
import { setUpContents } from "./page/toc";

// What the first figure computes with is on its way before the figure asks. Not from the page's head: there it would
// hold up the text and its fonts.
for (const link of [
  { rel: "modulepreload", href: "./lecture.js" },
  { rel: "preload", href: "./lecture_bg.wasm", as: "fetch", crossOrigin: "anonymous" },
]) {
  document.head.append(Object.assign(document.createElement("link"), link));
}

function element<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no #${id}.`);
  return found;
}

const contents = setUpContents(element("contents", HTMLElement), element("place", HTMLElement));
const theme = setUpTheme(element("theme", HTMLButtonElement));
const lectureMode = setUpLectureMode(element("present", HTMLButtonElement));
setUpShortcuts(lectureMode, theme);
setUpProgress(contents, document.getElementById("continue"));
setUpArrival(element("lost", HTMLElement));
setUpOffline(element("offline", HTMLElement));

setFormulas(document);

// A handout shows every figure, not only those that were scrolled to.
addEventListener("beforeprint", () => {
  for (const figure of document.querySelectorAll("elbo-figure"))
    if ("ready" in figure) void (figure.ready as Promise<void>).catch(() => {});
});
