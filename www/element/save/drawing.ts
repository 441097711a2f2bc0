/**
 * What the reader sees of an element as SVG that stands alone: boxes, words and formulas where they are, SVG with its
 * styles written out, canvases as embedded pictures. Buttons, sliders and what only listeners get are left out.
 */

import { type Face, faces } from "../../base/fonts";
import { paintOf } from "./colour";
import { picture, vector } from "./vector";
import { attributes, type Box, escapeXml, tag } from "./xml";

/** SVG text, and the fonts it is set in. */
export interface Drawn {
  body: string;
  width: number;
  height: number;
  fonts: Set<Face>;
}

const LEFT_OUT = ".katex-mathml, .visually-hidden";

/** Draws `root` with its upper left corner at the origin. */
export function drawElement(root: HTMLElement): Drawn {
  // For as long as this takes, what can only be pressed gives up its place (styles/figure.css), and nothing outside
  // moves.
  const height = root.style.height;
  root.style.height = `${root.offsetHeight}px`;
  root.classList.add("being-saved");
  try {
    const drawing = new Drawing(root);
    drawing.element(root);
    return { body: drawing.body, width: root.offsetWidth, height: Math.ceil(drawing.bottom), fonts: drawing.fonts };
  } finally {
    root.classList.remove("being-saved");
    root.style.height = height;
  }
}

class Drawing {
  body = "";
  /** Of what was drawn. */
  bottom = 0;
  readonly fonts = new Set<Face>();
  readonly #origin: DOMRect;
  /** An enlarged figure (lecture mode) has more pixels on screen than in its styles. */
  readonly #ratio: number;
  readonly #metrics = new OffscreenCanvas(1, 1).getContext("2d");
  #clips = 0;
  #clipped = 0;

  constructor(root: HTMLElement) {
    this.#origin = root.getBoundingClientRect();
    this.#ratio = this.#origin.width === 0 ? 1 : root.offsetWidth / this.#origin.width;
  }

  element(element: Element): void {
    const style = getComputedStyle(element);
    if (style.display === "none" || style.opacity === "0" || element.matches(LEFT_OUT)) return;
    let open = "";
    if (style.opacity !== "1") open += `<g${attributes({ opacity: style.opacity })}>`;
    if (style.visibility === "visible") {
      for (const rect of element.getClientRects()) {
        const drawn = box(this.#place(rect), style);
        if (drawn !== "") this.#reach(this.#place(rect));
        open += drawn;
      }
    }
    const clipped = clips(element, style) ? 1 : 0;
    if (clipped === 1) {
      this.#clips += 1;
      this.#reach(this.#place(element.getBoundingClientRect()));
      const id = `clipped-${this.#clips}`;
      const place = this.#place(element.getBoundingClientRect());
      open += `<clipPath id="${id}">${tag("rect", place)}</clipPath><g clip-path="url(#${id})">`;
    }
    this.body += open;
    this.#clipped += clipped;
    if (element instanceof SVGSVGElement) this.#svg(element);
    else if (element instanceof HTMLCanvasElement) this.#canvas(element, style);
    else if (element instanceof HTMLInputElement) this.#input(element, style);
    else {
      const closed = element instanceof HTMLDetailsElement && !element.open;
      for (const child of element.childNodes) {
        if (closed && !(child instanceof Element && child.localName === "summary")) continue;
        if (child instanceof Element) this.element(child);
        else if (child instanceof Text && style.visibility === "visible") this.#text(child, style);
      }
    }
    this.#clipped -= clipped;
    this.body += "</g>".repeat(open.split("<g").length - 1);
  }

  /** The picture ends below everything that is drawn and not cut off. */
  #reach({ y, height }: Pick<Box, "y" | "height">): void {
    if (this.#clipped === 0 && y + height > this.bottom) this.bottom = y + height;
  }

  #place({ x, y, width, height }: Box): Box {
    const ratio = this.#ratio;
    return {
      x: (x - this.#origin.x) * ratio,
      y: (y - this.#origin.y) * ratio,
      width: width * ratio,
      height: height * ratio,
    };
  }

  /** Inside its border. */
  #canvas(element: HTMLCanvasElement, style: CSSStyleDeclaration): void {
    const { x, y } = this.#place(element.getBoundingClientRect());
    this.#reach({ y, height: element.offsetHeight });
    this.body += picture(
      element,
      { x: x + element.clientLeft, y: y + element.clientTop, width: element.clientWidth, height: element.clientHeight },
      style,
    );
  }

  #svg(element: SVGSVGElement): void {
    const place = this.#place(element.getBoundingClientRect());
    if (place.width === 0 || place.height === 0) return;
    this.#reach(place);
    const viewBox = element.getAttribute("viewBox") ?? `0 0 ${place.width} ${place.height}`;
    const overflow = getComputedStyle(element).overflow === "visible" ? "visible" : "hidden";
    const inside = vector(element, (font) => this.#use(font));
    const preserveAspectRatio = element.getAttribute("preserveAspectRatio");
    const frame = attributes({ ...place, viewBox, preserveAspectRatio, overflow });
    this.body += `<svg${frame}${inside.attributes}>${inside.body}</svg>`;
  }

  /** Words line by line: one `<text>` for each line of a text node. */
  #text(node: Text, style: CSSStyleDeclaration): void {
    const { data } = node;
    if (data.trim() === "") return;
    const range = document.createRange();
    const kept = style.whiteSpace.startsWith("pre") || style.whiteSpace.startsWith("break-spaces");
    let line: { start: number; end: number; box: Box } | null = null;
    const flush = (): void => {
      if (line !== null)
        this.#words(
          kept ? data.slice(line.start, line.end) : data.slice(line.start, line.end).replace(/\s+/g, " "),
          line.box,
          style,
        );
    };
    for (const { 0: word, index } of data.matchAll(/\S+/g)) {
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const rect = range.getClientRects()[0];
      if (rect === undefined || rect.width === 0) continue;
      const box = this.#place(rect);
      if (line !== null && Math.abs(line.box.y - box.y) < 2) {
        line.end = index + word.length;
        continue;
      }
      flush();
      line = { start: index, end: index + word.length, box };
    }
    flush();
  }

  #input(element: HTMLInputElement, style: CSSStyleDeclaration): void {
    if (element.value === "") return;
    const place = this.#place(element.getBoundingClientRect());
    const { anchor, x } = anchored(style, place.width);
    this.#words(element.value, { ...place, x: place.x + x }, style, anchor);
  }

  #words(words: string, { x, y, height }: Box, style: CSSStyleDeclaration, anchor?: string): void {
    const paint = paintOf(style.color);
    if (paint === null) return;
    const size = Number.parseFloat(style.fontSize);
    this.#use(style);
    let [ascent, descent] = [0.8 * size, 0.2 * size];
    if (this.#metrics !== null) {
      this.#metrics.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
      ({ fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = this.#metrics.measureText("x"));
    }
    const baseline = y + (height - ascent - descent) / 2 + ascent;
    this.#reach({ y, height });
    this.body += `<text${attributes({
      x,
      y: baseline,
      fill: paint.hex,
      "fill-opacity": paint.alpha === 1 ? null : paint.alpha,
      "font-family": style.fontFamily,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight === "400" ? null : style.fontWeight,
      "font-style": style.fontStyle === "normal" ? null : style.fontStyle,
      "letter-spacing": style.letterSpacing === "normal" ? null : style.letterSpacing,
      "text-anchor": anchor,
      // No attribute of SVG.
      style: style.fontVariantNumeric === "normal" ? null : `font-variant-numeric:${style.fontVariantNumeric}`,
    })} xml:space="preserve">${escapeXml(words)}</text>`;
  }

  /** Remembers the font that a style asks for. */
  #use({ fontFamily, fontWeight, fontStyle }: CSSStyleDeclaration): void {
    const family = fontFamily.split(",")[0]?.trim().replaceAll(/["']/g, "");
    const offered = faces.filter((face) => face.family === family);
    const fits = (face: Face) =>
      face.style === fontStyle && (face.weight.includes(" ") || face.weight >= "600" === Number(fontWeight) >= 600);
    const face = offered.find(fits) ?? offered[0];
    if (face !== undefined) this.fonts.add(face);
  }
}

/** Whether what is inside reaches out of an element that cuts it off. */
function clips(element: Element, style: CSSStyleDeclaration): boolean {
  if (style.overflowX === "visible" && style.overflowY === "visible") return false;
  return element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
}

/** Background, border, outline and ring of an element. */
function box(place: Box, style: CSSStyleDeclaration): string {
  if (place.width === 0 || place.height === 0) return "";
  const corner = Number.parseFloat(style.borderTopLeftRadius);
  const radius = style.borderTopLeftRadius.endsWith("%") ? (corner / 100) * place.width : corner;
  let drawn = "";
  const background = paintOf(style.backgroundColor);
  if (background !== null)
    drawn += tag("rect", {
      ...place,
      rx: radius || null,
      fill: background.hex,
      "fill-opacity": background.alpha === 1 ? null : background.alpha,
    });
  // The one pattern there is: the dashes of a legend.
  if (style.backgroundImage.startsWith("repeating-linear-gradient")) {
    const y = place.y + place.height / 2;
    drawn += tag("path", {
      d: `M${place.x} ${y}h${place.width}`,
      stroke: paintOf(style.color)?.hex,
      "stroke-width": place.height,
      "stroke-dasharray": "5 3",
    });
  }
  const ring = (width: number, colour: string, outwards: number): string => {
    const paint = paintOf(colour);
    if (width === 0 || paint === null) return "";
    const by = outwards - width / 2;
    return tag("rect", {
      x: place.x - by,
      y: place.y - by,
      width: Math.max(0, place.width + 2 * by),
      height: Math.max(0, place.height + 2 * by),
      rx: radius ? Math.max(0, radius + by) : null,
      fill: "none",
      stroke: paint.hex,
      "stroke-opacity": paint.alpha,
      "stroke-width": width,
    });
  };
  const sides = (["Top", "Right", "Bottom", "Left"] as const).map((side) => {
    const width = style[`border${side}Style`] === "none" ? 0 : Number.parseFloat(style[`border${side}Width`]);
    return { width, colour: style[`border${side}Color`] };
  });
  const [top, right, bottom, left] = sides as [Side, Side, Side, Side];
  if (sides.every(({ width, colour }) => width === top.width && colour === top.colour))
    drawn += ring(top.width, top.colour, 0);
  else {
    const { x, y, width, height } = place;
    drawn +=
      edge(top, { x, y, width, height: top.width }) +
      edge(bottom, { x, y: y + height - bottom.width, width, height: bottom.width });
    drawn +=
      edge(left, { x, y, width: left.width, height }) +
      edge(right, { x: x + width - right.width, y, width: right.width, height });
  }
  if (style.outlineStyle === "solid")
    drawn += ring(
      Number.parseFloat(style.outlineWidth),
      style.outlineColor,
      Number.parseFloat(style.outlineWidth) + Number.parseFloat(style.outlineOffset),
    );
  const shadow = /^(\w+\([^)]*\)) 0px 0px 0px ([\d.]+)px$/.exec(style.boxShadow);
  if (shadow !== null) drawn += ring(Number(shadow[2]), shadow[1] ?? "", Number(shadow[2]));
  return drawn;
}

interface Side {
  width: number;
  colour: string;
}

function edge({ width, colour }: Side, place: Box): string {
  const paint = paintOf(colour);
  return width === 0 || paint === null
    ? ""
    : `<rect${attributes({ ...place, fill: paint.hex, "fill-opacity": paint.alpha })}/>`;
}

/** Where an input's text is anchored, as SVG says it, and how far that is from its left side. */
function anchored(style: CSSStyleDeclaration, width: number): { anchor: string; x: number } {
  if (style.textAlign === "center") return { anchor: "middle", x: width / 2 };
  if (style.textAlign === "end") return { anchor: "end", x: width - Number.parseFloat(style.paddingRight) };
  return { anchor: "start", x: Number.parseFloat(style.paddingLeft) };
}
