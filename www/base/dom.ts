/** Small builders, so that figures say what they make and not how. */

import { inLanguage } from "./language";

type Attributes = { [name: string]: string | number | boolean | null | undefined };
type Child = Node | string | null | undefined;

/** Attributes that are read to people. */
const SAID = /^(aria-(label|valuetext|roledescription)|title|placeholder)$/;

function apply<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    const text = value === true ? "" : String(value);
    element.setAttribute(name, SAID.test(name) ? inLanguage(text) : text);
  }
  for (const child of children)
    if (child !== null && child !== undefined) element.append(typeof child === "string" ? inLanguage(child) : child);
  return element;
}

/**
 * An HTML element with attributes and children, whose words are said in the language of the page; `null` and `false`
 * attributes are left out.
 */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return apply(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return apply(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

/** A button that says what it does. */
export function button(label: string, onPress: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = html("button", { type: "button", class: "button", ...attributes }, label);
  element.addEventListener("click", onPress);
  return element;
}

let ids = 0;

/** An id that no other element of the document has. */
export function uniqueId(prefix: string): string {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** Text for people who listen to the page. */
export function hidden(text: string): HTMLSpanElement {
  return html("span", { class: "visually-hidden" }, text);
}
