/**
 * Formulas. KaTeX is fetched once, when the first formula is wanted, and renders into DOM nodes (never through HTML
 * strings, whose style attributes the content security policy would refuse). The macros give each symbol its colour.
 */

import type { KatexOptions } from "katex";
import { registerFonts } from "../base/fonts";

/** One macro a symbol; the class carries the colour (see styles/tokens.css). */
const symbols: { [macro: string]: [className: string, tex: string] } = {
  "\\x": ["sym-x", "x"],
  "\\z": ["sym-z", "z"],
  "\\mmu": ["sym-mu", "\\mu"],
  "\\ssigma": ["sym-sigma", "\\sigma"],
  "\\eeps": ["sym-epsilon", "\\varepsilon"],
  "\\ttheta": ["sym-theta", "\\theta"],
  "\\pphi": ["sym-phi", "\\phi"],
  "\\p": ["sym-p", "p"],
  "\\q": ["sym-q", "q"],
};

const macros: { [macro: string]: string } = {
  ...Object.fromEntries(Object.entries(symbols).map(([macro, [name, tex]]) => [macro, `\\htmlClass{${name}}{${tex}}`])),
  "\\E": "\\mathbb{E}",
  "\\N": "\\mathcal{N}",
  "\\KL": "\\operatorname{KL}",
  "\\ELBO": "\\mathrm{ELBO}",
  "\\Var": "\\operatorname{Var}",
  "\\Cov": "\\operatorname{Cov}",
  "\\given": "\\mid",
  "\\tr": "\\operatorname{tr}",
  "\\diag": "\\operatorname{diag}",
  "\\kl": "\\KL\\!\\left(#1\\;\\middle\\Vert\\;#2\\right)",
};

interface Renderer {
  render(tex: string, element: HTMLElement, options: KatexOptions): void;
}

let renderer: Renderer | undefined;
let loading: Promise<Renderer> | undefined;
let sheet: Promise<CSSStyleSheet> | undefined;

/** KaTeX's own style sheet, for the document and for shadow roots; fetched once. */
export function texSheet(): Promise<CSSStyleSheet> {
  sheet ??= fetchTexSheet();
  sheet.catch(() => (sheet = undefined));
  return sheet;
}

async function fetchTexSheet(): Promise<CSSStyleSheet> {
  const response = await fetch(new URL("./katex.css", import.meta.url));
  if (!response.ok) throw new Error(`katex.css: ${response.status}`);
  const css = await response.text();
  registerFonts("KaTeX_");
  const made = new CSSStyleSheet();
  // Fonts are registered by script; here their addresses would be looked for beside the page.
  made.replaceSync(css.replace(/@font-face\s*\{[^}]*\}/g, ""));
  return made;
}

/** Fetches KaTeX; `renderTex` is synchronous afterwards. */
export function loadTex(): Promise<Renderer> {
  loading ??= import("katex").then((module) => {
    renderer = module.default as unknown as Renderer;
    return renderer;
  });
  return loading;
}

/** Renders a formula into `element`, now if KaTeX is there, else as soon as it is. */
export function renderTex(element: HTMLElement, source: string, display = false): void {
  element.dataset.tex = source;
  if (renderer === undefined) {
    if (element.textContent === "") element.textContent = plain(source);
    void loadTex().then(
      () => {
        if (element.dataset.tex === source) renderTex(element, source, display);
      },
      // The words beside a formula still tell what it is.
      () => {},
    );
    return;
  }
  renderer.render(source, element, {
    displayMode: display,
    throwOnError: false,
    // `htmlClass` only sets a class; nothing else that needs trust is let through.
    trust: (context) => context.command === "\\htmlClass",
    strict: (code: string) => (code === "htmlExtension" ? "ignore" : "warn"),
    // KaTeX writes definitions back into the object.
    macros: { ...macros },
  });
}

/** A formula as an element: `tex("\\mmu_1")`. */
export function tex(source: string, display = false): HTMLElement {
  const element = document.createElement("span");
  element.className = display ? "tex tex-display" : "tex";
  renderTex(element, source, display);
  return element;
}

/** A formula as plain text: for accessible names, and until KaTeX is there. */
export function plain(source: string): string {
  const greek: { [name: string]: string } = {
    mmu: "μ",
    mu: "μ",
    ssigma: "σ",
    sigma: "σ",
    eeps: "ε",
    ttheta: "θ",
    pphi: "φ",
    log: "log ",
    KL: "KL",
    ELBO: "ELBO",
    E: "E",
    N: "N",
    beta: "β",
  };
  return source
    .replace(/\\([a-zA-Z]+)\s?/g, (_, name: string) => greek[name] ?? (name.length === 1 ? name : ""))
    .replace(/[{}$]/g, "");
}
