/** One figure as an address asks for it: `embed.html?figure=kl-gaussians&mu1=0.5&theme=dark&hide=mu2+sigma2`. */

import "../elbo-figure";
import { html } from "../base/dom";
import { said } from "../base/format";
import { t } from "../base/language";
import { kebab } from "../element/controls";
import { loadDefinition } from "../element/registry";

/** Parameters that are attributes of every figure. */
const common = ["theme", "hide", "autoplay", "lang"];

/** What is to be said under the figure, in the page's language. */
export interface Notes {
  /** What of the address does not fit. */
  problems: string[];
  /** What a sandboxed frame cannot do. */
  sandboxed: string;
  /** The name of the link that leads out of the frame. */
  way: string;
}

/** Puts the figure into `place`. */
export async function showFigure(place: HTMLElement, query: URLSearchParams): Promise<Notes> {
  const problems = await put(place, query);
  return {
    problems,
    sandboxed: t(
      "This frame is sandboxed: nothing is kept in it between visits, and the browser may refuse to save files " +
        "or to copy.",
    ),
    way: t("Open this figure on its own page"),
  };
}

/** Resolves with what of the address does not fit, in words. Only what the figure knows becomes an attribute. */
async function put(place: HTMLElement, query: URLSearchParams): Promise<string[]> {
  const name = query.get("figure") ?? "";
  if (name === "") return [t("This address names no figure. Name one: embed.html?figure=kl-gaussians.")];
  try {
    const { title, controls } = await loadDefinition(name);
    document.title = title;
    const attributes = [...common, ...Object.keys(controls)];
    const figure = html("elbo-figure", { name });
    const unknown: string[] = [];
    for (const [parameter, text] of query) {
      const attribute = attributes.find((known) => parameter === known || parameter === kebab(known));
      if (attribute !== undefined) figure.setAttribute(kebab(attribute), text);
      else if (parameter !== "figure") unknown.push(parameter.slice(0, 40));
    }
    place.replaceChildren(figure);
    return unknown.length === 0
      ? []
      : [
          t(
            "This figure has no “{0}”. It has: {1}.",
            unknown.slice(0, 5).join("”, “"),
            attributes.map(kebab).join(", "),
          ),
        ];
  } catch (error) {
    return [said(error)];
  }
}
