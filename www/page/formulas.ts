/** Sets the formulas of the text when they come near, in slices, so that no task is long; for print, all of them. */

import { loadTex, renderTex, texSheet } from "../parts/tex";

/** Milliseconds that one slice may take. */
const SLICE_MS = 12;
/** So near to the visible part of the page. */
const NEAR = "700px 0px";

export function setFormulas(root: ParentNode): void {
  const wanted: HTMLElement[] = [];
  let setting = false;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) wanted.push(target as HTMLElement);
      void set();
    },
    { rootMargin: NEAR },
  );

  let fetching: Promise<void> | undefined;
  /** Once; after a failure the next formula tries again. */
  function fetched(): Promise<void> {
    fetching ??= Promise.all([loadTex(), texSheet()]).then(
      ([, sheet]) => void document.adoptedStyleSheets.push(sheet),
      (error: unknown) => {
        fetching = undefined;
        console.error("Formulas could not be set; their source is shown instead.", error);
      },
    );
    return fetching;
  }

  async function set(): Promise<void> {
    if (setting || wanted.length === 0) return;
    setting = true;
    await fetched();
    let started = performance.now();
    for (let element = wanted.shift(); element !== undefined; element = wanted.shift()) {
      setOne(element);
      if (performance.now() - started > SLICE_MS) {
        await new Promise((resume) => setTimeout(resume));
        started = performance.now();
      }
    }
    setting = false;
  }

  function setOne(element: HTMLElement): void {
    observer.unobserve(element);
    // Set already, for print.
    if (element.dataset.tex !== undefined) return;
    renderTex(element, element.textContent ?? "", element.classList.contains("mm"));
    // A long formula scrolls by itself: it must be reachable without a mouse.
    if (element.classList.contains("mm") && element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  }

  const formulas = [...root.querySelectorAll<HTMLElement>(".m, .mm")];
  for (const element of formulas) observer.observe(element);
  addEventListener("beforeprint", () => {
    void fetched();
    formulas.forEach(setOne);
  });
}
