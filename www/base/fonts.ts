/**
 * The fonts of figures, by their files beside the scripts. `@font-face` has no effect inside a shadow root: on a host
 * page that lacks them they are added by script, and a saved picture carries those that it is set in.
 */

/** A font as it is registered, and where its file lies. */
export interface Face {
  family: string;
  url: URL;
  weight: string;
  style: string;
}

const face = (family: string, weight: string, style: string, url: URL): Face => ({ family, weight, style, url });

/**
 * Each address is spelled out, so that the bundler of a host page finds the file. KaTeX's are also in
 * xtask/node/katex.mjs, which leaves out all others.
 */
export const faces: readonly Face[] = [
  face("Inter Variable", "400 700", "normal", new URL("./fonts/inter-latin-wght-normal.woff2", import.meta.url)),
  face("KaTeX_AMS", "400", "normal", new URL("./fonts/KaTeX_AMS-Regular.woff2", import.meta.url)),
  face("KaTeX_Caligraphic", "400", "normal", new URL("./fonts/KaTeX_Caligraphic-Regular.woff2", import.meta.url)),
  face("KaTeX_Main", "400", "normal", new URL("./fonts/KaTeX_Main-Regular.woff2", import.meta.url)),
  face("KaTeX_Math", "400", "italic", new URL("./fonts/KaTeX_Math-Italic.woff2", import.meta.url)),
  face("KaTeX_SansSerif", "400", "normal", new URL("./fonts/KaTeX_SansSerif-Regular.woff2", import.meta.url)),
  face("KaTeX_Typewriter", "400", "normal", new URL("./fonts/KaTeX_Typewriter-Regular.woff2", import.meta.url)),
  face("KaTeX_Size1", "400", "normal", new URL("./fonts/KaTeX_Size1-Regular.woff2", import.meta.url)),
  face("KaTeX_Size2", "400", "normal", new URL("./fonts/KaTeX_Size2-Regular.woff2", import.meta.url)),
  face("KaTeX_Size3", "400", "normal", new URL("./fonts/KaTeX_Size3-Regular.woff2", import.meta.url)),
  face("KaTeX_Size4", "400", "normal", new URL("./fonts/KaTeX_Size4-Regular.woff2", import.meta.url)),
];

const registered = new Set<string>();

/** Adds the fonts whose family begins with `family`, unless the page has them. */
export function registerFonts(family: string): void {
  if (registered.has(family)) return;
  registered.add(family);
  for (const face of document.fonts) if (face.family.replaceAll('"', "").startsWith(family)) return;
  for (const face of faces) {
    if (!face.family.startsWith(family)) continue;
    const { weight, style } = face;
    document.fonts.add(
      new FontFace(face.family, `url("${face.url}") format("woff2")`, { weight, style, display: "swap" }),
    );
  }
}
