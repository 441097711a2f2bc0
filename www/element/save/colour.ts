/** Colours as every program that reads SVG knows them: `#rrggbb`, and how opaque. */

export interface Paint {
  hex: string;
  alpha: number;
}

const known = new Map<string, Paint | null>();
const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

/** A computed CSS colour; null for what is no colour (`none`, a gradient) or cannot be seen. */
export function paintOf(colour: string): Paint | null {
  let paint = known.get(colour);
  if (paint === undefined) {
    paint = CSS.supports("color", colour) ? resolve(colour) : null;
    known.set(colour, paint);
  }
  return paint;
}

function resolve(colour: string): Paint | null {
  if (context === null) return null;
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
  if (alpha === 0) return null;
  const hex = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  return { hex, alpha: Math.round((1000 * alpha) / 255) / 1000 };
}
