/** A small grid of numbers. Where it may be edited, each cell is a field: type, or press the up and down keys. */

import { html } from "../base/dom";
import { formatNumber, typedNumber } from "../base/format";
import { t } from "../base/language";

export interface MatrixOptions {
  title: string;
  /** Colour, e.g. `sym-z`. */
  className: string;
  min?: number;
  max?: number;
  onEdit?(row: number, column: number, value: number): void;
  /** A cell received the focus; cells are counted in reading order. */
  onPick?(index: number): void;
}

/** How single cells look. */
export interface MatrixLook {
  /** Ringed. */
  lit?(row: number, column: number): boolean;
  /** Not reached yet: in faint ink. */
  empty?(row: number, column: number): boolean;
  /** Depth of the colour, 0 to 100. */
  tint?(row: number, column: number): number;
}

export interface Matrix {
  root: HTMLElement;
  caption(text: string): void;
  draw(rows: readonly (readonly number[])[], look: MatrixLook): void;
}

export function createMatrix(options: MatrixOptions): Matrix {
  const { title, onEdit } = options;
  const caption = html("span", { class: "matrix-title" }, title);
  const grid = html("div", { class: "matrix", role: "group", "aria-label": title });
  let cells: { root: HTMLElement; inner: HTMLElement }[][] = [];
  let shape = "";

  function build(rows: number, columns: number): void {
    shape = `${rows} ${columns}`;
    cells = Array.from({ length: rows }, (_, r) =>
      Array.from({ length: columns }, (_, c) => createCell(r, c, columns)),
    );
    grid.style.setProperty("--columns", String(columns));
    grid.style.gridTemplateColumns = `repeat(${columns}, auto)`;
    grid.replaceChildren(...cells.flat().map((cell) => cell.root));
  }

  function createCell(row: number, column: number, columns: number): { root: HTMLElement; inner: HTMLElement } {
    if (onEdit === undefined) {
      const inner = html("span");
      return { root: html("div", { class: `matrix-cell ${options.className}` }, inner), inner };
    }
    const inner = html("input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      "aria-label": t`${title}, row ${row + 1}, column ${column + 1}`,
    });
    const read = (): number => Number(typedNumber(inner.value));
    const send = (value: number) =>
      onEdit(row, column, Math.min(options.max ?? value, Math.max(options.min ?? value, value)));
    inner.addEventListener("change", () => {
      const value = read();
      if (inner.value.trim() !== "" && Number.isFinite(value)) send(value);
      else inner.value = inner.dataset.shown ?? "";
    });
    inner.addEventListener("keydown", (event) => {
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (step === undefined || !Number.isFinite(read())) return;
      event.preventDefault();
      event.stopPropagation();
      inner.value = String(read() + step);
      send(read());
    });
    inner.addEventListener("focus", () => {
      inner.select();
      options.onPick?.(row * columns + column);
    });
    return { root: html("div", { class: `matrix-cell ${options.className}` }, inner), inner };
  }

  return {
    root: html("div", { class: "matrix-frame" }, caption, grid),
    caption(text) {
      if (caption.textContent !== text) caption.textContent = text;
    },
    draw(rows, look) {
      const columns = rows[0]?.length ?? 0;
      if (shape !== `${rows.length} ${columns}`) build(rows.length, columns);
      for (const [r, line] of cells.entries()) {
        for (const [c, { root, inner }] of line.entries()) {
          const value = rows[r]?.[c] ?? Number.NaN;
          const text = Number.isNaN(value) ? "" : short(value);
          root.classList.toggle("lit", look.lit?.(r, c) === true);
          root.classList.toggle("empty", look.empty?.(r, c) === true);
          root.style.setProperty("--tint", `${look.tint?.(r, c) ?? 0}%`);
          if (inner instanceof HTMLInputElement) {
            inner.dataset.shown = text;
            if ((inner.getRootNode() as Document | ShadowRoot).activeElement !== inner || inner.value === "")
              inner.value = text;
          } else inner.textContent = look.empty?.(r, c) === true ? "" : text;
        }
      }
    },
  };
}

/** As short as a cell wants it: whole numbers without a point, others with up to three digits. */
export function short(value: number): string {
  const whole = Number.isInteger(value) && Math.abs(value) < 1e6;
  return whole ? String(value).replace("-", "−") : formatNumber(value, 3);
}
