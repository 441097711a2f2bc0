/** A figure's own style sheet, put on the shadow root that it is drawn in. */

const made = new Map<string, CSSStyleSheet>();

/** Adopts `css` (its text) once for the root of `element`. */
export function adoptSheet(element: HTMLElement, css: string): void {
  const root = element.getRootNode();
  if (!(root instanceof ShadowRoot || root instanceof Document)) return;
  let sheet = made.get(css);
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    made.set(css, sheet);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
}
