/** Saves what a figure shows: its picture as PNG or SVG, its numbers as CSV. Fetched when something is first saved. */

import { html } from "../../base/dom";
import { saveFile } from "../../base/download";
import { type Face, faces } from "../../base/fonts";
import { formatCount, formatEstimate, formatNumber, said } from "../../base/format";
import { t } from "../../base/language";
import type { ControlSpec, Controls, Json } from "../../contract/controls";
import { resolveColour } from "../../parts/palette";
import { toText } from "../controls";
import type { Readout } from "../definition";
import type { SavedFile } from "../shell";
import { paintOf } from "./colour";
import { csv, type NumberRow, numberRows, numbersCsv } from "./csv";
import { drawElement } from "./drawing";
import { attributes, escapeXml } from "./xml";

/** A figure as it stands. */
export interface Subject {
  name: string;
  number: string | undefined;
  title: string;
  specs: { [name: string]: ControlSpec };
  controls: Controls;
  values: Json;
  readouts: readonly Readout[];
  drawing: HTMLElement;
}

const SVG = "image/svg+xml";
/** Pixels, in a figure whose type has the usual size. */
const BASE_FONT = 15;
const MARGIN = 20;
const TITLE = { size: 16, line: 22, weight: 600 };
const CAPTION = { size: 11.5, line: 17, weight: 400 };
/** No browser makes a canvas with a longer side. */
const LONGEST_SIDE = 16_384;
const LEAST_WIDTH = 320;

/** Saves a file; resolves with its name. */
export async function save(file: SavedFile, subject: Subject): Promise<string> {
  const name = `elbo-room-${subject.name}`;
  if (typeof file === "object") {
    const rows = file.rows();
    if (rows.length === 0) throw new Error(t('There is nothing in the table "{0}" yet.', file.label));
    return saved(csv(file.columns, rows), "text/csv;charset=utf-8", `${name}-${file.name}.csv`);
  }
  if (file === "csv")
    return saved(
      numbersCsv(subject.specs, subject.controls, subject.values, subject.readouts),
      "text/csv;charset=utf-8",
      `${name}.csv`,
    );
  const picture = await drawFigure(subject);
  return file === "svg"
    ? saved(picture.svg, SVG, `${name}.svg`)
    : saved(await png(picture), "image/png", `${name}.png`);
}

/** Rows of the table on the page; a file has them all. */
const MOST_ROWS = 300;

/** The numbers of a figure as a table, to be read. */
export function numberTable({ title, specs, controls, values, readouts }: Subject): HTMLTableElement {
  const rows = numberRows(specs, controls, values, readouts);
  const left = rows.length - MOST_ROWS;
  const head = [t("Name"), t("Value"), t("Unit"), t("What")].map((text) => html("th", { scope: "col" }, text));
  return html(
    "table",
    { class: "number-table" },
    html("caption", { class: "visually-hidden" }, t("Numbers of the figure “{0}”", title)),
    html("thead", {}, html("tr", {}, ...head)),
    html(
      "tbody",
      {},
      ...rows
        .slice(0, MOST_ROWS)
        .map((row) =>
          html(
            "tr",
            {},
            html("th", { scope: "row" }, row.name),
            html("td", {}, valueText(row)),
            html("td", {}, row.unit),
            html("td", {}, row.label),
          ),
        ),
    ),
    left > 0
      ? html(
          "tfoot",
          {},
          html("tr", {}, html("td", { colspan: 4 }, t("{0} more: save them as CSV.", formatCount(left)))),
        )
      : null,
  );
}

function valueText({ value, standardError, n }: NumberRow): string {
  if (typeof value !== "number") return value === null ? "–" : String(value);
  if (Number.isInteger(value)) return formatCount(value);
  return standardError === null
    ? formatNumber(value, 6)
    : `${formatEstimate(value, standardError)}, n = ${formatCount(n ?? 0)}`;
}

function saved(content: BlobPart, type: string, name: string): string {
  saveFile(new Blob([content], { type }), name);
  return name;
}

interface Picture {
  svg: string;
  width: number;
  height: number;
}

/** The drawing with the figure's title above and the state of its controls below. */
async function drawFigure({ number = "", title, specs, controls, drawing }: Subject): Promise<Picture> {
  const drawn = drawElement(drawing);
  const { fontFamily, fontSize } = getComputedStyle(drawing);
  for (const face of faces) if (fontFamily.includes(face.family)) drawn.fonts.add(face);
  // Lecture mode enlarges everything.
  const unit = Number.parseFloat(fontSize) / BASE_FONT;
  const margin = MARGIN * unit;
  const inside = Math.max(drawn.width, LEAST_WIDTH);
  const tone = (name: string) => paintOf(resolveColour(drawing, `var(${name})`))?.hex;
  let bottom = margin;
  const write = (words: string, { size, line, weight }: typeof TITLE, colour: string): string => {
    const style = {
      "font-family": fontFamily,
      "font-size": `${size * unit}px`,
      "font-weight": weight,
      fill: tone(colour),
    };
    const lines = wrap(words, inside, `${weight} ${size * unit}px ${fontFamily}`);
    const texts = lines.map((words, i) => {
      const y = bottom + (i * line + 0.95 * size) * unit;
      return `<text${attributes({ x: margin, y, ...style })}>${escapeXml(words)}</text>`;
    });
    bottom += lines.length * line * unit;
    return texts.join("");
  };
  const heading = write(number === "" ? title : `${number}\u2002${title}`, TITLE, "--ink").replace(
    `>${number}`,
    `><tspan fill="${tone("--accent")}">${number}</tspan>`,
  );
  const top = bottom + 12 * unit;
  bottom = top + drawn.height + 14 * unit;
  const caption = write(["ELBO Room", ...stateInWords(specs, controls)].join("\u00a0· "), CAPTION, "--ink-soft");
  const [width, height] = [inside + 2 * margin, Math.ceil(bottom + 14 * unit)];
  const fonts = await Promise.all([...drawn.fonts].map(embedded));
  const size = attributes({ width, height, viewBox: `0 0 ${width} ${height}` });
  const left = margin + (inside - drawn.width) / 2;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg"${size}><title>${escapeXml(title)}</title>` +
    `<style>${fonts.join("")}</style><rect width="100%" height="100%" fill="${tone("--surface")}"/>` +
    `${heading}<g transform="translate(${left} ${top})">${drawn.body}</g>${caption}</svg>`;
  return { svg, width, height };
}

/** Where the controls stand; what is only moved in the drawing is seen there. */
function stateInWords(specs: Subject["specs"], controls: Controls): string[] {
  const all = Object.values(specs);
  return Object.entries(specs)
    .filter(([, spec]) => spec.panel !== false)
    .map(([name, spec]) => {
      const twice = spec.group !== undefined && all.filter(({ label }) => label === spec.label).length > 1;
      return `${twice ? `${spec.group}: ` : ""}${spec.label}${worded(spec, controls[name] ?? null)}`;
    });
}

const rounded = (value: number): string => String(Number(value.toPrecision(5))).replace("-", "−");

function worded(spec: ControlSpec, value: Json): string {
  switch (spec.kind) {
    case "choice":
      return `: ${spec.options.find((option) => option.value === value)?.label ?? String(value)}`;
    case "boolean":
      return `: ${value === true ? t("on") : t("off")}`;
    case "number":
      return `\u00a0=\u00a0${rounded(Number(value))}${spec.unit === undefined ? "" : ` ${spec.unit}`}`;
    case "seed":
      return `\u00a0=\u00a0${String(value)}`;
    case "picture":
    case "numbers":
    case "rows": {
      const text = toText(value).replaceAll(",", ", ").replaceAll(";", "; ").replaceAll("-", "−");
      return `\u00a0=\u00a0${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
    }
  }
}

/** Lines of at most `width` pixels, broken at plain spaces only. */
function wrap(text: string, width: number, font: string): string[] {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  if (context !== null) context.font = font;
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && (context?.measureText(longer).width ?? 0) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => line.replaceAll("\u00a0", " "));
}

/**
 * `@font-face` with the font inside; nothing when it cannot be had: then the next font of the family's list is used.
 */
async function embedded(face: Face): Promise<string> {
  try {
    const response = await fetch(face.url);
    if (!response.ok) return "";
    const data = await dataUrl(new Blob([await response.arrayBuffer()], { type: "font/woff2" }));
    const { family, weight, style } = face;
    const source = `url(${data}) format("woff2")`;
    return `@font-face{font-family:"${family}";font-weight:${weight};font-style:${style};src:${source}}`;
  } catch {
    return "";
  }
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("a file could not be read"));
    reader.readAsDataURL(blob);
  });
}

/** Twice as fine as on the page, or as fine as the screen where that is finer. */
async function png({ svg, width, height }: Picture): Promise<Blob> {
  const scale = Math.min(Math.max(2, devicePixelRatio), LONGEST_SIDE / Math.max(width, height));
  const url = URL.createObjectURL(new Blob([svg], { type: SVG }));
  try {
    const image = new Image(width, height);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    const context = canvas.getContext("2d");
    if (context === null) throw new Error(t("the browser has no room for it"));
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob === null) throw new Error(t("the browser has no room for it"));
    return blob;
  } catch (cause) {
    throw new Error(t("The picture could not be drawn ({0}). Save it as SVG instead.", said(cause)), { cause });
  } finally {
    URL.revokeObjectURL(url);
  }
}
