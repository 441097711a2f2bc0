/**
 * The fonts of figures, by their files beside the scripts. `@font-face` has no effect inside a shadow root: on a host page
 * that lacks them they are added by script, and a saved picture carries those that it is set in.
 */

/** A font as it is registered, and where its file lies. */
export interface Face {
  family: string;
  url: URL;
  weight: string;
  style: string;
}

/** KaTeX's are also in xtask/node/katex.mjs, which leaves out all others. */
export const faces: readonly Face[] = [
  ["Inter Variable", "inter-latin-wght-normal", "100 900"],
  ...["AMS-Regular", "Caligraphic-Regular", "Main-Regular", "Main-Bold", "Main-Italic", "Math-Italic", "Math-BoldItalic", "SansSerif-Regular", "Typewriter-Regular", "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular"].map(
    (name) => [`KaTeX_${name.split("-")[0]}`, `KaTeX_${name}`, name.includes("Bold") ? "700" : "400"],
  ),
].map(([family = "", file = "", weight = ""]) => ({ family, file, weight, style: file.endsWith("Italic") ? "italic" : "normal" }));

/** Where a font lies. */
export function fontUrl(face: Face): URL {
  return new URL(`./fonts/${face.file}.woff2`, import.meta.url);
}

const registered = new Set<string>();

/** Adds the fonts whose family begins with `family`, unless the page has them. */
export function registerFonts(family: string): void {
  if (registered.has(family)) return;
  registered.add(family);
  for (const face of document.fonts) if (face.family.replaceAll('"', "").startsWith(family)) return;
  for (const face of faces) {
    if (!face.family.startsWith(family)) continue;
    const { weight, style } = face;
    document.fonts.add(new FontFace(face.family, `url("${fontUrl(face)}") format("woff2")`, { weight, style, display: "swap" }));
  }
}
