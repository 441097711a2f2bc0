/**
 * Lines cut off a little outside a plot: browsers, printers and screen readers all suffer from paths that run on for
 * kilometres.
 */

type Point = readonly [number, number];

/**
 * The path through `points` (pixels), as far as it runs within one width and height around the plot's area. A point
 * that is not finite lifts the pen. Liang and Barsky, "A new concept and method for line clipping" (1984).
 */
export function clippedPath(points: Iterable<Point>, width: number, height: number): string {
  const parts: string[] = [];
  let before: Point | null = null;
  let pen: Point | null = null;
  for (const point of points) {
    const finite = Number.isFinite(point[0]) && Number.isFinite(point[1]);
    const part: readonly [Point, Point] | null =
      finite && before !== null ? inside(before, point, width, height) : null;
    if (part !== null) {
      const [from, to] = part;
      if (pen === null || pen[0] !== from[0] || pen[1] !== from[1]) parts.push(`M${text(from)}`);
      parts.push(`L${text(to)}`);
      pen = to;
    }
    before = finite ? point : null;
  }
  return parts.join("");
}

/** The piece of a segment that lies in the box from `(-width, -height)` to `(2 width, 2 height)`. */
function inside(from: Point, to: Point, width: number, height: number): readonly [Point, Point] | null {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  let [start, end] = [0, 1];
  const bounds: Point[] = [
    [-dx, from[0] + width],
    [dx, 2 * width - from[0]],
    [-dy, from[1] + height],
    [dy, 2 * height - from[1]],
  ];
  for (const [step, room] of bounds) {
    if (step === 0 && room < 0) return null;
    if (step < 0) start = Math.max(start, room / step);
    if (step > 0) end = Math.min(end, room / step);
  }
  if (start > end) return null;
  // The ends as they were given: not a rounding error beside them.
  const at = (t: number): Point => {
    if (t === 0) return from;
    return t === 1 ? to : [from[0] + t * dx, from[1] + t * dy];
  };
  return [at(start), at(end)];
}

/** A hundredth of a pixel is finer than any screen. */
function text([x, y]: Point): string {
  return `${Math.round(100 * x) / 100},${Math.round(100 * y) / 100}`;
}
