/** What lies over a latent map: one image's posterior, and the code that can be dragged. */

/** Pairs of fractions of the map's side, from the top left. */
export type Points = Float32Array;

export interface Marks {
  /** Outlines of `q(z given x)`: at one sigma, then at two. */
  outlines: readonly Points[];
  /** Its mean. */
  centre: Points | null;
  /** The code z. */
  point: Points | null;
}

/** Draws the marks; `colour` resolves a CSS variable's name. */
export function drawMarks(
  context: CanvasRenderingContext2D,
  side: number,
  colour: (name: string) => string,
  { outlines, centre, point }: Marks,
): void {
  const halo = colour("surface");
  outlines.forEach((outline, i) => {
    context.beginPath();
    for (let j = 0; j < outline.length; j += 2) context.lineTo((outline[j] ?? 0) * side, (outline[j + 1] ?? 0) * side);
    context.closePath();
    if (i === 0) {
      context.globalAlpha = 0.22;
      context.fillStyle = colour("sym-sigma");
      context.fill();
      context.globalAlpha = 1;
    }
    context.strokeStyle = halo;
    context.lineWidth = 4;
    context.stroke();
    context.strokeStyle = colour("sym-sigma");
    context.lineWidth = i === 0 ? 2 : 1.25;
    context.setLineDash(i === 0 ? [] : [4, 4]);
    context.stroke();
    context.setLineDash([]);
  });
  const disc = ([x = 0, y = 0]: Points, radius: number, fill: string): void => {
    context.beginPath();
    context.arc(x * side, y * side, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
  };
  if (centre) {
    disc(centre, 4.5, halo);
    disc(centre, 3, colour("sym-mu"));
  }
  if (!point) return;
  context.shadowColor = "rgb(0 0 0 / 35%)";
  context.shadowBlur = 6;
  disc(point, 8.5, halo);
  context.shadowBlur = 0;
  disc(point, 6.5, colour("sym-z"));
  // Through the middle one sees the mean when z lies on it.
  disc(point, 2.5, centre ? colour("sym-mu") : halo);
}
