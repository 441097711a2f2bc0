/** The style sheets of every figure: fetched once, shared by all shadow roots. */

import { registerFonts } from "../base/fonts";
import { texSheet } from "../parts/tex";
import frame from "../styles/frame.css";

/** Puts the figure's style sheets on a shadow root; those of formulas follow when they are there. */
export function adoptStyles(shadow: ShadowRoot): void {
  shadow.adoptedStyleSheets = [frame];
  registerFonts("Inter Variable");
  void texSheet().then(
    (sheet) => shadow.adoptedStyleSheets.push(sheet),
    () => {},
  );
}
