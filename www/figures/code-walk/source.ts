/**
 * Rust source as lines of coloured text: comments faint, and the names of the lecture's symbols in the symbols'
 * colours.
 */

import { html } from "../../base/dom";

/** Names in the source that are symbols of the lecture. */
const symbols: { [name: string]: string } = {
  x: "sym-x",
  images: "sym-x",
  input: "sym-x",
  z: "sym-z",
  mu: "sym-mu",
  sigma: "sym-sigma",
  log_sigma: "sym-sigma",
  epsilon: "sym-epsilon",
  decoder: "sym-theta",
  Decoder: "sym-theta",
  encoder: "sym-phi",
  Encoder: "sym-phi",
};

const keywords = new Set([
  "as",
  "const",
  "else",
  "enum",
  "fn",
  "for",
  "if",
  "impl",
  "let",
  "match",
  "mod",
  "mut",
  "pub",
  "ref",
  "return",
  "self",
  "Self",
  "struct",
  "super",
  "use",
  "where",
]);

/** One line; its indentation is kept as padding, so that a long line folds under its own beginning. */
export function sourceLine(text: string, number: number): HTMLElement {
  const code = html("code", { class: "code-text" });
  const content = text.trimStart();
  code.style.paddingInlineStart = `${text.length - content.length + 2}ch`;
  const comment = content.search(/\/\//);
  const body = comment === -1 ? content : content.slice(0, comment);
  for (const [word] of body.matchAll(/[A-Za-z_][A-Za-z_0-9]*|[^A-Za-z_]+/g)) {
    const className = symbols[word] ?? (keywords.has(word) ? "code-keyword" : undefined);
    // A long line may fold before a method and after a bracket, not within a name.
    if (word.startsWith(".")) code.append(html("wbr"));
    code.append(className === undefined ? word : html("span", { class: className }, word));
    if (word.endsWith("(")) code.append(html("wbr"));
  }
  if (comment !== -1) code.append(html("span", { class: "code-comment" }, content.slice(comment)));
  if (content === "") code.append("\u200b");
  return html(
    "div",
    { class: "code-line" },
    html("span", { class: "code-number", "aria-hidden": "true" }, String(number)),
    code,
  );
}
