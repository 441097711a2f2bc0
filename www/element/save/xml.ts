/** Text and attributes of SVG files. */

/** A place in pixels. */
export type Box = { x: number; y: number; width: number; height: number };

type Attributes = { [name: string]: string | number | null | undefined };

export function escapeXml(text: string): string {
  // Control characters have no place in XML, but for these three.
  return text.replace(
    /[&<>"]|(?![\t\n\r])\p{Cc}/gu,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? "",
  );
}

/** ` name="value"` for each; numbers to a thousandth of a pixel. */
export function attributes(given: Attributes): string {
  return Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(
      ([name, value]) =>
        ` ${name}="${typeof value === "number" ? Math.round(1000 * value) / 1000 : escapeXml(String(value))}"`,
    )
    .join("");
}

/** An element without content. */
export function tag(name: string, given: Attributes): string {
  return `<${name}${attributes(given)}/>`;
}
