/** Tells when colours change, so that canvases are drawn again: the system's scheme, or the page's `data-theme`. */

const listeners = new Set<() => void>();
let watching = false;

/** Calls `listener` after each change of theme, until `signal` aborts. */
export function onThemeChange(listener: () => void, signal: AbortSignal): void {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
  if (watching) return;
  watching = true;
  const tell = () => {
    for (const each of listeners) each();
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", tell);
  new MutationObserver(tell).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme", "class", "style"],
  });
}
