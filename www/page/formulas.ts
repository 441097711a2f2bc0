/** Sets the formulas of the text: those on screen first, the rest in slices, so that no task is long. */

import { loadTex, renderTex } from "../parts/tex";

/** Milliseconds that one slice may take. */
const SLICE_MS = 12;

export async function setFormulas(root: ParentNode): Promise<void> {
  const formulas = [...root.querySelectorAll<HTMLElement>(".m, .mm")];
  await loadTex();
  const near = (element: HTMLElement) => element.getBoundingClientRect().top < 1.5 * innerHeight;
  const ordered = [...formulas.filter(near), ...formulas.filter((element) => !near(element))];
  let started = performance.now();
  for (const element of ordered) {
    renderTex(element, element.textContent ?? "", element.classList.contains("mm"));
    // A long formula scrolls by itself: it must be reachable without a mouse.
    if (element.classList.contains("mm") && element.scrollWidth > element.clientWidth) element.tabIndex = 0;
    if (performance.now() - started > SLICE_MS) {
      await new Promise((resume) => setTimeout(resume));
      started = performance.now();
    }
  }
}
