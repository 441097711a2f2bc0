/** Colours for canvases, which cannot read CSS variables by themselves. */

/** CSS value of a class's colour, 0 to 9; grey beyond, for what has none. */
export function classColour(label: number): string {
  return label < 10 ? `var(--class-${label})` : "var(--ink-faint)";
}

/** Red, green, blue, each 0 to 255. */
export type Rgb = readonly [number, number, number];

const resolved = new Map<string, string>();

/**
 * What a CSS colour (`var(--ink)`) is in `element`'s theme, as a canvas takes it. Ask again after a change of theme.
 */
export function resolveColour(element: HTMLElement, colour: string): string {
  // Worked out once a theme: the probe makes the browser go through the styles of the page.
  const scheme = element.isConnected ? getComputedStyle(element).colorScheme : "";
  const key = [scheme, matches("(prefers-color-scheme: dark)"), matches("(forced-colors: active)"), colour].join(" ");
  let known = resolved.get(key);
  if (known === undefined) {
    known = probed(element, colour);
    if (element.isConnected) resolved.set(key, known);
  }
  return known;
}

function matches(query: string): boolean {
  return matchMedia(query).matches;
}

function probed(element: HTMLElement, colour: string): string {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.color = colour;
  // A canvas is not changed by forced colours, and with one colour for everything it would show nothing.
  probe.style.forcedColorAdjust = "none";
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

/** The same in numbers. */
export function resolveRgb(element: HTMLElement, colour: string): Rgb {
  const numbers =
    resolveColour(element, colour)
      .match(/[\d.]+/g)
      ?.map(Number) ?? [];
  return [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0];
}

/** A lookup table of 256 colours along `stops`, for pictures and heatmaps. */
export function ramp(stops: readonly Rgb[]): Uint8ClampedArray {
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < 256; i++) {
    const position = (i / 255) * (stops.length - 1);
    const index = Math.min(stops.length - 2, Math.floor(position));
    const low = stops[index] ?? [0, 0, 0];
    const high = stops[index + 1] ?? low;
    for (let c = 0; c < 3; c++)
      table[3 * i + c] = (low[c] ?? 0) + (position - index) * ((high[c] ?? 0) - (low[c] ?? 0));
  }
  return table;
}
