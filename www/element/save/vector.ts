/** SVG in the page as SVG text: what style sheets say about it is written into attributes. */

import { paintOf } from "./colour";
import { attributes, type Box, escapeXml, tag } from "./xml";

/** Properties that children take over; they are written where they change. */
const INHERITED = [
  ...[
    "fill-rule",
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "paint-order",
    "shape-rendering",
    "visibility",
  ],
  ...["font-family", "font-size", "font-weight", "font-style", "letter-spacing", "text-anchor"],
];
/** And those that they do not, with what they are otherwise. */
const OWN: { [name: string]: string } = { opacity: "1", "dominant-baseline": "auto", "vector-effect": "none" };
const DROPPED =
  /^(class|style|tabindex|role|focusable|data-.*|aria-.*|on.*|xmlns.*|fill|stroke|fill-opacity|stroke-opacity)$/;

interface Written {
  attributes: string;
  body: string;
}

/** Never drawn themselves; style sheets of some browsers hide them. */
const DEFINITIONS = /^(defs|clipPath|mask|marker|pattern|linearGradient|radialGradient|stop)$/;

/** The styles and the inside of an `<svg>`; `use` hears of every style that text is set in. */
export function vector(root: SVGSVGElement, use: (font: CSSStyleDeclaration) => void): Written {
  const style = getComputedStyle(root);
  return { attributes: styles(style, null), body: children(root, style, use) };
}

function children(parent: Element, style: CSSStyleDeclaration, use: (font: CSSStyleDeclaration) => void): string {
  let body = "";
  for (const child of parent.childNodes) {
    if (child instanceof Text) body += child.data.trim() === "" ? child.data.slice(0, 1) : escapeXml(child.data);
    else if (child instanceof SVGElement) body += node(child, style, use);
  }
  return body;
}

function node(element: SVGElement, above: CSSStyleDeclaration, use: (font: CSSStyleDeclaration) => void): string {
  const style = getComputedStyle(element);
  if (element.localName === "title" || element.localName === "desc") return "";
  if (style.display === "none" && !DEFINITIONS.test(element.localName)) return "";
  if (element.localName === "foreignObject") {
    const canvas = element.querySelector("canvas");
    const length = (name: string) => Number(element.getAttribute(name) ?? 0);
    return canvas === null
      ? ""
      : picture(
          canvas,
          { x: length("x"), y: length("y"), width: length("width"), height: length("height") },
          getComputedStyle(canvas),
        );
  }
  if (element.localName === "stop") {
    const paint = paintOf(style.stopColor === "currentcolor" ? style.color : style.stopColor);
    return tag("stop", {
      offset: element.getAttribute("offset"),
      "stop-color": paint?.hex,
      "stop-opacity": (paint?.alpha ?? 0) * Number(style.stopOpacity),
    });
  }
  if (element.localName === "text" || element.localName === "tspan") use(style);
  let own = "";
  for (const { name, value } of element.attributes) {
    if (!DROPPED.test(name) && !INHERITED.includes(name) && !(name in OWN)) own += attributes({ [name]: value });
  }
  const body = children(element, style, use);
  const start = `<${element.localName}${own}${styles(style, above)}`;
  return body === "" ? `${start}/>` : `${start}>${body}</${element.localName}>`;
}

/** Attributes for what differs from the element above. */
function styles(style: CSSStyleDeclaration, above: CSSStyleDeclaration | null): string {
  let written = "";
  for (const name of INHERITED) {
    const value = style.getPropertyValue(name);
    if (above === null ? value !== "" : value !== above.getPropertyValue(name))
      written += attributes({ [name]: value });
  }
  for (const [name, usual] of Object.entries(OWN)) {
    const value = style.getPropertyValue(name);
    if (value !== "" && value !== usual) written += attributes({ [name]: value });
  }
  for (const name of ["fill", "stroke"]) {
    const paint = painted(style, name);
    if (above === null || paint !== painted(above, name)) written += paint;
  }
  return written;
}

/** Colour and opacity together, since an old reader of SVG knows no colour with an alpha. */
function painted(style: CSSStyleDeclaration, name: string): string {
  const asked = style.getPropertyValue(name);
  const value = asked === "currentcolor" ? style.color : asked;
  if (value.startsWith("url(")) return attributes({ [name]: value.replaceAll('"', "") });
  const paint = paintOf(value);
  if (paint === null) return attributes({ [name]: "none" });
  return attributes({
    [name]: paint.hex,
    [`${name}-opacity`]: Number(style.getPropertyValue(`${name}-opacity`)) * paint.alpha,
  });
}

/** A canvas as a picture in its place. */
export function picture(canvas: HTMLCanvasElement, place: Box, style: CSSStyleDeclaration): string {
  if (canvas.width === 0 || canvas.height === 0 || place.width === 0 || place.height === 0) return "";
  const rendering =
    style.imageRendering === "pixelated" ? "image-rendering:optimizeSpeed;image-rendering:pixelated" : null;
  return `<image${attributes({ ...place, preserveAspectRatio: "none", style: rendering, href: canvas.toDataURL() })}/>`;
}
