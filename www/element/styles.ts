/** The style sheets of every figure: made once, shared by all shadow roots. */

import figureCss from "../styles/figure.css";
import partsCss from "../styles/parts.css";
import tokensCss from "../styles/tokens.css";
import { texSheet } from "../parts/tex";

let sheets: CSSStyleSheet[] | undefined;

function make(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

/** Puts the figure's style sheets on a shadow root; those of formulas follow when they are there. */
export function adoptStyles(shadow: ShadowRoot): void {
  sheets ??= [make(tokensCss), make(figureCss), make(partsCss)];
  shadow.adoptedStyleSheets = sheets;
  registerTextFont();
  void texSheet().then(
    (sheet) => shadow.adoptedStyleSheets.push(sheet),
    () => {},
  );
}

let textFontRegistered = false;

/** `@font-face` has no effect inside a shadow root: on a host page that lacks the figures' font, it is added by script. */
function registerTextFont(): void {
  if (textFontRegistered) return;
  textFontRegistered = true;
  for (const face of document.fonts) if (face.family.includes("Inter Variable")) return;
  const url = new URL("./fonts/inter-latin-wght-normal.woff2", import.meta.url).href;
  document.fonts.add(new FontFace("Inter Variable", `url("${url}") format("woff2-variations")`, { weight: "100 900", display: "swap" }));
}
