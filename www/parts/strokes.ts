/** Ink: strokes of points, drawn smoothly. Coordinates and widths are fractions of the pad's side. */

export interface InkPoint {
  x: number;
  y: number;
  /** Width of the line here. */
  width: number;
}

export type Stroke = InkPoint[];

/** A pen line about as thick as MNIST's: a tenth of a digit's height. */
const LINE = 0.075;

/** Width for a pointer: a pen's follows its pressure. */
export function lineWidth(kind: string, pressure: number): number {
  return kind === "pen" && pressure > 0 ? LINE * (0.55 + 0.9 * pressure) : LINE;
}

/**
 * Draws strokes into a square of `side` pixels: curves through the midpoints of the points, so corners of the pointer's
 * path are round.
 */
export function drawStrokes(
  context: CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D,
  strokes: readonly Stroke[],
  side: number,
): void {
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    const first = stroke[0];
    if (!first) continue;
    if (stroke.length === 1) {
      context.beginPath();
      context.arc(first.x * side, first.y * side, (first.width * side) / 2, 0, 2 * Math.PI);
      context.fill();
      continue;
    }
    let [fromX, fromY] = [first.x, first.y];
    for (let i = 1; i < stroke.length; i += 1) {
      const before = stroke[i - 1] ?? first;
      const point = stroke[i] ?? first;
      const last = i === stroke.length - 1;
      const toX = last ? point.x : (before.x + point.x) / 2;
      const toY = last ? point.y : (before.y + point.y) / 2;
      context.beginPath();
      context.lineWidth = ((before.width + point.width) / 2) * side;
      context.moveTo(fromX * side, fromY * side);
      context.quadraticCurveTo(before.x * side, before.y * side, toX * side, toY * side);
      context.stroke();
      [fromX, fromY] = [toX, toY];
    }
  }
}

/** The ink as numbers, 0 to 1, `[side * side]`. */
export function rasterise(strokes: readonly Stroke[], side: number): Float32Array {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const ink = new Float32Array(side * side);
  if (!context) return ink;
  drawStrokes(context, strokes, side);
  const { data } = context.getImageData(0, 0, side, side);
  for (let i = 0; i < ink.length; i += 1) ink[i] = (data[4 * i + 3] ?? 0) / 255;
  return ink;
}
